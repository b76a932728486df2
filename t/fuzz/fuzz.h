/* SPDX-License-Identifier: BSD-2-Clause */
/* What all fuzz targets need: a broken promise ends the run, as a crash does. */
#ifndef GATEPOST_FUZZ_H
#define GATEPOST_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "ascii.h"
#include "span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition, message)                                                    \
    do {                                                                               \
        if (!(condition))                                                              \
            fuzz_fail(__FILE__, __LINE__, message);                                    \
    } while (0)

static inline void fuzz_fail(const char *file, int line, const char *message)
{
    fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, message);
    abort();
}

static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
    return (struct span){(const char *)data, size};
}

/* Takes the text before the first separator out of *rest; all of it if there is
 * none. */
static inline struct span fuzz_take_until(struct span *rest, char separator)
{
    const char *end = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct span taken = {rest->ptr, len};
    *rest = span_cut(*rest, end ? len + 1 : len, rest->len);
    return taken;
}

static inline bool fuzz_is_printable(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (ascii_is_control(s.ptr[i]) || ascii_is_high(s.ptr[i]))
            return false;
    return true;
}

#endif
