/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table of users by name: eight bytes a slot, since there may be a million. */
#ifndef GATEPOST_USERINDEX_H
#define GATEPOST_USERINDEX_H

#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct user;

/* All zero is an empty index. Users are not owned, and stay where they are. Reading
 * one that nobody adds to is safe from any thread. */
struct user_index {
    uint32_t *hashes; /* beside the users, so that most misses touch no user */
    struct user **slots;
    size_t used, size;
};

void user_index_clear(struct user_index *index);

/* Adds a user, or returns the one that has this name and changes nothing. */
struct user *user_index_add(struct user_index *index, struct user *user);

/* NULL if there is none of this (canonical) name. */
struct user *user_index_find(const struct user_index *index, struct span name);

#endif
