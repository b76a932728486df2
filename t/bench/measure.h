/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, medians, and the rows that t/bench/run makes a table of. */
#ifndef GATEPOST_MEASURE_H
#define GATEPOST_MEASURE_H

#include <stddef.h>

enum { ROUNDS = 5 };

/* Seconds since some moment. */
double measure_now(void);

/* Sorts values in place. */
double measure_median(double *values, size_t count);

/* The value below which that part (0.5, 0.99) of the sorted values lies. */
double measure_quantile(const double *sorted, size_t count, double part);

/* One row: what, how much, beside what, and the ratio, each may be "". */
void measure_row(const char *what, const char *value, const char *beside,
                 const char *ratio);

/* "1,234 ns" or "12.3 ns". */
const char *measure_text(double value, const char *unit, char out[40]);

#endif
