/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of a daemon. */
#include "launch.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "config.h"

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                        {"test", no_argument, NULL, 't'},
                                        {"help", no_argument, NULL, 'h'},
                                        {"version", no_argument, NULL, 'v'},
                                        {NULL, 0, NULL, 0}};

static struct snapshot *load(const struct program *program, const char *file)
{
    struct diag diag = {0};
    struct snapshot *snapshot = program->load(file, &diag);
    for (size_t i = 0; i < diag.count; i++) {
        char line[2048];
        diag_format(&diag.items[i], line, sizeof line);
        fprintf(stderr, "%s\n", line);
    }
    diag_clear(&diag);
    return snapshot; // cppcheck-suppress returnDanglingLifetime
}

static int wrong_call(const struct program *program, const char *what, const char *word)
{
    fprintf(stderr, "%s: %s: %s\nTry: %s --help\n", program->name, what, word,
            program->name);
    return EX_USAGE;
}

int launch(const struct program *program, int argc, char **argv)
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
            return fputs(program->help, stdout) < 0;
        else if (c == 'v')
            return printf("%s %s\n", program->name, GATEPOST_VERSION) < 0;
        else
            return wrong_call(program, c == ':' ? "the value is missing" : "bad option",
                              argv[optind - 1]);
    }
    if (optind < argc)
        return wrong_call(program, "nothing was expected after the options",
                          argv[optind]);
    struct snapshot *snapshot = load(program, file);
    if (!snapshot)
        return EX_CONFIG;
    if (!test)
        return program->run(file, snapshot);
    puts("configuration OK");
    snapshot_free(&snapshot);
    return 0;
}
