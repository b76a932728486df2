/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table from byte strings to pointers, filled once and then read. */
#ifndef GATEPOST_STRMAP_H
#define GATEPOST_STRMAP_H

#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct strmap_slot;

/* All zero is an empty map. Keys and values are not owned. Reading a map that
 * nobody writes to is safe from any thread. */
struct strmap {
    struct strmap_slot *slots;
    size_t used, size;
    size_t longest; /* bytes of the longest key */
};

void strmap_clear(struct strmap *map);

/* Makes room for that many keys in one step. */
void strmap_reserve(struct strmap *map, size_t keys);

/* Adds key, or returns the value that the key already has and changes nothing.
 * NULL means that the key was new. value must not be NULL. */
void *strmap_add(struct strmap *map, struct span key, void *value);

/* NULL if the key is not there. */
void *strmap_find(const struct strmap *map, struct span key);

/* Calls visit() with each key, in no order. */
void strmap_each(const struct strmap *map,
                 void (*visit)(void *context, struct span key), void *context);

/* The hash runs from the last byte to the first, so that all endings of a
 * domain can be looked up in one pass over it. */
#define STRMAP_HASH_START UINT64_C(0xcbf29ce484222325)
static inline uint64_t strmap_hash_step(uint64_t hash, char byte)
{
    return (hash ^ (unsigned char)byte) * UINT64_C(0x100000001b3);
}
void *strmap_find_hashed(const struct strmap *map, struct span key, uint64_t hash);

#endif
