/* SPDX-License-Identifier: BSD-2-Clause */
/* What one decision may cost. */
#include "budget.h"

#include <time.h>

/* The clock is looked at every so many units: it costs as much as a few patterns. */
enum { UNITS_A_LOOK = 256, MILLISECONDS = 100 };

/* A decision is made by one thread, from its start to its end. */
static _Thread_local struct {
    bool running, is_spent;
    unsigned units;
    long long start; /* nanoseconds */
} budget;

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

void budget_start(void)
{
    budget.running = true;
    budget.is_spent = false;
    budget.units = 0;
    budget.start = 0;
}

void budget_end(void)
{
    budget.running = false;
}

/* The time runs from the first look: most decisions never need one. */
bool budget_allows(unsigned units)
{
    if (!budget.running)
        return true;
    budget.units += units;
    if (budget.units < UNITS_A_LOOK || budget.is_spent)
        return !budget.is_spent;
    budget.units = 0;
    if (budget.start == 0)
        budget.start = now();
    budget.is_spent = now() - budget.start > MILLISECONDS * 1000000LL;
    return !budget.is_spent;
}
