/* SPDX-License-Identifier: BSD-2-Clause */
/* A log file as whole lines, whether it is compressed or not. */
#ifndef GATEPOST_LOGFILE_H
#define GATEPOST_LOGFILE_H

#include <stdint.h>

#include "span.h"
#include "trouble.h"

/* Bytes of a line, and of lines that are read at once. */
enum { LOGFILE_LINE = 256 * 1024, LOGFILE_BATCH = 1024 * 1024 };

struct logfile;

/* Lines that follow each other, each with its newline. */
struct logbatch {
    size_t file;         /* whose */
    unsigned long first; /* number of the first line */
    size_t len;
    char bytes[LOGFILE_BATCH];
};

/* Opens a plain file, or one of gzip, xz, zstd or bzip2; "-" is standard input. NULL,
 * with a trouble added, if it cannot be read. number is its place in the list that
 * troubles speak of. */
struct logfile *logfile_open(const char *path, size_t number,
                             struct troubles *troubles);

/* False at the end. A batch may be empty. A last line without an end and lines that are
 * too long are left out; these and what is corrupt are added to the troubles. */
bool logfile_read(struct logfile *file, struct logbatch *batch);
void logfile_close(struct logfile **file);

/* Lines that have been read, those that were left out among them. */
unsigned long logfile_lines(const struct logfile *file);

/* Bytes of the file that have been read, before they were decompressed. */
int64_t logfile_position(const struct logfile *file);

/* Bytes of the file; 0 if it is none that has a size. */
int64_t logfile_size(const char *path);

#endif
