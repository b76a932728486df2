/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the daemon runs as. */
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "logger.h"

bool group_find(const char *name, gid_t *gid)
{
    char *end;
    const struct group *group = getgrnam(name);
    unsigned long number = strtoul(name, &end, 10);
    if (group)
        *gid = group->gr_gid;
    else if (*name && *end == '\0')
        *gid = (gid_t)number;
    else
        return false;
    return true;
}

bool identity_find(const char *option, const char *value, struct identity *id,
                   char *error, size_t size)
{
    *id = (struct identity){.uid = geteuid(), .gid = getegid()};
    if (*value == '\0' || geteuid() != 0)
        return true;
    const char *colon = strchr(value, ':');
    size_t len = colon ? (size_t)(colon - value) : strlen(value);
    if (len == 0 || len >= sizeof id->name) {
        snprintf(error, size, "%s: \"%.80s\" is not user or user:group", option, value);
        return false;
    }
    memcpy(id->name, value, len);
    id->name[len] = '\0';
    const struct passwd *user = getpwnam(id->name);
    if (!user) {
        snprintf(error, size, "%s: there is no user \"%s\"", option, id->name);
        return false;
    }
    id->change = true;
    id->uid = user->pw_uid;
    id->gid = user->pw_gid;
    if (colon && !group_find(colon + 1, &id->gid)) {
        snprintf(error, size, "%s: there is no group \"%.60s\"", option, colon + 1);
        return false;
    }
    return true;
}

/* A process that could come back to root has not dropped it. */
static bool is_taken(const struct identity *id)
{
    uid_t real, effective, saved;
    gid_t rgid, egid, sgid;
    if (getresuid(&real, &effective, &saved) != 0 ||
        getresgid(&rgid, &egid, &sgid) != 0)
        return false;
    if (real != id->uid || effective != id->uid || saved != id->uid)
        return false;
    if (rgid != id->gid || egid != id->gid || sgid != id->gid)
        return false;
    return id->uid == 0 || (setuid(0) != 0 && seteuid(0) != 0);
}

bool identity_take(const struct identity *id, char *error, size_t size)
{
    if (!id->change)
        return true;
    if (initgroups(id->name, id->gid) != 0 ||
        setresgid(id->gid, id->gid, id->gid) != 0 ||
        setresuid(id->uid, id->uid, id->uid) != 0) {
        snprintf(error, size, "cannot become user %s: %s", id->name, strerror(errno));
        return false;
    }
    if (is_taken(id))
        return true;
    snprintf(error, size, "becoming user %s did not last", id->name);
    return false;
}

void check_readable(const char *run_as_option, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (access(paths[i], R_OK) != 0)
            logger_message(LOG_LEVEL_WARNING,
                           "%s: %s cannot read it: a reload will fail", paths[i],
                           run_as_option);
}

void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
