/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of a daemon. */
#ifndef GATEPOST_LAUNCH_H
#define GATEPOST_LAUNCH_H

#include "diag.h"
#include "snapshot.h"

struct program {
    const char *name;
    const char *help;
    struct snapshot *(*load)(const char *file, struct diag *diag);
    /* Takes over the snapshot; returns the exit status, or does not return. */
    int (*run)(const char *file, struct snapshot *snapshot);
};

/* Reads -c, -t, --help and --version, loads the configuration and runs the program, or
 * says what is wrong. Returns the exit status. */
int launch(const struct program *program, int argc, char **argv);

#endif
