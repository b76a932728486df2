/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for auth/connection.c: connections without sockets. What is written is told
 * to the fuzz target at once; each message is read from memory of exactly its size. */
#ifndef GATEPOST_STUB_CONNECTION_H
#define GATEPOST_STUB_CONNECTION_H

#include "connection.h"

enum { STUB_CONNECTIONS = 2 };

struct stub_watch {
    /* A message was read, or the connection ended: consumed is 0 if it is not whole. */
    void (*before)(unsigned slot, struct span input);
    void (*after)(unsigned slot, struct span input, size_t consumed);
    void (*written)(unsigned slot, struct span bytes);
    void (*closed)(unsigned slot);
};

/* Opens the connection of that slot, which has none. */
void stub_open(unsigned slot, const struct protocol *protocol,
               const struct stub_watch *watch);

/* NULL: it has ended. */
struct connection *stub_connection(unsigned slot);

/* The client sends; nothing if it has ended. */
void stub_feed(unsigned slot, struct span bytes);

/* The client goes away. */
void stub_hang_up(unsigned slot);

#endif
