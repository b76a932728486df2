/* SPDX-License-Identifier: BSD-2-Clause */
/* The signals of a daemon. */
#ifndef GATEPOST_SIGNALS_H
#define GATEPOST_SIGNALS_H

#include <signal.h>

/* To be called by the first thread before there are others: from then on only
 * signals_wait() takes them. SIGPIPE is ignored. */
void signals_own(sigset_t *set);

/* Returns when SIGTERM or SIGINT came. SIGHUP and SIGUSR1 ask for a reload. */
void signals_wait(const sigset_t *set);

#endif
