/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may send as whom, by address: the table that senders_file fills. */
#ifndef GATEPOST_SENDERMAP_H
#define GATEPOST_SENDERMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "arena.h"
#include "source.h"
#include "span.h"

/* The logins that may send as one address. There may be a million of them. */
struct sender_entry {
    const struct sender_entry *next; /* in the order read */
    const char *file;
    unsigned line;
    unsigned login_count;
    uint16_t key_len;
    char text[]; /* the key and a NUL, then each login and its NUL, all canonical */
};

struct sender_map;

/* Lives in the arena, which must outlive it. */
struct sender_map *sender_map_new(struct arena *arena);

/* Adds an entry (of the same arena), or returns the one that has its key and changes
 * nothing. */
const struct sender_entry *sender_map_add(struct sender_map *map,
                                          struct sender_entry *entry);

/* The first entry, NULL if there is none; the others follow by next. */
const struct sender_entry *sender_map_first(const struct sender_map *map);

/* The entry that decides about an address, as Postfix finds it in
 * smtpd_sender_login_maps: that of the whole address, else that without the extension
 * behind a delimiter, else that of "@domain". NULL if there is none, or no map. */
const struct sender_entry *sender_map_find(const struct sender_map *map,
                                           const struct address *address,
                                           const char *delimiters);

/* Does the entry list this (canonical) login? */
bool sender_entry_lists(const struct sender_entry *entry, struct span login);

/* Calls visit() with each login of the entry, in the order written. */
void sender_entry_each(const struct sender_entry *entry,
                       void (*visit)(void *context, struct span login), void *context);

static inline struct span sender_entry_key(const struct sender_entry *entry)
{
    return (struct span){entry->text, entry->key_len};
}

static inline struct source sender_entry_source(const struct sender_entry *entry)
{
    return (struct source){entry->file, entry->line};
}

#endif
