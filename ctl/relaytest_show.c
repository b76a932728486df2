/* SPDX-License-Identifier: BSD-2-Clause */
/* How gatepost relay-test shows what it finds out. */
#include <jansson.h>
#include <stdio.h>

#include "columns.h"
#include "json.h"
#include "relaytest.h"
#include "show.h"

const char *relaytest_authentication(const struct relay *r)
{
    switch (r->authentication) {
    case RELAY_REQUIRED:
        return "required";
    case RELAY_ENABLED:
        return "enabled";
    default:
        return "disabled";
    }
}

const char *relaytest_tls(const struct relay *r)
{
    if (r->tls == RELAY_TLS_VERIFY)
        return "verify";
    if (relay_needs_tls(r))
        return "require";
    return r->authentication == RELAY_ENABLED ? "for the password" : "if offered";
}

static bool is_enabled(const struct relay *r)
{
    return r->authentication == RELAY_ENABLED;
}

static const char *outcome_word(enum probe_outcome outcome)
{
    return outcome == STEP_GOOD ? "pass" : outcome == STEP_BAD ? "fail" : "-";
}

static const char *end_word(enum probe_end end)
{
    return end == PROBE_AUTHENTICATED     ? "authenticated"
           : end == PROBE_UNAUTHENTICATED ? "unauthenticated"
                                          : "fails";
}

/* --- text --- */

enum { LABEL = 16, WORDS = 24 };

static const char *colour(const char *word)
{
    return *word == '-' ? "" : show_colour(*word == 'f' ? "refuse" : word);
}

static void *text_begin(const struct relay *r, const char *note)
{
    columns_field(LABEL, "relay", span_of(r->name));
    columns_field(LABEL, "authentication", span_of(relaytest_authentication(r)));
    if (r->authentication != RELAY_DISABLED)
        columns_field(LABEL, "account", span_of(r->account));
    columns_field(LABEL, "tls", span_of(relaytest_tls(r)));
    if (*note)
        columns_field(LABEL, "note", span_of(note));
    return (void *)(uintptr_t)r;
}

static void text_server(void *relay, const struct relaytest_server *s)
{
    (void)relay;
    putchar('\n');
    columns_text(span_of(s->host->text), COLUMNS);
    if (s->host->by_mx && *s->name) {
        fputs("\n  at ", stdout);
        columns_text(span_of(s->name), COLUMNS - 5);
    }
    putchar('\n');
}

static void text_step(void *relay, const struct probe_step *step)
{
    const char *word = outcome_word(step->outcome);
    (void)relay;
    printf("  %-14s%s%-6s%s", step->name, colour(word), word,
           *colour(word) ? show_plain() : "");
    printf("  ");
    columns_wrap(WORDS, span_of(step->words));
    fflush(stdout);
}

static void text_result(void *relay, const struct relaytest_server *s)
{
    (void)relay;
    (void)s;
}

/* The server, and below it what it says. */
static void print_reason(const struct relaytest_server *s, const char *reason)
{
    fputs("   ", stdout);
    columns_text(span_of(s->host->text), COLUMNS - 3);
    putchar('\n');
    if (*reason)
        columns_field(5, "", span_of(reason));
}

/* Of the try that would have been the last one. */
static void print_failures(const struct relay *r, const struct relaytest_verdict *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct probe_result *result = &v->servers[i].result;
        print_reason(&v->servers[i],
                     is_enabled(r) ? result->second.reason : result->first.reason);
    }
}

static void text_verdict(void *relay, const struct relaytest_verdict *v)
{
    const struct relay *r = relay;
    puts("\nWhat a delivery would do now:");
    switch (v->end) {
    case PROBE_AUTHENTICATED:
        printf("=> %sauthenticated%s as ", show_colour("pass"), show_plain());
        columns_text(span_of(r->account), COLUMNS - 25);
        puts(", by");
        print_reason(v->server, "");
        break;
    case PROBE_UNAUTHENTICATED:
        printf("=> %swithout authentication%s%s, because\n",
               show_colour(is_enabled(r) ? "-" : "pass"), show_plain(),
               v->try->tls ? "" : ", without TLS");
        print_reason(v->server, v->try->reason);
        if (is_enabled(r))
            puts("   authentication = enabled allows it");
        break;
    case PROBE_FAILS:
        printf("=> %swaits%s, because\n", show_colour("refuse"), show_plain());
        print_failures(r, v);
        break;
    }
}

const struct relaytest_view relaytest_text = {text_begin, text_server, text_step,
                                              text_result, text_verdict};

/* --- JSON --- */

struct document {
    const struct relay *relay;
    json_t *object, *servers, *steps;
};

static void *document_begin(const struct relay *r, const char *note)
{
    static struct document d;
    d.relay = r;
    d.servers = json_array();
    d.object =
        json_pack("{s:s, s:s, s:o, s:s, s:s, s:o}", "relay", r->name, "authentication",
                  relaytest_authentication(r), "account", json_safe_string(r->account),
                  "tls", relaytest_tls(r), "note", note, "servers", d.servers);
    return &d;
}

static void document_server(void *document, const struct relaytest_server *s)
{
    (void)s;
    struct document *d = document;
    d->steps = json_array();
}

static void document_step(void *document, const struct probe_step *step)
{
    struct document *d = document;
    json_array_append_new(
        d->steps, json_pack("{s:s, s:s, s:o, s:I}", "step", step->name, "outcome",
                            outcome_word(step->outcome), "words",
                            json_safe_string(step->words), "ms", (json_int_t)step->ms));
}

static json_t *certificate(const struct certificate *c)
{
    if (!c->is_there)
        return json_null();
    return json_pack("{s:o, s:o, s:s, s:b, s:s, s:b}", "names",
                     json_safe_string(c->names), "issuer", json_safe_string(c->issuer),
                     "expires", c->expires, "trusted", c->trusted, "distrust",
                     c->distrust, "of_host", c->is_of_host);
}

static json_t *one_try(const struct probe_try *try)
{
    return json_pack("{s:s, s:b, s:o}", "end", end_word(try->end), "tls", try->tls,
                     "reason", json_safe_string(try->reason));
}

static void document_result(void *document, const struct relaytest_server *s)
{
    struct document *d = document;
    json_array_append_new(
        d->servers,
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "host", s->host->text,
                  "server", s->name, "address", s->result.address, "steps", d->steps,
                  "certificate", certificate(&s->result.certificate), "try",
                  one_try(&s->result.first), "fallback",
                  is_enabled(d->relay) ? one_try(&s->result.second) : json_null()));
}

static void document_verdict(void *document, const struct relaytest_verdict *v)
{
    struct document *d = document;
    json_object_set_new(
        d->object, "verdict",
        json_string(v->end == PROBE_FAILS ? "waits" : end_word(v->end)));
    json_object_set_new(d->object, "host", json_string(v->server->host->text));
    json_object_set_new(d->object, "delivery_tls", json_boolean(v->try->tls));
    json_object_set_new(d->object, "reason", json_safe_string(v->try->reason));
    json_dumpf(d->object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(d->object);
}

const struct relaytest_view relaytest_json = {
    document_begin, document_server, document_step, document_result, document_verdict};
