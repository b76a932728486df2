/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table of things by name: open addressing with linear probing. */
#include "nameindex.h"

#include <stdlib.h>

#include "strmap.h"

enum { FIRST_SIZE = 64 };

static uint32_t hash_of(struct span name)
{
    uint64_t hash = STRMAP_HASH_START;
    for (size_t i = 0; i < name.len; i++)
        hash = strmap_hash_step(hash, name.ptr[i]);
    hash ^= hash >> 32; /* FNV-1a is weak in its low bits */
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 32);
}

/* The slot of this name, or the free one where it would be. */
static size_t slot_for(const struct name_index *x, struct span name, uint32_t hash)
{
    size_t i = hash & (x->size - 1);
    while (x->slots[i] &&
           !(x->hashes[i] == hash && span_equal(x->name(x->slots[i]), name)))
        i = (i + 1) & (x->size - 1);
    return i;
}

static void grow(struct name_index *x)
{
    struct name_index larger = {
        .used = x->used, .size = x->size ? x->size * 2 : FIRST_SIZE, .name = x->name};
    larger.hashes = calloc(larger.size, sizeof *larger.hashes);
    larger.slots = calloc(larger.size, sizeof(*larger.slots));
    if (!larger.hashes || !larger.slots)
        abort();
    for (size_t i = 0; i < x->size; i++) {
        if (!x->slots[i])
            continue;
        size_t to = x->hashes[i] & (larger.size - 1);
        while (larger.slots[to])
            to = (to + 1) & (larger.size - 1);
        larger.slots[to] = x->slots[i];
        larger.hashes[to] = x->hashes[i];
    }
    name_index_clear(x);
    *x = larger;
}

void name_index_clear(struct name_index *x)
{
    free(x->hashes);
    free(x->slots);
    *x = (struct name_index){.name = x->name};
}

void *name_index_add(struct name_index *x, void *item)
{
    if (x->used >= x->size / 4 * 3)
        grow(x);
    uint32_t hash = hash_of(x->name(item));
    size_t i = slot_for(x, x->name(item), hash);
    if (x->slots[i])
        return x->slots[i];
    x->slots[i] = item;
    x->hashes[i] = hash;
    x->used++;
    return NULL;
}

void *name_index_find(const struct name_index *x, struct span name)
{
    if (x->used == 0)
        return NULL;
    return x->slots[slot_for(x, name, hash_of(name))];
}
