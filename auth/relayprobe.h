/* SPDX-License-Identifier: BSD-2-Clause */
/* Speaks to a relay host as a delivery would, up to the first MAIL, and tells each
 * step.
 */
#ifndef GATEPOST_RELAYPROBE_H
#define GATEPOST_RELAYPROBE_H

#include <netinet/in.h>
#include <stdint.h>

#include "certificate.h"
#include "relay.h"
#include "target.h"

enum { PROBE_WORDS = 320 };

/* How one try to deliver there would go on. */
enum probe_end {
    PROBE_FAILS = 1,       /* not at all: the next host has its turn */
    PROBE_UNAUTHENTICATED, /* with MAIL, by nobody */
    PROBE_AUTHENTICATED,   /* with MAIL, by our account */
};

struct probe_try {
    enum probe_end end;
    bool tls;
    char reason[PROBE_WORDS]; /* why nobody is authenticated: any bytes but NUL */
};

struct probe_step {
    const char *name;
    enum probe_outcome {
        STEP_GOOD = 1,
        STEP_BAD,
        STEP_NOTED /* it is as it is; nothing is demanded */
    } outcome;
    const char *words; /* the server's, or ours: any bytes but NUL, never a secret */
    int64_t ms;
};

/* What is to be done. */
struct probe_order {
    const struct relay *relay;
    const struct relay_host *host;
    const char *server;  /* the host's name, or that of its MX */
    const char *address; /* where to connect to; NULL: wherever that name leads */
    const struct tls_trust *trust;
    bool implicit_tls;
    unsigned seconds; /* for each step; a look-up of a name may take longer */
    int64_t deadline; /* of all steps, see deadline.h; 0: none */
    void (*tell)(void *context, const struct probe_step *step);
    void *context;
};

/* What came of it. */
struct probe_result {
    struct probe_try first;  /* authenticates unless that is disabled */
    struct probe_try second; /* of `enabled`: the one that never does */
    char address[INET6_ADDRSTRLEN];
    struct certificate certificate;
};

/* Blocks. The password must be known unless authentication is disabled. */
void relay_probe(const struct probe_order *order, struct probe_result *result);

#endif
