/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a relay host accept our login at present? */
#include "relaylogins.h"

#include <stdio.h>
#include <stdlib.h>

#include "ascii.h"
#include "deadline.h"
#include "logger.h"
#include "netstring.h"
#include "relaycounts.h"
#include "relaytry.h"

enum {
    LOGINS_MOST = 64,        /* more than there can be tries */
    TRIES_OF_RELAY_MOST = 4, /* at once */
    TRY_MS = 8000,           /* Sendmail waits for 10 seconds */
    GOOD_MS = 15000,
    BAD_MS = 5000,
    WORDS_SIZE = 180, /* Sendmail has room for somewhat more than 250 in all */
    WAIT_SIZE = WORDS_SIZE + RELAY_LOGIN_NAME + 20
};

/* Who is answered when a try has ended, and how if it has gone well. */
struct waiter {
    struct waiter *next;
    struct connection *connection;
    size_t len;
    char text[];
};

static struct known {
    struct relay_login login;
    enum { KNOWN_NOTHING, KNOWN_GOOD, KNOWN_BAD, KNOWN_SOON } state;
    int64_t until;          /* of good and bad */
    int64_t since;          /* of soon: when the try began */
    char words[WORDS_SIZE]; /* of bad: why */
    struct waiter *waiters;
} all[LOGINS_MOST];

/* --- what is known --- */

static bool is_same(const struct relay_login *a, const struct relay_login *b)
{
    return a->generation == b->generation && strcmp(a->relay, b->relay) == 0 &&
           strcmp(a->address, b->address) == 0;
}

static struct relay_login login_of(const struct relay_question *q, const char *address)
{
    struct relay_login login = {.generation = q->snapshot->generation};
    snprintf(login.relay, sizeof login.relay, "%s", q->relay->name);
    snprintf(login.address, sizeof login.address, "%s", address);
    return login;
}

/* NULL if nothing is known. */
static struct known *find(const struct relay_login *login)
{
    for (struct known *k = all; k < all + LOGINS_MOST; k++) {
        if (k->state == KNOWN_NOTHING || !is_same(&k->login, login))
            continue;
        if (k->state == KNOWN_SOON || deadline_left(k->until) > 0)
            return k;
        k->state = KNOWN_NOTHING;
    }
    return NULL;
}

/* One of which nothing is known, or that which would be the next to go. NULL if all are
 * being tried. */
static struct known *take(const struct relay_login *login)
{
    struct known *found = NULL;
    for (struct known *k = all; k < all + LOGINS_MOST; k++) {
        if (k->state == KNOWN_SOON)
            continue;
        if (!found || k->state == KNOWN_NOTHING ||
            (found->state != KNOWN_NOTHING && k->until < found->until))
            found = k;
        if (found->state == KNOWN_NOTHING)
            break;
    }
    if (found)
        *found = (struct known){.login = *login};
    return found;
}

static bool has_room(const struct relay_login *login)
{
    unsigned tries = 0, of_relay = 0;
    for (const struct known *k = all; k < all + LOGINS_MOST; k++) {
        if (k->state != KNOWN_SOON)
            continue;
        tries++;
        of_relay += strcmp(k->login.relay, login->relay) == 0;
    }
    return tries < RELAY_TRIES_MOST && of_relay < TRIES_OF_RELAY_MOST;
}

/* --- answers --- */

/* Sendmail reads it in quotes, as part of its rules. */
static void set_words(char words[WORDS_SIZE], const char *address, const char *fault)
{
    snprintf(words, WORDS_SIZE, "%s does not let us log in: %s", address, fault);
    for (char *c = words; *c; c++) {
        static const char odd[] = "\"\\()<>%$`", instead[] = "'/[][]???";
        const char *known = strchr(odd, *c);
        if (known)
            *c = instead[known - odd];
        else if (ascii_is_control(*c) || ascii_is_high(*c))
            *c = '?';
    }
}

static void wait_text(char text[WAIT_SIZE], const struct relay *relay,
                      const char *reason)
{
    snprintf(text, WAIT_SIZE, "OK wait %s \"%s\"", relay->name, reason);
    relay_count_denied(relay, reason);
    logger_message(LOG_LEVEL_WARNING, "relay \"%s\": mail waits: %s", relay->name,
                   reason);
}

void relay_logins_wait(const struct relay_question *q, const char *reason)
{
    char text[WAIT_SIZE];
    wait_text(text, q->relay, reason);
    q->answer->len = 0;
    relay_answer_say(q->answer, text);
}

static void tell(struct connection *c, struct span text)
{
    netstring_reply(c, text);
    connection_answered(c);
}

/* Those that were answered may ask anew at once, and what they ask may change what is
 * known. */
static void tell_all(struct waiter *waiters, const struct relay *relay,
                     const char *fault)
{
    while (waiters) {
        struct waiter *w = waiters;
        char text[WAIT_SIZE];
        waiters = w->next;
        if (fault)
            wait_text(text, relay, fault);
        tell(w->connection, fault ? span_of(text) : (struct span){w->text, w->len});
        free(w);
    }
}

/* --- tries --- */

static void ended(void *context, const struct relay *relay, const char *fault)
{
    struct known *k = context;
    struct waiter *waiters = k->waiters;
    char words[WORDS_SIZE];
    k->waiters = NULL;
    k->state = fault ? KNOWN_BAD : KNOWN_GOOD;
    k->until = fault ? deadline_now() + BAD_MS : k->since + GOOD_MS;
    if (fault) {
        if (strncmp(fault, "AUTH ", 5) == 0) /* it was asked, that is */
            relay_count_answer(relay, false, span_of(fault));
        set_words(k->words, k->login.address, fault);
        memcpy(words, k->words, sizeof words);
    }
    tell_all(waiters, relay, fault ? words : NULL);
}

/* NULL if it cannot be tried now, for the reason. */
static struct known *begin(const struct relay_question *q,
                           const struct relay_place *place,
                           const struct relay_login *login, const char **reason)
{
    *reason = "too many logins are being tried at once";
    struct known *k = has_room(login) ? take(login) : NULL;
    if (!k)
        return NULL;
    k->since = deadline_now();
    const struct relay_try_order order = {.edition = *q->edition,
                                          .relay = q->relay,
                                          .host = place->host,
                                          .server = place->server,
                                          .address = place->address,
                                          .deadline = k->since + TRY_MS,
                                          .ended = ended,
                                          .context = k};
    *reason = "our login cannot be tried now";
    if (!relay_try(&order))
        return NULL;
    *q->edition = NULL;
    k->state = KNOWN_SOON;
    return k;
}

/* What the answer is by now is the one of a good end. */
static bool wait_for(struct known *k, const struct relay_question *q)
{
    struct waiter *w = malloc(sizeof *w + q->answer->len);
    if (!w)
        return false;
    w->connection = q->connection;
    w->len = q->answer->len;
    memcpy(w->text, q->answer->text, w->len);
    w->next = k->waiters;
    k->waiters = w;
    q->answer->later = true;
    connection_await(q->connection);
    return true;
}

void relay_logins_answer(const struct relay_question *q,
                         const struct relay_place *place)
{
    const struct relay_login login = login_of(q, place->address);
    const char *reason = "our login cannot be tried now";
    struct known *k = find(&login);
    if (k && k->state == KNOWN_GOOD)
        return;
    if (k && k->state == KNOWN_BAD) {
        char words[WORDS_SIZE];
        memcpy(words, k->words, sizeof words);
        relay_logins_wait(q, words);
        return;
    }
    if (!k)
        k = begin(q, place, &login, &reason);
    if (!k || !wait_for(k, q))
        relay_logins_wait(q, reason);
}

void relay_logins_abandon(const struct connection *c)
{
    for (struct known *k = all; k < all + LOGINS_MOST; k++)
        for (struct waiter **link = &k->waiters; *link;) {
            struct waiter *w = *link;
            if (w->connection != c) {
                link = &w->next;
                continue;
            }
            *link = w->next;
            free(w);
        }
}

/* --- what sessions tell --- */

void relay_logins_served(const struct relay_question *q, const char *address)
{
    struct relay_served *served = relay_client_served(q->client);
    served->open = true;
    served->login = login_of(q, address);
    served->time = deadline_now();
}

/* It has authenticated after it was served. */
void relay_logins_confirmed(const struct relay_question *q, const char *address)
{
    struct relay_served *served = relay_client_served(q->client);
    const struct relay_login login = login_of(q, address);
    if (!served->open || !is_same(&served->login, &login)) {
        relay_logins_doubt(q->client);
        return;
    }
    served->open = false;
    struct known *k = find(&login);
    if (!k)
        k = take(&login);
    if (!k || k->state == KNOWN_SOON || k->state == KNOWN_BAD)
        return;
    k->state = KNOWN_GOOD;
    if (k->until < served->time + GOOD_MS)
        k->until = served->time + GOOD_MS;
}

void relay_logins_doubt(struct relay_client *client)
{
    struct relay_served *served = relay_client_served(client);
    if (!served->open)
        return;
    served->open = false;
    struct known *k = find(&served->login);
    if (k && k->state == KNOWN_GOOD)
        k->state = KNOWN_NOTHING;
}
