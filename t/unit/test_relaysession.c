/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of sessions with a relay host. */
#include "unit.h"

#include <stdio.h>

#include "relayreplies.h"

enum { KEPT_BYTES = 2048 };

/* What happens: a line of the relay host, or one of these. */
#define LOST     "(lost)"     /* all that was known */
#define PASSWORD "(password)" /* Postfix asks for it and is given it */
#define PLAIN    "(plain)"    /* and is told that there is none */
#define SESSION  "(session)"  /* Postfix is about to begin one, */
#define TRY      "(try)"      /* or one without a password */

/* What is told of sessions: the last thing, how many there were, and why nobody has
 * authenticated. */
#define GOOD_TLS SESSION, "220 x", "250-x", "250 STARTTLS", "220 go", "250-x"
#define TRY_TLS  TRY, "220 x", "250-x", "250 STARTTLS", "220 go", "250-x"
#define NO_MORE  "HOST broke off the session before"

static const struct news {
    const char *name;
    enum relay_authentication authentication;
    enum relay_tls tls;
    unsigned short port;
    enum relay_event want;
    unsigned count;
    const char *why;
    const char *steps[24];
} news[] = {
    {"no AUTH within TLS",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_NO_AUTH,
     1,
     "HOST offers no AUTH",
     {GOOD_TLS, "250 SIZE", PASSWORD}},
    {"EHLO of one line",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     465,
     REPLY_NO_AUTH,
     1,
     "HOST offers no AUTH",
     {SESSION, "220 x", "250 AUTH"}},
    {"AUTH within TLS",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_OTHER,
     0,
     NO_MORE,
     {GOOD_TLS, "250-auth=LOGIN", "250 SIZE"}},
    {"TLS from the start",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     465,
     REPLY_OTHER,
     0,
     NO_MORE,
     {SESSION, "220 x", "250-x", "250 AUTH PLAIN"}},
    {"and no AUTH",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     465,
     REPLY_NO_AUTH,
     1,
     "HOST offers no AUTH",
     {SESSION, "220 x", "250-x", "250 AUTHENTIC"}},
    {"no TLS",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_NO_TLS,
     1,
     "HOST offers no TLS",
     {SESSION, "220 x", "250-x", "250 AUTH PLAIN"}},
    {"replies to EHLO of 220",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_NO_AUTH,
     1,
     "HOST offers no AUTH",
     {SESSION, "220 x", "220-x", "220 STARTTLS", "220 go", "220-x", "220 SIZE"}},
    {"the session broke off, and the next address has TLS",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_OTHER,
     0,
     NO_MORE,
     {SESSION, "220 x", "250-x", "250 STARTTLS", "220 x", "250-x", "250 STARTTLS",
      "220 go", "250-x", "250 AUTH PLAIN"}},
    {"two addresses without TLS",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_NO_TLS,
     2,
     "HOST offers no TLS",
     {SESSION, "220 x", "250 x", "220 x", "250 x"}},
    {"where it began is not known",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_OTHER,
     0,
     "the host could not be reached before",
     {"220 x", "250 x", "250 x"}},
    {"nor after something was lost",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_OTHER,
     0,
     "the host could not be reached before",
     {GOOD_TLS, LOST, "220 go", "250 x"}},
    {"a login is refused",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_AUTH_REFUSED,
     1,
     "HOST refused to authenticate me: 535 no",
     {GOOD_TLS, "250 AUTH PLAIN", PASSWORD, "535 no"}},
    {"a greeting that refuses",
     RELAY_REQUIRED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_HELD,
     1,
     "HOST refused before authentication: 554 no",
     {SESSION, "554 no"}},
    {"enabled: the login is good",
     RELAY_ENABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_AUTHENTICATED,
     1,
     "HOST has not answered to AUTH, or has no mechanism that fits",
     {GOOD_TLS, "250 AUTH PLAIN", PASSWORD, "334 ", "235 ok", "250-two", "250 lines",
      "250 ok", "354 go"}},
    {"enabled: no AUTH",
     RELAY_ENABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_WITHOUT,
     1,
     "HOST offers no AUTH",
     {GOOD_TLS, "250 SIZE", "250 ok", "250 ok", "354 go", "250 ok", "250 ok",
      "354 go"}},
    {"enabled: no TLS",
     RELAY_ENABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_WITHOUT,
     1,
     "HOST offers no TLS",
     {SESSION, "220 x", "250 x", TRY, "220 x", "250 x", "250 ok", "250 ok", "354 go"}},
    {"enabled: no TLS, which is needed",
     RELAY_ENABLED,
     RELAY_TLS_REQUIRE,
     25,
     REPLY_NO_TLS,
     1,
     "HOST offers no TLS",
     {SESSION, "220 x", "250 x", TRY, "220 x", "250 x"}},
    {"enabled: the login was refused",
     RELAY_ENABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_WITHOUT,
     2,
     "HOST refused to authenticate me: 535 no",
     {GOOD_TLS, "250 AUTH PLAIN", PASSWORD, "535 no", TRY_TLS, "250 AUTH PLAIN", PLAIN,
      "250 ok", "354 go"}},
    {"enabled: it could not be reached",
     RELAY_ENABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_WITHOUT,
     1,
     "HOST could not be reached before",
     {SESSION, TRY_TLS, "250 SIZE", "354 go"}},
    {"enabled: refused both ways",
     RELAY_ENABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_PUT_OFF,
     2,
     "HOST refused to authenticate me: 535 no",
     {GOOD_TLS, "250 AUTH PLAIN", PASSWORD, "535 no", TRY_TLS, "250 AUTH PLAIN", PLAIN,
      "550 no", "550 no"}},
    {"enabled: no EHLO",
     RELAY_ENABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_WITHOUT,
     1,
     "HOST refused before authentication: 500 no",
     {SESSION, "220 x", "500 no", "250 x", TRY, "220 x", "500 no", "250 x", "250 ok",
      "354 go"}},
    {"enabled: kept out",
     RELAY_ENABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_KEPT_OUT,
     2,
     "HOST has not answered to AUTH, or has no mechanism that fits",
     {GOOD_TLS, "250 AUTH PLAIN", PASSWORD, "235 ok", "450 later", TRY, "220 x"}},
    {"disabled",
     RELAY_DISABLED,
     RELAY_TLS_DEFAULT,
     25,
     REPLY_OTHER,
     0,
     "HOST offers no AUTH",
     {GOOD_TLS, "250 SIZE", "354 go"}},
};

static bool news_hold(const struct news *n)
{
    static struct relay_answer answer;
    struct relay_host host = {.name = "x", .text = "HOST", .port = n->port};
    const struct relay relay = {.name = "smarthost",
                                .account = "me",
                                .authentication = n->authentication,
                                .tls = n->tls,
                                .hosts = &host,
                                .host_count = 1};
    struct relay_replies replies;
    enum relay_event last = REPLY_OTHER;
    unsigned count = 0;
    char why[400];
    relay_replies_start(&replies);
    for (const char *const *step = n->steps; *step; step++) {
        enum relay_event event = REPLY_OTHER;
        answer.len = 0;
        if (strcmp(*step, LOST) == 0)
            relay_replies_start(&replies);
        else if (strcmp(*step, PASSWORD) == 0 || strcmp(*step, PLAIN) == 0)
            relay_replies_password(&replies, strcmp(*step, PASSWORD) == 0);
        else if (strcmp(*step, SESSION) == 0 || strcmp(*step, TRY) == 0)
            relay_replies_begin(&replies, &relay, &host, strcmp(*step, TRY) == 0);
        else
            relay_replies_filter(&replies, &relay, span_of(*step), &answer, &event);
        last = event == REPLY_OTHER ? last : event;
        count += event != REPLY_OTHER;
    }
    relay_session_explain(&replies.session, &relay, why, sizeof why);
    return holds(last == n->want && count == n->count, "%s: %d, %u times", n->name,
                 last, count) &
           same_text(span_of(n->name), span_of(why), span_of(n->why));
}

static void test_news(void **state)
{
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(news); i++)
        bad += !news_hold(&news[i]);
    assert_int_equal(bad, 0);
}

/* Postfix keeps so much of a reply, with the lines that the filter puts in; what comes
 * later it does not see. */
static void test_auth_too_late(void **state)
{
    static struct relay_answer answer;
    struct relay_host host = {.name = "x", .text = "HOST", .port = 465};
    const struct relay relay = {
        .name = "smarthost", .hosts = &host, .host_count = 1, .account = "me"};
    size_t bad = 0;
    (void)state;
    for (size_t lines = 1; lines < 40; lines++) {
        struct relay_replies replies;
        enum relay_event event;
        char line[101];
        size_t kept = 0;
        memset(line, 'x', sizeof line - 1);
        memcpy(line, "250-", 4);
        line[100] = '\0';
        relay_replies_start(&replies);
        relay_replies_begin(&replies, &relay, &host, false);
        relay_replies_filter(&replies, &relay, span_of("220 x"), &answer, &event);
        for (size_t i = 0; i < lines; i++) {
            answer.len = 0;
            const bool replaced =
                relay_replies_filter(&replies, &relay, span_of(line), &answer, &event);
            kept += (replaced ? answer.len : strlen(line)) + 1;
        }
        answer.len = 0;
        relay_replies_filter(&replies, &relay, span_of("250 AUTH PLAIN"), &answer,
                             &event);
        bad += !holds((event == REPLY_NO_AUTH) == (kept >= KEPT_BYTES), "%zu lines",
                      lines);
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_news),
        cmocka_unit_test(test_auth_too_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
