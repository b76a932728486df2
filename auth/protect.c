/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeping what is secret in this process. */
#include "protect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "logger.h"

/* Memory is locked by the page, and asked for by so many blocks. */
enum { BLOCKS_AT_ONCE = 16 };

struct locked_block {
    struct locked_block *next;
};

void protect_allow_locking(void)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_MEMLOCK, &limit) == 0 ||
        getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_MEMLOCK, &limit);
}

void protect_process(void)
{
    const struct rlimit nothing = {0, 0};
    setrlimit(RLIMIT_CORE, &nothing);
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

static void warn_once(void)
{
    static bool warned;
    if (!warned)
        logger_message(LOG_LEVEL_WARNING,
                       "memory cannot be locked, so that a password may get to swap: "
                       "see RLIMIT_MEMLOCK: %s",
                       strerror(errno));
    warned = true;
}

/* All of mlockall() would be too much: it slows down the large and short-lived memory
 * of each yescrypt hash. */
static bool add_blocks(struct locked_pool *pool)
{
    const size_t size = pool->block_bytes * BLOCKS_AT_ONCE;
    char *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    if (mlock(memory, size) != 0)
        warn_once();
    for (size_t at = 0; at < size; at += pool->block_bytes) {
        struct locked_block *block = (struct locked_block *)(void *)(memory + at);
        block->next = pool->free;
        pool->free = block;
    }
    return true;
}

/* AddressSanitizer is to see each block that is used after its end. */
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { ONE_BY_ONE = 1 };
#else
enum { ONE_BY_ONE = 0 };
#endif

void *locked_take(struct locked_pool *pool)
{
    if (ONE_BY_ONE)
        return calloc(1, pool->block_bytes);
    if (!pool->free && !add_blocks(pool))
        return NULL;
    struct locked_block *block = pool->free;
    pool->free = block->next;
    block->next = NULL;
    return block;
}

void locked_give(struct locked_pool *pool, void *memory)
{
    struct locked_block *block = memory;
    explicit_bzero(block, pool->block_bytes);
    if (ONE_BY_ONE) {
        free(memory);
        return;
    }
    block->next = pool->free;
    pool->free = block;
}
