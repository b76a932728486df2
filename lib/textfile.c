/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole regular file in memory. */
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MAX_MIB = 256 };

static bool read_all(int fd, struct textfile *file)
{
    size_t size = file->len;
    file->len = 0;
    while (file->len < size) {
        ssize_t n = read(fd, file->bytes + file->len, size - file->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        file->len += (size_t)n;
    }
    file->bytes[file->len] = '\0';
    return true;
}

/* Asks about what was opened, not about the path, which may lead elsewhere by now.
 * Linux has the answer in /proc; without it, no. */
static bool is_below(int fd, const char *folder)
{
    char link[40], path[PATH_MAX];
    size_t len = strlen(folder);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path);
    return n > 0 && (size_t)n > len && memcmp(path, folder, len) == 0 &&
           path[len] == '/';
}

static const char *below_fault(const char *folder)
{
    static _Thread_local char text[PATH_MAX + 80];
    snprintf(text, sizeof text, "a file that an ou file names must lie below %s",
             folder);
    return text;
}

/* A daemon may not be who one thinks it is. */
static const char *open_fault(void)
{
    static _Thread_local char text[80];
    if (errno != EACCES)
        return strerror(errno);
    const struct passwd *user = getpwuid(geteuid());
    snprintf(text, sizeof text, "user %.32s may not read it",
             user ? user->pw_name : "of this process");
    return text;
}

/* The descriptor, or -1 with the reason, and with errno, 0 if it could be opened. */
static int open_regular(const char *path, const char *below, struct stat *st,
                        const char **fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    const int error = fd < 0 ? errno : 0;
    *fault = NULL;
    if (fd < 0 || fstat(fd, st) < 0)
        *fault = open_fault();
    else if (below && !is_below(fd, below))
        *fault = below_fault(below);
    else if (!S_ISREG(st->st_mode))
        *fault = "not a regular file";
    if (!*fault)
        return fd;
    if (fd >= 0)
        close(fd);
    errno = error;
    return -1;
}

bool textfile_read(const char *path, const char *below, struct textfile *file,
                   char *reason, size_t size)
{
    struct stat st;
    const char *fault;
    *file = (struct textfile){0};
    int fd = open_regular(path, below, &st, &fault);
    const int error = fd < 0 ? errno : 0;
    if (!fault && st.st_size > (off_t)SIZE_MAX_MIB * 1024 * 1024)
        fault = "too large";
    if (!fault) {
        file->mode = st.st_mode;
        file->owner = st.st_uid;
        file->len = (size_t)st.st_size;
        file->bytes = malloc(file->len + 1);
        if (!file->bytes)
            fault = "out of memory";
        else if (!read_all(fd, file))
            fault = strerror(errno);
    }
    if (fd >= 0)
        close(fd);
    if (!fault)
        return true;
    snprintf(reason, size, "%s", fault);
    textfile_free(file);
    file->error = error;
    return false;
}

void textfile_free(struct textfile *file)
{
    if (file->bytes)
        explicit_bzero(file->bytes, file->len);
    free(file->bytes);
    *file = (struct textfile){0};
}

/* --- line by line --- */

bool textreader_open(struct textreader *r, const char *path, const char *below,
                     char *reason, size_t size)
{
    struct stat st;
    const char *fault;
    *r = (struct textreader){.fd = -1};
    r->fd = open_regular(path, below, &st, &fault);
    if (!fault && below && st.st_size > (off_t)SIZE_MAX_MIB * 1024 * 1024)
        fault = "larger than 256 MiB";
    r->bytes = fault ? NULL : malloc(TEXTREADER_BYTES);
    if (r->bytes) {
        r->mode = st.st_mode;
        return true;
    }
    snprintf(reason, size, "%s", fault ? fault : "out of memory");
    textreader_close(r);
    return false;
}

/* Moves what is left to the front and reads more behind it. */
static void refill(struct textreader *r)
{
    memmove(r->bytes, r->bytes + r->at, r->len - r->at);
    r->len -= r->at;
    r->at = 0;
    ssize_t n;
    do
        n = read(r->fd, r->bytes + r->len, TEXTREADER_BYTES - r->len);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        r->fault = strerror(errno);
    else if (n == 0)
        r->at_end = true;
    else
        r->len += (size_t)n;
}

bool textreader_line(struct textreader *r, struct span *line)
{
    const char *newline = NULL;
    while (!r->fault && !newline) {
        newline = memchr(r->bytes + r->at, '\n', r->len - r->at);
        if (newline || r->at_end)
            break;
        if (r->at == 0 && r->len == TEXTREADER_BYTES)
            r->fault = "a line that is too long";
        else
            refill(r);
    }
    if (r->fault)
        r->line++;
    if (r->fault || (!newline && r->at == r->len))
        return false;
    size_t end = newline ? (size_t)(newline - r->bytes) : r->len;
    *line = (struct span){r->bytes + r->at, end - r->at};
    r->at = newline ? end + 1 : end;
    r->line++;
    if (memchr(line->ptr, '\0', line->len))
        r->fault = "a NUL byte";
    return !r->fault;
}

void textreader_close(struct textreader *r)
{
    if (r->bytes)
        explicit_bzero(r->bytes, TEXTREADER_BYTES);
    free(r->bytes);
    r->bytes = NULL;
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}
