/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of gatepost(8), and how they speak of a wrong call. */
#ifndef GATEPOST_USAGE_H
#define GATEPOST_USAGE_H

#include <stdbool.h>

/* Each gets its own name as argv[0] and returns an exit status. */
int command_check(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_reload(int argc, char **argv);
int command_status(int argc, char **argv);
int command_passwd(int argc, char **argv);
int command_seal(int argc, char **argv);
int command_owners(int argc, char **argv);
int command_may_send(int argc, char **argv);
int command_relay_config(int argc, char **argv);
int command_login(int argc, char **argv);
int command_unlock(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_track(int argc, char **argv);
int command_relay_test(int argc, char **argv);

/* Prints what getopt_long() stumbled over; returns EX_USAGE. */
int usage_error(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints the help text of a command; returns 0. */
int usage_help(const char *text);

/* The options that most commands have. */
struct common_options {
    const char *config;
    const char *socket; /* NULL: look it up in config */
    bool json;
    bool would;
    const char *ou; /* of --would; NULL: all */
};

/* The options that not all of them have. */
enum { TAKES_SOCKET = 1, TAKES_WOULD = 2 };

/* Reads -c, --json, --help, and those of what it takes; nothing else may follow.
 * Returns -1 to go on, or the exit status to end with. */
int common_options_read(int argc, char **argv, const char *help, unsigned takes,
                        struct common_options *options);

#endif
