/* SPDX-License-Identifier: BSD-2-Clause */
/* How often a client or a login may fail: login_limits. The memory is of fixed size and
 * outlives configurations. From any thread. */
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
    /* It waits for the servers of its OU: what else comes from the client, for users of
     * other OUs perhaps, does not wait for it. */
    bool slow;
};

enum limits_answer {
    LIMITS_PASS,   /* it goes on, and limits_leave() must follow */
    LIMITS_HOLD,   /* it depends on how those that are under way end: ask again */
    LIMITS_REFUSE, /* over a limit */
};

/* May the attempt go on? If it is refused, *reason says why, and *option by which
 * limit. Without may_hold it is let go on rather than held. now is in milliseconds of
 * CLOCK_MONOTONIC. */
enum limits_answer limits_enter(const struct limits_settings *settings,
                                const struct limits_subject *subject, int64_t now,
                                bool may_hold, enum limits_option *option,
                                const char **reason);

enum limits_end { LIMITS_PASSED, LIMITS_FAILED, LIMITS_UNTOLD };

/* An attempt that had entered is over. */
void limits_leave(const struct limits_settings *settings,
                  const struct limits_subject *subject, enum limits_end end,
                  int64_t now);

/* Forgets all that is known of a client, or of a login (canonical), which ends its
 * lockout. False if nothing was. */
bool limits_forget(const struct limits_subject *subject);

struct limits_locked {
    unsigned clients, logins;
};

/* How many are locked out now. */
struct limits_locked limits_count_locked(int64_t now);

#endif
