/* SPDX-License-Identifier: BSD-2-Clause */
/* Tries to log in at a relay host as a delivery would, in a thread of its own. */
#ifndef GATEPOST_AUTH_RELAYTRY_H
#define GATEPOST_AUTH_RELAYTRY_H

#include "pool.h"
#include "relay.h"
#include "runtime.h"

enum { RELAY_TRIES_MOST = 32, RELAY_TRY_WORDS = 320 };

struct relay_try_order {
    struct edition *edition; /* pinned, and taken over if the try can be made */
    const struct relay *relay;
    /* Of the host: its name in the configuration, what the MTA calls the server that it
     * leads to, and the IP address of that one. */
    const char *host, *server, *address;
    int64_t deadline; /* see deadline.h */
    /* In the thread that all is handed over to. Why it failed: any bytes but NUL, never
     * a secret; NULL: we are logged in. */
    void (*ended)(void *context, const struct relay *relay, const char *fault);
    void *context;
};

/* Tries come back by hand_over(), called in a thread of theirs, and are then to be
 * concluded. False if there is no memory. */
bool relay_tries_start(void (*hand_over)(struct job *));

/* Are all mechanisms of the relay among those that a try can use? Else it would tell
 * nothing of what an MTA can. */
bool relay_try_can(const struct relay *relay);

/* Does not block. The password must be known, and no more than RELAY_TRIES_MOST run.
 * False if it cannot be made: there is no memory, or no thread. */
bool relay_try(const struct relay_try_order *order);

#endif
