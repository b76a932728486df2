/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, medians, and the rows that t/bench/run makes a table of. */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double measure_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double measure_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return measure_quantile(values, count, 0.5);
}

double measure_quantile(const double *sorted, size_t count, double part)
{
    return count ? sorted[(size_t)((double)(count - 1) * part + 0.5)] : 0;
}

void measure_row(const char *what, const char *value, const char *beside,
                 const char *ratio)
{
    printf("row\t%s\t%s\t%s\t%s\n", what, value, beside, ratio);
    fflush(stdout);
}

const char *measure_text(double value, const char *unit, char out[40])
{
    if (value < 100)
        snprintf(out, 40, "%.1f %s", value, unit);
    else if (value < 1e4)
        snprintf(out, 40, "%.0f %s", value, unit);
    else
        snprintf(out, 40, "%.0f,%03.0f %s", (double)(long)(value / 1000),
                 value - 1000 * (double)(long)(value / 1000), unit);
    return out;
}
