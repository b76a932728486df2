/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost relay-test: what a relay host does with our login, and what a delivery would
 * do then. */
#include "relaytest.h"
#include "control.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "mx.h"
#include "relayhost.h"
#include "usage.h"

enum { SECONDS = 30, SECONDS_MOST = 600, SUBMISSIONS_PORT = 465 };

static const char help[] =
    "usage: gatepost relay-test [-c FILE] [--json] [--timeout SECONDS] [--host HOST]\n"
    "                           NAME\n"
    "\n"
    "Speaks to each host of a relay, in order and step by step: TLS, the certificate,\n"
    "and AUTH with the relay's account. No mail is sent. Then says what a delivery\n"
    "would do now. It needs to read what gatepost-auth reads. The exit status is 0 if\n"
    "mail would go out as it is configured, and 2 if it would wait.\n"
    "\n"
    "  -c, --config FILE      the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "      --host HOST        this host alone, as it is written in hosts, or its name\n"
    "      --timeout SECONDS  how long each step may take (30)\n"
    "      --json             print JSON\n";

struct question {
    const char *config, *name, *host; /* host: NULL for all */
    bool json;
    unsigned seconds;
};

struct test {
    const struct question *question;
    const struct relay *relay;
    struct tls_trust *trust;
    const struct relaytest_view *view;
    void *view_context;
    bool implicit_tls;
    struct relaytest_server *servers; /* in the order of a delivery */
    size_t count;
};

/* --- the servers --- */

static void tell_mx(struct test *t, enum probe_outcome outcome, const char *words)
{
    const struct probe_step step = {.name = "MX", .outcome = outcome, .words = words};
    t->view->step(t->view_context, &step);
}

static struct relaytest_server *add_server(struct test *t,
                                           const struct relay_host *host,
                                           const char *name)
{
    struct relaytest_server *s = &t->servers[t->count++];
    s->host = host;
    snprintf(s->name, sizeof s->name, "%s", name);
    t->view->server(t->view_context, s);
    return s;
}

static void probe_server(struct test *t, struct relaytest_server *s)
{
    const struct probe_order order = {
        .relay = t->relay,
        .host = s->host,
        .server = s->name,
        .trust = t->trust,
        .implicit_tls = t->implicit_tls,
        .seconds = t->question->seconds,
        .tell = t->view->step,
        .context = t->view_context,
    };
    relay_probe(&order, &s->result);
    t->view->result(t->view_context, s);
}

static void no_server(struct test *t, const struct relay_host *host, const char *reason)
{
    struct relaytest_server *s = add_server(t, host, "");
    struct probe_try *const tries[] = {&s->result.first, &s->result.second};
    tell_mx(t, STEP_BAD, reason);
    for (size_t i = 0; i < 2; i++) {
        tries[i]->end = PROBE_FAILS;
        snprintf(tries[i]->reason, sizeof tries[i]->reason, "MX: %s", reason);
    }
    t->view->result(t->view_context, s);
}

static void probe_by_mx(struct test *t, const struct relay_host *host)
{
    struct mx_list list;
    char words[80];
    enum mx_result result = mx_look_up(host->name, t->question->seconds, &list);
    if (result == MX_REFUSED) {
        no_server(t, host, list.reason);
        return;
    }
    if (result == MX_NONE)
        list = (struct mx_list){.count = 0};
    for (size_t i = 0; i < list.count; i++) {
        struct relaytest_server *s = add_server(t, host, list.servers[i].name);
        snprintf(words, sizeof words, "%zu of %zu, preference %u", i + 1,
                 list.count + list.more, list.servers[i].preference);
        tell_mx(t, STEP_GOOD, words);
        probe_server(t, s);
    }
    if (list.count == 0) {
        struct relaytest_server *s = add_server(t, host, host->name);
        tell_mx(t, STEP_NOTED, "there is none: the name itself");
        probe_server(t, s);
    }
}

/* --- the verdict --- */

/* The first one that a try does not fail at. */
static bool find(const struct test *t, bool second, struct relaytest_verdict *v)
{
    for (size_t i = 0; i < t->count; i++) {
        v->server = &t->servers[i];
        v->try = second ? &v->server->result.second : &v->server->result.first;
        v->end = v->try->end;
        if (v->end != PROBE_FAILS)
            return true;
    }
    return false;
}

/* Postfix goes through all hosts with a login, then through all without. */
static struct relaytest_verdict judge(const struct test *t)
{
    struct relaytest_verdict v = {
        .end = PROBE_FAILS, .servers = t->servers, .count = t->count};
    if (!find(t, false, &v) && t->relay->authentication == RELAY_ENABLED)
        find(t, true, &v);
    return v;
}

/* --- what is asked --- */

static bool is_asked(const struct question *q, const struct relay *r,
                     const struct relay_host *host)
{
    struct relay_host_name name;
    bool plainly;
    if (!q->host || relay_host_of(r, span_of(q->host), &plainly) == host)
        return true;
    return relay_host_parse_name(span_of(q->host), &name) &&
           strcmp(name.name, host->name) == 0;
}

static size_t count_asked(const struct question *q, const struct relay *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->host_count; i++)
        count += is_asked(q, r, &r->hosts[i]);
    return count;
}

/* An MTA speaks in one way to all hosts of a transport. */
static size_t count_implicit(const struct relay *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->host_count; i++)
        count += r->hosts[i].port == SUBMISSIONS_PORT;
    return count;
}

static int run(struct test *t)
{
    const struct relay *r = t->relay;
    const size_t implicit = count_implicit(r);
    const char *note = "";
    if (implicit > 0 && implicit < r->host_count)
        note = "port 465 has TLS from the start only where all hosts have this port";
    t->implicit_tls = implicit == r->host_count;
    t->servers = calloc(r->host_count * MX_MOST, sizeof *t->servers);
    if (!t->servers)
        abort();
    t->view_context = t->view->begin(r, note);
    for (size_t i = 0; i < r->host_count; i++) {
        const struct relay_host *host = &r->hosts[i];
        if (!is_asked(t->question, r, host))
            continue;
        if (host->by_mx)
            probe_by_mx(t, host);
        else
            probe_server(t, add_server(t, host, host->name));
    }
    const struct relaytest_verdict verdict = judge(t);
    t->view->verdict(t->view_context, &verdict);
    free(t->servers);
    return verdict.end == PROBE_FAILS ? RELAYTEST_WAITS : 0;
}

static int configuration_error(const struct relay *r, enum relay_option option,
                               const char *reason)
{
    const unsigned line = r->lines[option] ? r->lines[option] : r->line;
    fprintf(stderr, "%s:%u: relay \"%s\": %s\n", r->file, line, r->name, reason);
    return EX_CONFIG;
}

static int test_relay(const struct question *q, const struct relay *r)
{
    char error[300];
    struct test t = {
        .question = q, .relay = r, .view = q->json ? &relaytest_json : &relaytest_text};
    if (r->authentication != RELAY_DISABLED && !r->password)
        return configuration_error(r, RELAY_PASSWORD, "the password cannot be had");
    t.trust = tls_trust_new(r->ca_file, error, sizeof error);
    if (!t.trust)
        return configuration_error(r, RELAY_CA_FILE, error);
    int status = run(&t);
    tls_trust_free(&t.trust);
    return status;
}

static int no_relay(const struct snapshot *s, const char *name)
{
    fprintf(stderr, "gatepost relay-test: there is no relay \"%s\"", name);
    for (const struct relay *r = s->relays; r; r = r->next)
        fprintf(stderr, "%s%s", r == s->relays ? "; known: " : ", ", r->name);
    fputs(s->relays ? "\n" : ", nor any other\n", stderr);
    return EX_USAGE;
}

static int no_host(const struct relay *r, const char *host)
{
    fprintf(stderr,
            "gatepost relay-test: relay \"%s\" has no host \"%s\"; known: ", r->name,
            host);
    for (size_t i = 0; i < r->host_count; i++)
        fprintf(stderr, "%s%s", i > 0 ? ", " : "", r->hosts[i].text);
    fputc('\n', stderr);
    return EX_USAGE;
}

static int answer(const struct question *q)
{
    struct snapshot *snapshot = load_and_report(q->config, SECRETS_KEEP);
    if (!snapshot) {
        if (geteuid() != 0)
            fputs("gatepost relay-test: passwords are needed, which you may not be "
                  "able to read\n",
                  stderr);
        return EX_CONFIG;
    }
    const struct relay *relay = relay_find(snapshot, span_of(q->name));
    const char *asked = snapshot->globals.relay_socket;
    if (relay && *asked && control_is_deserted(asked))
        fprintf(stderr,
                "gatepost relay-test: gatepost-auth does not answer at\n%s: mail waits "
                "until it does\n",
                asked);
    int status = !relay                       ? no_relay(snapshot, q->name)
                 : count_asked(q, relay) == 0 ? no_host(relay, q->host)
                                              : test_relay(q, relay);
    snapshot_free(&snapshot);
    return status;
}

/* --- the call --- */

enum { OPTION_HOST = 256, OPTION_TIMEOUT, OPTION_JSON };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"host", required_argument, NULL, OPTION_HOST},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *set_seconds(struct question *q, const char *value)
{
    char *end;
    errno = 0;
    unsigned long seconds = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || seconds < 1 ||
        seconds > SECONDS_MOST)
        return "seconds, from 1 to 600, were expected";
    q->seconds = (unsigned)seconds;
    return NULL;
}

/* Returns NULL, or what is wrong with the option's value. */
static const char *set_option(struct question *q, int option, const char *value)
{
    switch (option) {
    case 'c':
        q->config = value;
        return NULL;
    case OPTION_HOST:
        q->host = value;
        return NULL;
    case OPTION_TIMEOUT:
        return set_seconds(q, value);
    case OPTION_JSON:
        q->json = true;
        return NULL;
    case ':':
        return "its value is missing";
    default:
        return "bad option";
    }
}

int command_relay_test(int argc, char **argv)
{
    struct question q = {.config = CONFIG_DEFAULT_FILE, .seconds = SECONDS};
    const char *fault = NULL;
    int c;
    opterr = 0;
    signal(SIGPIPE, SIG_IGN); /* a server may close while we speak */
    while (!fault && (c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        fault = set_option(&q, c, optarg);
    }
    if (fault)
        return usage_error("relay-test", "%s: %s", argv[optind - 1], fault);
    if (optind + 1 != argc)
        return usage_error("relay-test", optind == argc
                                             ? "the name of the relay is missing"
                                             : "one name was expected");
    q.name = argv[optind];
    return answer(&q);
}
