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

/* Must be called once after the last pattern and before the first match. */
void client_list_finish(struct client_list *list);

/* host is the verified name of the client, canonical, or empty. A NULL list is
 * empty. Addresses and networks cost one binary search however many there are. */
enum match client_list_match(const struct client_list *list,
                             const struct ipaddr *address, struct span host);

/* No pattern at all; a NULL list, too. */
bool client_list_empty(const struct client_list *list);

/* Does the list hold a network of all of IPv4 or of IPv6? */
bool client_list_is_everyone(const struct client_list *list);

/* Would this pattern be one for host names? */
bool client_pattern_is_name(struct span pattern);

#endif
