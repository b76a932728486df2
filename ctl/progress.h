/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a long command is, on a terminal's standard error and nowhere else. */
#ifndef GATEPOST_PROGRESS_H
#define GATEPOST_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool shown, on_terminal;
    int64_t total; /* bytes; 0: not known */
    int64_t next;  /* when to write again, in milliseconds */
};

void progress_start(struct progress *progress, int64_t total);

/* Writes at most a few times a second, and not in the first. */
void progress_update(struct progress *progress, int64_t bytes, unsigned long lines);

/* Takes the line away. */
void progress_end(struct progress *progress);

#endif
