/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeping what is secret in this process. */
#ifndef GATEPOST_PROTECT_H
#define GATEPOST_PROTECT_H

#include <stddef.h>

/* As much locked memory as the hard limit allows, or any amount; the latter needs
 * privileges. */
void protect_allow_locking(void);

/* No core dumps, and no debugger but root's. To be called when the user is the last
 * one. */
void protect_process(void);

/* Blocks of one size in memory that no swap device gets to see, where that is allowed.
 * All zero but for block_bytes is a pool without any. For one thread alone. */
struct locked_pool {
    size_t block_bytes;
    struct locked_block *free;
};

/* Zeroed. NULL if there is no memory. */
void *locked_take(struct locked_pool *pool);

/* Wipes the block. */
void locked_give(struct locked_pool *pool, void *block);

#endif
