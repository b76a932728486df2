/* SPDX-License-Identifier: BSD-2-Clause */
/* What the maps at relay_socket have to say. */
#ifndef GATEPOST_AUTH_RELAYMAPS_H
#define GATEPOST_AUTH_RELAYMAPS_H

#include "connection.h"
#include "relayclients.h"
#include "runtime.h"

/* One question. All of it lasts only until it is answered. */
struct relay_question {
    const struct snapshot *snapshot;
    struct edition **edition; /* that of the snapshot: who takes it over sets NULL */
    struct connection *connection;
    struct relay_client *client;
    const struct relay *relay; /* of a map that has its name behind a dot, else NULL */
    struct span map, key;      /* key may be empty, not absent */
    struct relay_answer *answer; /* empty; whoever asks wipes it */
};

/* Each answers with "OK data", "NOTFOUND " or "TEMP reason", or marks the answer to
 * come later. Nothing blocks. */
typedef void relay_map(const struct relay_question *question);

/* For Postfix. Where mail of a sender goes: sender_dependent_default_transport_maps. */
relay_map relay_map_transport;
/* tls.NAME: smtp_tls_policy_maps of that relay's transport. */
relay_map relay_map_tls;
/* no-login.NAME: the same where the transport was made for one without a login. */
relay_map relay_map_no_login;
/* password.NAME: its smtp_sasl_password_maps. */
relay_map relay_map_password;
/* password-of-all.NAME: the same where the transport was made for all senders. */
relay_map relay_map_password_of_all;
/* reply.NAME: its smtp_reply_filter. */
relay_map relay_map_reply;
/* ehlo.NAME: its smtp_discard_ehlo_keyword_address_maps. */
relay_map relay_map_ehlo;

/* For Sendmail, see relaysendmail.c. How a host is to be used: "OK required encrypt
 * NAME one", with the name to look for in the certificate where that is verified.
 * Instead of the first word enabled, disabled, or other, if the host is a relay's but
 * not for this sender; of the second verify or may; of the last many, if there are
 * several accounts. "OK none": it is nobody's. "OK wait NAME "reason"": mail of this
 * relay waits, since our login has been tried in vain. */
relay_map relay_map_sendmail_mode;
/* What its ruleset authinfo wants. */
relay_map relay_map_sendmail_authinfo;
/* Mailer and hosts for the mail of a sender, whom a "!" follows; or none. */
relay_map relay_map_sendmail_route;

/* For all maps. NOTFOUND. */
void relay_answer_nothing(const struct relay_question *question);
/* TEMP, with a warning in the log, and counted if it is about a relay. */
void relay_answer_denied(const struct relay_question *question, const char *reason);
/* Credentials were given out, in whatever form: logged and counted. */
void relay_credentials_served(const struct relay_question *question);

#endif
