/* SPDX-License-Identifier: BSD-2-Clause */
/* What could not be read in a list of files: gathered by several threads, shown in
 * order at the end. */
#ifndef GATEPOST_TROUBLE_H
#define GATEPOST_TROUBLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* What is kept of lines, and of all. */
enum { TROUBLES_LINES = 100, TROUBLES_KEPT = 200 };

struct trouble {
    size_t file;        /* of paths */
    unsigned long line; /* 0: the file as a whole */
    char text[160];
};

struct troubles {
    pthread_mutex_t lock;
    const char *const *paths;
    unsigned long count; /* beyond what is kept, too */
    size_t used;
    struct trouble kept[TROUBLES_KEPT];
};

void troubles_start(struct troubles *troubles, const char *const *paths);

/* Of a line; and of all that follows it, which no number of bad lines may hide. */
void trouble_add(struct troubles *troubles, size_t file, unsigned long line,
                 const char *text);
void trouble_add_rest(struct troubles *troubles, size_t file, unsigned long line,
                      const char *text);

/* "FILE:LINE: text" to standard error, by file and line. True if there were any. */
bool troubles_print(struct troubles *troubles);

#endif
