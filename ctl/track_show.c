/* SPDX-License-Identifier: BSD-2-Clause */
/* How gatepost track shows what it found. */
#include <stdio.h>
#include <stdlib.h>

#include "columns.h"
#include "json.h"
#include "show.h"
#include "track.h"

enum { INDENT = 13 };

static void put_field(const char *name, struct span value)
{
    char label[INDENT + 1];
    if (span_empty(value))
        return;
    snprintf(label, sizeof label, "  %s", name);
    columns_field(INDENT, label, value);
}

/* --- what happened --- */

static const char *stage_words(const struct record *r)
{
    switch (record_stage(r)) {
    case STAGE_MAIL:
        return " at MAIL";
    case STAGE_RCPT:
        return " at RCPT";
    case STAGE_MESSAGE:
        break;
    }
    return " at the end of the message";
}

static const char *end_words(const struct record *r)
{
    if (r->number[FIELD_RECIPIENTS] == 0)
        return ", but none of its recipients";
    if (record_is(r, FIELD_END, "abort"))
        return ", but was aborted";
    if (record_is(r, FIELD_END, "disconnect"))
        return ", but the client left before its end";
    return "";
}

/* "refused at MAIL", coloured as what it is. */
static void print_words(const struct record *r, const char *colour, const char *what,
                        const char *where, enum record_field rule)
{
    columns_text(r->text[FIELD_TIME], 30);
    printf("  %s%s%s%s", show_colour(colour), what, where, show_plain());
    if (!span_empty(r->text[rule])) {
        printf(": ");
        columns_text(r->text[rule], 30);
    }
    putchar('\n');
}

static void print_refusal(const struct record *r, struct track_counts *c)
{
    bool deferred = record_is(r, FIELD_VERDICT, "defer");
    ++*(deferred ? &c->deferred : &c->refused);
    print_words(r, deferred ? "defer" : "refuse", deferred ? "deferred" : "refused",
                stage_words(r), FIELD_RULE);
}

static void print_login(const struct record *r, struct track_counts *c)
{
    bool passed = record_is(r, FIELD_VERDICT, "pass");
    bool deferred = record_is(r, FIELD_VERDICT, "defer");
    ++*(passed ? &c->logins_passed : &c->logins_failed);
    if (passed && !span_empty(r->text[FIELD_WOULD]))
        print_words(r, "would", "login passed, by monitor mode", "", FIELD_WOULD);
    else if (passed)
        print_words(r, "pass", "login passed", "", FIELD_RULE);
    else
        print_words(r, deferred ? "defer" : "refuse",
                    deferred ? "login deferred" : "login failed", "", FIELD_RULE);
}

static void print_transaction(const struct record *r, const struct snapshot *s,
                              struct track_counts *c)
{
    const char *words =
        r->number[FIELD_RECIPIENTS] > 0 ? track_policy_words(r, s) : NULL;
    ++*(words ? &c->handled : &c->passed);
    if (words)
        print_words(r, "policy", words, "", FIELD_RULE);
    else
        print_words(r, "pass", "mail passed", end_words(r), FIELD_RULE);
}

static void print_event(const struct record *r, const struct snapshot *s,
                        struct track_counts *c)
{
    switch (r->event) {
    case EVENT_REFUSAL:
        print_refusal(r, c);
        break;
    case EVENT_MONITOR:
        c->would++;
        print_words(r, "would", "passed by monitor mode alone", stage_words(r),
                    FIELD_WOULD);
        break;
    case EVENT_TRANSACTION:
        print_transaction(r, s, c);
        break;
    case EVENT_LOGIN:
        print_login(r, c);
        break;
    case EVENT_POLICY:
        c->notes++;
        print_words(r, "pass", "noted by a policy", "", FIELD_POLICY);
        break;
    case EVENT_MESSAGE:
    case EVENTS:
        break;
    }
}

/* --- its fields --- */

/* A text that grows. */
struct text {
    char bytes[4096];
    size_t len;
};

static void append(struct text *t, const char *before, struct span value)
{
    size_t left = sizeof t->bytes - t->len, len = strlen(before);
    if (span_empty(value) || len + value.len > left)
        return;
    memcpy(t->bytes + t->len, before, len);
    memcpy(t->bytes + t->len + len, value.ptr, value.len);
    t->len += len + value.len;
}

static struct span text_span(const struct text *t)
{
    return (struct span){t->bytes, t->len};
}

static void put_list(const char *name, const struct record *r, enum record_field field)
{
    for (size_t i = 0; i < r->list[field].count; i++) {
        put_field(name, record_item(r, field, i));
        name = "";
    }
}

static void put_recipients(const struct record *r)
{
    char text[COUNT_TEXT + 64], count[COUNT_TEXT];
    size_t listed = r->list[FIELD_TO].count;
    put_list("to", r, FIELD_TO);
    if (r->number[FIELD_RECIPIENTS] <= listed)
        return;
    columns_count(r->number[FIELD_RECIPIENTS] - listed, count);
    snprintf(text, sizeof text, "%s%s that the log does not list", listed ? "and " : "",
             count);
    put_field(listed ? "" : "to", span_of(text));
}

static void put_client(const struct record *r)
{
    struct text text = {.len = 0};
    append(&text, "", r->text[FIELD_CLIENT]);
    append(&text, ", ", r->text[FIELD_CLIENT_NAME]);
    append(&text, ", helo ", r->text[FIELD_HELO]);
    put_field("client", text_span(&text));
}

static void put_login(const struct record *r)
{
    struct text text = {.len = 0};
    bool tls = r->number[FIELD_TLS] != 0;
    append(&text, "", r->text[FIELD_LOGIN]);
    if (span_empty(r->text[FIELD_LOGIN]))
        append(&text, "", span_of("(not authenticated)"));
    append(&text, ", ", r->text[FIELD_MECHANISM]);
    if (span_empty(r->text[FIELD_TLS_VERSION]))
        append(&text, ", ", span_of(tls ? "TLS" : "no TLS"));
    else
        append(&text, ", ", r->text[FIELD_TLS_VERSION]);
    put_field("login", text_span(&text));
}

static void put_interface(const struct record *r)
{
    struct text text = {.len = 0};
    char port[COUNT_TEXT];
    snprintf(port, sizeof port, "%lu", r->number[FIELD_PORT]);
    append(&text, "", r->text[FIELD_INTERFACE]);
    if (span_empty(r->text[FIELD_INTERFACE]))
        append(&text, "", span_of("(none)"));
    append(&text, ", listener ", r->text[FIELD_DAEMON_NAME]);
    if (r->number[FIELD_PORT])
        append(&text, ", port ", span_of(port));
    put_field("interface", text_span(&text));
}

static void put_target(const struct record *r)
{
    struct text text = {.len = 0};
    char ms[COUNT_TEXT];
    snprintf(ms, sizeof ms, "%lu ms", r->number[FIELD_MS]);
    append(&text, "", r->text[FIELD_TARGET]);
    append(&text, ", ", r->text[FIELD_SERVER]);
    if (text.len > 0)
        append(&text, ", ", span_of(ms));
    put_field("target", text_span(&text));
}

static void put_policies(const struct record *r, const struct snapshot *s)
{
    char text[POLICY_TEXT];
    const char *name = "policies";
    for (size_t i = 0; i < r->list[FIELD_POLICIES].count; i++) {
        put_field(name, track_policy_text(s, record_item(r, FIELD_POLICIES, i), text));
        name = "";
    }
}

static void put_mail(const struct record *r, const struct snapshot *s)
{
    put_field("from", r->text[FIELD_FROM]);
    put_field("  read as", r->text[FIELD_MAIL_ADDR]);
    put_recipients(r);
    put_field("  read as", r->text[FIELD_RCPT_ADDR]);
    put_list("From field", r, FIELD_HEADER_FROM);
    put_list("Sender", r, FIELD_HEADER_SENDER);
    put_list("Resent-From", r, FIELD_RESENT_FROM);
    put_list("Resent-S.", r, FIELD_RESENT_SENDER);
    put_policies(r, s);
}

static void put_place(const struct record *r, const char *path, unsigned long line)
{
    size_t size = strlen(path) + COUNT_TEXT;
    char *place = malloc(size);
    if (!place)
        abort();
    snprintf(place, size, "%s:%lu", path, line);
    put_field("queue id", r->text[FIELD_QUEUE_ID]);
    put_field("session", r->text[FIELD_SESSION]);
    put_field("log", span_of(place));
    free(place);
}

void track_show(const struct record *r, const struct snapshot *s, const char *path,
                unsigned long line, struct track_counts *counts)
{
    bool decided =
        !record_is(r, FIELD_VERDICT, "pass") || !span_empty(r->text[FIELD_WOULD]);
    print_event(r, s, counts);
    if (record_has(r, FIELD_REASON) && (decided || r->event == EVENT_LOGIN))
        put_field("reason", r->text[FIELD_REASON]);
    put_field("text", r->text[FIELD_TEXT]);
    put_field("reply", r->text[FIELD_REPLY]);
    if (r->event == EVENT_TRANSACTION)
        put_field("held back", r->text[FIELD_WOULD]);
    if (decided)
        put_field("decided by", r->text[FIELD_SOURCE]);
    put_field("ou", r->text[FIELD_OU]);
    if (r->event != EVENT_LOGIN)
        put_mail(r, s);
    put_login(r);
    put_client(r);
    put_interface(r);
    put_target(r);
    put_place(r, path, line);
    putchar('\n');
}

/* --- the rest --- */

static void print_count(bool *first, unsigned long count, const char *what,
                        const char *plural)
{
    char text[COUNT_TEXT];
    if (count == 0)
        return;
    printf("%s%s %s", *first ? "" : ", ", columns_count(count, text),
           count == 1 ? what : plural);
    *first = false;
}

void track_show_counts(const struct track_counts *c)
{
    bool first = true;
    print_count(&first, c->refused, "refused", "refused");
    print_count(&first, c->deferred, "deferred", "deferred");
    print_count(&first, c->would, "held back", "held back");
    print_count(&first, c->passed, "mail passed", "mails passed");
    print_count(&first, c->handled, "mail handled by policies",
                "mails handled by policies");
    print_count(&first, c->notes, "note", "notes");
    print_count(&first, c->logins_failed, "login failed", "logins failed");
    print_count(&first, c->logins_passed, "login passed", "logins passed");
    puts(first ? "nothing was found" : "");
}

static json_t *json_field(const struct record *r, enum record_field field)
{
    json_t *list;
    switch (record_kind(field)) {
    case KIND_NUMBER:
        return json_integer((json_int_t)r->number[field]);
    case KIND_BOOLEAN:
        return json_boolean(r->number[field]);
    case KIND_STRING:
        return json_safe_span(r->text[field]);
    case KIND_LIST:
        break;
    }
    list = json_array();
    for (size_t i = 0; i < r->list[field].count; i++)
        json_array_append_new(list, json_safe_span(record_item(r, field, i)));
    return list;
}

void track_show_json(const struct record *r, const char *path, unsigned long line)
{
    json_t *object = json_object();
    for (enum record_field field = 0; field < RECORD_FIELDS; field++)
        if (record_has(r, field))
            json_object_set_new(object, record_key(field), json_field(r, field));
    json_object_set_new(object, "file", json_safe_string(path));
    json_object_set_new(object, "line", json_integer((json_int_t)line));
    json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(object);
}
