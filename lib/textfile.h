/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole regular file in memory. */
#ifndef GATEPOST_TEXTFILE_H
#define GATEPOST_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "span.h"

struct textfile {
    char *bytes; /* followed by a NUL that len does not count */
    size_t len;
    mode_t mode;
    uid_t owner;
    int error; /* errno, where it could not be opened; else 0 */
};

/* Reads at most 256 MiB; never waits for a FIFO or a device. below: NULL, or a
 * resolved folder that the file, once opened, must be found in, whatever links led to
 * it. On failure false, with the reason in reason[]. The caller ends it with
 * textfile_free(). */
bool textfile_read(const char *path, const char *below, struct textfile *file,
                   char *reason, size_t size);

/* Wipes what was read, since it may be secret. */
void textfile_free(struct textfile *file);

/* A regular file read line by line, for those that are too large to be held. */
struct textreader {
    mode_t mode;
    unsigned line;     /* number of the last line that was read */
    const char *fault; /* NULL, or why the end came too early */
    int fd;
    char *bytes; /* TEXTREADER_BYTES of them */
    size_t at, len;
    bool at_end;
};

/* A line may be this long, with its end. */
enum { TEXTREADER_BYTES = 64 * 1024 };

/* As textfile_read(), but of any size. The caller ends it with textreader_close(). */
bool textreader_open(struct textreader *reader, const char *path, const char *below,
                     char *reason, size_t size);

/* The next line, without its end; valid until the next call. False at the end of the
 * file, or at a fault: a read error, a NUL byte, a line that is too long. */
bool textreader_line(struct textreader *reader, struct span *line);

/* Wipes the buffer. */
void textreader_close(struct textreader *reader);

#endif
