/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table of things that know their names: twelve bytes a slot, since there may be
 * a million. */
#ifndef GATEPOST_NAMEINDEX_H
#define GATEPOST_NAMEINDEX_H

#include <stddef.h>
#include <stdint.h>

#include "span.h"

/* All zero but for name is an empty index. Items are not owned, and stay where they
 * are. Reading one that nobody adds to is safe from any thread. */
struct name_index {
    uint32_t *hashes; /* beside the items, so that most misses touch no item */
    void **slots;
    size_t used, size;
    struct span (*name)(const void *item);
};

void name_index_clear(struct name_index *index);

/* Adds an item, or returns the one that has this name and changes nothing. */
void *name_index_add(struct name_index *index, void *item);

/* NULL if there is none of this (canonical) name. */
void *name_index_find(const struct name_index *index, struct span name);

#endif
