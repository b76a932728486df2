/* SPDX-License-Identifier: BSD-2-Clause */
/* Wildcard patterns: `*` is any run of characters, `?` is one character. */
#include "glob.h"

#include "ascii.h"

static size_t next_character(struct span text, size_t at)
{
    at++;
    while (at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
        at++;
    return at;
}

/* Keeps the newest `*` only: if the rest fails, that star takes one byte more.
 * An earlier star never needs to be tried again. */
bool glob_match(struct span pattern, struct span text)
{
    size_t p = 0, t = 0, star = pattern.len, resume = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.len && pattern.ptr[p] == '?') {
            p++;
            t = next_character(text, t);
        } else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
            p++;
            t++;
        } else if (star < pattern.len) {
            p = star + 1;
            resume = next_character(text, resume);
            t = resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

bool glob_is_pattern(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '*' || text.ptr[i] == '?')
            return true;
    return false;
}
