/* SPDX-License-Identifier: BSD-2-Clause */
/* The signals of a daemon. */
#include "signals.h"

#include <pthread.h>

#include "control.h"

/* Linux gives a signal that is meant for the process to its first thread if that waits
 * for it, so that libmilter's own waiting thread does not get it. If it does for once,
 * it stops the daemon as well, just later. */
void signals_own(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void signals_wait(const sigset_t *set)
{
    for (;;) {
        int number = 0;
        if (sigwait(set, &number) != 0)
            continue;
        if (number == SIGTERM || number == SIGINT)
            return;
        control_ask_reload();
    }
}
