/* SPDX-License-Identifier: BSD-2-Clause */
/* Start and stop of the daemon. */
#ifndef GATEPOST_AUTH_DAEMON_H
#define GATEPOST_AUTH_DAEMON_H

#include "diag.h"
#include "snapshot.h"

/* A configuration with its secrets, and with certificates that can be read. */
struct snapshot *daemon_load(const char *file, struct diag *diag);

/* Runs until a signal ends it; takes over the snapshot. Returns the exit status, or
 * does not return. */
int daemon_run(const char *file, struct snapshot *snapshot);

#endif
