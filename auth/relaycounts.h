/* SPDX-License-Identifier: BSD-2-Clause */
/* What happened at relay_socket, relay by relay. Counts are kept by the relay's name
 * and outlive configurations. From any thread; nothing blocks. */
#ifndef GATEPOST_AUTH_RELAYCOUNTS_H
#define GATEPOST_AUTH_RELAYCOUNTS_H

#include <jansson.h>

#include "relayreplies.h"

/* Credentials were given out for this key. */
void relay_count_served(const struct relay *relay, struct span key);

/* They were not, or a mail was held, for a reason that an admin understands. */
void relay_count_denied(const struct relay *relay, const char *reason);

/* A mail goes without authentication, where that is allowed. */
void relay_count_without(const struct relay *relay, const char *reason);

/* What the relay host said to AUTH. */
void relay_count_answer(const struct relay *relay, bool good, struct span line);

/* Somebody connected who may not. */
void relay_count_stranger(void);

/* Those of a new snapshot are about to be in force: of relays that have other hosts,
 * another account or password now, what was last is forgotten; it told of another one.
 * The snapshot is looked at again by the next call. */
void relay_counts_renew(const struct snapshot *snapshot);

/* Adds the keys relays (of the snapshot) and relay_peers_denied. */
void relay_counts_report(const struct snapshot *snapshot, json_t *object);

#endif
