/* SPDX-License-Identifier: BSD-2-Clause */
/* How the commands speak of a wrong call. */
#include "usage.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#include "config.h"

int usage_error(const char *command, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "gatepost %s: ", command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nTry: gatepost %s --help\n", command);
    return EX_USAGE;
}

int usage_help(const char *text)
{
    fputs(text, stdout);
    return 0;
}

/* getopt_long() is shown the first ones only. */
static void choose_options(unsigned takes, struct option options[7])
{
    static const struct option none = {NULL, 0, NULL, 0};
    size_t n = 0;
    options[n++] = (struct option){"config", required_argument, NULL, 'c'};
    options[n++] = (struct option){"json", no_argument, NULL, 'j'};
    options[n++] = (struct option){"help", no_argument, NULL, 'h'};
    if (takes & TAKES_SOCKET)
        options[n++] = (struct option){"socket", required_argument, NULL, 's'};
    if (takes & TAKES_WOULD) {
        options[n++] = (struct option){"would", no_argument, NULL, 'w'};
        options[n++] = (struct option){"ou", required_argument, NULL, 'o'};
    }
    options[n] = none;
}

int common_options_read(int argc, char **argv, const char *help, unsigned takes,
                        struct common_options *o)
{
    struct option options[7];
    choose_options(takes, options);
    int c;
    *o = (struct common_options){.config = CONFIG_DEFAULT_FILE};
    opterr = 0;
    while ((c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        if (c == 'c')
            o->config = optarg;
        else if (c == 's')
            o->socket = optarg;
        else if (c == 'j')
            o->json = true;
        else if (c == 'w')
            o->would = true;
        else if (c == 'o')
            o->ou = optarg;
        else
            return usage_error(argv[0], "%s: %s",
                               c == ':' ? "the value is missing" : "bad option",
                               argv[optind - 1]);
    }
    if (optind < argc)
        return usage_error(argv[0], "nothing was expected after the options: %s",
                           argv[optind]);
    return -1;
}
