/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of an answer at relay_socket. It may hold a password: whoever made room for
 * it wipes it. */
#ifndef GATEPOST_AUTH_RELAYANSWER_H
#define GATEPOST_AUTH_RELAYANSWER_H

#include "span.h"

/* Bytes of a request, and of an answer, which may repeat it. */
enum { RELAY_REQUEST_MOST = 16384, RELAY_ANSWER_MOST = RELAY_REQUEST_MOST + 16384 };

struct relay_answer {
    size_t len;
    bool overflow; /* it did not fit: there is no answer */
    bool later;    /* it will be given, but not now: no text of it counts */
    char text[RELAY_ANSWER_MOST];
};

/* Adds to it. No printf, which might leave copies. */
static inline void relay_answer_add(struct relay_answer *a, struct span text)
{
    a->overflow = a->overflow || text.len > sizeof a->text - a->len;
    if (a->overflow || text.len == 0)
        return;
    memcpy(a->text + a->len, text.ptr, text.len);
    a->len += text.len;
}

static inline void relay_answer_say(struct relay_answer *a, const char *text)
{
    relay_answer_add(a, span_of(text));
}

#endif
