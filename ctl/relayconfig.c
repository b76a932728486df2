/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost relay-config: lines for the configuration of the MTA. */
#include "relayconfig.h"

#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sysexits.h>

#include "check.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost relay-config postfix|sendmail [-c FILE] [--queue-directory DIR]\n"
    "\n"
    "Prints what the MTA has to be told so that it uses the relays of the\n"
    "configuration: services for master.cf and lines for main.cf, or lines for\n"
    "sendmail.mc. Nothing is changed. Print it anew when a relay section changed.\n"
    "\n"
    "  -c, --config FILE          the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "      --queue-directory DIR  Postfix's (what postconf says, /var/spool/postfix)\n";

static const char ask_postconf[] =
    "PATH=$PATH:/usr/sbin:/usr/local/sbin postconf -h queue_directory 2>/dev/null";

struct call {
    const char *mta;
    const char *config;
    const char *queue_directory; /* NULL: not given */
};

/* -1 to go on, or the exit status to end with. */
static int read_call(int argc, char **argv, struct call *call)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"queue-directory", required_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    int c;
    *call = (struct call){.config = CONFIG_DEFAULT_FILE};
    opterr = 0;
    while ((c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        if (c == 'c')
            call->config = optarg;
        else if (c == 'q')
            call->queue_directory = optarg;
        else
            return usage_error("relay-config", "%s: %s",
                               c == ':' ? "the value is missing" : "bad option",
                               argv[optind - 1]);
    }
    if (argc - optind != 1)
        return usage_error("relay-config",
                           "the name of one MTA was expected, postfix or sendmail");
    call->mta = argv[optind];
    return -1;
}

/* Asks Postfix itself; without one here, it is where Postfix is built to have it. */
static void find_queue_directory(char *out, int size)
{
    FILE *answer = popen(ask_postconf, "r");
    if (!answer || !fgets(out, size, answer))
        snprintf(out, (size_t)size, "/var/spool/postfix");
    out[strcspn(out, "\n")] = '\0';
    if (answer)
        pclose(answer);
}

static const char *print_postfix(const struct call *call, const struct snapshot *s)
{
    char found[PATH_MAX];
    if (!*s->globals.relay_socket_owner)
        fputs("gatepost relay-config: warning: relay_socket_owner is not set: Postfix "
              "asks "
              "as\nits user postfix, who has no access to the socket of root\n",
              stderr);
    if (call->queue_directory)
        return relay_config_postfix(stdout, s, call->queue_directory);
    find_queue_directory(found, sizeof found);
    return relay_config_postfix(stdout, s, found);
}

static const char *print_sendmail(const struct call *call, const struct snapshot *s)
{
    (void)call;
    relay_config_sendmail(stdout, s);
    return NULL;
}

static const struct {
    const char *name;
    const char *(*print)(const struct call *call, const struct snapshot *s);
} mtas[] = {{"postfix", print_postfix}, {"sendmail", print_sendmail}};

/* Those that have a meaning of their own in what is printed: no way to write them is
 * good everywhere. */
static const char *find_odd_path(const struct snapshot *s)
{
    if (strpbrk(s->globals.relay_socket, " ,$`'\"#{}<>()|;\\"))
        return "relay_socket: the path has a character that an MTA would take for "
               "something else";
    for (const struct relay *r = s->relays; r; r = r->next)
        if (strpbrk(r->ca_file, "${}"))
            return "ca_file: the path has $, { or }, which Postfix would take for "
                   "something else";
    return NULL;
}

static const char *print_for(const struct call *call, const struct snapshot *s)
{
    const char *fault = find_odd_path(s);
    if (!s->relays)
        return "there is no relay section in the configuration";
    if (!*s->globals.relay_socket)
        return "no relay_socket is set: nobody could be asked about the relays";
    if (fault)
        return fault;
    for (size_t i = 0; i < sizeof mtas / sizeof *mtas; i++)
        if (strcmp(mtas[i].name, call->mta) == 0)
            return mtas[i].print(call, s);
    return NULL;
}

int command_relay_config(int argc, char **argv)
{
    struct call call;
    int status = read_call(argc, argv, &call);
    if (status >= 0)
        return status;
    if (strcmp(call.mta, mtas[0].name) != 0 && strcmp(call.mta, mtas[1].name) != 0)
        return usage_error("relay-config", "neither postfix nor sendmail: %s",
                           call.mta);
    struct snapshot *snapshot = load_and_report(call.config, SECRETS_FORGET);
    if (!snapshot)
        return EX_CONFIG;
    const char *fault = print_for(&call, snapshot);
    if (fault)
        fprintf(stderr, "gatepost relay-config: %s\n", fault);
    snapshot_free(&snapshot);
    return fault ? EX_CONFIG : 0;
}
