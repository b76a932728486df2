/* SPDX-License-Identifier: BSD-2-Clause */
/* The control socket, and the thread that reloads. Nothing here is on the way of a
 * mail, so that this thread may wait: for files, and a little for its clients. */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "logger.h"
#include "peer.h"
#include "reload.h"
#include "runtime.h"
#include "would.h"

enum {
    CLIENTS = 64,
    REQUEST = 1024,
    IDLE_SECONDS = 10,
    WRITE_SECONDS = 5,
    NICENESS = 10
};

struct client {
    int fd;
    size_t len;
    time_t since;
    char request[REQUEST];
};

static int wake_pipe[2] = {-1, -1};
static struct client clients[CLIENTS];
static size_t client_count;
static time_t started;
static struct control_hooks own;

/* --- requests --- */

static json_t *status(void)
{
    json_t *object =
        json_pack("{s:s, s:I, s:I, s:I}", "version", GATEPOST_VERSION, "pid",
                  (json_int_t)getpid(), "uptime", (json_int_t)(time(NULL) - started),
                  "log_lost", (json_int_t)logger_lost());
    own.report(object);
    reload_report(object);
    counters_report(object);
    return object;
}

/* Beside status, since there may be very many OUs. */
static json_t *would(const char *ou)
{
    struct edition *edition = runtime_pin();
    json_t *object = json_pack("{s:s, s:s, s:I, s:I}", "program", own.program,
                               "version", GATEPOST_VERSION, "pid", (json_int_t)getpid(),
                               "uptime", (json_int_t)(time(NULL) - started));
    json_t *report = would_report(edition->snapshot, ou);
    json_object_update(object, report);
    json_decref(report);
    runtime_unpin(&edition);
    return object;
}

static json_t *answer_to(const char *request)
{
    if (strcmp(request, "reload") == 0)
        return reload_run();
    if (strcmp(request, "status") == 0)
        return status();
    if (strcmp(request, "would") == 0)
        return would(NULL);
    if (strncmp(request, "would ", 6) == 0)
        return would(request + 6);
    json_t *answer = own.answer ? own.answer(request) : NULL;
    return answer ? answer
                  : json_pack("{s:b, s:s}", "ok", 0, "error", "unknown request");
}

static void send_all(int fd, const char *bytes, size_t len)
{
    const struct timeval wait = {.tv_sec = WRITE_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    fcntl(fd, F_SETFL, 0);
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

static void serve(struct client *c)
{
    json_t *object = answer_to(c->request);
    char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (text)
        send_all(c->fd, text, strlen(text));
    free(text);
    json_decref(object);
}

/* --- clients --- */

static void drop_client(size_t index)
{
    close(clients[index].fd);
    clients[index] = clients[--client_count];
}

static bool is_allowed(int fd)
{
    struct peer peer;
    const struct peer_access access = {.uid = geteuid()};
    return peer_of(fd, &peer) && peer_is_allowed(&peer, &access);
}

/* The oldest one has to go for a new one when there are too many. */
static void accept_client(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (!is_allowed(fd)) {
        close(fd);
        return;
    }
    if (client_count == CLIENTS) {
        size_t oldest = 0;
        for (size_t i = 1; i < client_count; i++)
            if (clients[i].since < clients[oldest].since)
                oldest = i;
        drop_client(oldest);
    }
    clients[client_count++] = (struct client){.fd = fd, .since = time(NULL)};
}

/* True when the client is done with. */
static bool read_client(struct client *c)
{
    ssize_t n = recv(c->fd, c->request + c->len, sizeof c->request - 1 - c->len, 0);
    if (n < 0)
        return errno != EAGAIN && errno != EINTR;
    c->len += (size_t)n;
    c->request[c->len] = '\0';
    char *newline = strchr(c->request, '\n');
    if (!newline)
        return n == 0 || c->len == sizeof c->request - 1;
    *newline = '\0';
    serve(c);
    return true;
}

/* --- the thread --- */

static void read_wishes(void)
{
    char wishes[64];
    ssize_t n;
    bool reload = false;
    while ((n = read(wake_pipe[0], wishes, sizeof wishes)) > 0)
        reload = reload || memchr(wishes, 'r', (size_t)n);
    if (reload)
        json_decref(reload_run());
}

/* Returns when something happened or a second has gone by. */
static void wait_for_events(int listener, struct pollfd fds[CLIENTS + 2])
{
    fds[0] = (struct pollfd){wake_pipe[0], POLLIN, 0};
    fds[1] = (struct pollfd){listener, POLLIN, 0};
    for (size_t i = 0; i < client_count; i++)
        fds[i + 2] = (struct pollfd){clients[i].fd, POLLIN, 0};
    poll(fds, client_count + 2, client_count ? 1000 : -1);
}

static void *control_thread(void *argument)
{
    int listener = *(int *)argument;
    free(argument);
#ifdef __linux__
    /* There a thread has a niceness of its own: mail goes before reloads. */
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
#endif
    for (;;) {
        struct pollfd fds[CLIENTS + 2];
        size_t polled = client_count;
        wait_for_events(listener, fds);
        read_wishes();
        runtime_reap();
        time_t now = time(NULL);
        for (size_t i = polled; i > 0; i--)
            if ((fds[i + 1].revents && read_client(&clients[i - 1])) ||
                now - clients[i - 1].since > IDLE_SECONDS)
                drop_client(i - 1);
        if (fds[1].revents)
            accept_client(listener);
        runtime_reap();
    }
    return NULL;
}

static void wish(char what)
{
    ssize_t n = write(wake_pipe[1], &what, 1); /* full: one is on its way already */
    (void)n;
}

static void wish_clean_up(void)
{
    wish('c');
}

void control_ask_reload(void)
{
    wish('r');
}

int control_listen(struct socket_path *s, const char *path, uid_t uid, gid_t gid,
                   char *error, size_t size)
{
    const struct socket_owner owner = {uid, uid, gid, gid, 0600};
    return socket_listen(s, path, &owner, CLIENTS, error, size);
}

bool control_start(int listener, const struct control_hooks *hooks)
{
    own = *hooks;
    pthread_t thread;
    int *argument = malloc(sizeof *argument);
    if (!argument || pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    *argument = listener;
    started = time(NULL);
    runtime_on_idle(wish_clean_up);
    if (pthread_create(&thread, NULL, control_thread, argument) != 0)
        return false;
    pthread_detach(thread);
    return true;
}
