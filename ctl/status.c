/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost status: what the daemons do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "columns.h"
#include "config.h"
#include "control.h"
#include "usage.h"
#include "would.h"

static const char help[] =
    "usage: gatepost status [--would [--ou NAME]] [-c FILE] [--socket PATH]\n"
    "                       [--json]\n"
    "\n"
    "Shows what gatepost-milter, and gatepost-auth if it runs, have done: uptime,\n"
    "configuration, sessions or logins, verdicts by rule and by OU, and relays.\n"
    "\n"
    "      --would        show what monitor mode held back instead: by OU and rule,\n"
    "                     how many, for whom, and when the last one was\n"
    "      --ou NAME      only of this OU, and all of it\n"
    "  -c, --config FILE  names the control_socket (" CONFIG_DEFAULT_FILE ")\n"
    "      --socket PATH  the control socket itself\n"
    "      --json         print the answers as JSON\n";

enum { OUS_SHOWN = 20, RELAYS_SHOWN = 20, RELAY_COLUMN = 25 };

static const char *text_of(json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static long long number_of(json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void print_configuration(json_t *config)
{
    json_t *last = json_object_get(config, "last_reload");
    printf("configuration  %s\n", text_of(config, "file"));
    printf("  generation   %lld, loaded %s\n", number_of(config, "generation"),
           text_of(config, "loaded"));
    printf("  holds        OUs: %lld, users: %lld\n", number_of(config, "ous"),
           number_of(config, "users"));
    if (!json_is_object(last))
        return;
    bool good = json_is_true(json_object_get(last, "ok"));
    printf("  last reload  %s: %s\n", text_of(last, "time"),
           good ? "good" : "FAILED, the configuration above goes on");
    size_t index;
    json_t *value;
    json_array_foreach(json_object_get(last, "errors"), index, value)
        printf("    %s\n", json_string_value(value));
}

static void print_counts(const char *title, json_t *counts)
{
    const char *key;
    json_t *value;
    if (json_object_size(counts) == 0)
        return;
    printf("\n%s\n", title);
    json_object_foreach(counts, key, value)
        printf("  %-24s %12lld\n", key, (long long)json_integer_value(value));
}

struct ou_row {
    const char *name;
    json_t *counts;
    long long total;
};

static int by_total(const void *a, const void *b)
{
    const struct ou_row *x = a, *y = b;
    return x->total > y->total ? -1 : x->total < y->total;
}

static void print_ous(json_t *ous)
{
    size_t size = json_object_size(ous), n = 0;
    struct ou_row *rows = size ? calloc(size, sizeof *rows) : NULL;
    const char *key;
    json_t *value;
    if (!rows)
        return;
    json_object_foreach(ous, key, value) rows[n++] =
        (struct ou_row){key, value,
                        number_of(value, "pass") + number_of(value, "refuse") +
                            number_of(value, "defer")};
    qsort(rows, n, sizeof *rows, by_total);
    printf("\n%-30s %11s %11s %11s %11s\n", "ou", "pass", "refuse", "defer", "would");
    for (size_t i = 0; i < n && i < OUS_SHOWN; i++)
        printf("%-30.30s %11lld %11lld %11lld %11lld\n", rows[i].name,
               number_of(rows[i].counts, "pass"), number_of(rows[i].counts, "refuse"),
               number_of(rows[i].counts, "defer"), number_of(rows[i].counts, "would"));
    if (n > OUS_SHOWN)
        printf("... and %zu more: see --json\n", n - OUS_SHOWN);
    free(rows);
}

static void print_last(json_t *relay, const char *key, const char *title,
                       const char *what)
{
    json_t *last = json_object_get(relay, key);
    if (!last)
        return;
    const int column = printf("  %-13s %s ", title, text_of(last, "time"));
    columns_wrap(column, span_of(text_of(last, what)));
}

/* A long name has a line of its own. */
static void print_relay_counts(const char *name, json_t *relay)
{
    if (strlen(name) > RELAY_COLUMN) {
        puts(name);
        name = "";
    }
    printf("%-*s %-8s %8lld %8lld %8lld %8lld %8lld\n", RELAY_COLUMN, name,
           text_of(relay, "authentication"), number_of(relay, "served"),
           number_of(relay, "denied"), number_of(relay, "authenticated"),
           number_of(relay, "refused"), number_of(relay, "without"));
}

/* What was last stands beneath each, since it says why its mail waits. */
static void print_relays(json_t *relays)
{
    const char *name;
    json_t *relay;
    size_t n = 0;
    if (json_object_size(relays) == 0)
        return;
    printf("\n%-*s %-8s %8s %8s %8s %8s %8s\n", RELAY_COLUMN, "relay", "auth", "given",
           "waits", "accepted", "refused", "without");
    json_object_foreach(relays, name, relay)
    {
        if (n++ >= RELAYS_SHOWN)
            continue;
        print_relay_counts(name, relay);
        print_last(relay, "last_served", "last given", "key");
        print_last(relay, "last_denied", "last waited", "reason");
        print_last(relay, "last_answer", "last answer", "text");
        print_last(relay, "last_without", "last without", "reason");
    }
    if (n > RELAYS_SHOWN)
        printf("... and %zu more: see --json\n", n - RELAYS_SHOWN);
}

static void print_head(const char *program, json_t *s)
{
    long long up = number_of(s, "uptime");
    printf("%s %s, pid %lld, up %lldd %02lld:%02lld:%02lld\n", program,
           text_of(s, "version"), number_of(s, "pid"), up / 86400, up / 3600 % 24,
           up / 60 % 60, up % 60);
    print_configuration(json_object_get(s, "config"));
}

static void print_tail(json_t *s)
{
    if (number_of(s, "log_lost"))
        printf("log            %lld lines LOST: the log target is stuck or full\n",
               number_of(s, "log_lost"));
    print_counts("verdicts", json_object_get(s, "verdicts"));
    print_counts("refused or deferred by rule", json_object_get(s, "rules"));
    print_counts("would be refused but for monitor mode (see --would)",
                 json_object_get(s, "would"));
    print_ous(json_object_get(s, "ous"));
}

static void print_milter(json_t *s)
{
    json_t *sessions = json_object_get(s, "sessions");
    print_head("gatepost-milter", s);
    printf("sessions       %lld open, %lld since the start\n",
           number_of(sessions, "open"), number_of(sessions, "total"));
    print_tail(s);
}

static void print_auth(json_t *s)
{
    json_t *connections = json_object_get(s, "connections");
    json_t *logins = json_object_get(s, "logins");
    print_head("gatepost-auth", s);
    printf("connections    %lld open, %lld since the start\n",
           number_of(connections, "open"), number_of(connections, "total"));
    printf("logins         %lld running; locked out: %lld clients, %lld logins\n",
           number_of(logins, "running"), number_of(logins, "locked_clients"),
           number_of(logins, "locked_logins"));
    if (number_of(s, "relay_peers_denied"))
        printf("relay_socket   %lld connections of others sent away\n",
               number_of(s, "relay_peers_denied"));
    print_tail(s);
    print_relays(json_object_get(s, "relays"));
}

/* Each tells which it is by what it counts. */
static void print_status(json_t *s)
{
    if (json_object_get(s, "logins"))
        print_auth(s);
    else
        print_milter(s);
}

static void print_would(struct control_answers *answers, const char *ou)
{
    if (answers->milter)
        would_print(answers->milter, ou);
    if (answers->milter && answers->auth)
        putchar('\n');
    if (answers->auth)
        would_print(answers->auth, ou);
}

static void print_all(struct control_answers *answers)
{
    if (answers->milter)
        print_status(answers->milter);
    else if (answers->auth)
        puts("gatepost-milter does not run");
    if (answers->auth) {
        putchar('\n');
        print_status(answers->auth);
    }
}

/* False: a name that no OU can have. */
static bool make_request(const struct common_options *o, char *request, size_t size)
{
    if (!o->would)
        snprintf(request, size, "status");
    else if (!o->ou)
        snprintf(request, size, "would");
    else
        snprintf(request, size, "would %s", o->ou);
    return !o->ou || (*o->ou && strlen(o->ou) <= 255 && !strpbrk(o->ou, "\r\n"));
}

int command_status(int argc, char **argv)
{
    struct common_options o;
    struct control_answers answers;
    char request[300];
    int status = common_options_read(argc, argv, help, TAKES_SOCKET | TAKES_WOULD, &o);
    if (status >= 0)
        return status;
    if (o.ou && !o.would)
        return usage_error("status", "--ou goes with --would");
    if (!make_request(&o, request, sizeof request))
        return usage_error("status", "--ou: this is no name of an OU");
    bool good = control_request("status", o.config, o.socket, request, &answers);
    if (o.json && (answers.milter || answers.auth))
        control_print_json(&answers);
    else if (!o.json && o.would)
        print_would(&answers, o.ou);
    else if (!o.json)
        print_all(&answers);
    control_answers_clear(&answers);
    return good ? 0 : EX_UNAVAILABLE;
}
