/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a relay host accept our login at present? Sendmail goes on without, where it
 * does not, and takes what is said to its MAIL then for the last word. So gatepost-auth
 * tries it beforehand; what came of that counts for some seconds.
 *
 * Only the server's thread comes here. */
#ifndef GATEPOST_AUTH_RELAYLOGINS_H
#define GATEPOST_AUTH_RELAYLOGINS_H

#include <netinet/in.h>

#include "relaymaps.h"

/* Where a relay's mail is about to go: the name of its host in the configuration, what
 * the MTA calls the server, and the IP address of that one. */
struct relay_place {
    const char *host, *server, *address;
};

/* Leaves the answer as it is, if the host there accepts the login of the question's
 * relay; else says "OK wait NAME "reason"" in its place. Now or later: then the answer
 * has its mark for that, and the connection waits for it. */
void relay_logins_answer(const struct relay_question *question,
                         const struct relay_place *place);

/* Says that the mail waits, with the reason. */
void relay_logins_wait(const struct relay_question *question, const char *reason);

/* Credentials of the question's relay are served, for that address. */
void relay_logins_served(const struct relay_question *question, const char *address);

/* What the client asks next. Whether the session that it had credentials for is known
 * to have authenticated by them decides if they are still taken for good. */
void relay_logins_confirmed(const struct relay_question *question, const char *address);
void relay_logins_doubt(struct relay_client *client);

/* The connection ends: it is not answered any more. */
void relay_logins_abandon(const struct connection *connection);

#endif
