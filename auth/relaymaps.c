/* SPDX-License-Identifier: BSD-2-Clause */
/* What the maps at relay_socket have to say to Postfix. */
#include "relaymaps.h"

#include <stdio.h>

#include "logger.h"
#include "names.h"
#include "relaycounts.h"
#include "relaynews.h"

enum { REASON_SIZE = 600, SHOWN = 100, IMPLICIT_TLS_PORT = 465 };

/* For "%.*s". */
#define SHOWN_SPAN(s) (int)((s).len < SHOWN ? (s).len : SHOWN), (s).len ? (s).ptr : ""

/* --- answers --- */

void relay_answer_nothing(const struct relay_question *q)
{
    relay_answer_say(q->answer, "NOTFOUND ");
}

void relay_answer_denied(const struct relay_question *q, const char *reason)
{
    relay_answer_say(q->answer, "TEMP ");
    relay_answer_say(q->answer, reason);
    if (q->relay)
        relay_count_denied(q->relay, reason);
    logger_message(LOG_LEVEL_WARNING, "relay_socket: %.*s %.*s: mail waits: %s",
                   SHOWN_SPAN(q->map), SHOWN_SPAN(q->key), reason);
}

static void tell_served(const struct relay_question *q, const char *host)
{
    relay_count_served(q->relay, q->key);
    logger_message(LOG_LEVEL_INFO,
                   "relay \"%s\": credentials of %s served: map %.*s, key %.*s%s%s",
                   q->relay->name, q->relay->account, SHOWN_SPAN(q->map),
                   SHOWN_SPAN(q->key), host ? ", host " : "", host ? host : "");
}

void relay_credentials_served(const struct relay_question *q)
{
    tell_served(q, NULL);
}

/* Somebody has other lines than relay-config would print now. */
static void answer_stranger(const struct relay_question *q)
{
    char reason[REASON_SIZE];
    snprintf(
        reason, sizeof reason,
        "%.*s is not in hosts of relay \"%s\" (%s:%u): Postfix may have older lines "
        "or another route: see gatepost relay-config",
        SHOWN_SPAN(q->key.len ? q->key : span_of("nothing")), q->relay->name,
        q->relay->file, q->relay->line);
    relay_answer_denied(q, reason);
}

/* --- transport --- */

static bool is_null_sender(struct span key)
{
    return span_equal(key, span_of(NAME_NULL_SENDER));
}

static void answer_transport(const struct relay_question *q, const struct relay *relay)
{
    relay_answer_say(q->answer, "OK " RELAY_TRANSPORT_PREFIX);
    relay_answer_say(q->answer, relay->name);
    for (size_t i = 0; i < relay->host_count; i++) {
        relay_answer_say(q->answer, i ? ", " : ":");
        relay_answer_say(q->answer, relay->hosts[i].text);
    }
}

/* Postfix asks for parts of an address, too. */
void relay_map_transport(const struct relay_question *q)
{
    struct address sender = {.len = 0};
    const struct relay *relay = NULL;
    const size_t at = span_rfind(q->key, '@');
    if (!is_null_sender(q->key) && (at == 0 || at == q->key.len)) {
        relay_answer_nothing(q);
        return;
    }
    if (!is_null_sender(q->key) && !address_parse_mailbox(q->key, &sender)) {
        relay_answer_denied(q, "this is not an address");
        return;
    }
    enum match claims = relay_of_sender(q->snapshot, &sender, &relay);
    if (claims == MATCH_YES)
        answer_transport(q, relay);
    else if (claims == MATCH_NO)
        relay_answer_nothing(q);
    else
        relay_answer_denied(q, "whether a relay is for this sender cannot be decided");
}

/* --- tls.NAME --- */

/* Hosts of many names show a certificate for the one they are asked for. */
static void answer_verify(const struct relay_question *q, const struct relay_host *host)
{
    relay_answer_say(q->answer, "OK secure match=nexthop");
    if (host->by_mx || host->is_address)
        return;
    relay_answer_say(q->answer, " servername=");
    relay_answer_say(q->answer, host->name);
}

/* Never NOTFOUND: Postfix would go on with what else is configured. */
void relay_map_tls(const struct relay_question *q)
{
    bool plainly = false;
    const struct relay *r = q->relay;
    const struct relay_host *host = relay_host_of(r, q->key, &plainly);
    if (!host) {
        answer_stranger(q);
        return;
    }
    relay_replies_begin(relay_client_replies(q->client, r), r, host, plainly);
    if (r->tls == RELAY_TLS_VERIFY)
        answer_verify(q, host);
    else if (relay_needs_tls(r) || (r->authentication == RELAY_ENABLED && !plainly) ||
             host->port == IMPLICIT_TLS_PORT)
        relay_answer_say(q->answer, "OK encrypt");
    else
        relay_answer_say(q->answer, "OK may");
}

/* Hosts that are not the relay's are none of our business where nobody logs in. But
 * while Postfix has the lines of a relay that was disabled once, and somebody is to log
 * in by now, nothing goes out by them. */
void relay_map_no_login(const struct relay_question *q)
{
    bool plainly;
    const struct relay *r = q->relay;
    const struct relay_host *host = relay_host_of(r, q->key, &plainly);
    if (r->authentication != RELAY_DISABLED)
        relay_answer_denied(q, "Postfix has lines for a relay without authentication: "
                               "see gatepost relay-config");
    else if (r->tls == RELAY_TLS_VERIFY && host)
        answer_verify(q, host);
    else if (r->tls == RELAY_TLS_VERIFY)
        relay_answer_say(q->answer, "OK secure match=nexthop");
    else if (relay_needs_tls(r) || r->hosts[0].port == IMPLICIT_TLS_PORT)
        relay_answer_say(q->answer, "OK encrypt");
    else
        relay_answer_say(q->answer, "OK may");
}

/* --- password.NAME --- */

static void give_password(const struct relay_question *q)
{
    struct relay_replies *replies = relay_client_replies(q->client, q->relay);
    if (!q->relay->password) {
        relay_answer_denied(q, "the password of the relay is not known");
        return;
    }
    relay_answer_say(q->answer, "OK ");
    relay_answer_say(q->answer, q->relay->account);
    relay_answer_say(q->answer, ":");
    relay_answer_say(q->answer, q->relay->password);
    tell_served(q, replies->session.known
                       ? relay_session_host(&replies->session, q->relay)
                       : NULL);
    relay_replies_password(replies, true);
}

/* Postfix asks for the sender first. Where authentication is enabled only, its answer
 * would hold for the try without, too: that is the nexthop's to say. */
static void answer_sender(const struct relay_question *q)
{
    struct address sender;
    enum match claims = MATCH_UNKNOWN;
    if (!relay_is_for_senders(q->relay)) {
        relay_answer_nothing(q);
        return;
    }
    if (address_parse_mailbox(q->key, &sender))
        claims = relay_claims_sender(q->snapshot, q->relay, &sender);
    if (claims == MATCH_UNKNOWN)
        relay_answer_denied(q,
                            "whether the relay is for this sender cannot be decided");
    else if (claims == MATCH_NO)
        relay_answer_denied(q, "the relay is not for this sender");
    else if (q->relay->authentication == RELAY_ENABLED)
        relay_answer_nothing(q);
    else
        give_password(q);
}

/* The second way to write a host is for a try without a password; but not if the
 * relay host has just accepted one: what it said then holds. */
static void answer_plainly(const struct relay_question *q,
                           const struct relay_host *host)
{
    struct relay_replies *replies = relay_client_replies(q->client, q->relay);
    if (relay_replies_logged_in(replies, q->relay, host)) {
        relay_answer_denied(q, "the relay host has just authenticated us");
        return;
    }
    relay_replies_password(replies, false);
    relay_answer_nothing(q);
}

static bool has_mx(const struct relay *r)
{
    for (size_t i = 0; i < r->host_count; i++)
        if (r->hosts[i].by_mx)
            return true;
    return false;
}

/* Postfix asks by the name of the server, then by the nexthop, which has to be known. A
 * server that was found by MX may have any name; but after two keys without an answer
 * Postfix would go on without a password, so that only the first, right behind a reply,
 * may have none. */
static bool may_be_server_of_mx(const struct relay_question *q)
{
    struct relay_replies *replies = relay_client_replies(q->client, q->relay);
    const bool first = replies->heard;
    replies->heard = false;
    return first && has_mx(q->relay) && q->key.len > 0 &&
           !memchr(q->key.ptr, '[', q->key.len) && !memchr(q->key.ptr, ':', q->key.len);
}

static void answer_server(const struct relay_question *q)
{
    const bool required = q->relay->authentication == RELAY_REQUIRED;
    if (required && relay_is_server(q->relay, q->key))
        give_password(q);
    else if (required && !may_be_server_of_mx(q))
        answer_stranger(q);
    else
        relay_answer_nothing(q);
}

/* In a try without a password the server may be named like one of the hosts, by their
 * MX or for want of one: then it is asked about before the nexthop, which decides. */
static bool may_be_plain_server(const struct relay_question *q)
{
    return q->relay->authentication == RELAY_ENABLED &&
           !memchr(q->key.ptr, '[', q->key.len) &&
           !memchr(q->key.ptr, ':', q->key.len) &&
           relay_client_replies(q->client, q->relay)->plain;
}

void relay_map_password(const struct relay_question *q)
{
    bool plainly = false;
    const bool enabled = q->relay->authentication == RELAY_ENABLED;
    const struct relay_host *host = relay_host_of(q->relay, q->key, &plainly);
    if (q->relay->authentication == RELAY_DISABLED)
        relay_answer_nothing(q);
    else if (q->key.len && memchr(q->key.ptr, '@', q->key.len))
        answer_sender(q);
    else if (!host)
        answer_server(q);
    else if (plainly && enabled)
        answer_plainly(q, host);
    else if (may_be_plain_server(q))
        relay_answer_nothing(q);
    else
        give_password(q);
}

/* While Postfix has the lines of a relay that was for the mail of all, and it is for
 * that of some by now, they do not ask for the sender. */
void relay_map_password_of_all(const struct relay_question *q)
{
    if (relay_is_for_senders(q->relay))
        relay_answer_denied(
            q, "Postfix has lines for a relay of all senders: see gatepost "
               "relay-config");
    else
        relay_map_password(q);
}

/* --- reply.NAME --- */

void relay_map_reply(const struct relay_question *q)
{
    enum relay_event event;
    struct relay_replies *replies = relay_client_replies(q->client, q->relay);
    relay_answer_say(q->answer, "OK ");
    if (!relay_replies_filter(replies, q->relay, q->key, q->answer, &event)) {
        q->answer->len = 0;
        relay_answer_nothing(q);
    }
    relay_news_tell(q->relay, replies, event, q->key);
}

/* --- ehlo.NAME --- */

/* By the address of the host, at each reply to EHLO, before Postfix reads its words. */
void relay_map_ehlo(const struct relay_question *q)
{
    if (q->relay->authentication != RELAY_REQUIRED ||
        relay_replies_ehlo(relay_client_replies(q->client, q->relay)))
        relay_answer_nothing(q);
    else
        relay_answer_denied(q, "the host's replies to EHLO are out of order");
}
