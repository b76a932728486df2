/* SPDX-License-Identifier: BSD-2-Clause */
/* Which interfaces sessions can get, and what may be done there. For the checks of a
 * whole configuration. */
#ifndef GATEPOST_REACH_H
#define GATEPOST_REACH_H

#include "schema.h"

/* Lives in the arena of the load. */
struct reach {
    const struct interface **all; /* in order, up to the first for all; the default */
    size_t count;
    bool takes_logins; /* one of them does */
};

/* Looks at the interfaces as they were read. */
struct reach reach_find(struct load *load);

/* Is it sure that sessions with a login are refused there? Not so where monitor mode
 * holds that back. */
bool reach_refuses_logins(const struct snapshot *snapshot,
                          const struct interface *interface);

/* Does monitor mode hold back the rules of its sessions? */
bool reach_is_monitored(const struct snapshot *snapshot,
                        const struct interface *interface);

#endif
