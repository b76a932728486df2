/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table from byte strings to pointers, filled once and then read. */
#include "strmap.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* One line of the cache. A short key is in it, since with very many keys each fetch
 * from memory counts. */
enum { INLINE_KEY = 48 };

struct strmap_slot {
    void *value; /* NULL: the slot is free */
    uint32_t len, hash;
    union {
        char bytes[INLINE_KEY];
        const char *elsewhere;
    } key;
};

static_assert(sizeof(struct strmap_slot) == 64, "one line of the cache");

static const char *key_of(const struct strmap_slot *slot)
{
    return slot->len <= INLINE_KEY ? slot->key.bytes : slot->key.elsewhere;
}

static void set_key(struct strmap_slot *slot, struct span key)
{
    slot->len = (uint32_t)key.len;
    if (key.len > INLINE_KEY)
        slot->key.elsewhere = key.ptr;
    else if (key.len)
        memcpy(slot->key.bytes, key.ptr, key.len);
}

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
            (key.len == 0 || memcmp(key_of(slot), key.ptr, key.len) == 0))
            return slot;
    }
}

/* A large table is looked up all over: with huge pages, where there are any, that costs
 * fewer walks through page tables. */
static struct strmap_slot *new_table(size_t size)
{
    const size_t huge = 2 * 1024 * 1024, bytes = size * sizeof(struct strmap_slot);
    void *table =
        aligned_alloc(bytes < huge ? sizeof(struct strmap_slot) : huge, bytes);
    if (!table) {
        fputs("gatepost: out of memory\n", stderr);
        abort();
    }
#ifdef MADV_HUGEPAGE
    if (bytes >= huge)
        madvise(table, bytes, MADV_HUGEPAGE);
#endif
    return memset(table, 0, bytes);
}

static void resize(struct strmap *map, size_t size)
{
    struct strmap grown = {.size = size, .used = map->used, .longest = map->longest};
    grown.slots = new_table(size);
    for (size_t i = 0; i < map->size; i++) {
        const struct strmap_slot *s = &map->slots[i];
        if (s->value)
            *slot_for(&grown, (struct span){key_of(s), s->len}, s->hash) = *s;
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
    slot->value = value;
    slot->hash = hash;
    set_key(slot, key);
    map->used++;
    if (key.len > map->longest)
        map->longest = key.len;
    return NULL;
}

void strmap_each(const struct strmap *map,
                 void (*visit)(void *context, struct span key), void *context)
{
    for (size_t i = 0; i < map->size; i++)
        if (map->slots[i].value)
            visit(context, (struct span){key_of(&map->slots[i]), map->slots[i].len});
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
