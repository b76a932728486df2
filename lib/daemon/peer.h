/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is at the other end of a unix socket: what systems tell of it each in its way. */
#ifndef GATEPOST_PEER_H
#define GATEPOST_PEER_H

#include <stdbool.h>
#include <sys/types.h>

struct peer {
    uid_t uid;
    gid_t gid; /* not the other groups it is a member of */
    pid_t pid; /* 0: the system does not tell */
};

/* As it was when the connection was made. False if it cannot be told. */
bool peer_of(int fd, struct peer *peer);

/* Whom a socket is for: root, its owner, and its group where the mode lets that in. */
struct peer_access {
    uid_t uid;
    gid_t gid;
    bool group;
};

/* By owner and mode of the socket at path, as it is now. False with errno. */
bool peer_access_of(const char *path, struct peer_access *access);
bool peer_is_allowed(const struct peer *peer, const struct peer_access *access);

/* Watches a process, so that its number cannot be taken for that of a later one. -1
 * where the system cannot; else to be closed. */
int peer_watch(pid_t pid);
bool peer_lives(int watch);

#endif
