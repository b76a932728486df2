/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost login: what gatepost-auth would do with a login, and why. */
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "attempt.h"
#include "check.h"
#include "json.h"
#include "prompt.h"
#include "show.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost login [-c FILE] [--service S] [--client ADDR] [--tls] [--json]\n"
    "                      NAME\n"
    "\n"
    "Asks for a password (reads one line if standard input is no terminal) and shows,\n"
    "step by step, what gatepost-auth would do with this login: the rules, the\n"
    "internal user, each target with what it said and how long it took. It asks the\n"
    "targets for real, and needs to read what gatepost-auth reads; login_limits are\n"
    "not looked at, since the running daemon counts. The exit status is 0 for pass,\n"
    "1 for refused, 2 for deferred.\n"
    "\n"
    "  -c, --config FILE   the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "      --service S     the service, which is what daemon_names are compared with\n"
    "      --client ADDR   address of the client, or \"unknown\"; without it, what\n"
    "                      depends on it is left to MAIL, as with saslauthd\n"
    "      --tls           the session has TLS\n"
    "      --json          print JSON\n";

struct question {
    const char *config;
    bool json;
    struct attempt *attempt;
};

/* --- text --- */

static const char *answer_name(enum target_answer answer)
{
    return answer == TARGET_ACCEPTED  ? "pass"
           : answer == TARGET_REFUSED ? "refuse"
                                      : "defer";
}

static void print_server(void *context, const struct attempt_reply *r)
{
    const char *word = answer_name(r->answer);
    (void)context;
    printf("  %-20s %s%-7s%s %s\n", "target", show_colour(word), word, show_plain(),
           r->target->name);
    printf("%32s%s, %lld ms\n", "", r->url->text, (long long)r->ms);
    if (*r->reply)
        printf("%32s%s\n", "", r->reply);
}

static void print_session(const struct attempt *a)
{
    char client[IPADDR_TEXT] = "(not given)";
    if (!(a->unknown & TXN_NO_CLIENT))
        ipaddr_format(&a->client, client);
    show_field("service", (struct span){a->service, a->service_len});
    show_field("client", span_of(client));
    if (a->policy.interface)
        show_field("interface", span_of(a->policy.interface->name));
    if (attempt_login(a).ptr)
        show_field("login", attempt_login(a));
    if (a->policy.login_ou)
        show_field("  of ou", span_of(a->policy.login_ou->name));
}

static void print_hash(const struct attempt *a)
{
    char source[SOURCE_TEXT];
    const char *word = a->found.check == CHECK_RIGHT ? "pass" : "refuse";
    source_format(user_source(a->policy.user, USER_PASSWORD), source);
    printf("  %-20s %s%-7s%s %s\n%32s%s\n", "password", show_colour(word), word,
           show_plain(),
           a->found.check == CHECK_RIGHT ? "it is that of the internal user"
                                         : "it is not that of the internal user",
           "", source);
}

static int run_text(struct attempt *a)
{
    const struct trace trace = {show_step, NULL};
    const struct attempt_trace servers = {print_server, NULL};
    /* Once without a trace, so that what is known can be shown first. */
    attempt_begin(a, NULL);
    print_session(a);
    putchar('\n');
    enum attempt_next next = attempt_begin(a, &trace);
    bool pass = a->verdict.kind == VERDICT_PASS;
    if (pass)
        printf("  %-20s %-7s %s\n", "login-limit", "-",
               "not looked at: the daemon counts, see its log");
    if (pass && next == ATTEMPT_HASH) {
        attempt_hash(a);
        print_hash(a);
    } else if (pass && next == ATTEMPT_ASK) {
        attempt_ask(a, &servers);
    }
    if (pass)
        attempt_conclude(a);
    show_verdict(&a->verdict, "give --service");
    if (a->verdict.kind == VERDICT_REFUSE)
        printf("   %s\n", a->verdict.reason);
    return show_status(&a->verdict);
}

/* --- JSON --- */

static void add_server(void *array, const struct attempt_reply *r)
{
    json_array_append_new(
        array, json_pack("{s:o, s:s, s:s, s:o, s:I}", "target",
                         json_safe_string(r->target->name), "server", r->url->text,
                         "verdict", answer_name(r->answer), "reply",
                         json_safe_string(r->reply), "ms", (json_int_t)r->ms));
}

static int run_json(struct attempt *a)
{
    json_t *rules = json_array(), *servers = json_array();
    const struct trace trace = {json_trace_step, rules};
    const struct attempt_trace asked = {add_server, servers};
    enum attempt_next next = attempt_begin(a, &trace);
    bool pass = a->verdict.kind == VERDICT_PASS;
    if (pass && next == ATTEMPT_HASH)
        attempt_hash(a);
    else if (pass && next == ATTEMPT_ASK)
        attempt_ask(a, &asked);
    if (pass)
        attempt_conclude(a);
    char login[ADDRESS_MAX + 1] = "";
    struct span name = attempt_login(a);
    if (name.ptr)
        memcpy(login, name.ptr, name.len);
    login[name.len] = '\0';
    json_t *object = json_verdict(&a->verdict);
    json_object_set_new(object, "reason", json_string(a->verdict.reason));
    json_object_set_new(object, "login", json_safe_string(login));
    json_object_set_new(object, "rules", rules);
    json_object_set_new(object, "servers", servers);
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(object);
    return show_status(&a->verdict);
}

/* --- the call --- */

static int run(const struct question *q)
{
    struct attempt *a = q->attempt;
    char password[PASSWORD_MAX + 2];
    struct snapshot *snapshot = load_and_report(q->config, SECRETS_READABLE);
    if (!snapshot)
        return EX_CONFIG;
    int status = EX_DATAERR;
    struct servers *servers = servers_new(snapshot, NULL);
    if (prompt_password("Password: ", password, sizeof password)) {
        attempt_set_password(a, span_of(password));
        a->snapshot = snapshot;
        a->servers = servers;
        a->started = attempt_now();
        a->deadline = a->started + ANSWER_MS;
        status = q->json ? run_json(a) : run_text(a);
    } else {
        fputs("gatepost login: no password, or a longer one than crypt(3) takes\n",
              stderr);
    }
    explicit_bzero(password, sizeof password);
    attempt_forget(a);
    servers_free(&servers);
    snapshot_free(&snapshot);
    return status;
}

enum { OPTION_SERVICE = 256, OPTION_CLIENT, OPTION_TLS, OPTION_JSON };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"service", required_argument, NULL, OPTION_SERVICE},
    {"client", required_argument, NULL, OPTION_CLIENT},
    {"tls", no_argument, NULL, OPTION_TLS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Returns NULL, or what is wrong with the option's value. */
static const char *set_option(struct question *q, int option, const char *value)
{
    struct attempt *a = q->attempt;
    switch (option) {
    case 'c':
        q->config = value;
        break;
    case OPTION_SERVICE:
        attempt_set_service(a, span_of(value));
        break;
    case OPTION_CLIENT:
        a->unknown &= ~(unsigned)TXN_NO_CLIENT;
        if (strcmp(value, "unknown") != 0 && !ipaddr_parse(span_of(value), &a->client))
            return "not an address";
        break;
    case OPTION_TLS:
        a->tls = true;
        break;
    case OPTION_JSON:
        q->json = true;
        break;
    case ':':
        return "its value is missing";
    default:
        return "bad option";
    }
    return NULL;
}

int command_login(int argc, char **argv)
{
    static struct attempt attempt;
    struct question q = {.config = CONFIG_DEFAULT_FILE, .attempt = &attempt};
    const char *fault = NULL;
    int c;
    opterr = 0;
    signal(SIGPIPE, SIG_IGN); /* a server may close while we speak */
    attempt.protocol = "";
    attempt.unknown = TXN_NO_PORT | TXN_NO_CLIENT;
    while (!fault && (c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        fault = set_option(&q, c, optarg);
    }
    if (fault)
        return usage_error("login", "%s: %s", argv[optind - 1], fault);
    if (optind + 1 != argc)
        return usage_error("login", optind == argc ? "the name is missing"
                                                   : "one name was expected, and no "
                                                     "password: that is asked for");
    attempt_set_name(&attempt, span_of(argv[optind]));
    return run(&q);
}
