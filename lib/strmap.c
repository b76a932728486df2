/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table from byte strings to pointers, filled once and then read. */
#include "strmap.h"

#include <stdio.h>
#include <stdlib.h>

struct strmap_slot {
    const char *key;
    void *value; /* NULL: the slot is free */
    uint32_t len, hash;
};

/* FNV-1a is weak in its low bits; the table uses the low bits. */
static uint32_t mix(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 32);
}

static uint64_t hash_of(struct span key)
{
    uint64_t hash = STRMAP_HASH_START;
    for (size_t i = key.len; i > 0; i--)
        hash = strmap_hash_step(hash, key.ptr[i - 1]);
    return hash;
}

static struct strmap_slot *slot_for(const struct strmap *map, struct span key,
                                    uint32_t hash)
{
    size_t mask = map->size - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct strmap_slot *slot = &map->slots[i];
        if (!slot->value)
            return slot;
        if (slot->hash == hash && slot->len == key.len &&
            (key.len == 0 || memcmp(slot->key, key.ptr, key.len) == 0))
            return slot;
    }
}

static void resize(struct strmap *map, size_t size)
{
    struct strmap grown = {.size = size, .used = map->used, .longest = map->longest};
    grown.slots = calloc(size, sizeof *grown.slots);
    if (!grown.slots) {
        fputs("gatepost: out of memory\n", stderr);
        abort();
    }
    for (size_t i = 0; i < map->size; i++) {
        const struct strmap_slot *s = &map->slots[i];
        if (s->value)
            *slot_for(&grown, (struct span){s->key, s->len}, s->hash) = *s;
    }
    free(map->slots);
    *map = grown;
}

void strmap_reserve(struct strmap *map, size_t keys)
{
    size_t size = map->size ? map->size : 4;
    while (keys > size / 4 * 3)
        size *= 2;
    if (size != map->size)
        resize(map, size);
}

void strmap_clear(struct strmap *map)
{
    free(map->slots);
    *map = (struct strmap){0};
}

void *strmap_add(struct strmap *map, struct span key, void *value)
{
    uint32_t hash = mix(hash_of(key));
    strmap_reserve(map, map->used + 1);
    struct strmap_slot *slot = slot_for(map, key, hash);
    if (slot->value)
        return slot->value;
    *slot = (struct strmap_slot){key.ptr, value, (uint32_t)key.len, hash};
    map->used++;
    if (key.len > map->longest)
        map->longest = key.len;
    return NULL;
}

void *strmap_find_hashed(const struct strmap *map, struct span key, uint64_t hash)
{
    if (map->used == 0 || key.len > map->longest)
        return NULL;
    return slot_for(map, key, mix(hash))->value;
}

void *strmap_find(const struct strmap *map, struct span key)
{
    if (map->used == 0 || key.len > map->longest)
        return NULL;
    return strmap_find_hashed(map, key, hash_of(key));
}
