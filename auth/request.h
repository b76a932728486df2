/* SPDX-License-Identifier: BSD-2-Clause */
/* An attempt to log in on its way from a connection through the pools and back. All of
 * it but the running of jobs belongs to the thread that serves connections. */
#ifndef GATEPOST_REQUEST_H
#define GATEPOST_REQUEST_H

#include <ev.h>

#include "attempt.h"
#include "connection.h"
#include "mechanism.h"
#include "pool.h"
#include "runtime.h"

enum request_state {
    REQUEST_UNFINISHED, /* the client has not told all */
    REQUEST_RUNNING,    /* a pool has it */
    REQUEST_HELD,       /* whether it is within the limits depends on others */
    REQUEST_DELAYED,    /* its answer is made to look like others */
};

struct request {
    struct request *next;
    struct request *next_held;
    struct connection *connection; /* NULL: nobody waits any more */
    struct edition *edition;       /* once it runs */
    enum request_state state;
    bool logged;
    bool entered;                      /* the limits know of it */
    bool slow;                         /* it waits for other servers */
    bool skipped;                      /* a pool had it for too long */
    unsigned long id;                  /* of the Dovecot protocol */
    const struct mechanism *mechanism; /* of the Dovecot protocol */
    int mechanism_state;
    ev_timer timer;
    struct job job;
    enum attempt_next stage; /* of the pool that has it */
    struct attempt attempt;
};

/* Starts the pools. jobs come back by job_done(), called in a thread of theirs, and are
 * then to be concluded. False if there is no memory. */
bool requests_start(struct ev_loop *loop, unsigned workers,
                    void (*job_done)(struct job *));

/* A request of this connection, not finished yet; it is dropped after some minutes.
 * NULL if there are too many, or no memory. */
struct request *request_new(struct connection *connection);

/* All is told: decides it, and answers by way of the connection's protocol, now or
 * later. */
void request_run(struct request *request);

/* All that was to be found is found, as when it came back from a pool. */
void request_conclude(struct request *request);

/* Drops one that is not finished. */
void request_cancel(struct request *request);

/* The connection is gone: nobody is answered any more. */
void requests_abandon(struct connection *connection);

/* Is one of the connection's on its way? */
bool requests_running(const struct connection *connection);

/* Those on their way, whoever waits for them; from any thread. */
unsigned requests_count(void);

#endif
