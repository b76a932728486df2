/* SPDX-License-Identifier: BSD-2-Clause */
/* Character sets of encoded words, converted by the C library's iconv(3). */
#ifndef GATEPOST_CHARSET_H
#define GATEPOST_CHARSET_H

#include "span.h"

struct charset;

/* Opens every character set once, for which the C library may read files, and keeps it:
 * from then on nothing here does I/O. Any thread may call it, any number of times.
 * What the system does not have is unknown. */
void charset_prepare(void);

/* The character set of that name; an alias counts, a language behind a star (RFC 2231
 * 5), case and all but letters and digits do not. NULL if it is unknown, or if it is
 * one that mail does not use: the list is short on purpose. */
const struct charset *charset_find(struct span name);

/* Are its bytes those of UTF-8? Then there is nothing to be converted. */
bool charset_is_utf8(const struct charset *charset);

enum { CHARSET_HELD_MAX = 64 };

/* Bytes on their way to UTF-8. */
struct charset_reader {
    void (*put)(void *context, char byte);
    void *context;
    const struct charset *charset;
    void *converter;
    unsigned escape; /* bytes of an escape sequence that have begun */
    bool kana;       /* ISO-2022-JP has switched to half-width kana */
    bool broken;     /* out: there were bytes that are no text in it, put as U+FFFD */
    size_t held;
    char bytes[CHARSET_HELD_MAX];
};

/* False if there is no memory; then there is nothing to be ended. Anything begun is to
 * be ended by charset_end(), which puts what is left. */
bool charset_begin(struct charset_reader *reader, const struct charset *charset,
                   void (*put)(void *context, char byte), void *context);
void charset_put(struct charset_reader *reader, char byte);
void charset_end(struct charset_reader *reader);

#endif
