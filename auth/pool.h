/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that do work for many OUs, so that none takes them all: each has a lane of
 * its own, lanes take turns, and a lane has its share of the threads at the most. The
 * lanes of one tenant, who may have many OUs, are a group with a share of its own. */
#ifndef GATEPOST_POOL_H
#define GATEPOST_POOL_H

#include <stdbool.h>

#include "span.h"

struct pool;
struct lane;

/* Belongs to who submits it, and must stay until done() was called. */
struct job {
    void (*run)(struct job *job);      /* in a thread of the pool */
    void (*done)(struct job *job);     /* there, too, behind run() */
    void (*conclude)(struct job *job); /* by who gets it back from there */
    struct lane *lane;
    struct job *next;
};

struct pool_limits {
    unsigned threads;       /* at the most; they are started when needed */
    unsigned lane_threads;  /* of one lane at a time */
    unsigned group_threads; /* of one group at a time */
    unsigned queue;         /* jobs that wait */
    unsigned group_queue;   /* jobs of one group that wait */
};

/* NULL if there is no memory. Never freed. */
struct pool *pool_new(const struct pool_limits *limits);

/* The lane of that name, made if there is none, and then of that group. Never freed.
 * For one thread alone. */
struct lane *pool_lane(struct pool *pool, struct span name, struct span group);

/* False if the queue of the pool or of the group is full: nothing is called then. */
bool pool_submit(struct pool *pool, struct lane *lane, struct job *job);

#endif
