/* SPDX-License-Identifier: BSD-2-Clause */
/* What a relay host said, told to the administrator. */
#include "relaynews.h"

#include <stdio.h>

#include "dialogue.h"
#include "logger.h"
#include "relaycounts.h"

enum { REASON_SIZE = 600, SHOWN = 200 };

/* For "%.*s". */
#define SHOWN_SPAN(s) (int)((s).len < SHOWN ? (s).len : SHOWN), (s).len ? (s).ptr : ""

/* The host may have quoted the password that it was sent. */
static struct span without_secret(const struct relay *r, struct span line)
{
    struct dialogue d;
    if (!r->password)
        return line;
    memset(&d, 0, sizeof d);
    snprintf(d.user, sizeof d.user, "%s", r->account);
    d.password = span_of(r->password);
    dialogue_encode(&d);
    line = dialogue_shown(&d, line);
    explicit_bzero(&d, sizeof d);
    return line;
}

static void tell_waiting(const struct relay *relay, const char *reason)
{
    relay_count_denied(relay, reason);
    logger_message(LOG_LEVEL_WARNING, "relay \"%s\": mail waits: %s", relay->name,
                   reason);
}

/* Where authentication is only enabled, the mail may still go; that is told then. */
static void tell_refused_login(const struct relay *relay, const char *host,
                               struct span line)
{
    char reason[REASON_SIZE];
    relay_count_answer(relay, false, line);
    snprintf(reason, sizeof reason, "%s refused to authenticate %s: %.*s", host,
             relay->account, SHOWN_SPAN(line));
    if (relay->authentication == RELAY_REQUIRED)
        tell_waiting(relay, reason);
    else
        logger_message(LOG_LEVEL_WARNING, "relay \"%s\": %s", relay->name, reason);
}

static void tell_without(const struct relay *relay, const struct relay_session *session)
{
    char reason[REASON_SIZE];
    relay_session_explain(session, relay, reason, sizeof reason);
    const struct span shown = without_secret(relay, span_of(reason));
    relay_count_without(relay, shown.ptr);
    logger_message(LOG_LEVEL_WARNING,
                   "relay \"%s\": mail goes without authentication: %.*s", relay->name,
                   (int)shown.len, shown.ptr);
}

static void tell_said(const struct relay *relay, const char *host, const char *what,
                      struct span line)
{
    char reason[REASON_SIZE];
    snprintf(reason, sizeof reason, "%s %s%.*s", host, what, SHOWN_SPAN(line));
    tell_waiting(relay, reason);
}

void relay_news_tell(const struct relay *relay, const struct relay_replies *replies,
                     enum relay_event event, struct span line)
{
    static const struct span nothing = {"", 0};
    const char *host = relay_session_host(&replies->session, relay);
    if (event == REPLY_OTHER)
        return;
    line = without_secret(relay, line);
    switch (event) {
    case REPLY_OTHER:
        break;
    case REPLY_AUTHENTICATED:
        relay_count_answer(relay, true, line);
        break;
    case REPLY_AUTH_REFUSED:
        tell_refused_login(relay, host, line);
        break;
    case REPLY_HELD:
        tell_said(relay, host, "refused before authentication: ", line);
        break;
    case REPLY_KEPT_OUT:
        tell_said(relay, host, "accepted the login, and did not take the mail: ",
                  *replies->said ? without_secret(relay, span_of(replies->said))
                                 : span_of("the session broke off"));
        break;
    case REPLY_NO_TLS:
        tell_said(relay, host, "offers no TLS", nothing);
        break;
    case REPLY_NO_AUTH:
        tell_said(relay, host, "offers no AUTH", nothing);
        break;
    case REPLY_WITHOUT:
        tell_without(relay, &replies->session);
        break;
    case REPLY_PUT_OFF:
        tell_said(relay, host, "refused it without authentication: ", line);
        break;
    }
}
