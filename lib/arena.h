/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is given back all at once. */
#ifndef GATEPOST_ARENA_H
#define GATEPOST_ARENA_H

#include <stddef.h>

#include "span.h"

struct arena;

/* The caller owns the arena and ends it with arena_free(). Running out of
 * memory ends the process: a configuration that does not fit cannot be half
 * loaded, and nothing on a decision's way allocates here. */
struct arena *arena_new(void);

/* One for secrets: its memory is wiped before it is given back. */
struct arena *arena_new_wiped(void);
void arena_free(struct arena **arena);

/* Zeroed, aligned for any type, valid until arena_free(). */
void *arena_alloc(struct arena *arena, size_t size);

/* A NUL-terminated copy. */
char *arena_copy(struct arena *arena, struct span text);
struct span arena_span(struct arena *arena, struct span text);

/* As arena_span(), with ASCII upper case folded to lower. */
struct span arena_fold(struct arena *arena, struct span text);

/* Calls release(object) when the arena is freed, newest first. */
void arena_defer(struct arena *arena, void (*release)(void *), void *object);

#endif
