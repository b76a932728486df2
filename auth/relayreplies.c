/* SPDX-License-Identifier: BSD-2-Clause */
/* What Postfix's smtp_reply_filter makes of the replies of a relay host. */
#include "relayreplies.h"

#include <strings.h>

#include "ascii.h"

/* Of a reply Postfix keeps the lines that begin within line_length_limit (2048) bytes:
 * AUTH has to be among the first of them. */
enum { MARK_AFTER = 400, QUOTED_MOST = 400, IMPLICIT_TLS_PORT = 465 };

/* Postfix takes the first line with a word behind the code for the greeting of the
 * host, whatever the word is, hence two: a host may have said no word at all. */
static const char mark[] = "\n250-GATEPOST\n250-AUTH";

/* A line as Postfix reads it. */
struct reply_line {
    bool last; /* of its reply; otherwise there is no code */
    unsigned code, kind;
    struct span text;
};

static struct reply_line read_line(struct span text)
{
    struct reply_line line = {.text = text};
    unsigned code = 0;
    for (size_t i = 0; i < 3; i++) {
        if (i >= text.len || !ascii_is_digit(text.ptr[i]))
            return line;
        code = code * 10 + (unsigned)(text.ptr[i] - '0');
    }
    line.last = text.len == 3 || text.ptr[3] == ' ';
    line.code = line.last ? code : 0;
    line.kind = line.code / 100;
    return line;
}

static void begin_reply(struct relay_replies *r)
{
    r->seen = 0;
    r->continued = false;
    r->marked = false;
    r->has_starttls = false;
}

void relay_replies_start(struct relay_replies *r)
{
    *r = (struct relay_replies){
        .stage = STAGE_OUTSIDE, .seen = MARK_AFTER, .may_be_clear = true};
}

static uint64_t host_bit(unsigned host)
{
    return (uint64_t)1 << host % 64;
}

void relay_replies_begin(struct relay_replies *r, const struct relay *relay,
                         const struct relay_host *host, bool plain)
{
    begin_reply(r);
    r->had_mark = false;
    r->stage = STAGE_OUTSIDE;
    r->plain = plain;
    r->has_asked = false;
    r->host = (unsigned)(host - relay->hosts);
    r->implicit_tls = host->port == IMPLICIT_TLS_PORT;
    r->may_be_clear = !r->implicit_tls;
    r->was_starttls = false;
    if (!plain)
        r->logged_in &= ~host_bit(r->host);
    relay_session_begin(&r->session, r->host, plain);
}

bool relay_replies_logged_in(const struct relay_replies *r, const struct relay *relay,
                             const struct relay_host *host)
{
    return r->logged_in & host_bit((unsigned)(host - relay->hosts));
}

bool relay_replies_ehlo(struct relay_replies *r)
{
    if (!r->had_mark)
        r->stage = STAGE_OUTSIDE;
    return r->had_mark;
}

void relay_replies_password(struct relay_replies *r, bool given)
{
    begin_reply(r);
    r->stage = given ? STAGE_LOGGING_IN : STAGE_OUTSIDE;
    r->plain = !given;
    r->has_asked = !given;
    if (!given)
        return;
    r->logged_in &= ~host_bit(r->host);
    relay_session_password(&r->session);
}

/* --- what was said --- */

static void add_mark(struct relay_replies *r, struct span line, struct relay_answer *a)
{
    relay_answer_add(a, line);
    relay_answer_say(a, line.len == 3 ? " " : ""); /* or it would not be the last one */
    relay_answer_say(a, mark);
    r->marked = true;
}

/* Behind the code and a mark. */
static bool offers_starttls(struct span line)
{
    static const char word[] = "STARTTLS";
    const size_t from = 4, len = sizeof word - 1;
    return line.len >= from + len && strncasecmp(line.ptr + from, word, len) == 0;
}

/* Postfix keeps a line only while what it has kept so far is short; what is put in
 * here counts, too. */
static bool continue_reply(struct relay_replies *r, struct span line, bool required,
                           struct relay_answer *a)
{
    r->continued = true;
    r->has_starttls = r->has_starttls || offers_starttls(line);
    r->seen += line.len + 1;
    if (!required || r->stage != STAGE_OUTSIDE || r->marked || r->seen <= MARK_AFTER)
        return false;
    add_mark(r, line, a);
    return true;
}

static void hold(const struct relay *relay, struct span line, struct relay_answer *a)
{
    relay_answer_say(a, "421 4.7.0 relay ");
    relay_answer_say(a, relay->name);
    relay_answer_say(a, ": the mail waits, nobody has authenticated. The host said: ");
    relay_answer_add(a, line.len > QUOTED_MOST ? span_cut(line, 0, QUOTED_MOST) : line);
}

/* Was 5xx for one who did not authenticate, so that it may be otherwise next time: the
 * code and the enhanced one become 4. */
static void soften(struct span line, struct relay_answer *a)
{
    const bool enhanced = line.len > 5 && line.ptr[4] == '5' && line.ptr[5] == '.';
    relay_answer_say(a, "450 ");
    if (line.len <= 4)
        return;
    relay_answer_say(a, enhanced ? "4" : "");
    relay_answer_add(a, span_cut(line, enhanced ? 5 : 4, line.len));
}

/* The stage after the last line of a reply. */
static enum relay_stage next_stage(const struct relay_replies *r,
                                   const struct reply_line *line)
{
    const bool yes = line->kind == 2, go_on = line->kind == 3;
    switch (r->stage) {
    case STAGE_LOGGING_IN:
        return line->code == 235 ? STAGE_INSIDE
               : go_on           ? STAGE_LOGGING_IN
                                 : STAGE_OUTSIDE;
    case STAGE_INSIDE:
        if (line->code == 220 || (yes && r->continued))
            return STAGE_OUTSIDE; /* another session has begun */
        return line->code == 354 ? STAGE_DATA : STAGE_INSIDE;
    default:
        return STAGE_OUTSIDE;
    }
}

/* A host may have several addresses: Postfix asks nothing before it tries the next.
 * Then there is another greeting, which is a 220 that does not follow on an offer of
 * STARTTLS. */
static void note_tls(struct relay_replies *r, const struct reply_line *line)
{
    if (r->implicit_tls)
        return;
    if (r->was_starttls && line->kind == 2)
        r->may_be_clear = false;
    else if (line->code == 220)
        r->may_be_clear = true;
    r->was_starttls = r->has_starttls || offers_starttls(line->text);
    if (line->code == 250 && !r->was_starttls)
        r->may_be_clear = false; /* and TLS is not to be had */
}

/* Keeps why mail is not delivered to one who has authenticated. */
static void keep_reason(struct relay_replies *r, struct span line)
{
    size_t len = line.len < sizeof r->said ? line.len : sizeof r->said - 1;
    memcpy(r->said, line.ptr, len);
    r->said[len] = '\0';
}

static enum relay_event note(struct relay_replies *r, const struct reply_line *line,
                             enum relay_stage before)
{
    if (line->kind == 4 && (before == STAGE_INSIDE || before == STAGE_DATA))
        keep_reason(r, line->text);
    if (before != STAGE_LOGGING_IN || r->stage == STAGE_LOGGING_IN)
        return REPLY_OTHER;
    if (r->stage == STAGE_INSIDE) {
        r->logged_in |= host_bit(r->host);
        r->said[0] = '\0';
        relay_session_login(&r->session, true, line->text);
        return REPLY_AUTHENTICATED;
    }
    if (line->kind == 2)
        return REPLY_OTHER;
    relay_session_login(&r->session, false, line->text);
    return REPLY_AUTH_REFUSED;
}

/* What the session has come to by this reply. */
static enum relay_event note_session(struct relay_replies *r, const struct relay *relay,
                                     const struct reply_line *line)
{
    static const enum relay_event events[] = {
        [NEWS_NONE] = REPLY_OTHER,      [NEWS_NO_TLS] = REPLY_NO_TLS,
        [NEWS_NO_AUTH] = REPLY_NO_AUTH, [NEWS_WITHOUT] = REPLY_WITHOUT,
        [NEWS_PUT_OFF] = REPLY_PUT_OFF,
    };
    return events[relay_session_reply(&r->session, relay,
                                      &(struct relay_reply){line->code, line->text})];
}

/* --- what is made of it --- */

static bool filter_required(struct relay_replies *r, const struct relay *relay,
                            const struct reply_line *line, enum relay_stage before,
                            struct relay_answer *a, enum relay_event *event)
{
    const bool end_of_data = before == STAGE_DATA && line->code == 250;
    if (line->kind == 2 && r->stage == STAGE_OUTSIDE && !end_of_data) {
        add_mark(r, line->text, a);
        return true;
    }
    if (line->kind == 2 || before != STAGE_OUTSIDE)
        return false;
    *event = REPLY_HELD;
    if (line->code == 421)
        return false;
    hold(relay, line->text, a);
    return true;
}

/* A try without a password, where one has just been accepted: it is over at once, with
 * the reason why the mail was not delivered then. */
static void end_plain_try(const struct relay_replies *r, const struct relay *relay,
                          struct relay_answer *a)
{
    relay_answer_say(a, "421 4.7.0 relay ");
    relay_answer_say(a, relay->name);
    relay_answer_say(a, ": not without authentication, which has succeeded. ");
    relay_answer_say(a, *r->said ? "The host said: " : "Then the session broke off");
    relay_answer_say(a, r->said);
}

/* That a password is wanted is no reason to give a mail back; nor is what is said in a
 * try without one to somebody who could have had one, or before TLS. */
static bool filter_enabled(const struct relay_replies *r, const struct relay *relay,
                           const struct reply_line *line, enum relay_stage before,
                           struct relay_answer *a, enum relay_event *event)
{
    const bool early = before == STAGE_OUTSIDE && r->may_be_clear;
    if (line->code == 220 && r->plain && (r->logged_in & host_bit(r->host))) {
        *event = REPLY_KEPT_OUT;
        end_plain_try(r, relay, a);
        return true;
    }
    if (line->kind != 5 || (line->code != 530 && !r->has_asked && !early))
        return false;
    soften(line->text, a);
    return true;
}

bool relay_replies_filter(struct relay_replies *r, const struct relay *relay,
                          struct span text, struct relay_answer *a,
                          enum relay_event *event)
{
    const struct reply_line line = read_line(text);
    const bool required = relay->authentication == RELAY_REQUIRED;
    const enum relay_stage before = r->stage;
    bool replaced = false;
    *event = REPLY_OTHER;
    r->heard = true;
    relay_session_line(&r->session, relay, text);
    if (!line.last)
        return continue_reply(r, text, required, a);
    r->stage = next_stage(r, &line);
    const enum relay_event login = note(r, &line, before);
    *event = note_session(r, relay, &line);
    if (login != REPLY_OTHER)
        *event = login;
    note_tls(r, &line);
    if (required)
        replaced = filter_required(r, relay, &line, before, a, event);
    else if (relay->authentication == RELAY_ENABLED)
        replaced = filter_enabled(r, relay, &line, before, a, event);
    r->had_mark = r->marked;
    begin_reply(r);
    return replaced;
}
