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
int command_login(int argc, char **argv);
int command_unlock(int argc, char **argv);

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
};

/* Reads -c, --json, --help and, with_socket, --socket; nothing else may follow.
 * Returns -1 to go on, or the exit status to end with. */
int common_options_read(int argc, char **argv, const char *help, bool with_socket,
                        struct common_options *options);

#endif
