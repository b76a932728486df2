/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost-auth: checks the logins of Postfix and Sendmail. */
#include "config.h"
#include "daemon.h"
#include "launch.h"

static const char help[] =
    "usage: gatepost-auth [-c FILE] [-t]\n"
    "\n"
    "Runs in the foreground and answers the AUTH of the MTA until SIGTERM or SIGINT\n"
    "stops it. SIGUSR1, SIGHUP, or better gatepost reload, has it read its\n"
    "configuration again.\n"
    "\n"
    "  -c, --config FILE  the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "  -t, --test         check the configuration and exit: 0 if good, 78 if not\n"
    "      --help         print this\n"
    "      --version      print the version\n";

int main(int argc, char **argv)
{
    const struct program program = {"gatepost-auth", help, daemon_load, daemon_run};
    return launch(&program, argc, argv);
}
