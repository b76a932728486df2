/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost-milter: decides who may send as whom, for Postfix and Sendmail. */
#include "config.h"
#include "daemon.h"
#include "launch.h"

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

static struct snapshot *load(const char *file, struct diag *diag)
{
    return config_load(file, SECRETS_FORGET, diag);
}

int main(int argc, char **argv)
{
    const struct program program = {"gatepost-milter", help, load, daemon_run};
    return launch(&program, argc, argv);
}
