/* SPDX-License-Identifier: BSD-2-Clause */
/* Unix sockets that appear all at once. */
#include "socket.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int socket_connect(const char *path)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    snprintf(sun.sun_path, sizeof sun.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&sun, sizeof sun) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* mkdir -p; each folder that was missing gets the owner. */
static bool make_folder(const char *folder, uid_t uid, gid_t gid)
{
    char copy[sizeof((struct sockaddr_un *)0)->sun_path];
    if (mkdir(folder, 0755) != 0) {
        if (errno == EEXIST)
            return true;
        snprintf(copy, sizeof copy, "%s", folder);
        if (errno != ENOENT || !make_folder(dirname(copy), uid, gid) ||
            mkdir(folder, 0755) != 0)
            return false;
    }
    return geteuid() != 0 || lchown(folder, uid, gid) == 0;
}

/* A full queue of a living daemon (EAGAIN) is a life sign as well. */
static bool somebody_lives_at(const char *path)
{
    int fd = socket_connect(path);
    if (fd < 0)
        return errno == EAGAIN;
    close(fd);
    return true;
}

bool socket_prepare(struct socket_path *s, const char *path, uid_t uid, gid_t gid,
                    char *error, size_t size)
{
    struct stat st;
    *s = (struct socket_path){0};
    int n = snprintf(s->draft, sizeof s->draft, "%s.%ld", path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof s->draft) {
        snprintf(error, size, "%s: the path is too long for a socket", path);
        return false;
    }
    snprintf(s->path, sizeof s->path, "%s", path);
    char copy[sizeof s->path];
    memcpy(copy, s->path, sizeof copy);
    if (!make_folder(dirname(copy), uid, gid)) {
        snprintf(error, size, "%s: cannot make the folder: %s", path, strerror(errno));
        return false;
    }
    if (lstat(path, &st) == 0) {
        if (!S_ISSOCK(st.st_mode)) {
            snprintf(error, size, "%s: there is something that is no socket", path);
            return false;
        }
        if (somebody_lives_at(path)) {
            snprintf(error, size, "%s: another daemon is listening there", path);
            return false;
        }
    }
    if (unlink(s->draft) != 0 && errno != ENOENT) {
        snprintf(error, size, "%s: %s", s->draft, strerror(errno));
        return false;
    }
    return true;
}

bool socket_publish(struct socket_path *s, uid_t uid, gid_t gid, char *error,
                    size_t size)
{
    struct stat st;
    uid_t owner = geteuid() == 0 ? uid : (uid_t)-1;
    if (lchown(s->draft, owner, gid) != 0) {
        snprintf(error, size, "%s: cannot set owner and group: %s", s->path,
                 strerror(errno));
        unlink(s->draft);
        return false;
    }
    if (lstat(s->draft, &st) != 0 || rename(s->draft, s->path) != 0) {
        snprintf(error, size, "%s: %s", s->path, strerror(errno));
        unlink(s->draft);
        return false;
    }
    s->device = st.st_dev;
    s->inode = st.st_ino;
    return true;
}

int socket_listen(struct socket_path *s, const char *path,
                  const struct socket_owner *owner, int backlog, char *error,
                  size_t size)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    if (!socket_prepare(s, path, owner->folder_uid, owner->folder_gid, error, size))
        return -1;
    memcpy(sun.sun_path, s->draft, sizeof sun.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t old = umask(socket_umask(owner->mode));
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&sun, sizeof sun) == 0 &&
                 listen(fd, backlog) == 0;
    int saved = errno;
    umask(old);
    if (!bound)
        snprintf(error, size, "%s: %s", path, strerror(saved));
    if (bound && socket_publish(s, owner->uid, owner->gid, error, size))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

void socket_remove(const struct socket_path *s)
{
    struct stat st;
    if (s->inode && lstat(s->path, &st) == 0 && st.st_dev == s->device &&
        st.st_ino == s->inode)
        unlink(s->path);
}
