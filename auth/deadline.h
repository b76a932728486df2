/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time, in milliseconds of the clock that nobody sets. */
#ifndef GATEPOST_DEADLINE_H
#define GATEPOST_DEADLINE_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

static inline int64_t deadline_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds that are left, for poll(); 0 when it has passed. */
static inline int deadline_left(int64_t deadline)
{
    int64_t left = deadline - deadline_now();
    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

#endif
