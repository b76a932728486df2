/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may send as whom, by address. */
#include "sendermap.h"

#include "nameindex.h"

struct sender_map {
    struct name_index by_key;
    const struct sender_entry *first, **last;
};

static struct span key_of(const void *entry)
{
    return sender_entry_key(entry);
}

static void release(void *map)
{
    name_index_clear(&((struct sender_map *)map)->by_key);
}

struct sender_map *sender_map_new(struct arena *arena)
{
    struct sender_map *map = arena_alloc(arena, sizeof *map);
    map->by_key.name = key_of;
    map->last = &map->first;
    arena_defer(arena, release, map);
    return map;
}

const struct sender_entry *sender_map_add(struct sender_map *map,
                                          struct sender_entry *entry)
{
    const struct sender_entry *other = name_index_add(&map->by_key, entry);
    if (other)
        return other;
    *map->last = entry;
    map->last = &entry->next;
    return NULL;
}

const struct sender_entry *sender_map_first(const struct sender_map *map)
{
    return map ? map->first : NULL;
}

const struct sender_entry *sender_map_find(const struct sender_map *map,
                                           const struct address *address,
                                           const char *delimiters)
{
    struct address cut;
    if (!map || !address_has_domain(address))
        return NULL;
    const struct sender_entry *entry =
        name_index_find(&map->by_key, address_text(address));
    if (!entry && address_without_extension(address, delimiters, &cut))
        entry = name_index_find(&map->by_key, address_text(&cut));
    if (!entry)
        entry =
            name_index_find(&map->by_key, span_cut(address_text(address),
                                                   address->local_len, address->len));
    return entry;
}

bool sender_entry_lists(const struct sender_entry *entry, struct span login)
{
    const char *text = entry->text + entry->key_len + 1;
    for (unsigned i = 0; i < entry->login_count; i++) {
        struct span one = span_of(text);
        if (span_equal(one, login))
            return true;
        text += one.len + 1;
    }
    return false;
}

void sender_entry_each(const struct sender_entry *entry,
                       void (*visit)(void *context, struct span login), void *context)
{
    const char *text = entry->text + entry->key_len + 1;
    for (unsigned i = 0; i < entry->login_count; i++) {
        struct span one = span_of(text);
        visit(context, one);
        text += one.len + 1;
    }
}
