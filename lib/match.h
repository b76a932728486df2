/* SPDX-License-Identifier: BSD-2-Clause */
/* The answer of a list: a pattern that could not be decided is not "no". */
#ifndef GATEPOST_MATCH_H
#define GATEPOST_MATCH_H

enum match {
    MATCH_NO,
    MATCH_YES,
    MATCH_UNKNOWN, /* a regex hit its limit and no other entry matched */
};

static inline enum match match_or(enum match a, enum match b)
{
    if (a == MATCH_YES || b == MATCH_YES)
        return MATCH_YES;
    return a == MATCH_UNKNOWN || b == MATCH_UNKNOWN ? MATCH_UNKNOWN : MATCH_NO;
}

static inline enum match match_not(enum match a)
{
    return a == MATCH_UNKNOWN ? a : a == MATCH_YES ? MATCH_NO : MATCH_YES;
}

#endif
