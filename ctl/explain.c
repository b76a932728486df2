/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost explain: what would be decided about a mail, and why. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ascii.h"
#include "check.h"
#include "json.h"
#include "show.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost explain [-c FILE] --client ADDR [OPTION...]\n"
    "                        --from ADDR --to ADDR...\n"
    "       gatepost explain [-c FILE] --batch <TRANSACTIONS\n"
    "\n"
    "Prints every rule that would be looked at, where its setting stands, the verdict\n"
    "and the reply. The exit status is 0 for pass, 1 for refused, 2 for deferred.\n"
    "\n"
    "  -c, --config FILE       the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "      --client ADDR       address of the client, or \"unknown\"\n"
    "      --client-name HOST  its verified host name\n"
    "      --daemon-name NAME  name of the listener, as in {daemon_name}\n"
    "      --port PORT         port of the listener\n"
    "      --tls               the session has TLS\n"
    "      --login NAME        the session is authenticated as NAME\n"
    "      --mta NAME          postfix or sendmail, if the option mta is auto\n"
    "      --from ADDR         argument of MAIL FROM; '<>' is the null sender\n"
    "      --to ADDR           argument of RCPT TO; may be given more than once\n"
    "      --header-from TEXT  the message has this From field; this and the next\n"
    "                          three may be given more than once\n"
    "      --header-sender TEXT, --resent-from TEXT, --resent-sender TEXT\n"
    "                          and these\n"
    "      --json              print JSON\n"
    "      --batch             read one JSON object a line from standard input\n";

struct question {
    const char *config;
    struct txn txn;
    bool has_client;
    bool json, batch;
    const char **to;
    size_t to_count;
    struct originator_field *fields;
    struct message message;
};

/* --- text --- */

static const char hint[] = "give --daemon-name or --port";

static void print_session(const struct policy *p)
{
    char client[IPADDR_TEXT];
    ipaddr_format(&p->client, client);
    show_field("client", span_of(client));
    if (p->interface) {
        show_field("interface", span_of(p->interface->name));
    }
    if (p->authenticated && p->login_valid) {
        show_field("login", address_text(&p->login));
        if (p->login_ou)
            show_field("  of ou", span_of(p->login_ou->name));
    }
    if (p->sender_ou)
        show_field("sender ou", span_of(p->sender_ou->name));
}

static int worse(int status, const struct verdict *v)
{
    int this = show_status(v);
    return this > status ? this : status;
}

/* The end of the message, if it was told who wrote it. */
static int explain_message(struct policy *policy, const struct question *q, int status)
{
    const struct trace trace = {show_step, NULL};
    struct verdict answer;
    if (q->message.count == 0) {
        if (policy->snapshot->needs_headers)
            puts("\n(what its headers say is not judged: give --header-from)");
        return status;
    }
    putchar('\n');
    for (size_t i = 0; i < q->message.count; i++) {
        printf("%s: ", originator_name(q->message.fields[i].which));
        show_escaped(q->message.fields[i].value);
        putchar('\n');
    }
    policy_message(policy, &q->message, &answer, &trace);
    show_verdict(&answer, hint);
    return worse(status, &answer);
}

static int explain_text(const struct snapshot *snapshot, const struct question *q)
{
    static struct policy policy;
    struct verdict verdict;
    const struct trace trace = {show_step, NULL};
    /* Once without a trace, so that what is known can be shown first. */
    policy_mail(snapshot, &q->txn, &policy, &verdict, NULL);
    print_session(&policy);
    printf("\nMAIL FROM:");
    show_escaped(q->txn.from);
    putchar('\n');
    policy_mail(snapshot, &q->txn, &policy, &verdict, &trace);
    show_verdict(&verdict, hint);
    int status = worse(0, &verdict);
    for (size_t i = 0; i < q->to_count && verdict.kind == VERDICT_PASS; i++) {
        struct verdict answer;
        printf("\nRCPT TO:");
        show_escaped(span_of(q->to[i]));
        putchar('\n');
        policy_rcpt(&policy, span_of(q->to[i]), (struct span){NULL, 0}, &answer,
                    &trace);
        show_verdict(&answer, hint);
        status = worse(status, &answer);
    }
    if (verdict.kind == VERDICT_PASS)
        status = explain_message(&policy, q, status);
    return status;
}

/* --- JSON --- */

static json_t *verdict_with_rules(const struct verdict *verdict, json_t *rules)
{
    json_t *object = json_verdict(verdict);
    json_object_set_new(object, "reason", json_string(verdict->reason));
    json_object_set_new(object, "rules", rules);
    return object;
}

static int explain_json(const struct snapshot *snapshot, const struct question *q)
{
    static struct policy policy;
    struct verdict verdict;
    json_t *steps = json_array(), *rcpt = json_array();
    struct trace trace = {json_trace_step, steps};
    policy_mail(snapshot, &q->txn, &policy, &verdict, &trace);
    json_t *mail = verdict_with_rules(&verdict, steps);
    int status = worse(0, &verdict);
    for (size_t i = 0; i < q->to_count && verdict.kind == VERDICT_PASS; i++) {
        struct verdict answer;
        trace.context = json_array();
        policy_rcpt(&policy, span_of(q->to[i]), (struct span){NULL, 0}, &answer,
                    &trace);
        json_array_append_new(rcpt, verdict_with_rules(&answer, trace.context));
        status = worse(status, &answer);
    }
    json_t *all = json_pack("{s:o, s:o}", "mail", mail, "rcpt", rcpt);
    if (q->message.count && verdict.kind == VERDICT_PASS) {
        struct verdict answer;
        trace.context = json_array();
        policy_message(&policy, &q->message, &answer, &trace);
        json_object_set_new(all, "message", verdict_with_rules(&answer, trace.context));
        status = worse(status, &answer);
    }
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(all);
    return status;
}

/* --- the call --- */

enum {
    OPTION_CLIENT = 256,
    OPTION_CLIENT_NAME,
    OPTION_DAEMON_NAME,
    OPTION_PORT,
    OPTION_TLS,
    OPTION_LOGIN,
    OPTION_MTA,
    OPTION_FROM,
    OPTION_TO,
    OPTION_JSON,
    OPTION_BATCH,
    OPTION_HEADER, /* and an enum originator */
};

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"client", required_argument, NULL, OPTION_CLIENT},
    {"client-name", required_argument, NULL, OPTION_CLIENT_NAME},
    {"daemon-name", required_argument, NULL, OPTION_DAEMON_NAME},
    {"port", required_argument, NULL, OPTION_PORT},
    {"tls", no_argument, NULL, OPTION_TLS},
    {"login", required_argument, NULL, OPTION_LOGIN},
    {"mta", required_argument, NULL, OPTION_MTA},
    {"from", required_argument, NULL, OPTION_FROM},
    {"to", required_argument, NULL, OPTION_TO},
    {"header-from", required_argument, NULL, OPTION_HEADER + ORIGINATOR_FROM},
    {"header-sender", required_argument, NULL, OPTION_HEADER + ORIGINATOR_SENDER},
    {"resent-from", required_argument, NULL, OPTION_HEADER + ORIGINATOR_RESENT_FROM},
    {"resent-sender", required_argument, NULL,
     OPTION_HEADER + ORIGINATOR_RESENT_SENDER},
    {"json", no_argument, NULL, OPTION_JSON},
    {"batch", no_argument, NULL, OPTION_BATCH},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *set_client(struct question *q, const char *text)
{
    q->has_client = true;
    if (strcmp(text, "unknown") == 0 || *text == '\0')
        return NULL;
    return ipaddr_parse(span_of(text), &q->txn.client) ? NULL : "not an address";
}

static const char *set_port(struct question *q, const char *text)
{
    char *end;
    unsigned long port = strtoul(text, &end, 10);
    if (*end || !ascii_is_digit(*text) || port > 65535)
        return "not a port";
    q->txn.port = (unsigned)port;
    return NULL;
}

static const char *set_mta(struct question *q, const char *text)
{
    if (strcmp(text, "postfix") == 0)
        q->txn.mta = MTA_POSTFIX;
    else if (strcmp(text, "sendmail") == 0)
        q->txn.mta = MTA_SENDMAIL;
    else
        return "neither postfix nor sendmail";
    return NULL;
}

/* Returns NULL, or what is wrong with the option's value. */
static const char *set_option(struct question *q, int option, const char *value)
{
    switch (option) {
    case 'c':
        q->config = value;
        break;
    case OPTION_CLIENT:
        return set_client(q, value);
    case OPTION_CLIENT_NAME:
        q->txn.client_name = span_of(value);
        break;
    case OPTION_DAEMON_NAME:
        q->txn.daemon_name = span_of(value);
        break;
    case OPTION_PORT:
        return set_port(q, value);
    case OPTION_TLS:
        q->txn.tls = true;
        break;
    case OPTION_LOGIN:
        q->txn.login = span_of(value);
        break;
    case OPTION_MTA:
        return set_mta(q, value);
    case OPTION_FROM:
        q->txn.from = span_of(value);
        break;
    case OPTION_TO:
        q->to[q->to_count++] = value;
        break;
    case OPTION_JSON:
        q->json = true;
        break;
    case OPTION_BATCH:
        q->batch = true;
        break;
    case OPTION_HEADER + ORIGINATOR_FROM:
    case OPTION_HEADER + ORIGINATOR_SENDER:
    case OPTION_HEADER + ORIGINATOR_RESENT_FROM:
    case OPTION_HEADER + ORIGINATOR_RESENT_SENDER:
        q->fields[q->message.count++] = (struct originator_field){
            (enum originator)(option - OPTION_HEADER), span_of(value)};
        break;
    case ':':
        return "its value is missing";
    default:
        return "bad option";
    }
    return NULL;
}

static int answer(const struct question *q)
{
    struct snapshot *snapshot = load_and_report(q->config, SECRETS_FORGET);
    if (!snapshot)
        return EX_CONFIG;
    int status = q->batch  ? batch_run(snapshot, stdin, stdout)
                 : q->json ? explain_json(snapshot, q)
                           : explain_text(snapshot, q);
    snapshot_free(&snapshot);
    return status;
}

int command_explain(int argc, char **argv)
{
    struct question q = {.config = CONFIG_DEFAULT_FILE};
    const char *fault = NULL;
    int c;
    opterr = 0;
    q.to = calloc((size_t)argc + 1, sizeof *q.to);
    q.fields = calloc((size_t)argc + 1, sizeof *q.fields);
    if (!q.to || !q.fields)
        abort();
    q.message.fields = q.fields;
    while (!fault && (c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h') {
            free(q.to);
            free(q.fields);
            return usage_help(help);
        }
        fault = set_option(&q, c, optarg);
    }
    const char *word = fault ? argv[optind - 1] : "";
    for (; !fault && optind < argc; optind++)
        q.to[q.to_count++] = argv[optind]; /* --to a b c */
    if (!fault && q.batch &&
        (q.has_client || q.txn.from.ptr || q.to_count || q.message.count || q.json))
        fault = "--batch reads all from standard input, and goes with -c alone";
    if (!fault && !q.batch && !q.has_client)
        fault = "--client is missing (\"unknown\" if it has no address)";
    if (!fault && !q.batch && !q.txn.from.ptr)
        fault = "--from is missing";
    int status = fault
                     ? usage_error("explain", "%s%s%s", word, *word ? ": " : "", fault)
                     : answer(&q);
    free(q.to);
    free(q.fields);
    return status;
}
