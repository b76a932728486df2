/* SPDX-License-Identifier: BSD-2-Clause */
/* The SASL mechanisms: how a client tells its name and its password. */
#ifndef GATEPOST_MECHANISM_H
#define GATEPOST_MECHANISM_H

#include "span.h"

struct attempt;

enum mechanism_step {
    MECHANISM_MORE, /* the challenge is to be sent, and an answer to come back */
    MECHANISM_DONE, /* the attempt has what it needs, or is malformed */
};

struct mechanism {
    const char *name;  /* RFC 4422 */
    const char *flags; /* what the Dovecot protocol says of it */
    /* Takes one message of the client, decoded; absent (NULL ptr) is none, at the
     * start. *state is 0 at the start and the mechanism's own. The challenge is static,
     * not encoded. */
    enum mechanism_step (*step)(struct attempt *attempt, int *state,
                                struct span message, const char **challenge);
};

/* Ends with one without a name. */
extern const struct mechanism mechanisms[];

/* NULL if there is none of this name; ASCII case does not matter. */
const struct mechanism *mechanism_find(struct span name);

#endif
