/* SPDX-License-Identifier: BSD-2-Clause */
/* Start and stop of the daemon. */
#include "daemon.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "callbacks.h"
#include "config.h"
#include "control.h"
#include "logger.h"
#include "privileges.h"
#include "reload.h"
#include "session.h"
#include "signals.h"
#include "socket.h"

enum { BACKLOG = 512, ERROR_TEXT = 300 };

static struct {
    struct socket_path milter, control;
    atomic_bool ended; /* libmilter's main loop has, with this result */
    int result;
} d;

/* --- the milter socket --- */

/* libmilter gets the draft's name: whatever it may unlink in the end is not the
 * socket that the MTA looks for, which may be a successor's by then. */
static bool open_unix(const char *path, const struct globals *g,
                      const struct identity *id, char *error)
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
    bool bound =
        smfi_setconn(spec) == MI_SUCCESS && smfi_opensocket(false) == MI_SUCCESS;
    umask(old);
    return bound && socket_publish(&d.milter, id->uid, group, error, ERROR_TEXT);
}

static bool open_milter_socket(const struct globals *g, const struct identity *id,
                               char *error)
{
    const char *spec = g->milter_socket;
    snprintf(error, ERROR_TEXT, "cannot listen on %.200s: in use, or no such address",
             spec);
    if (smfi_register(callbacks) != MI_SUCCESS)
        return false;
    smfi_setbacklog(BACKLOG);
    if (strncmp(spec, "inet", 4) != 0)
        return open_unix(strchr(spec, ':') + 1, g, id, error);
    return smfi_setconn((char *)(uintptr_t)spec) == MI_SUCCESS &&
           smfi_opensocket(false) == MI_SUCCESS;
}

/* --- threads and signals --- */

static void *milter_thread(void *unused)
{
    (void)unused;
    d.result = smfi_main();
    atomic_store(&d.ended, true);
    kill(getpid(), SIGTERM); /* wakes main(), whoever ended it */
    return NULL;
}

/* smfi_stop() would wait up to five seconds for the listener, and then no more for the
 * callbacks than this does. Nothing is freed behind those, and _exit() does not either:
 * an MTA whose session ends here defers. */
static void stop(void)
{
    bool gave_up = atomic_load(&d.ended) && d.result != MI_SUCCESS;
    socket_remove(&d.milter);
    socket_remove(&d.control);
    logger_message(gave_up ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "stopping%s",
                   gave_up ? ": libmilter gave up, see its own syslog lines" : "");
    logger_drain();
    _exit(gave_up ? EX_SOFTWARE : 0);
}

static struct snapshot *load(const char *file, struct diag *diag)
{
    return config_load(file, SECRETS_FORGET, diag);
}

static void report(json_t *object)
{
    json_object_set_new(
        object, "sessions",
        json_pack("{s:I, s:I}", "open", (json_int_t)atomic_load(&session_counts.open),
                  "total", (json_int_t)atomic_load(&session_counts.total)));
}

/* From here on the snapshot is the threads'. */
static int start_threads(const char *file, struct snapshot **snapshot, int control,
                         char *error)
{
    pthread_t thread;
    const struct snapshot *s = *snapshot;
    static const enum global_option fixed[] = {GLOBAL_MILTER_SOCKET,
                                               GLOBAL_MILTER_SOCKET_MODE,
                                               GLOBAL_MILTER_SOCKET_GROUP,
                                               GLOBAL_CONTROL_SOCKET,
                                               GLOBAL_RUN_AS,
                                               GLOBAL_OPTIONS};
    static struct reload_settings reload = {.load = load, .fixed = fixed};
    reload.file = file;
    if (!logger_start("gatepost-milter", &s->log, error, ERROR_TEXT))
        return EX_CANTCREAT;
    check_readable("run_as", s->files.words, s->files.count);
    logger_message(LOG_LEVEL_INFO, "started: %s, OUs: %zu, listening on %s", file,
                   s->ou_count, s->globals.milter_socket);
    reload_start(&reload, *snapshot);
    *snapshot = NULL;
    snprintf(error, ERROR_TEXT, "cannot start threads");
    if (!control_start(control,
                       &(struct control_hooks){"gatepost-milter", report, NULL}) ||
        pthread_create(&thread, NULL, milter_thread, NULL) != 0)
        return EX_OSERR;
    pthread_detach(thread);
    return 0;
}

/* Everything that needs privileges, then their end, then the threads. Returns an exit
 * status, with the reason in error[]; 0: the daemon runs. */
static int start(const char *file, struct snapshot **snapshot, char *error)
{
    struct identity id;
    const struct globals *g = &(*snapshot)->globals;
    if (!identity_find("run_as", g->run_as, &id, error, ERROR_TEXT))
        return EX_NOUSER;
    raise_descriptor_limit();
    gid_t group = id.change ? id.gid : (gid_t)-1;
    int control =
        control_listen(&d.control, g->control_socket, id.uid, group, error, ERROR_TEXT);
    if (control < 0 || !open_milter_socket(g, &id, error))
        return EX_UNAVAILABLE;
    if (!identity_take(&id, error, ERROR_TEXT))
        return EX_OSERR;
    return start_threads(file, snapshot, control, error);
}

int daemon_run(const char *file, struct snapshot *snapshot)
{
    sigset_t signals;
    char error[ERROR_TEXT];
    signals_own(&signals);
    int status = start(file, &snapshot, error);
    if (status != 0) {
        fprintf(stderr, "gatepost-milter: %s\n", error);
        socket_remove(&d.milter);
        socket_remove(&d.control);
        snapshot_free(&snapshot);
        return status;
    }
    signals_wait(&signals);
    stop();
    return 0;
}
