/* SPDX-License-Identifier: BSD-2-Clause */
/* What the unit tests have in common. A test walks a table, counts the rows that do not
 * hold, and fails at its end, so that one run shows every bad row. */
#ifndef GATEPOST_UNIT_H
#define GATEPOST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diag.h"
#include "snapshot.h"
#include "span.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

/* The span of a literal, which may hold NUL. */
#define BYTES(literal)                                                                 \
    {                                                                                  \
        literal, sizeof(literal) - 1                                                   \
    }

/* Returns condition; prints the message if it is false. */
bool holds(bool condition, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* As holds(), for texts; row says which input it was. */
bool same_text(struct span row, struct span got, struct span want);

enum { SHOWN = 400 };

/* Printable, cut to what fits, with a NUL. Returns out. */
const char *shown(struct span text, char out[SHOWN]);

/* xorshift64*: the same numbers in every run. */
struct random {
    uint64_t state;
};
static inline struct random random_start(void)
{
    return (struct random){UINT64_C(0x9e3779b97f4a7c15)};
}
uint32_t random_below(struct random *random, uint32_t limit);

/* Appends to a text that always ends in NUL; what does not fit is lost. */
void append(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Every diagnostic on a line of its own, as diag_format() gives it. */
const char *diag_text(const struct diag *diag, char *out, size_t size);

/* A configuration, and what is to be said of it. */
struct complaint {
    const char *text;
    const char *want; /* every diagnostic without the file, or "" */
};

/* Fails the test if one row does not hold. Without errors there must be a snapshot. */
void check_complaints(const struct complaint *rows, size_t count);

/* Loads a configuration named "t". NULL, and the errors printed, if it has any.
 * The caller ends it with snapshot_free(). */
struct snapshot *load(const char *text);

#endif
