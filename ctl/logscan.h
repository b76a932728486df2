/* SPDX-License-Identifier: BSD-2-Clause */
/* Has several threads look at each line of some log files, while one reads them. */
#ifndef GATEPOST_LOGSCAN_H
#define GATEPOST_LOGSCAN_H

#include "trouble.h"

/* A line without its newline. It may be written to. */
struct logline {
    char *text;
    size_t len;
    size_t file; /* of paths */
    unsigned long number;
};

struct logscan {
    const char *const *paths; /* count of them, then NULL */
    size_t count;
    struct troubles *troubles;
    /* Is called with what belongs to the thread. */
    void (*take)(void *own, const struct logline *line);
    void **owns; /* logscan_threads() of them */
};

/* As many as there are processors, within reason. */
size_t logscan_threads(void);

/* Returns when all is done. */
void logscan_run(const struct logscan *scan);

#endif
