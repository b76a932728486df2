/* SPDX-License-Identifier: BSD-2-Clause */
/* What a candidate configuration would change, summed up. */
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>

static void *must_alloc(void *p)
{
    if (!p) {
        fputs("gatepost: out of memory\n", stderr);
        abort();
    }
    return p;
}

static struct span cut(struct span text)
{
    return (struct span){text.ptr, text.len < TALLY_TEXT ? text.len : TALLY_TEXT};
}

void tallies_start(struct tallies *t)
{
    *t = (struct tallies){.totals = {0}};
    pthread_mutex_init(&t->lock, NULL);
}

/* --- examples --- */

/* In one piece with its texts. */
static struct example *copy_example(const struct example *e)
{
    size_t size = sizeof *e;
    for (size_t i = 0; i < EXAMPLE_TEXTS; i++)
        size += cut(e->texts[i]).len;
    struct example *copy = must_alloc(malloc(size));
    char *bytes = (char *)(copy + 1);
    *copy = *e;
    copy->users = 0;
    for (size_t i = 0; i < EXAMPLE_TEXTS; i++) {
        struct span text = cut(e->texts[i]);
        if (text.len)
            memcpy(bytes, text.ptr, text.len);
        copy->texts[i] = (struct span){bytes, text.len};
        bytes += text.len;
    }
    return copy;
}

static void drop_example(struct example *e)
{
    if (e && --e->users == 0)
        free(e);
}

static bool is_before(const struct example *a, const struct example *b)
{
    return a->file < b->file || (a->file == b->file && a->line < b->line);
}

/* --- counting; lock is held --- */

static struct tally *new_tally(struct tally_table *table, struct span key)
{
    struct tally *tally = must_alloc(calloc(1, sizeof *tally + key.len));
    char *bytes = (char *)(tally + 1);
    if (key.len)
        memcpy(bytes, key.ptr, key.len);
    tally->key = (struct span){bytes, key.len};
    strmap_add(&table->map, tally->key, tally);
    if (table->used == table->size) {
        table->size = table->size ? table->size * 2 : 16;
        table->tallies =
            must_alloc(realloc(table->tallies, table->size * sizeof *table->tallies));
    }
    return table->tallies[table->used++] = tally;
}

/* NULL: there are too many keys for another one. */
static struct tally *tally_of(struct tallies *t, enum change change,
                              enum dimension dimension, struct span key)
{
    struct tally_table *table = &t->tables[change][dimension];
    struct tally *tally = strmap_find(&table->map, key);
    if (tally || t->keys[dimension] == TALLY_KEYS)
        return tally;
    t->keys[dimension]++;
    return new_tally(table, key);
}

void tally_add(struct tallies *t, enum change change,
               const struct span keys[DIMENSIONS], const struct example *example)
{
    struct example *copy = NULL;
    pthread_mutex_lock(&t->lock);
    t->totals[change]++;
    for (enum dimension d = 0; d < DIMENSIONS; d++) {
        struct tally *tally = tally_of(t, change, d, cut(keys[d]));
        if (!tally) {
            t->tables[change][d].others++;
            continue;
        }
        tally->count++;
        if (tally->example && !is_before(example, tally->example))
            continue;
        if (!copy)
            copy = copy_example(example);
        copy->users++;
        drop_example(tally->example);
        tally->example = copy;
    }
    pthread_mutex_unlock(&t->lock);
}

/* --- in the end --- */

static int by_count(const void *a, const void *b)
{
    const struct tally *left = *(struct tally *const *)a;
    const struct tally *right = *(struct tally *const *)b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    size_t least = left->key.len < right->key.len ? left->key.len : right->key.len;
    int order = least ? memcmp(left->key.ptr, right->key.ptr, least) : 0;
    if (order != 0 || left->key.len == right->key.len)
        return order;
    return left->key.len < right->key.len ? -1 : 1;
}

void tallies_sort(struct tallies *t)
{
    for (enum change c = 0; c < CHANGES; c++)
        for (enum dimension d = 0; d < DIMENSIONS; d++) {
            struct tally_table *table = &t->tables[c][d];
            if (table->used)
                qsort(table->tallies, table->used, sizeof *table->tallies, by_count);
        }
}

static void clear_table(struct tally_table *table)
{
    for (size_t i = 0; i < table->used; i++) {
        drop_example(table->tallies[i]->example);
        free(table->tallies[i]);
    }
    free(table->tallies);
    strmap_clear(&table->map);
}

void tallies_clear(struct tallies *t)
{
    for (enum change c = 0; c < CHANGES; c++)
        for (enum dimension d = 0; d < DIMENSIONS; d++)
            clear_table(&t->tables[c][d]);
    pthread_mutex_destroy(&t->lock);
}
