/* SPDX-License-Identifier: BSD-2-Clause */
/* What the maps at relay_socket have to say to Sendmail, whose rulesets are those that
 * `gatepost relay-config sendmail` prints. */
#include <stdio.h>

#include "base64.h"
#include "logger.h"
#include "relaycounts.h"
#include "relaylogins.h"
#include "relaytry.h"
#include "sendmailkey.h"

/* Sendmail takes answers of somewhat more than a kilobyte. */
enum { SECRET_MOST = 512 };

/* Where nothing else is wanted. The password does not travel without TLS. */
static const char mechanisms_default[] = "PLAIN LOGIN";

/* Who answers for a session. */
struct found {
    enum match match; /* is there a relay? */
    const struct relay *relay;
    const char *host; /* by which of its names */
    bool is_host;     /* of some relay, though perhaps for other senders */
};

/* --- which relay --- */

static enum match claims(const struct snapshot *snapshot, const struct relay *r,
                         const struct sendmail_session *s)
{
    if (s->has_sender || !relay_is_for_senders(r))
        return relay_claims_sender(snapshot, r, &s->sender);
    return MATCH_UNKNOWN;
}

/* Sendmail does not tell the port: what goes to the first relay might be the mail of
 * a stricter one. */
static bool hides_stricter(const struct snapshot *snapshot,
                           const struct sendmail_session *s, const struct found *found)
{
    for (const struct relay *r = found->relay->next; r; r = r->next)
        if (relay_is_stricter(r, found->relay, found->host) &&
            claims(snapshot, r, s) != MATCH_NO)
            return true;
    return false;
}

static struct found find_by_name(const struct snapshot *snapshot,
                                 const struct sendmail_session *s,
                                 const struct relay_host_name *host)
{
    struct found found = {.match = MATCH_NO, .host = host->name};
    for (const struct relay *r = snapshot->relays; r; r = r->next) {
        if (!relay_is_server(r, span_of(host->name)))
            continue;
        found.is_host = true;
        found.match = claims(snapshot, r, s);
        found.relay = r;
        if (found.match == MATCH_YES && hides_stricter(snapshot, s, &found))
            found.match = MATCH_UNKNOWN;
        if (found.match != MATCH_NO)
            return found;
    }
    found.relay = NULL;
    return found;
}

/* Of a list Sendmail does not tell which one it took, unless it is named like the
 * server. */
static struct found find_by_nexthop(const struct snapshot *snapshot,
                                    const struct sendmail_session *s)
{
    struct found found = {.match = MATCH_NO};
    for (size_t i = 0; s->has_server && i < s->host_count; i++)
        if (strcmp(s->hosts[i].name, s->server.name) == 0)
            return find_by_name(snapshot, s, &s->hosts[i]);
    if (s->host_count > 0)
        found = find_by_name(snapshot, s, &s->hosts[0]);
    for (size_t i = 1; i < s->host_count; i++) {
        const struct found next = find_by_name(snapshot, s, &s->hosts[i]);
        if (next.relay != found.relay || next.match != found.match)
            found.match = MATCH_UNKNOWN;
        found.is_host = found.is_host || next.is_host;
    }
    return found;
}

/* What the mail was sent to comes first, then where that led. */
static struct found find_relay(const struct snapshot *snapshot,
                               const struct sendmail_session *s)
{
    struct found found = find_by_nexthop(snapshot, s);
    bool is_host = found.is_host;
    if (found.match == MATCH_NO && s->has_server) {
        found = find_by_name(snapshot, s, &s->server);
        is_host = is_host || found.is_host;
    }
    if (found.match == MATCH_NO && s->has_address)
        found = find_by_name(snapshot, s, &s->address);
    found.is_host = found.is_host || is_host;
    return found;
}

static bool is_host_of(const struct relay *r, const struct sendmail_session *s)
{
    bool found = (s->has_server && relay_is_server(r, span_of(s->server.name))) ||
                 (s->has_address && relay_is_server(r, span_of(s->address.name)));
    for (size_t i = 0; !found && i < s->host_count; i++)
        found = relay_is_server(r, span_of(s->hosts[i].name));
    return found;
}

/* Does everybody have the same account there? Then connections may be shared. */
static bool is_for_all(const struct snapshot *snapshot,
                       const struct sendmail_session *s, const struct relay *relay)
{
    if (relay_is_for_senders(relay))
        return false;
    for (const struct relay *r = snapshot->relays; r; r = r->next)
        if (r != relay && is_host_of(r, s))
            return false;
    return true;
}

/* --- gatepost_mode --- */

static void say_words(const struct relay_question *q, const char *const words[],
                      size_t count)
{
    relay_answer_say(q->answer, "OK");
    for (size_t i = 0; i < count; i++) {
        relay_answer_say(q->answer, " ");
        relay_answer_say(q->answer, words[i]);
    }
}

/* Nobody's: not NOTFOUND, which Sendmail makes of failures, too. */
static void say_none(const struct relay_question *q)
{
    say_words(q, (const char *[]){"none"}, 1);
}

static void answer_mode(const struct relay_question *q,
                        const struct sendmail_session *s, const struct found *found)
{
    static const char *const modes[] = {"required", "enabled", "disabled"};
    const struct relay *r = found->relay;
    const bool verify = r->tls == RELAY_TLS_VERIFY;
    const char *const words[] = {
        modes[r->authentication],
        verify               ? "verify"
        : relay_needs_tls(r) ? "encrypt"
                             : "may",
        r->name,
        is_for_all(q->snapshot, s, r) ? "one" : "many",
        found->host,
    };
    say_words(q, words, verify ? 5 : 4);
}

/* What Sendmail tells behind the name of a stage; ptr is NULL at another one. */
static struct span told_at(const struct sendmail_session *s, const char *stage)
{
    const size_t len = strlen(stage);
    if (s->what.len < len || memcmp(s->what.ptr, stage, len) != 0)
        return (struct span){NULL, 0};
    return sendmail_trim(span_cut(s->what, len, s->what.len));
}

/* At a recipient Sendmail tells how it has authenticated, if it has. */
static void note_outcome(const struct relay *r, const struct sendmail_session *s)
{
    const struct span mechanism = told_at(s, "rcpt");
    if (!mechanism.ptr || r->authentication == RELAY_DISABLED)
        return;
    if (mechanism.len) {
        relay_count_answer(r, true, mechanism);
        return;
    }
    relay_count_answer(r, false, span_of("Sendmail has not authenticated"));
    if (r->authentication != RELAY_REQUIRED)
        return;
    relay_count_denied(r, "Sendmail has not authenticated");
    logger_message(LOG_LEVEL_WARNING,
                   "relay \"%s\": mail waits: Sendmail has not authenticated at %s",
                   r->name, s->has_server ? s->server.name : "the host");
}

/* --- is our login accepted? --- */

/* Which of the relay's hosts is it? */
static const struct relay_host *host_of(const struct found *found)
{
    const struct relay *r = found->relay;
    for (size_t i = 0; i < r->host_count; i++)
        if (strcmp(r->hosts[i].name, found->host) == 0)
            return &r->hosts[i];
    return &r->hosts[0];
}

/* Once for each connection, behind its TLS. Where authentication is required Sendmail
 * must not even begin, if it would be refused. */
static void answer_login(const struct relay_question *question,
                         const struct sendmail_session *s, const struct found *found)
{
    struct relay_question q = *question;
    q.relay = found->relay;
    if (!told_at(s, "tls").ptr || q.relay->authentication != RELAY_REQUIRED ||
        !relay_try_can(q.relay))
        return;
    if (!q.relay->password)
        relay_logins_wait(&q, "the password of the relay is not known");
    else if (!s->has_address || !s->address.is_address)
        relay_logins_wait(&q, "Sendmail does not tell the address of the host");
    else
        relay_logins_answer(
            &q, &(struct relay_place){.host = found->host,
                                      .server = host_of(found)->by_mx && s->has_server
                                                    ? s->server.name
                                                    : found->host,
                                      .address = s->address.name});
}

/* Whatever is asked tells what came of the credentials that were served before. */
static void note_login(const struct relay_question *question,
                       const struct sendmail_session *s, const struct found *found)
{
    struct relay_question q = *question;
    q.relay = found->relay;
    if (found->match == MATCH_YES && s->has_address && told_at(s, "rcpt").len > 0)
        relay_logins_confirmed(&q, s->address.name);
    else
        relay_logins_doubt(q.client);
}

/* Reads the key and finds the relay; MATCH_UNKNOWN was answered already. */
static struct found ask(const struct relay_question *q, struct sendmail_session *s)
{
    struct found found = {.match = MATCH_UNKNOWN};
    if (!sendmail_read_session(q->key, s)) {
        relay_answer_denied(q, "Sendmail's key is not whole");
        relay_logins_doubt(q->client);
        return found;
    }
    found = find_relay(q->snapshot, s);
    note_login(q, s, &found);
    if (found.match == MATCH_UNKNOWN)
        relay_answer_denied(q, "which relay it is cannot be decided");
    return found;
}

void relay_map_sendmail_mode(const struct relay_question *q)
{
    static const char *const other[] = {"other", "may", "-", "many"};
    struct sendmail_session session;
    const struct found found = ask(q, &session);
    if (found.match == MATCH_YES) {
        answer_mode(q, &session, &found);
        note_outcome(found.relay, &session);
        answer_login(q, &session, &found);
    } else if (found.match == MATCH_NO && found.is_host) {
        say_words(q, other, 4);
    } else if (found.match == MATCH_NO) {
        say_none(q);
    }
}

/* --- gatepost_authinfo --- */

/* Base64 keeps quotes and the like out of Sendmail's rules. */
static void say_encoded(const struct relay_question *q, const char *tag,
                        const char *secret)
{
    char encoded[BASE64_ENCODED(SECRET_MOST)];
    const size_t len = base64_encode(span_of(secret), encoded);
    relay_answer_say(q->answer, tag);
    relay_answer_add(q->answer, (struct span){encoded, len});
    relay_answer_say(q->answer, "\"");
    explicit_bzero(encoded, sizeof encoded);
}

static bool stands_before(const struct word_list *list, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(list->words[j], list->words[i]) == 0)
            return true;
    return false;
}

/* Never one of them twice: Sendmail makes no room for that, and writes behind its
 * list. */
static void say_mechanisms(const struct relay_question *q)
{
    const struct word_list *list = &q->relay->mechanisms;
    relay_answer_say(q->answer, " \"M:");
    relay_answer_say(q->answer, list->count ? "" : mechanisms_default);
    for (size_t i = 0; i < list->count; i++) {
        if (stands_before(list, i))
            continue;
        relay_answer_say(q->answer, i ? " " : "");
        relay_answer_say(q->answer, list->words[i]);
    }
    relay_answer_say(q->answer, "\"");
}

/* The account stands for the identity, too. */
static void say_credentials(const struct relay_question *q,
                            const struct sendmail_session *s)
{
    say_encoded(q, "OK \"I=", q->relay->account);
    say_encoded(q, " \"P=", q->relay->password);
    say_mechanisms(q);
    relay_credentials_served(q);
    if (q->relay->authentication == RELAY_REQUIRED && s->has_address)
        relay_logins_served(q, s->address.name);
}

void relay_map_sendmail_authinfo(const struct relay_question *question)
{
    struct sendmail_session session;
    const struct found found = ask(question, &session);
    if (found.match == MATCH_UNKNOWN)
        return;
    struct relay_question q = *question;
    q.relay = found.relay;
    if (found.match == MATCH_NO || q.relay->authentication == RELAY_DISABLED)
        relay_answer_nothing(&q);
    else if (!q.relay->password)
        relay_answer_denied(&q, "the password of the relay is not known");
    else if (strlen(q.relay->account) + strlen(q.relay->password) > SECRET_MOST)
        relay_answer_denied(&q, "account and password are too long for Sendmail");
    else
        say_credentials(&q, &session);
}

/* --- gatepost_route --- */

static void answer_route(const struct relay_question *q, const struct relay *relay)
{
    char mailer[RELAY_MAILER_SIZE], hosts[RELAY_MAILER_HOSTS_SIZE];
    relay_mailer(q->snapshot, relay, mailer);
    relay_mailer_hosts(relay, hosts);
    say_words(q, (const char *[]){mailer, hosts}, 2);
}

void relay_map_sendmail_route(const struct relay_question *q)
{
    struct address sender = {.len = 0};
    const struct relay *relay = NULL;
    struct span key = sendmail_trim(q->key);
    relay_logins_doubt(q->client);
    if (key.len == 0 || key.ptr[key.len - 1] != '!') {
        relay_answer_denied(q, "Sendmail's key is not whole");
        return;
    }
    key = sendmail_trim(span_cut(key, 0, key.len - 1));
    enum match match = MATCH_UNKNOWN;
    if (key.len == 0 || address_parse(key, &sender))
        match = relay_of_sender(q->snapshot, &sender, &relay);
    if (match == MATCH_YES)
        answer_route(q, relay);
    else if (match == MATCH_NO)
        say_none(q);
    else
        relay_answer_denied(q, "whether a relay is for this sender cannot be decided");
}
