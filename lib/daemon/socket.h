/* SPDX-License-Identifier: BSD-2-Clause */
/* Unix sockets that appear all at once, with the right owner and mode, over what an
 * earlier daemon left behind, and never over a living one's. */
#ifndef GATEPOST_SOCKET_H
#define GATEPOST_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A socket is bound to draft and then renamed to path. */
struct socket_path {
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    char draft[sizeof((struct sockaddr_un *)0)->sun_path];
    dev_t device; /* of what was published */
    ino_t inode;
};

/* Makes sure of the folder (made with that owner if it is missing), that nobody lives
 * at path, and that draft is free. False with the reason in error[]. */
bool socket_prepare(struct socket_path *socket, const char *path, uid_t uid, gid_t gid,
                    char *error, size_t size);

/* The umask under which a socket gets this mode when it is bound: no chmod() that
 * someone could turn on another file. */
static inline mode_t socket_umask(mode_t mode)
{
    return 0777 & ~mode;
}

/* Gives draft its owner (as root; otherwise only the group, if it is not -1) and puts
 * it in place. */
bool socket_publish(struct socket_path *socket, uid_t uid, gid_t gid, char *error,
                    size_t size);

/* Whose a socket is to be, and a folder that has to be made for it. */
struct socket_owner {
    uid_t uid, folder_uid;
    gid_t gid, folder_gid;
    mode_t mode;
};

/* All of that for a listening socket, which does not block. -1 with the reason in
 * error[] on failure. */
int socket_listen(struct socket_path *socket, const char *path,
                  const struct socket_owner *owner, int backlog, char *error,
                  size_t size);

/* Removes the socket if it is still the one that was published. */
void socket_remove(const struct socket_path *socket);

/* Connects without waiting. -1 with errno on failure. */
int socket_connect(const char *path);

#endif
