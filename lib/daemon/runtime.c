/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration in force, and those that transactions still hold. */
#include "runtime.h"

#include <pthread.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Held for a few instructions at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct edition *current, *idle;
static unsigned long generation;
static void (*tell_idle)(void);
static void *(*attach_extra)(const struct snapshot *);
static void (*detach_extra)(void *);

void runtime_on_idle(void (*on_idle)(void))
{
    tell_idle = on_idle;
}

void runtime_on_publish(void *(*attach)(const struct snapshot *),
                        void (*detach)(void *extra))
{
    attach_extra = attach;
    detach_extra = detach;
}

void runtime_publish(struct snapshot *snapshot)
{
    struct edition *edition = calloc(1, sizeof *edition);
    if (!edition)
        abort();
    edition->snapshot = snapshot;
    edition->tallies = counters_attach(snapshot);
    edition->extra = attach_extra ? attach_extra(snapshot) : NULL;
    snapshot->generation = ++generation;
    pthread_mutex_lock(&lock);
    struct edition *old = current;
    current = edition;
    if (old && old->pins == 0) {
        old->next = idle;
        idle = old;
    }
    pthread_mutex_unlock(&lock);
}

struct edition *runtime_pin(void)
{
    pthread_mutex_lock(&lock);
    struct edition *edition = current;
    edition->pins++;
    pthread_mutex_unlock(&lock);
    return edition;
}

void runtime_unpin(struct edition **edition)
{
    struct edition *e = *edition;
    bool over = false;
    *edition = NULL;
    if (!e)
        return;
    pthread_mutex_lock(&lock);
    if (--e->pins == 0 && e != current) {
        e->next = idle;
        idle = e;
        over = true;
    }
    pthread_mutex_unlock(&lock);
    if (over && tell_idle)
        tell_idle();
}

void runtime_reap(void)
{
    pthread_mutex_lock(&lock);
    struct edition *list = idle;
    idle = NULL;
    pthread_mutex_unlock(&lock);
    const bool any = list != NULL;
    while (list) {
        struct edition *next = list->next;
        if (detach_extra)
            detach_extra(list->extra);
        snapshot_free(&list->snapshot);
        free(list->tallies);
        free(list);
        list = next;
    }
#ifdef __GLIBC__
    if (any)
        malloc_trim(0); /* or what was freed would stay with the process */
#endif
}
