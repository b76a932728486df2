/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of a file, with gzip undone. */
#include "rawfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK = 256 * 1024 };

struct rawfile {
    int fd;
    int64_t position;
    bool started, ended; /* reading it */
    bool is_gzip;
    bool in_member; /* of gzip: its end has not been seen */
    const char *error;
    z_stream gzip;
    unsigned char in[BLOCK], out[BLOCK];
    size_t in_len;
};

static int open_path(const char *path)
{
    if (strcmp(path, "-") == 0)
        return STDIN_FILENO;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode))
        return fd;
    close(fd);
    errno = EISDIR;
    return -1;
}

struct rawfile *rawfile_open(const char *path)
{
    int fd = open_path(path);
    if (fd < 0)
        return NULL;
    struct rawfile *f = calloc(1, sizeof *f);
    if (!f) {
        fputs("gatepost: out of memory\n", stderr);
        abort();
    }
    f->fd = fd;
    return f;
}

void rawfile_close(struct rawfile **file)
{
    struct rawfile *f = *file;
    if (!f)
        return;
    if (f->is_gzip)
        inflateEnd(&f->gzip);
    if (f->fd != STDIN_FILENO)
        close(f->fd);
    free(f);
    *file = NULL;
}

/* Adds to what is there of a block. False at the end, and on an error. */
static bool read_more(struct rawfile *f)
{
    ssize_t n;
    if (f->ended)
        return false;
    do
        n = read(f->fd, f->in + f->in_len, sizeof f->in - f->in_len);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        f->error = strerror(errno);
    f->ended = n <= 0;
    if (n > 0) {
        f->in_len += (size_t)n;
        f->position += n;
    }
    return n > 0;
}

/* RFC 1952 2.3.1: two bytes tell. */
static void start(struct rawfile *f)
{
    f->started = true;
    while (f->in_len < 2 && read_more(f))
        ;
    f->is_gzip = f->in_len >= 2 && f->in[0] == 0x1f && f->in[1] == 0x8b;
    if (f->is_gzip && inflateInit2(&f->gzip, 16 + MAX_WBITS) != Z_OK) {
        fputs("gatepost: out of memory\n", stderr);
        abort();
    }
    f->gzip.next_in = f->in;
    f->gzip.avail_in = (uInt)f->in_len;
}

/* Has gzip something to read. A file may be several, one behind the other. */
static bool feed(struct rawfile *f)
{
    if (f->gzip.avail_in > 0)
        return true;
    f->in_len = 0;
    if (!read_more(f)) {
        if (f->in_member && !f->error)
            f->error = "the archive is cut short";
        return false;
    }
    f->gzip.next_in = f->in;
    f->gzip.avail_in = (uInt)f->in_len;
    return true;
}

static size_t inflate_block(struct rawfile *f)
{
    z_stream *z = &f->gzip;
    z->next_out = f->out;
    z->avail_out = sizeof f->out;
    while (z->avail_out > 0 && feed(f)) {
        f->in_member = true;
        int status = inflate(z, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            f->in_member = false;
            inflateReset(z);
        } else if (status != Z_OK) {
            f->error = z->msg ? z->msg : "the archive is corrupt";
            break;
        }
    }
    return sizeof f->out - z->avail_out;
}

ssize_t rawfile_read(struct rawfile *f, const void **block, const char **error)
{
    size_t len = 0;
    if (!f->started) {
        start(f);
        len = f->in_len;
    } else if (!f->is_gzip && !f->error) {
        f->in_len = 0;
        read_more(f);
        len = f->in_len;
    }
    *block = f->in;
    if (f->is_gzip && !f->error) {
        len = inflate_block(f);
        *block = f->out;
    }
    if (len > 0)
        return (ssize_t)len;
    *error = f->error;
    return f->error ? -1 : 0;
}

int64_t rawfile_position(const struct rawfile *f)
{
    return f->position;
}
