/* SPDX-License-Identifier: BSD-2-Clause */
/* Start and stop of the daemon. */
#include "daemon.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "callbacks.h"
#include "control.h"
#include "logger.h"
#include "privileges.h"
#include "reload.h"
#include "socket.h"

enum { STOP_MS = 600, BACKLOG = 512, ERROR_TEXT = 300 };

static struct {
    struct socket_path milter, control;
    bool is_unix;
    char inet_host[256], inet_port[8];
    sem_t finished; /* libmilter's main loop has ended */
    int result;
} d;

static int fail(int status, const char *reason)
{
    fprintf(stderr, "gatepost-milter: %s\n", reason);
    return status;
}

/* --- the milter socket --- */

static bool open_inet(const char *spec)
{
    const char *at = strchr(spec, '@');
    const char *port = strchr(spec, ':') + 1;
    snprintf(d.inet_port, sizeof d.inet_port, "%.*s", (int)(at - port), port);
    snprintf(d.inet_host, sizeof d.inet_host, "%s", at + 1);
    return smfi_setconn((char *)(uintptr_t)spec) == MI_SUCCESS &&
           smfi_opensocket(false) == MI_SUCCESS;
}

/* libmilter gets the draft's name: whatever it may unlink in the end is not the
 * socket that the MTA looks for, which may be a successor's by then. */
static bool open_unix(const char *path, const struct globals *g, const struct identity *id,
                      char *error)
{
    char spec[sizeof d.milter.draft + 8];
    gid_t group = id->change ? id->gid : (gid_t)-1;
    if (*g->milter_socket_group && !group_find(g->milter_socket_group, &group)) {
        snprintf(error, ERROR_TEXT, "milter_socket_group: there is no group \"%.80s\"",
                 g->milter_socket_group);
        return false;
    }
    if (!socket_prepare(&d.milter, path, id->uid, id->gid, error, ERROR_TEXT))
        return false;
    snprintf(spec, sizeof spec, "unix:%s", d.milter.draft);
    mode_t old = umask(socket_umask(g->milter_socket_mode));
    bool bound = smfi_setconn(spec) == MI_SUCCESS && smfi_opensocket(false) == MI_SUCCESS;
    umask(old);
    return bound && socket_publish(&d.milter, id->uid, group, error, ERROR_TEXT);
}

static bool open_milter_socket(const struct globals *g, const struct identity *id,
                               char *error)
{
    const char *spec = g->milter_socket;
    d.is_unix = strncmp(spec, "inet", 4) != 0;
    snprintf(error, ERROR_TEXT, "cannot listen on %.200s: in use, or no such address", spec);
    if (smfi_register(callbacks) != MI_SUCCESS)
        return false;
    smfi_setbacklog(BACKLOG);
    if (d.is_unix)
        return open_unix(strchr(spec, ':') + 1, g, id, error);
    return open_inet(spec);
}

/* The listener of libmilter looks for its end every five seconds, or when somebody
 * comes. */
static void knock(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    if (d.is_unix) {
        int fd = socket_connect(d.milter.path);
        if (fd >= 0)
            close(fd);
        return;
    }
    if (getaddrinfo(d.inet_host, d.inet_port, &hints, &found) != 0)
        return;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        int rc = connect(fd, found->ai_addr, found->ai_addrlen);
        (void)rc;
        close(fd);
    }
    freeaddrinfo(found);
}

/* --- threads and signals --- */

static void *milter_thread(void *unused)
{
    (void)unused;
    d.result = smfi_main();
    sem_post(&d.finished);
    kill(getpid(), SIGTERM); /* wakes main(), whoever ended it */
    return NULL;
}

/* main() takes the signals: Linux gives one that is meant for the process to its first
 * thread if that waits for it, so libmilter's own waiting thread does not get it. If
 * it does for once, it stops the daemon as well, just later. */
static void own_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void wait_for_stop(const sigset_t *set)
{
    for (;;) {
        int number = 0;
        if (sigwait(set, &number) != 0)
            continue;
        if (number == SIGTERM || number == SIGINT)
            return;
        control_ask_reload();
    }
}

static bool wait_for_milter(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += STOP_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    while (sem_timedwait(&d.finished, &until) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

/* Callbacks may still run: nothing is freed behind them, and _exit() does not either. */
static void stop(void)
{
    bool by_itself = sem_trywait(&d.finished) == 0;
    logger_message(by_itself && d.result != MI_SUCCESS ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
                   "stopping%s", by_itself && d.result != MI_SUCCESS
                                     ? ": libmilter gave up, see its own syslog lines"
                                     : "");
    if (!by_itself) {
        smfi_stop();
        knock();
        wait_for_milter();
    }
    socket_remove(&d.milter);
    socket_remove(&d.control);
    logger_drain();
    _exit(by_itself && d.result != MI_SUCCESS ? EX_SOFTWARE : 0);
}

/* A reload by the user that we became must be able to read them. */
static void check_readable(const struct snapshot *s)
{
    for (size_t i = 0; i < s->files.count; i++)
        if (access(s->files.words[i], R_OK) != 0)
            logger_message(LOG_LEVEL_WARNING, "%s: run_as cannot read it: a reload will fail",
                           s->files.words[i]);
}

static int start_threads(const char *file, struct snapshot *snapshot, int control)
{
    pthread_t thread;
    char error[ERROR_TEXT];
    if (!logger_start(&snapshot->log, error, sizeof error))
        return fail(EX_CANTCREAT, error);
    check_readable(snapshot);
    const char *where = snapshot->globals.milter_socket;
    size_t ous = snapshot->ou_count;
    logger_message(LOG_LEVEL_INFO, "started: %s, %zu OUs, listening on %s", file, ous, where);
    reload_start(file, snapshot);
    if (sem_init(&d.finished, 0, 0) != 0 || !control_start(control) ||
        pthread_create(&thread, NULL, milter_thread, NULL) != 0)
        return fail(EX_OSERR, "cannot start threads");
    pthread_detach(thread);
    return 0;
}

int daemon_run(const char *file, struct snapshot *snapshot)
{
    struct identity id;
    sigset_t signals;
    char error[ERROR_TEXT];
    const struct globals *g = &snapshot->globals;
    if (!identity_find(g->run_as, &id, error, sizeof error))
        return fail(EX_NOUSER, error);
    own_signals(&signals);
    raise_descriptor_limit();
    int control = control_listen(&d.control, g->control_socket, id.uid,
                                 id.change ? id.gid : (gid_t)-1, error, sizeof error);
    if (control < 0)
        return fail(EX_UNAVAILABLE, error);
    int status = EX_UNAVAILABLE;
    if (open_milter_socket(g, &id, error)) {
        status = EX_OSERR;
        if (identity_take(&id, error, sizeof error)) {
            status = start_threads(file, snapshot, control);
            *error = '\0';
        }
    }
    if (status != 0) {
        socket_remove(&d.milter);
        socket_remove(&d.control);
        return *error ? fail(status, error) : status;
    }
    wait_for_stop(&signals);
    stop();
    return 0;
}
