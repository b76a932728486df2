/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that do work for many OUs, so that none takes them all. */
#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "strmap.h"

/* An idle thread ends after that; libcrypt, libldap and OpenSSL do with that stack. */
enum { IDLE_SECONDS = 30, STACK_BYTES = 1024 * 1024 };

struct group {
    unsigned waiting, running;
    char name[];
};

struct lane {
    struct group *group;
    struct job *first, *last; /* that wait */
    unsigned running;
    struct lane *next; /* among those that have a turn */
    bool queued;       /* it is among them */
    char name[];
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct pool_limits limits;
    unsigned threads, idle, waiting;
    struct lane *first, *last; /* lanes that have a turn, in turn */
    struct strmap lanes, groups;
};

struct pool *pool_new(const struct pool_limits *limits)
{
    struct pool *p = calloc(1, sizeof *p);
    pthread_condattr_t attributes;
    if (!p)
        return NULL;
    p->limits = *limits;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    return p;
}

static struct group *find_group(struct pool *p, struct span name)
{
    struct group *group = strmap_find(&p->groups, name);
    if (group)
        return group;
    group = calloc(1, sizeof *group + name.len);
    if (!group)
        abort();
    if (name.len)
        memcpy(group->name, name.ptr, name.len);
    strmap_add(&p->groups, (struct span){group->name, name.len}, group);
    return group;
}

struct lane *pool_lane(struct pool *p, struct span name, struct span group)
{
    struct lane *lane = strmap_find(&p->lanes, name);
    if (lane)
        return lane;
    lane = calloc(1, sizeof *lane + name.len);
    if (!lane)
        abort();
    lane->group = find_group(p, group);
    if (name.len)
        memcpy(lane->name, name.ptr, name.len);
    strmap_add(&p->lanes, (struct span){lane->name, name.len}, lane);
    return lane;
}

/* --- with the lock held --- */

/* Gives the lane a turn if it has a job and may have one more thread. */
static void queue_lane(struct pool *p, struct lane *lane)
{
    if (lane->queued || !lane->first || lane->running >= p->limits.lane_threads)
        return;
    lane->queued = true;
    lane->next = NULL;
    if (p->last)
        p->last->next = lane;
    else
        p->first = lane;
    p->last = lane;
}

/* The first lane whose group may have one more thread. */
static struct lane **find_turn(struct pool *p, struct lane **before)
{
    struct lane **link = &p->first;
    *before = NULL;
    while (*link && (*link)->group->running >= p->limits.group_threads) {
        *before = *link;
        link = &(*link)->next;
    }
    return link;
}

static struct lane *take_turn(struct pool *p)
{
    struct lane *before, **link = find_turn(p, &before), *lane = *link;
    if (!lane)
        return NULL;
    *link = lane->next;
    if (p->last == lane)
        p->last = before;
    lane->queued = false;
    return lane;
}

static struct job *take_job(struct pool *p)
{
    struct lane *lane = take_turn(p);
    if (!lane)
        return NULL;
    struct job *job = lane->first;
    lane->first = job->next;
    if (!lane->first)
        lane->last = NULL;
    lane->running++;
    lane->group->waiting--;
    lane->group->running++;
    p->waiting--;
    queue_lane(p, lane);
    return job;
}

static bool has_turn(struct pool *p)
{
    struct lane *before;
    return *find_turn(p, &before) != NULL;
}

/* False when it was idle for long. */
static bool wait_for_job(struct pool *p)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += IDLE_SECONDS;
    p->idle++;
    int rc = 0;
    while (!has_turn(p) && rc == 0)
        rc = pthread_cond_timedwait(&p->wake, &p->lock, &until);
    p->idle--;
    return has_turn(p);
}

/* --- threads --- */

static void *worker(void *argument)
{
    struct pool *p = argument;
    pthread_mutex_lock(&p->lock);
    do {
        struct job *job;
        while ((job = take_job(p)) != NULL) {
            struct lane *lane = job->lane;
            pthread_mutex_unlock(&p->lock);
            job->run(job);
            job->done(job); /* it may be gone now */
            pthread_mutex_lock(&p->lock);
            lane->running--;
            lane->group->running--;
            queue_lane(p, lane);
        }
    } while (wait_for_job(p));
    p->threads--;
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static bool start_thread(struct pool *p)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int rc = pthread_create(&thread, &attributes, worker, p);
    pthread_attr_destroy(&attributes);
    return rc == 0;
}

bool pool_submit(struct pool *p, struct lane *lane, struct job *job)
{
    job->lane = lane;
    job->next = NULL;
    pthread_mutex_lock(&p->lock);
    bool room =
        p->waiting < p->limits.queue && lane->group->waiting < p->limits.group_queue;
    if (room && p->idle <= p->waiting && p->threads < p->limits.threads &&
        start_thread(p))
        p->threads++;
    room = room && p->threads > 0;
    if (room) {
        if (lane->last)
            lane->last->next = job;
        else
            lane->first = job;
        lane->last = job;
        lane->group->waiting++;
        p->waiting++;
        queue_lane(p, lane);
    }
    pthread_mutex_unlock(&p->lock);
    if (room)
        pthread_cond_signal(&p->wake); /* who wakes up finds the lock free */
    return room;
}
