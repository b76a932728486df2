/* SPDX-License-Identifier: BSD-2-Clause */
/* A log file as whole lines, whether it is compressed or not. */
#include "logfile.h"

#include <archive.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rawfile.h"

struct logfile {
    struct archive *archive;
    struct troubles *troubles;
    size_t number;
    struct rawfile *file;
    unsigned long lines; /* that have ended */
    const char *block;   /* of the archive; not taken yet */
    size_t block_len;
    bool ended, failed;
    bool skipping; /* within a line that is too long */
    size_t tail_len;
    char tail[LOGFILE_LINE]; /* of a line that goes on */
};

static void complain(struct logfile *f, unsigned long line, const char *text)
{
    trouble_add(f->troubles, f->number, line, text);
}

/* Where the archive stops making sense. */
static void give_up(struct logfile *f)
{
    char text[160];
    const char *reason = archive_error_string(f->archive);
    snprintf(text, sizeof text, "%s: the rest was not read",
             reason ? reason : "it cannot be decompressed");
    trouble_add_rest(f->troubles, f->number, f->lines + 1, text);
    f->ended = f->failed = true;
}

static la_ssize_t read_bytes(struct archive *archive, void *file, const void **block)
{
    const char *error;
    ssize_t len = rawfile_read(file, block, &error);
    if (len < 0)
        archive_set_error(archive, EIO, "%s", error);
    return len;
}

/* Those that libarchive does without other programs: what a log contains must never
 * start one. */
static bool open_archive(struct logfile *f)
{
    struct archive *a = f->archive;
    struct archive_entry *entry;
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_format_raw(a);
    archive_read_support_format_empty(a);
    if (archive_read_open(a, f->file, NULL, read_bytes, NULL) != ARCHIVE_OK)
        return false;
    int status = archive_read_next_header(a, &entry);
    f->ended = status == ARCHIVE_EOF;
    return status == ARCHIVE_OK || status == ARCHIVE_WARN || f->ended;
}

struct logfile *logfile_open(const char *path, size_t number, struct troubles *troubles)
{
    struct rawfile *file = rawfile_open(path);
    if (!file) {
        trouble_add_rest(troubles, number, 0, strerror(errno));
        return NULL;
    }
    struct logfile *f = calloc(1, sizeof *f);
    struct archive *archive = archive_read_new();
    if (!f || !archive) {
        fputs("gatepost: out of memory\n", stderr);
        abort();
    }
    f->archive = archive;
    f->troubles = troubles;
    f->number = number;
    f->file = file;
    if (!open_archive(f))
        give_up(f);
    return f;
}

void logfile_close(struct logfile **file)
{
    struct logfile *f = *file;
    if (!f)
        return;
    archive_read_free(f->archive);
    rawfile_close(&f->file);
    free(f);
    *file = NULL;
}

/* Has a block of bytes to take, unless the end was reached. */
static void next_block(struct logfile *f)
{
    const void *block;
    la_int64_t offset;
    while (f->block_len == 0 && !f->ended) {
        int status =
            archive_read_data_block(f->archive, &block, &f->block_len, &offset);
        f->block = block;
        if (status == ARCHIVE_EOF)
            f->ended = true;
        else if (status != ARCHIVE_OK && status != ARCHIVE_WARN &&
                 status != ARCHIVE_RETRY)
            give_up(f);
        if (f->ended)
            f->block_len = 0;
    }
}

/* Drops what is left of a line that is too long. */
static void skip_line(struct logfile *f)
{
    const char *end = memchr(f->block, '\n', f->block_len);
    size_t len = end ? (size_t)(end - f->block) + 1 : f->block_len;
    f->block += len;
    f->block_len -= len;
    if (end) {
        f->skipping = false;
        f->lines++;
    }
}

static void fill(struct logfile *f, struct logbatch *batch)
{
    memcpy(batch->bytes, f->tail, f->tail_len);
    batch->len = f->tail_len;
    f->tail_len = 0;
    while (batch->len < sizeof batch->bytes) {
        next_block(f);
        if (f->ended)
            return;
        if (f->skipping) {
            skip_line(f);
            if (f->skipping)
                continue;
            batch->first = f->lines + 1; /* nothing is in the batch yet */
        }
        size_t room = sizeof batch->bytes - batch->len;
        size_t len = f->block_len < room ? f->block_len : room;
        memcpy(batch->bytes + batch->len, f->block, len);
        batch->len += len;
        f->block += len;
        f->block_len -= len;
    }
}

static unsigned long count_lines(const struct logbatch *batch)
{
    unsigned long lines = 0;
    const char *at = batch->bytes, *end = at + batch->len;
    for (; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        lines++;
    return lines;
}

/* Leaves whole lines in the batch; what begins behind them is for the next one. */
static void keep_tail(struct logfile *f, struct logbatch *batch)
{
    size_t end = span_rfind((struct span){batch->bytes, batch->len}, '\n');
    size_t whole = end == batch->len ? 0 : end + 1, rest = batch->len - whole;
    batch->len = whole;
    f->lines += count_lines(batch);
    if (rest == 0 || f->failed)
        return;
    if (f->ended) {
        complain(f, f->lines + 1, "the last line has no end, and was skipped");
    } else if (rest > sizeof f->tail) {
        complain(f, f->lines + 1, "a line that is too long was skipped");
        f->skipping = true;
    } else {
        memcpy(f->tail, batch->bytes + whole, rest);
        f->tail_len = rest;
    }
}

bool logfile_read(struct logfile *f, struct logbatch *batch)
{
    batch->len = 0;
    batch->file = f->number;
    batch->first = f->lines + 1;
    if (f->ended)
        return false;
    fill(f, batch);
    keep_tail(f, batch);
    return true;
}

unsigned long logfile_lines(const struct logfile *f)
{
    return f->lines;
}

int64_t logfile_position(const struct logfile *f)
{
    return rawfile_position(f->file);
}

int64_t logfile_size(const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(path, &st))
        return 0;
    return S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
}
