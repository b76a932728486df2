/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of patterns for clients: addresses, networks, and (where asked for)
 * verified host names. */
#ifndef GATEPOST_CLIENTS_H
#define GATEPOST_CLIENTS_H

#include "arena.h"
#include "ipaddr.h"
#include "match.h"
#include "span.h"

struct client_list;

/* Lives in the arena, which must outlive it. with_names: patterns with a letter
 * and no colon are for host names; without it they are errors. */
struct client_list *client_list_new(struct arena *arena, bool with_names);

/* Adds one pattern, told apart by its look: plain address, CIDR, wildcard, /regex/,
 * host name. Returns NULL, or why the pattern is none, in words that stay valid
 * until the next call in this thread. */
const char *client_list_add(struct client_list *list, struct span pattern);

/* Adds what another list holds, of an arena that lives as long. */
void client_list_merge(struct client_list *list, const struct client_list *other);

/* Must be called once after the last pattern and before the first match. */
void client_list_finish(struct client_list *list);

/* host is the verified name of the client, canonical, or empty. A NULL list is
 * empty. Addresses and networks cost one binary search however many there are. */
enum match client_list_match(const struct client_list *list,
                             const struct ipaddr *address, struct span host);

/* No pattern at all; a NULL list, too. */
bool client_list_empty(const struct client_list *list);

/* Does the list match whatever client there is? By its networks together, or, where
 * there are wildcards or regexes, by many addresses from all over the Internet. */
enum { EVERYONE_OF_IPV4 = 1, EVERYONE_OF_IPV6 = 2, EVERYONE = 3 };
unsigned client_list_everyone(const struct client_list *list);

/* The same of either family. */
static inline bool client_list_is_everyone(const struct client_list *list)
{
    return client_list_everyone(list) != 0;
}

/* Does it match every client whose address is known, for certain? */
bool client_list_is_complete(const struct client_list *list);

/* Is each client that the second list matches matched by the first, for certain? Not
 * said of an empty second one. */
bool client_list_covers(const struct client_list *wide,
                        const struct client_list *narrow);

/* Would this pattern be one for host names? */
bool client_pattern_is_name(struct span pattern);

#endif
