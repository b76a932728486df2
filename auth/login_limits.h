/* SPDX-License-Identifier: BSD-2-Clause */
/* How often a client or a login may fail: login_limits. The memory is of fixed size and
 * outlives configurations. For one thread alone. */
#ifndef GATEPOST_LOGIN_LIMITS_H
#define GATEPOST_LOGIN_LIMITS_H

#include <stdint.h>

#include "ipaddr.h"
#include "snapshot.h"

/* False if there is no memory. */
bool limits_start(void);

/* Who tries to log in. */
struct limits_subject {
    struct ipaddr client; /* an unknown one is not counted; of IPv6 its /64 is */
    struct span login;    /* canonical; absent: it is none */
};

/* NULL if the attempt is within the limits; else why not, and the option that says so.
 * now is in milliseconds of CLOCK_MONOTONIC. */
const char *limits_check(const struct limits_settings *settings,
                         const struct limits_subject *subject, int64_t now,
                         enum limits_option *option);

/* Counts an attempt that was answered for good. */
void limits_count(const struct limits_settings *settings,
                  const struct limits_subject *subject, bool passed, int64_t now);

#endif
