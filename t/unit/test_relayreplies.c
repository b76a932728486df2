/* SPDX-License-Identifier: BSD-2-Clause */
/* What the reply filter of a relay makes of dialogues, line by line. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "relayreplies.h"

/* What happens: a line of the relay host, or one of these. */
#define LOST     "(lost)"     /* all that was known */
#define PASSWORD "(password)" /* Postfix asks for it and is given it */
#define PLAIN    "(plain)"    /* and is told that there is none */
#define SESSION  "(session)"  /* Postfix is about to begin one, */
#define TRY      "(try)"      /* or one without a password */

/* What becomes of a line: it is left as it is, ... */
#define SAME NULL
#define MARK "+"   /* AUTH is put behind it */
#define HELD "421" /* it becomes 421, and quotes the line */

struct step {
    const char *line, *want;
};

struct dialogue {
    const char *name;
    enum relay_authentication authentication;
    struct step steps[20];
};

#define GREETED                                                                        \
    {"220 mx.example.net ESMTP", MARK},                                                \
    {                                                                                  \
        "250-mx.example.net", SAME                                                     \
    }
#define STARTED                                                                        \
    GREETED, {"250 STARTTLS", MARK},                                                   \
    {                                                                                  \
        "220 2.0.0 go ahead", MARK                                                     \
    }
#define LOGGED_IN                                                                      \
    STARTED, {"250-mx.example.net", SAME}, {"250 AUTH PLAIN", MARK}, {PASSWORD, SAME}, \
    {                                                                                  \
        "235 2.7.0 welcome", SAME                                                      \
    }

static const struct dialogue dialogues[] = {
    {"all is well",
     RELAY_REQUIRED,
     {LOGGED_IN,
      {"250 2.1.0 ok", SAME},
      {"250 2.1.5 ok", SAME},
      {"354 go", SAME},
      {"250 2.0.0 queued", SAME}}},
    {"AUTH in several steps",
     RELAY_REQUIRED,
     {STARTED,
      {"250 AUTH LOGIN", MARK},
      {PASSWORD, SAME},
      {"334 VXNlcm5hbWU6", SAME},
      {"334 UGFzc3dvcmQ6", SAME},
      {"235 ok", SAME},
      {"250 ok", SAME}}},
    {"refusals of what comes after AUTH are left alone",
     RELAY_REQUIRED,
     {LOGGED_IN,
      {"550 5.7.1 no such sender", SAME},
      {"250 ok", SAME},
      {"550-5.1.1 no", SAME},
      {"550 5.1.1 such user", SAME},
      {"354 go", SAME},
      {"554 5.6.0 spam", SAME}}},
    {"so is that of AUTH itself",
     RELAY_REQUIRED,
     {STARTED, {"250 AUTH PLAIN", MARK}, {PASSWORD, SAME}, {"535 5.7.8 bad", SAME}}},
    {"a temporary one as well",
     RELAY_REQUIRED,
     {STARTED, {"250 AUTH PLAIN", MARK}, {PASSWORD, SAME}, {"454 4.7.0 later", SAME}}},
    {"the next session begins outside",
     RELAY_REQUIRED,
     {LOGGED_IN,
      {"250 ok", SAME},
      {"550 no", SAME},
      {"220 mx.example.net", MARK},
      {"250 x", MARK}}},
    {"EHLO is refused within TLS", RELAY_REQUIRED, {STARTED, {"502 no", HELD}}},
    {"EHLO is put off within TLS", RELAY_REQUIRED, {STARTED, {"450 no", HELD}}},
    {"EHLO is answered 3xx", RELAY_REQUIRED, {STARTED, {"354 go on", HELD}}},
    {"EHLO is answered by a code that is none",
     RELAY_REQUIRED,
     {STARTED, {"999 what", HELD}, {"000 what", HELD}, {"600", HELD}}},
    {"421 is left alone", RELAY_REQUIRED, {STARTED, {"421 4.3.2 bye", SAME}}},
    {"a greeting that refuses", RELAY_REQUIRED, {{"554 no", HELD}}},
    {"no word behind the code",
     RELAY_REQUIRED,
     {STARTED, {"250", "250 \n250-GATEPOST\n250-AUTH"}}},
    {"a space behind the code", RELAY_REQUIRED, {STARTED, {"250 ", MARK}}},
    {"EHLO is answered 220", RELAY_REQUIRED, {STARTED, {"220 x", MARK}}},
    {"EHLO is answered 299", RELAY_REQUIRED, {STARTED, {"299 x", MARK}}},
    {"235 to one who had no password",
     RELAY_REQUIRED,
     {{"220 x", MARK}, {"235 x", MARK}, {"250 x", MARK}, {"550 x", HELD}}},
    {"250 to AUTH is no success that one relies on",
     RELAY_REQUIRED,
     {STARTED,
      {"250 AUTH PLAIN", MARK},
      {PASSWORD, SAME},
      {"250 ok", MARK},
      {"250 ok", MARK}}},
    {"a greeting of 250 after a session",
     RELAY_REQUIRED,
     {LOGGED_IN,
      {"250 hello", SAME},
      {"250-hello", SAME},
      {"250 STARTTLS", MARK},
      {"250 go", MARK},
      {"250 x", MARK}}},
    {"and with garbage instead of a line of EHLO",
     RELAY_REQUIRED,
     {LOGGED_IN,
      {"250 hello", SAME},
      {"x y", SAME},
      {"250 STARTTLS", MARK},
      {"250 x", MARK}}},
    {"a password, and no AUTH after all",
     RELAY_REQUIRED,
     {STARTED, {"250 x", MARK}, {PASSWORD, SAME}, {"220 x", MARK}, {"550 no", HELD}}},
    {"all was forgotten: before EHLO",
     RELAY_REQUIRED,
     {STARTED, {LOST, SAME}, {"250-x", MARK}, {"250-y", SAME}, {"250 z", MARK}}},
    {"in the middle of a reply",
     RELAY_REQUIRED,
     {STARTED, {"250-x", SAME}, {LOST, SAME}, {"250-y", MARK}, {"250 z", MARK}}},
    {"and EHLO is refused", RELAY_REQUIRED, {STARTED, {LOST, SAME}, {"550 no", HELD}}},
    {"after AUTH",
     RELAY_REQUIRED,
     {LOGGED_IN, {LOST, SAME}, {"250 ok", MARK}, {"550 no", HELD}, {"220 x", MARK}}},
    {"in place of the answer to AUTH",
     RELAY_REQUIRED,
     {STARTED,
      {"250 AUTH PLAIN", MARK},
      {PASSWORD, SAME},
      {LOST, SAME},
      {"235 ok", MARK},
      {"250 ok", MARK}}},
    {"garbage is not the end of a reply",
     RELAY_REQUIRED,
     {STARTED,
      {"", SAME},
      {"25", SAME},
      {"2500 x", SAME},
      {"250x", SAME},
      {"250\tx", SAME},
      {"-250 x", SAME},
      {"250 x", MARK}}},

    {"enabled: nothing is put in",
     RELAY_ENABLED,
     {{SESSION, SAME},
      {"220 x", SAME},
      {"250 STARTTLS", SAME},
      {"220 go", SAME},
      {"250-x", SAME},
      {"250 y", SAME},
      {PASSWORD, SAME},
      {"535 5.7.8 no", SAME},
      {SESSION, SAME},
      {"220 x", SAME},
      {"250 STARTTLS", SAME},
      {"220 go", SAME},
      {"550 5.1.1 no", SAME}}},
    {"enabled: no TLS at all, and nobody asked for a password",
     RELAY_ENABLED,
     {{TRY, SAME},
      {"220 x", SAME},
      {"500 what", "450 what"},
      {"250 x", SAME},
      {"250 ok", SAME},
      {"550 5.1.1 no", SAME}}},
    {"enabled: a password is wanted",
     RELAY_ENABLED,
     {{"220 x", SAME},
      {"220 go", SAME},
      {"530 5.7.0 authenticate", "450 4.7.0 authenticate"},
      {"530", "450 "},
      {"530 now", "450 now"}}},
    {"enabled: refused without a password",
     RELAY_ENABLED,
     {{TRY, SAME},
      {"220 x", SAME},
      {"250 x", SAME},
      {PLAIN, SAME},
      {"550 5.7.1 not you", "450 4.7.1 not you"},
      {"554-5.7.1 no", SAME},
      {"554 no", "450 no"},
      {"450 4.2.0 later", SAME},
      {"250 ok", SAME},
      {SESSION, SAME},
      {"220 x", SAME},
      {"250 STARTTLS", SAME},
      {"220 go", SAME},
      {"550 5.7.1 no", SAME}}},
    {"enabled: STARTTLS is refused",
     RELAY_ENABLED,
     {{SESSION, SAME},
      {"220 x", SAME},
      {"250 STARTTLS", SAME},
      {"554 5.7.0 no", "450 4.7.0 no"},
      {TRY, SAME},
      {"220 x", SAME},
      {"554 5.7.0 no", "450 4.7.0 no"}}},
    {"enabled: no try without a password after a login",
     RELAY_ENABLED,
     {{SESSION, SAME},
      {"220 x", SAME},
      {"220 go", SAME},
      {PASSWORD, SAME},
      {"235 ok", SAME},
      {"450 4.2.0 later", SAME},
      {TRY, SAME},
      {"220 x",
       "421 4.7.0 relay smarthost: not without authentication, which has succeeded. "
       "The host said: 450 4.2.0 later"},
      {SESSION, SAME},
      {"220 x", SAME},
      {"220 go", SAME},
      {PASSWORD, SAME},
      {"454 no", SAME},
      {TRY, SAME},
      {"220 x", SAME}}},
    {"disabled: nothing at all",
     RELAY_DISABLED,
     {{"220 x", SAME}, {"530 5.7.0 authenticate", SAME}, {"550 no", SAME}}},
};

static bool holds_step(const struct dialogue *d, const struct step *step, bool replaced,
                       const struct relay_answer *a)
{
    char want[600];
    if (!step->want)
        return holds(!replaced, "%s: %s: left alone", d->name, step->line);
    if (strcmp(step->want, MARK) == 0)
        snprintf(want, sizeof want, "%s\n250-GATEPOST\n250-AUTH", step->line);
    else if (strcmp(step->want, HELD) == 0)
        snprintf(want, sizeof want,
                 "421 4.7.0 relay smarthost: the mail waits, nobody has authenticated. "
                 "The host said: %s",
                 step->line);
    else
        snprintf(want, sizeof want, "%s", step->want);
    return holds(replaced, "%s: %s: replaced", d->name, step->line) &&
           same_text(span_of(d->name), (struct span){a->text, a->len}, span_of(want));
}

static bool dialogue_holds(const struct dialogue *d)
{
    static struct relay_answer answer;
    struct relay_host host = {.name = "x", .port = 25};
    const struct relay relay = {.name = "smarthost",
                                .authentication = d->authentication,
                                .hosts = &host,
                                .host_count = 1};
    struct relay_replies replies;
    enum relay_event event;
    bool good = true;
    relay_replies_start(&replies);
    if (d->authentication == RELAY_REQUIRED) /* out of what follows a start */
        relay_replies_filter(&replies, &relay, span_of("421 bye"), &answer, &event);
    for (const struct step *step = d->steps; step->line; step++) {
        answer.len = 0;
        if (strcmp(step->line, LOST) == 0)
            relay_replies_start(&replies);
        else if (strcmp(step->line, PASSWORD) == 0)
            relay_replies_password(&replies, true);
        else if (strcmp(step->line, PLAIN) == 0)
            relay_replies_password(&replies, false);
        else if (strcmp(step->line, SESSION) == 0 || strcmp(step->line, TRY) == 0)
            relay_replies_begin(&replies, &relay, &host, strcmp(step->line, TRY) == 0);
        else
            good &=
                holds_step(d, step,
                           relay_replies_filter(&replies, &relay, span_of(step->line),
                                                &answer, &event),
                           &answer);
    }
    return good;
}

static void test_dialogues(void **state)
{
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(dialogues); i++)
        bad += !dialogue_holds(&dialogues[i]);
    assert_int_equal(bad, 0);
}

/* Of a reply of so many lines: where does AUTH stand in it, if Postfix keeps a line
 * only while it has less than this? */
enum { KEPT_BYTES = 2048 };

static bool is_marked_in_time(size_t lines, size_t length)
{
    static struct relay_answer answer;
    const struct relay relay = {.name = "smarthost", .authentication = RELAY_REQUIRED};
    struct relay_replies replies;
    enum relay_event event;
    size_t kept = 0;
    bool marked = false;
    char *line = calloc(1, length + 5);
    assert_non_null(line);
    memset(line, 'x', length + 4);
    relay_replies_start(&replies);
    relay_replies_filter(&replies, &relay, span_of("220 x"), &answer, &event);
    for (size_t i = 1; i <= lines; i++) {
        memcpy(line, i == lines ? "250 " : "250-", 4);
        answer.len = 0;
        bool replaced =
            relay_replies_filter(&replies, &relay, span_of(line), &answer, &event);
        marked |= replaced && kept < KEPT_BYTES;
        if (kept < KEPT_BYTES)
            kept += (replaced ? answer.len : strlen(line)) + 1;
    }
    free(line);
    return marked;
}

static void test_long_replies(void **state)
{
    static const size_t lengths[] = {0, 1, 5, 20, 200, 395, 396, 397, 1000, 2040, 2044};
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(lengths); i++)
        for (size_t lines = 1; lines <= 600; lines = lines * 2 + lines % 3)
            bad += !holds(is_marked_in_time(lines, lengths[i]),
                          "%zu lines of %zu bytes", lines, lengths[i]);
    assert_int_equal(bad, 0);
}

static void test_long_lines(void **state)
{
    static struct relay_answer answer;
    const struct relay relay = {.name = "smarthost", .authentication = RELAY_REQUIRED};
    static char line[RELAY_REQUEST_MOST + 1];
    struct relay_replies replies;
    enum relay_event event;
    (void)state;
    memset(line, 'x', sizeof line - 1);
    memcpy(line, "250 ", 4);
    relay_replies_start(&replies);
    assert_true(relay_replies_filter(&replies, &relay, span_of(line), &answer, &event));
    assert_false(answer.overflow);
    assert_true(answer.len > sizeof line - 1);
    answer.len = 0;
    memcpy(line, "550 ", 4);
    assert_true(relay_replies_filter(&replies, &relay, span_of(line), &answer, &event));
    assert_true(answer.len < 600);
}

/* What is told of AUTH, for the status. */
static void test_events(void **state)
{
    static struct relay_answer answer;
    static const struct {
        const char *line;
        enum relay_event want;
    } rows[] = {{"235 ok", REPLY_OTHER}, {PASSWORD, REPLY_OTHER},
                {"334 ", REPLY_OTHER},   {"235 ok", REPLY_AUTHENTICATED},
                {"550 no", REPLY_OTHER}, {"220 x", REPLY_OTHER},
                {PASSWORD, REPLY_OTHER}, {"535 no", REPLY_AUTH_REFUSED},
                {PASSWORD, REPLY_OTHER}, {"454 no", REPLY_AUTH_REFUSED},
                {PASSWORD, REPLY_OTHER}, {"220 x", REPLY_OTHER},
                {"550 no", REPLY_HELD},  {"421 no", REPLY_HELD}};
    const struct relay relay = {.name = "smarthost", .authentication = RELAY_REQUIRED};
    struct relay_replies replies;
    size_t bad = 0;
    (void)state;
    relay_replies_start(&replies);
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum relay_event event = REPLY_OTHER;
        answer.len = 0;
        if (strcmp(rows[i].line, PASSWORD) == 0)
            relay_replies_password(&replies, true);
        else
            relay_replies_filter(&replies, &relay, span_of(rows[i].line), &answer,
                                 &event);
        bad += !holds(event == rows[i].want, "row %zu: %s", i, rows[i].line);
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialogues),
        cmocka_unit_test(test_long_replies),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
