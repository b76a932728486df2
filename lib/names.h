/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of patterns for names: logins, senders, host names. */
#ifndef GATEPOST_NAMES_H
#define GATEPOST_NAMES_H

#include "arena.h"
#include "match.h"
#include "span.h"

/* What a name of the list is the canonical form of. */
enum name_kind {
    NAME_LOGIN,
    NAME_SENDER,
    NAME_HOST,
};

struct name_list;

/* Lives in the arena, which must outlive it. */
struct name_list *name_list_new(struct arena *arena, enum name_kind kind);

/* Adds one pattern, told apart by its look: plain, wildcard, or /regex/. Returns
 * NULL, or why the pattern is none, in words that stay valid until the next call
 * in this thread. */
const char *name_list_add(struct name_list *list, struct span pattern);

/* name must be canonical and folded. A NULL list is empty. Plain names and
 * `*@domain` cost one look-up however many there are. */
enum match name_list_match(const struct name_list *list, struct span name);

static inline bool name_list_empty(const struct name_list *list)
{
    return list == NULL;
}

#endif
