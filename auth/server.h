/* SPDX-License-Identifier: BSD-2-Clause */
/* The thread that serves the MTAs. */
#ifndef GATEPOST_SERVER_H
#define GATEPOST_SERVER_H

#include <stdbool.h>

#include "peer.h"
#include "protocols.h"

enum { LISTENERS_MOST = 4 };

struct listener {
    int fd; /* listening, does not block */
    const struct protocol *protocol;
    const struct peer_access *access; /* NULL: whoever can connect may */
};

/* Starts the thread. workers as auth_workers. False if that fails. */
bool server_start(const struct listener *listeners, unsigned count, unsigned workers);

/* Stops listening, has what is being answered answered, and waits for that. */
void server_stop(void);

/* Connections now and since the start; from any thread. */
struct server_counts {
    unsigned long open, total;
};
struct server_counts server_count(void);

#endif
