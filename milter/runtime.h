/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration in force, and those that transactions still hold. */
#ifndef GATEPOST_RUNTIME_H
#define GATEPOST_RUNTIME_H

#include "counters.h"
#include "snapshot.h"

/* A snapshot in use. Counted; the count is runtime.c's own. */
struct edition {
    struct snapshot *snapshot;
    struct tally **tallies;   /* by index of OU */
    atomic_bool macro_warned; /* a missing {auth_authen} was told of */
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

#endif
