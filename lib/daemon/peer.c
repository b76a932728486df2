/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is at the other end of a unix socket. */
#include "peer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

bool peer_of(int fd, struct peer *peer)
{
    *peer = (struct peer){0};
#ifdef __linux__
    struct ucred who;
    socklen_t len = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0)
        return false;
    *peer = (struct peer){who.uid, who.gid, who.pid};
    return true;
#else
    return getpeereid(fd, &peer->uid, &peer->gid) == 0;
#endif
}

bool peer_access_of(const char *path, struct peer_access *access)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return false;
    *access = (struct peer_access){st.st_uid, st.st_gid, (st.st_mode & S_IWGRP) != 0};
    return true;
}

bool peer_is_allowed(const struct peer *peer, const struct peer_access *access)
{
    return peer->uid == 0 || peer->uid == access->uid ||
           (access->group && peer->gid == access->gid);
}

int peer_watch(pid_t pid)
{
#ifdef SYS_pidfd_open
    return pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
#else
    (void)pid;
    return -1;
#endif
}

bool peer_lives(int watch)
{
    struct pollfd end = {watch, POLLIN, 0};
    return watch >= 0 && poll(&end, 1, 0) == 0;
}
