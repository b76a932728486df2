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
    NAME_SENDER_OR_NULL, /* "<>" is the null sender, in the list and as a name */
};

struct name_list;

#define NAME_NULL_SENDER "<>"

/* Lives in the arena, which must outlive it. */
struct name_list *name_list_new(struct arena *arena, enum name_kind kind);

/* Adds one pattern, told apart by its look: plain, wildcard, or /regex/. Returns
 * NULL, or why the pattern is none, in words that stay valid until the next call
 * in this thread. */
const char *name_list_add(struct name_list *list, struct span pattern);

/* Adds what another list of the same kind and arena holds. Returns how many of its
 * patterns only a walk can match. */
size_t name_list_merge(struct name_list *list, const struct name_list *other);

/* Calls visit() with each pattern, as it could be written in a list; a pattern that is
 * no regex in its canonical form. text is valid during the call. */
void name_list_each(const struct name_list *list,
                    void (*visit)(void *context, struct span text), void *context);

/* name must be canonical and folded. A NULL list is empty. Plain names and
 * `*@domain` cost one look-up however many there are. */
enum match name_list_match(const struct name_list *list, struct span name);

/* Does it match every name, by its looks? */
bool name_list_is_everyone(const struct name_list *list);

/* Does it hold each pattern that the other one holds, written alike? A NULL list is
 * empty. */
bool name_list_covers(const struct name_list *wide, const struct name_list *narrow);

/* Does it match every name that this pattern, as name_list_each() gives it, does? Told
 * by their looks: alike, or by a wider wildcard; a plain name by anything. */
bool name_list_claims(const struct name_list *list, struct span pattern);

/* Calls visit() with the domain of each plain address and of each `*@domain`, in no
 * order; pattern is the address, or the domain again. */
struct name_visit {
    void (*visit)(void *context, struct span pattern, struct span domain);
    void *context;
};
void name_list_domains(const struct name_list *list, const struct name_visit *visit);

static inline bool name_list_empty(const struct name_list *list)
{
    return list == NULL;
}

#endif
