/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is given back all at once. */
#include "arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

#include "ascii.h"

/* Chunks double from the first to the last size, so that a small arena is cheap. */
enum { FIRST_CHUNK = 4 * 1024, LAST_CHUNK = 256 * 1024 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

struct deferred {
    struct deferred *next;
    void (*release)(void *);
    void *object;
};

struct arena {
    struct chunk *chunks;
    struct deferred *deferred;
    size_t chunk_bytes;
    bool wiped;
};

static void *must_alloc(size_t size)
{
    void *p = calloc(1, size);
    if (!p) {
        fputs("gatepost: out of memory\n", stderr);
        abort();
    }
    return p;
}

struct arena *arena_new(void)
{
    struct arena *a = must_alloc(sizeof *a);
    a->chunk_bytes = FIRST_CHUNK;
    return a;
}

struct arena *arena_new_wiped(void)
{
    struct arena *a = arena_new();
    a->wiped = true;
    return a;
}

void arena_free(struct arena **arena)
{
    struct arena *a = *arena;
    if (!a)
        return;
    for (struct deferred *d = a->deferred; d; d = d->next)
        d->release(d->object);
    for (struct chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        if (a->wiped)
            explicit_bzero(c->bytes, c->used);
        free(c);
    }
    free(a);
    *arena = NULL;
}

static struct chunk *chunk_add(struct arena *a, size_t size)
{
    bool large = size > a->chunk_bytes / 4;
    size_t room = large ? size : a->chunk_bytes;
    struct chunk *c = must_alloc(sizeof *c + room);
    c->size = room;
    /* A large block goes behind the current chunk, whose room is still good. */
    if (!large && a->chunk_bytes < LAST_CHUNK)
        a->chunk_bytes *= 2;
    if (a->chunks && large) {
        c->next = a->chunks->next;
        a->chunks->next = c;
    } else {
        c->next = a->chunks;
        a->chunks = c;
    }
    return c;
}

static void *carve(struct arena *a, size_t size, size_t align)
{
    struct chunk *c = a->chunks;
    size_t start = c ? (c->used + align - 1) & ~(align - 1) : 0;
    if (!c || start > c->size || size > c->size - start) {
        c = chunk_add(a, size);
        start = 0;
    }
    c->used = start + size;
    return c->bytes + start;
}

void *arena_alloc(struct arena *a, size_t size)
{
    return carve(a, size, alignof(max_align_t));
}

char *arena_copy(struct arena *a, struct span text)
{
    char *p = carve(a, text.len + 1, 1);
    if (text.len)
        memcpy(p, text.ptr, text.len);
    p[text.len] = '\0';
    return p;
}

struct span arena_span(struct arena *a, struct span text)
{
    return (struct span){arena_copy(a, text), text.len};
}

struct span arena_fold(struct arena *a, struct span text)
{
    char *p = arena_copy(a, text);
    ascii_fold_into(p, p, text.len);
    return (struct span){p, text.len};
}

void arena_defer(struct arena *a, void (*release)(void *), void *object)
{
    struct deferred *d = arena_alloc(a, sizeof *d);
    *d = (struct deferred){a->deferred, release, object};
    a->deferred = d;
}
