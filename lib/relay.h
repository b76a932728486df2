/* SPDX-License-Identifier: BSD-2-Clause */
/* Relay hosts: by which account our MTA proves there who it is. */
#ifndef GATEPOST_RELAY_H
#define GATEPOST_RELAY_H

#include "snapshot.h"

/* What is put before the names of transports, so that they cannot be those of others.
 */
#define RELAY_TRANSPORT_PREFIX "gatepost-"

/* NULL if there is none of the name, whatever the case of its letters. */
const struct relay *relay_find(const struct snapshot *snapshot, struct span name);

/* Is it for the mail of certain senders only? */
bool relay_is_for_senders(const struct relay *relay);

/* Is the mail of this sender, which may be the null sender, for it? */
enum match relay_claims_sender(const struct snapshot *snapshot,
                               const struct relay *relay, const struct address *sender);

/* Looks for the first of those for certain senders that claims this one, in *relay.
 * MATCH_UNKNOWN: one could not tell, and none before it does claim it. */
enum match relay_of_sender(const struct snapshot *snapshot,
                           const struct address *sender, const struct relay **relay);

/* The relay's host that a nexthop, as Postfix names it, is. *plainly: its port is
 * written with a leading zero, by which we tell the try without authentication. NULL if
 * it is none of the relay's. */
const struct relay_host *relay_host_of(const struct relay *relay, struct span nexthop,
                                       bool *plainly);

/* Is it the name, or the address, of one of the relay's hosts, whatever the port? */
bool relay_is_server(const struct relay *relay, struct span server);

/* Has it a host of this name by a port that the other one has not there, and demands
 * more of it, authentication or a certificate? */
bool relay_is_stricter(const struct relay *relay, const struct relay *other,
                       const char *name);

/* Room for the text of a host. */
enum { RELAY_HOST_TEXT = DOMAIN_MAX + 16 };

/* Writes the host as relay_host_of() tells for one that is to be used *plainly. */
void relay_host_plainly(const struct relay_host *host, char out[RELAY_HOST_TEXT]);

/* Sendmail has room for 25 mailers, some of which are its own: with more relays than
 * these, those that begin with the same port share one. */
enum { RELAY_MAILERS_MOST = 12, RELAY_MAILER_SIZE = 64 };

/* Writes the name of the relay's mailer in sendmail.mc. A mailer has one port, that of
 * the relay's first host. */
void relay_mailer(const struct snapshot *snapshot, const struct relay *relay,
                  char out[RELAY_MAILER_SIZE]);

/* Sendmail cuts off a list of hosts behind 255 bytes, and gives the mail back. */
enum { RELAY_MAILER_HOSTS_SIZE = 251 };

/* Writes the relay's hosts for that mailer, as "[a]:b": those of its port, as many as
 * there is room for. Returns how many. */
size_t relay_mailer_hosts(const struct relay *relay, char out[RELAY_MAILER_HOSTS_SIZE]);

/* Must the mail of this relay travel by TLS, even where nobody authenticates? */
bool relay_needs_tls(const struct relay *relay);

#endif
