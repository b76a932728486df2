/* SPDX-License-Identifier: BSD-2-Clause */
/* A run of bytes that is not owned and need not end in NUL. */
#ifndef GATEPOST_SPAN_H
#define GATEPOST_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
    const char *ptr; /* NULL means absent, which is not the same as empty */
    size_t len;
};

static inline struct span span_of(const char *text)
{
    return (struct span){text, text ? strlen(text) : 0};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Empty or absent. */
static inline bool span_empty(struct span s)
{
    return s.len == 0;
}

static inline struct span span_cut(struct span s, size_t from, size_t to)
{
    return (struct span){s.ptr + from, to - from};
}

/* Offset of the last byte c in s, or s.len when there is none. */
static inline size_t span_rfind(struct span s, char c)
{
    for (size_t i = s.len; i > 0; i--)
        if (s.ptr[i - 1] == c)
            return i - 1;
    return s.len;
}

#endif
