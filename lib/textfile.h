/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole regular file in memory. */
#ifndef GATEPOST_TEXTFILE_H
#define GATEPOST_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct textfile {
    char *bytes; /* followed by a NUL that len does not count */
    size_t len;
    mode_t mode;
};

/* Reads at most 256 MiB; never waits for a FIFO or a device. below: NULL, or a
 * resolved folder that the file, once opened, must be found in, whatever links led to
 * it. On failure false, with the reason in reason[]. The caller ends it with
 * textfile_free(). */
bool textfile_read(const char *path, const char *below, struct textfile *file,
                   char *reason, size_t size);

void textfile_free(struct textfile *file);

#endif
