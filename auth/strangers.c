/* SPDX-License-Identifier: BSD-2-Clause */
/* Those who connected to a socket that is not for them. */
#include "strangers.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "logger.h"
#include "relaycounts.h"

enum { REMEMBERED = 16, QUIET_SECONDS = 60 };

/* Whom the log has named of late. */
static struct {
    uid_t uid;
    time_t time;
} named[REMEMBERED];

/* Why others are sent away. By names as they were given: to look up those of others
 * might take its time. */
static char reason[200];

void strangers_start(const char *owner, bool group)
{
    const int len = (int)strcspn(owner, ":");
    const char *of = owner[len] ? owner + len + 1 : owner;
    if (!*owner)
        snprintf(reason, sizeof reason, "relay_socket_owner is not set");
    else if (group)
        snprintf(reason, sizeof reason, "it is only for root, %.*s and the %s%.60s",
                 len < 60 ? len : 60, owner, owner[len] ? "group " : "group of ", of);
    else
        snprintf(reason, sizeof reason, "it is only for root and %.*s",
                 len < 60 ? len : 60, owner);
}

/* The oldest one has to go for a new one. */
static bool is_named(uid_t uid, time_t now)
{
    size_t oldest = 0;
    for (size_t i = 0; i < REMEMBERED; i++) {
        if (named[i].time && named[i].uid == uid && now - named[i].time < QUIET_SECONDS)
            return true;
        if (named[i].time < named[oldest].time)
            oldest = i;
    }
    named[oldest].uid = uid;
    named[oldest].time = now;
    return false;
}

void strangers_note(const struct peer *peer)
{
    struct timespec now;
    const uid_t uid = peer ? peer->uid : (uid_t)-1;
    relay_count_stranger();
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!is_named(uid, now.tv_sec + 1))
        logger_message(LOG_LEVEL_WARNING,
                       "relay_socket: uid %ld, gid %ld (pid %ld) was sent away: %s",
                       (long)uid, peer ? (long)peer->gid : -1L,
                       peer ? (long)peer->pid : 0L, reason);
}
