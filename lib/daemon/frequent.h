/* SPDX-License-Identifier: BSD-2-Clause */
/* Who came most often, in little memory however many came: the Space-Saving algorithm
 * (Metwally, Agrawal, El Abbadi, 2005). */
#ifndef GATEPOST_FREQUENT_H
#define GATEPOST_FREQUENT_H

#include <stdbool.h>
#include <stdint.h>

#include "ipaddr.h"

enum { FREQUENT_KEPT = 8, FREQUENT_NAME = 72 };

/* Whoever it is: a login, or who claims to be a sender, with the client. Made by the
 * first two functions below, all bytes of it. */
struct whom {
    uint64_t hash; /* of all that is known, what does not fit in the name too */
    bool is_login;
    struct ipaddr client;     /* of a sender; none of a login */
    char name[FREQUENT_NAME]; /* printable ASCII; cut if it ends in "..." */
};

/* Those that come in more than one of FREQUENT_KEPT cases are here for certain. */
struct frequent {
    unsigned used;
    struct frequent_entry {
        struct whom whom;
        uint64_t count; /* at the most */
        uint64_t over;  /* how many of them may be others' */
    } entries[FREQUENT_KEPT];
};

struct whom whom_login(struct span login);
struct whom whom_sender(struct span sender, const struct ipaddr *client);

/* Starts all zero. Looks at FREQUENT_KEPT entries, whoever it is. */
void frequent_add(struct frequent *frequent, const struct whom *whom);

/* How often this one came at least. */
static inline uint64_t frequent_certain(const struct frequent_entry *entry)
{
    return entry->count - entry->over;
}

/* Puts those that came most often for certain first. frequent_add() does not mind. */
void frequent_sort(struct frequent *frequent);

#endif
