/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the daemon runs as. */
#ifndef GATEPOST_PRIVILEGES_H
#define GATEPOST_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct identity {
    bool change; /* false: stay who we are */
    char name[64];
    uid_t uid;
    gid_t gid;
};

/* Looks up the value of an option such as run_as: "user", "user:group" or "". Unless
 * started as root, or for "", nothing is to change. False with the reason in error[]
 * for an unknown name. */
bool identity_find(const char *option, const char *value, struct identity *identity,
                   char *error, size_t size);

/* Looks up a group by name or number. */
bool group_find(const char *name, gid_t *gid);

/* Becomes it, for good, and makes sure of that. False with the reason in error[]. */
bool identity_take(const struct identity *identity, char *error, size_t size);

/* Would the identity, once taken, be able to read all these? Logs a warning for each
 * that it cannot: a reload would fail. */
void check_readable(const char *run_as_option, const char *const *paths, size_t count);

/* As many open files as the hard limit allows. */
void raise_descriptor_limit(void);

#endif
