/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost-milter: decides who may send as whom, for Postfix and Sendmail. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "config.h"
#include "daemon.h"

static const char help[] =
    "usage: gatepost-milter [-c FILE] [-t]\n"
    "\n"
    "Runs in the foreground and serves the MTA until SIGTERM or SIGINT stops it.\n"
    "SIGUSR1, SIGHUP, or better gatepost reload, has it read its configuration\n"
    "again.\n"
    "\n"
    "  -c, --config FILE  the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "  -t, --test         check the configuration and exit: 0 if good, 78 if not\n"
    "      --help         print this\n"
    "      --version      print the version\n";

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                        {"test", no_argument, NULL, 't'},
                                        {"help", no_argument, NULL, 'h'},
                                        {"version", no_argument, NULL, 'v'},
                                        {NULL, 0, NULL, 0}};

static struct snapshot *load(const char *file)
{
    struct diag diag = {0};
    struct snapshot *snapshot = config_load(file, &diag);
    for (size_t i = 0; i < diag.count; i++) {
        char line[2048];
        diag_format(&diag.items[i], line, sizeof line);
        fprintf(stderr, "%s\n", line);
    }
    diag_clear(&diag);
    return snapshot;
}

static int wrong_call(const char *what, const char *word)
{
    fprintf(stderr, "gatepost-milter: %s: %s\nTry: gatepost-milter --help\n", what,
            word);
    return EX_USAGE;
}

int main(int argc, char **argv)
{
    const char *file = CONFIG_DEFAULT_FILE;
    bool test = false;
    int c;
    opterr = 0;
    while ((c = getopt_long(argc, argv, ":c:th", options, NULL)) != -1) {
        if (c == 'c')
            file = optarg;
        else if (c == 't')
            test = true;
        else if (c == 'h')
            return fputs(help, stdout) < 0;
        else if (c == 'v')
            return puts("gatepost-milter " GATEPOST_VERSION) < 0;
        else
            return wrong_call(c == ':' ? "the value is missing" : "bad option",
                              argv[optind - 1]);
    }
    if (optind < argc)
        return wrong_call("nothing was expected after the options", argv[optind]);
    struct snapshot *snapshot = load(file);
    if (!snapshot)
        return EX_CONFIG;
    if (!test)
        return daemon_run(file, snapshot);
    puts("configuration OK");
    snapshot_free(&snapshot);
    return 0;
}
