/* SPDX-License-Identifier: BSD-2-Clause */
/* Start and stop of the daemon. */
#include "daemon.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "config.h"
#include "control.h"
#include "logger.h"
#include "login_limits.h"
#include "privileges.h"
#include "protect.h"
#include "relaycounts.h"
#include "reload.h"
#include "request.h"
#include "runtime.h"
#include "server.h"
#include "servers.h"
#include "signals.h"
#include "socket.h"
#include "strangers.h"

enum { BACKLOG = 512, ERROR_TEXT = 300 };

static struct {
    struct socket_path control, sockets[LISTENERS_MOST];
    struct listener listeners[LISTENERS_MOST];
    struct peer_access relay_access;
    unsigned count;
} d;

struct snapshot *daemon_load(const char *file, struct diag *diag)
{
    return servers_load_config(file, SECRETS_KEEP, diag);
}

static void *attach(const struct snapshot *snapshot)
{
    relay_counts_renew(snapshot);
    return servers_new(snapshot, NULL);
}

static void detach(void *extra)
{
    struct servers *servers = extra;
    servers_free(&servers);
}

/* While the next server of a target answers, nobody would notice. */
static void tell_of_server(const struct target *target, const struct target_url *url,
                           bool answers)
{
    logger_message(answers ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
                   "target \"%s\" of ou \"%s\": %s %s", target->name, target->ou->name,
                   url->text, answers ? "answers again" : "gives no answer");
}

static void report(json_t *object)
{
    struct server_counts connections = server_count();
    json_object_set_new(object, "connections",
                        json_pack("{s:I, s:I}", "open", (json_int_t)connections.open,
                                  "total", (json_int_t)connections.total));
    const struct limits_locked locked = limits_count_locked(attempt_now());
    json_object_set_new(object, "logins",
                        json_pack("{s:I, s:I, s:I}", "running",
                                  (json_int_t)requests_count(), "locked_clients",
                                  (json_int_t)locked.clients, "locked_logins",
                                  (json_int_t)locked.logins));
    struct edition *edition = runtime_pin();
    relay_counts_report(edition->snapshot, object);
    runtime_unpin(&edition);
}

/* "unlock NAME": a login, or the address of a client. */
static json_t *answer(const char *request)
{
    static const char word[] = "unlock ";
    struct limits_subject subject = {.login = {NULL, 0}};
    struct address login;
    if (strncmp(request, word, sizeof word - 1) != 0)
        return NULL;
    struct span name = span_of(request + sizeof word - 1);
    if (!ipaddr_parse(name, &subject.client)) {
        if (!address_parse_login(name, &login))
            return json_pack("{s:b, s:s}", "ok", 0, "error",
                             "neither an address nor a login name");
        subject.login = address_text(&login);
    }
    bool known = limits_forget(&subject);
    if (known)
        logger_message(LOG_LEVEL_INFO, "unlocked: %s", name.ptr);
    return json_pack("{s:b, s:b}", "ok", 1, "known", known);
}

/* --- sockets --- */

static bool listen_at(const char *path, const struct protocol *protocol,
                      const struct socket_owner *owner, char *error)
{
    if (!*path)
        return true;
    int fd =
        socket_listen(&d.sockets[d.count], path, owner, BACKLOG, error, ERROR_TEXT);
    if (fd < 0)
        return false;
    d.listeners[d.count++] = (struct listener){fd, protocol, NULL};
    return true;
}

static gid_t group_of(const struct identity *id)
{
    return id->change ? id->gid : (gid_t)-1;
}

/* Root gives the sockets to auth_socket_owner, else to whom the daemon runs as. A
 * folder is never the owner's, who could put other sockets there. */
static bool open_sockets(const struct globals *g, const struct identity *id,
                         char *error)
{
    struct identity owner = *id;
    if (*g->auth_socket_owner &&
        !identity_find("auth_socket_owner", g->auth_socket_owner, &owner, error,
                       ERROR_TEXT))
        return false;
    if (*g->auth_socket_owner && !owner.change)
        fputs("gatepost-auth: auth_socket_owner needs a start as root\n", stderr);
    const struct socket_owner sockets = {owner.uid, id->uid, group_of(&owner),
                                         group_of(id), g->auth_socket_mode};
    return listen_at(g->auth_socket, &protocol_dovecot, &sockets, error) &&
           listen_at(g->saslauthd_socket, &protocol_saslauthd, &sockets, error) &&
           listen_at(g->map_socket, &protocol_socketmap, &sockets, error);
}

/* Credentials are root's, unless relay_socket_owner says whose; never the daemon's
 * own user's, as whom other programs may run. */
static bool open_relay_socket(const struct globals *g, const struct identity *id,
                              char *error)
{
    struct identity owner;
    if (!identity_find("relay_socket_owner", g->relay_socket_owner, &owner, error,
                       ERROR_TEXT))
        return false;
    if (*g->relay_socket_owner && !owner.change)
        fputs("gatepost-auth: relay_socket_owner needs a start as root\n", stderr);
    const struct socket_owner socket = {owner.uid, id->uid, group_of(&owner),
                                        group_of(id), g->relay_socket_mode};
    if (!*g->relay_socket)
        return true;
    if (!listen_at(g->relay_socket, &protocol_relay, &socket, error))
        return false;
    if (!peer_access_of(g->relay_socket, &d.relay_access)) {
        snprintf(error, ERROR_TEXT, "%s: %s", g->relay_socket, strerror(errno));
        return false;
    }
    d.listeners[d.count - 1].access = &d.relay_access;
    strangers_start(g->relay_socket_owner, d.relay_access.group);
    return true;
}

static void remove_sockets(void)
{
    socket_remove(&d.control);
    for (unsigned i = 0; i < d.count; i++)
        socket_remove(&d.sockets[i]);
}

/* --- start and stop --- */

/* What a reload cannot change. */
static const enum global_option fixed[] = {GLOBAL_AUTH_SOCKET,
                                           GLOBAL_AUTH_SOCKET_MODE,
                                           GLOBAL_AUTH_SOCKET_OWNER,
                                           GLOBAL_SASLAUTHD_SOCKET,
                                           GLOBAL_MAP_SOCKET,
                                           GLOBAL_AUTH_RUN_AS,
                                           GLOBAL_AUTH_WORKERS,
                                           GLOBAL_CONTROL_SOCKET,
                                           GLOBAL_RELAY_SOCKET,
                                           GLOBAL_RELAY_SOCKET_MODE,
                                           GLOBAL_SEAL_KEY_FILE,
                                           GLOBAL_RELAY_SOCKET_OWNER,
                                           GLOBAL_OPTIONS};

static int start_threads(const char *file, struct snapshot **snapshot, int control,
                         char *error)
{
    static struct reload_settings reload = {.load = daemon_load, .fixed = fixed};
    const struct snapshot *s = *snapshot;
    const unsigned workers = s->globals.auth_workers;
    reload.file = file;
    if (!logger_start("gatepost-auth", &s->log, error, ERROR_TEXT))
        return EX_CANTCREAT;
    check_readable("auth_run_as", s->files.words, s->files.count);
    logger_message(LOG_LEVEL_INFO, "started: %s, OUs: %zu, users: %zu, sockets: %u",
                   file, s->ou_count, s->users.used, d.count);
    servers_on_change(tell_of_server);
    runtime_on_publish(attach, detach);
    reload_start(&reload, *snapshot);
    *snapshot = NULL;
    snprintf(error, ERROR_TEXT, "cannot start threads");
    if (!limits_start() ||
        !control_start(control,
                       &(struct control_hooks){"gatepost-auth", report, answer}) ||
        !server_start(d.listeners, d.count, workers))
        return EX_OSERR;
    return 0;
}

/* Where the milter is to stay who it is, so is this, unless it was told otherwise. */
static const char *run_as(const struct globals *g)
{
    bool given = g->lines[GLOBAL_AUTH_RUN_AS] != 0;
    return given || *g->run_as ? g->auth_run_as : "";
}

/* Everything that needs privileges, then their end, then the threads. Returns an exit
 * status, with the reason in error[]; 0: the daemon runs. */
static int start(const char *file, struct snapshot **snapshot, char *error)
{
    struct identity id;
    const struct globals *g = &(*snapshot)->globals;
    char control_path[sizeof d.control.path];
    if (!*g->auth_socket && !*g->saslauthd_socket && !*g->map_socket &&
        !*g->relay_socket) {
        snprintf(error, ERROR_TEXT,
                 "%s: nothing to serve: give auth_socket, saslauthd_socket, map_socket "
                 "or relay_socket",
                 file);
        return EX_CONFIG;
    }
    if (!identity_find("auth_run_as", run_as(g), &id, error, ERROR_TEXT))
        return EX_NOUSER;
    raise_descriptor_limit();
    protect_allow_locking();
    snprintf(control_path, sizeof control_path, "%s" CONTROL_AUTH_SUFFIX,
             g->control_socket);
    int control = control_listen(&d.control, control_path, id.uid, group_of(&id), error,
                                 ERROR_TEXT);
    if (control < 0 || !open_sockets(g, &id, error) ||
        !open_relay_socket(g, &id, error))
        return EX_UNAVAILABLE;
    if (!identity_take(&id, error, ERROR_TEXT))
        return EX_OSERR;
    protect_process();
    return start_threads(file, snapshot, control, error);
}

int daemon_run(const char *file, struct snapshot *snapshot)
{
    sigset_t signals;
    char error[ERROR_TEXT];
    signals_own(&signals);
    int status = start(file, &snapshot, error);
    if (status != 0) {
        fprintf(stderr, "gatepost-auth: %s\n", error);
        remove_sockets();
        snapshot_free(&snapshot);
        return status;
    }
    signals_wait(&signals);
    logger_message(LOG_LEVEL_INFO, "stopping");
    remove_sockets();
    server_stop();
    logger_drain();
    _exit(0);
}
