/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a long command is, on a terminal's standard error and nowhere else. */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MS = 1000, STEP_MS = 250, MIB = 1024 * 1024 };

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_start(struct progress *p, int64_t total)
{
    *p = (struct progress){.on_terminal = isatty(STDERR_FILENO), .total = total};
    p->next = clock_ms() + FIRST_MS;
}

void progress_update(struct progress *p, int64_t bytes, unsigned long lines)
{
    if (!p->on_terminal || clock_ms() < p->next)
        return;
    p->next = clock_ms() + STEP_MS;
    p->shown = true;
    if (p->total > 0 && bytes <= p->total)
        fprintf(stderr, "\r\033[K%3d%% of %lld MiB, %lu lines",
                (int)(bytes * 100 / p->total), (long long)(p->total / MIB), lines);
    else
        fprintf(stderr, "\r\033[K%lld MiB, %lu lines", (long long)(bytes / MIB), lines);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
