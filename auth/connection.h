/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections of MTAs. All of it belongs to the one thread that serves them. */
#ifndef GATEPOST_CONNECTION_H
#define GATEPOST_CONNECTION_H

#include <ev.h>
#include <stdint.h>
#include <sys/types.h>

#include "span.h"

struct connection;
struct request;

/* One of the languages spoken. */
struct protocol {
    const char *name;
    size_t input_most;   /* bytes of one message; more end the connection */
    double idle_seconds; /* without a message; 0: it may be idle */
    void (*opened)(struct connection *connection);
    /* Takes one message from the input. Returns its length, or 0 if it is not whole. */
    size_t (*message)(struct connection *connection, struct span input);
    void (*answer)(struct connection *connection, const struct request *request);
    void (*closed)(struct connection *connection); /* it ends; may be NULL */
};

struct buffer {
    char *bytes;
    size_t len, size;
};

struct connection {
    struct connection *next, *previous;
    const struct protocol *protocol;
    int fd;
    ev_io reader, writer;
    ev_timer idle;
    struct buffer in, out;
    struct request *requests; /* not yet answered, newest first */
    unsigned request_count;
    unsigned state;       /* the protocol's own, 0 at the start */
    void *own;            /* as well, NULL at the start */
    unsigned long number; /* since the start, from 1 */
    ev_tstamp active;     /* when the last message came */
    bool awaiting;        /* an answer, before which no more messages are read */
    bool paused;          /* until some of its requests are answered */
    bool finishing;       /* once all is answered */
    bool ending;          /* once all is written */
    bool doomed;          /* at once */
    bool busy;            /* an event is being served: it will be settled */
};

/* Takes over fd, which does not block. NULL if there is no memory; then fd is closed.
 */
struct connection *connection_open(struct ev_loop *loop, int fd,
                                   const struct protocol *protocol);

/* Queues bytes, and writes what can be written. A client that does not read loses its
 * connection. */
void connection_write(struct connection *connection, const char *bytes, size_t len);
void connection_printf(struct connection *connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The answer to the message that is being taken comes later, with connection_answered()
 * behind it; until then none is read. The connection may end before: closed() of the
 * protocol has to see to it that it is not answered then. */
void connection_await(struct connection *connection);
void connection_answered(struct connection *connection); /* may free it */

/* No more messages are read. end: after all is written; doom: without. Neither frees
 * it: that does connection_settle(), which every event must end with. */
void connection_end(struct connection *connection);
void connection_doom(struct connection *connection);
void connection_settle(struct connection *connection);

/* How many there are. With too many, the one that has been idle for the longest time
 * has to go; false if all of them wait for answers. */
unsigned connection_count(void);
bool connection_make_room(unsigned most);

/* Ends those that wait for nothing, and the others as they are answered. */
void connections_finish(void);

#endif
