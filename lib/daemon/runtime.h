/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration in force, and those that transactions still hold. */
#ifndef GATEPOST_RUNTIME_H
#define GATEPOST_RUNTIME_H

#include "counters.h"
#include "snapshot.h"

/* A snapshot in use. Counted; the count is runtime.c's own. */
struct edition {
    struct snapshot *snapshot;
    struct tally **tallies; /* by index of OU */
    void *extra;            /* what the program made of the snapshot; see below */
    atomic_bool warned;     /* of what is said once for each edition */
    unsigned long pins;
    struct edition *next;
};

/* Puts a snapshot in force and takes it over. Numbers it. Called by one thread. */
void runtime_publish(struct snapshot *snapshot);

/* The newest edition. It stays until it is given back; neither call blocks. */
struct edition *runtime_pin(void);
void runtime_unpin(struct edition **edition);

/* Frees the editions that nobody holds any more. Slow for large ones, hence not done
 * by who gives the last one back; on_idle is called to say that it is time. */
void runtime_reap(void);
void runtime_on_idle(void (*on_idle)(void));

/* What a program keeps beside each snapshot: made by attach() as it is published,
 * ended by detach() as it is reaped. To be set before the first one. */
void runtime_on_publish(void *(*attach)(const struct snapshot *),
                        void (*detach)(void *extra));

#endif
