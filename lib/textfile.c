/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole regular file in memory. */
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

bool textfile_read(const char *path, const char *below, struct textfile *file,
                   char *reason, size_t size)
{
    struct stat st;
    const char *fault = NULL;
    *file = (struct textfile){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0)
        fault = strerror(errno);
    else if (below && !is_below(fd, below))
        fault = "a list of an ou file must lie below ou_directory";
    else if (!S_ISREG(st.st_mode))
        fault = "not a regular file";
    else if (st.st_size > (off_t)SIZE_MAX_MIB * 1024 * 1024)
        fault = "too large";
    if (!fault) {
        file->mode = st.st_mode;
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
    return false;
}

void textfile_free(struct textfile *file)
{
    free(file->bytes);
    *file = (struct textfile){0};
}
