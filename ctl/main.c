/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost: explains every decision, and speaks to the running daemon. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "usage.h"

static const char help[] =
    "usage: gatepost COMMAND [OPTION...]\n"
    "\n"
    "  check         read the configuration and say what is wrong with it\n"
    "  explain       say what would be decided about a mail, and why\n"
    "  owners        list who may send as an address, and why\n"
    "  may-send      list what a login may send as, and why\n"
    "  replay        say what another configuration would change, by the log\n"
    "  track         say what became of mails and logins, by the log\n"
    "  login         say what would be done with a login and a password, and why\n"
    "  relay-test    say what a relay host does with our login, and what that means\n"
    "  reload        have the daemons read their configuration again\n"
    "  status        show what the daemons do\n"
    "  unlock        end the lockout of a login or a client\n"
    "  passwd        make a password hash for a user\n"
    "  relay-config  print what the MTA has to be told of the relay hosts\n"
    "  seal          make a sealed value of a password, or the key for that\n"
    "\n"
    "  --help        print this\n"
    "  --version     print the version\n"
    "\n"
    "gatepost COMMAND --help tells the options of each; gatepost(8) tells more.\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"check", command_check},
    {"explain", command_explain},
    {"reload", command_reload},
    {"status", command_status},
    {"passwd", command_passwd},
    {"login", command_login},
    {"unlock", command_unlock},
    {"replay", command_replay},
    {"track", command_track},
    {"owners", command_owners},
    {"may-send", command_may_send},
    {"seal", command_seal},
    {"relay-config", command_relay_config},
    {"relay-test", command_relay_test},
};

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
        strcmp(name, "help") == 0)
        return usage_help(help);
    if (strcmp(name, "--version") == 0) {
        puts("gatepost " GATEPOST_VERSION);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (*name)
        fprintf(stderr, "gatepost: there is no command \"%s\"\n", name);
    fputs(help, stderr);
    return EX_USAGE;
}
