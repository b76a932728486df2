/* SPDX-License-Identifier: BSD-2-Clause */
/* Start and stop of the daemon. */
#ifndef GATEPOST_DAEMON_H
#define GATEPOST_DAEMON_H

#include "snapshot.h"

/* Runs until a signal ends it; takes over the snapshot. Returns the exit status, or
 * does not return. */
int daemon_run(const char *file, struct snapshot *snapshot);

#endif
