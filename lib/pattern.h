/* SPDX-License-Identifier: BSD-2-Clause */
/* What the patterns for names and for addresses have in common: the list of those
 * that only a walk can match, wildcards and regexes. */
#ifndef GATEPOST_PATTERN_H
#define GATEPOST_PATTERN_H

#include "arena.h"
#include "match.h"
#include "span.h"

struct regex;

struct pattern {
    struct pattern *next;
    struct regex *regex; /* NULL: a wildcard */
    struct span glob;    /* folded; of a regex: its text, as it was given */
};

/* Is it /regex/ or /regex/i by its look? */
static inline bool pattern_is_regex(struct span text)
{
    return text.len > 0 && text.ptr[0] == '/';
}

/* The text between the slashes; false if the closing slash is missing, something
 * else than `i` follows it, or nothing is between. */
bool pattern_regex_body(struct span text, struct span *body, bool *fold);

/* Puts a wildcard (folded here) or a regex in front of *list. The arena owns it.
 * Returns NULL, or why the regex is none (valid until the next call in this
 * thread). always_fold: ASCII case is folded even without the `i`. */
const char *pattern_add(struct arena *arena, struct pattern **list, struct span text,
                        bool always_fold);

/* True for a regex that may match only a part of what it is searched in. */
bool pattern_is_unanchored(struct span text);

/* Does the list hold this one, written alike? */
bool pattern_list_holds(const struct pattern *list, const struct pattern *one);

/* Does one of them match whatever there is, by its looks: `*`? */
bool pattern_list_is_all(const struct pattern *list);

enum match pattern_list_match(const struct pattern *list, struct span folded);

#endif
