/* SPDX-License-Identifier: BSD-2-Clause */
/* The thread that serves the MTAs. */
#include "server.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "logger.h"
#include "relaytry.h"
#include "request.h"
#include "strangers.h"

enum {
    CONNECTIONS_MOST = 4096,
    SPARE_DESCRIPTORS = 512,
    PAUSE_MS = 100,
    STOP_MS = 8500
};

static struct {
    struct ev_loop *loop;
    pthread_t thread;
    ev_io accept[LISTENERS_MOST];
    struct listener listeners[LISTENERS_MOST];
    unsigned count;
    ev_async wake;
    ev_timer pause, limit;
    atomic_bool stopping;
    bool stopped; /* listening has ended */
    unsigned connections_most;
    atomic_ulong open, total;

    pthread_mutex_t lock; /* of what jobs hand over */
    struct job *done;
} s = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct server_counts server_count(void)
{
    return (struct server_counts){atomic_load(&s.open), atomic_load(&s.total)};
}

/* --- connections --- */

static void stop_accepting(void)
{
    for (unsigned i = 0; i < s.count; i++)
        ev_io_stop(s.loop, &s.accept[i]);
}

static void on_pause_over(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    for (unsigned i = 0; i < s.count && !s.stopped; i++)
        ev_io_start(loop, &s.accept[i]);
}

/* Without descriptors accept() would be tried again and again. */
static void pause_accepting(const char *why)
{
    logger_message(LOG_LEVEL_WARNING, "no new connections for a moment: %s", why);
    stop_accepting();
    ev_timer_set(&s.pause, PAUSE_MS / 1000.0, 0.0);
    ev_timer_start(s.loop, &s.pause);
}

/* Is it one of those that the socket is for? */
static bool is_welcome(const struct listener *listener, int fd)
{
    struct peer peer;
    if (!listener->access)
        return true;
    const bool known = peer_of(fd, &peer);
    if (known && peer_is_allowed(&peer, listener->access))
        return true;
    strangers_note(known ? &peer : NULL);
    return false;
}

/* False when there is none, or none can be taken now. */
static bool accept_one(const struct listener *listener)
{
    if (!connection_make_room(s.connections_most)) {
        pause_accepting("all are busy");
        return false;
    }
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_accepting("no descriptor is left");
        return false;
    }
    if (!is_welcome(listener, fd)) {
        close(fd);
        return true;
    }
    atomic_fetch_add(&s.total, 1);
    struct connection *c = connection_open(s.loop, fd, listener->protocol);
    if (c)
        connection_settle(c);
    return true;
}

static void on_connection(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    accept_one(watcher->data);
}

/* --- jobs --- */

static void job_is_done(struct job *job)
{
    pthread_mutex_lock(&s.lock);
    bool first = s.done == NULL;
    job->next = s.done;
    s.done = job;
    pthread_mutex_unlock(&s.lock);
    if (first)
        ev_async_send(s.loop, &s.wake);
}

static void take_done(void)
{
    pthread_mutex_lock(&s.lock);
    struct job *job = s.done;
    s.done = NULL;
    pthread_mutex_unlock(&s.lock);
    while (job) {
        struct job *next = job->next;
        job->conclude(job);
        job = next;
    }
}

static void stop_listening(void)
{
    for (unsigned i = 0; i < s.count; i++) {
        while (accept_one(&s.listeners[i]))
            ;
        close(s.listeners[i].fd);
    }
    stop_accepting();
    ev_timer_stop(s.loop, &s.pause);
    s.stopped = true;
    connections_finish();
    ev_timer_set(&s.limit, STOP_MS / 1000.0, 0.0);
    ev_timer_start(s.loop, &s.limit);
}

/* Who does not read his answer cannot keep us. */
static void on_limit(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void on_wake(struct ev_loop *loop, ev_async *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events;
    take_done();
    if (atomic_load(&s.stopping) && !s.stopped)
        stop_listening();
}

/* Before the loop sleeps. */
static void on_prepare(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    (void)watcher;
    (void)events;
    atomic_store(&s.open, connection_count());
    if (s.stopped && connection_count() == 0)
        ev_break(loop, EVBREAK_ALL);
}

/* --- the thread --- */

static void *serve(void *unused)
{
    static ev_prepare prepare;
    (void)unused;
    ev_prepare_init(&prepare, on_prepare);
    ev_prepare_start(s.loop, &prepare);
    ev_run(s.loop, 0);
    return NULL;
}

static unsigned most_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur >= CONNECTIONS_MOST + SPARE_DESCRIPTORS)
        return CONNECTIONS_MOST;
    return limit.rlim_cur > 2 * SPARE_DESCRIPTORS
               ? (unsigned)limit.rlim_cur - SPARE_DESCRIPTORS
               : (unsigned)limit.rlim_cur / 2;
}

bool server_start(const struct listener *listeners, unsigned count, unsigned workers)
{
    s.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    if (!s.loop || !requests_start(s.loop, workers, job_is_done) ||
        !relay_tries_start(job_is_done))
        return false;
    s.connections_most = most_connections();
    s.count = count;
    ev_timer_init(&s.pause, on_pause_over, 0.0, 0.0);
    ev_timer_init(&s.limit, on_limit, 0.0, 0.0);
    ev_async_init(&s.wake, on_wake);
    ev_async_start(s.loop, &s.wake);
    for (unsigned i = 0; i < count; i++) {
        s.listeners[i] = listeners[i];
        ev_io_init(&s.accept[i], on_connection, listeners[i].fd, EV_READ);
        s.accept[i].data = &s.listeners[i];
        ev_io_start(s.loop, &s.accept[i]);
    }
    return pthread_create(&s.thread, NULL, serve, NULL) == 0;
}

void server_stop(void)
{
    atomic_store(&s.stopping, true);
    ev_async_send(s.loop, &s.wake);
    pthread_join(s.thread, NULL);
}
