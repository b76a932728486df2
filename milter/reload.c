/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the configuration again, all or nothing. */
#include "reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "config.h"
#include "logger.h"
#include "runtime.h"

/* What cannot change while the daemon runs. */
static struct {
    const char *file;
    char *milter_socket, *milter_socket_group, *control_socket, *run_as;
    unsigned milter_socket_mode;
    json_t *last; /* the last reload; NULL before the first */
} state;

static char *copy(const char *text)
{
    char *p = strdup(text);
    if (!p)
        abort();
    return p;
}

void reload_start(const char *file, struct snapshot *first)
{
    state.file = file;
    state.milter_socket = copy(first->globals.milter_socket);
    state.milter_socket_group = copy(first->globals.milter_socket_group);
    state.milter_socket_mode = first->globals.milter_socket_mode;
    state.control_socket = copy(first->globals.control_socket);
    state.run_as = copy(first->globals.run_as);
    runtime_publish(first);
}

static json_t *json_time(struct timespec when)
{
    char text[40];
    struct tm utc;
    gmtime_r(&when.tv_sec, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(text);
}

static void need_restart(struct diag *diag, const struct globals *g,
                         enum global_option option, const char *name, bool changed)
{
    if (changed)
        diag_add(diag, SEVERITY_WARNING, g->file, g->lines[option], name,
                 "a change of it needs a restart");
}

static void compare(struct diag *diag, const struct globals *g)
{
    need_restart(diag, g, GLOBAL_MILTER_SOCKET, "milter_socket",
                 strcmp(state.milter_socket, g->milter_socket) != 0);
    need_restart(diag, g, GLOBAL_MILTER_SOCKET_MODE, "milter_socket_mode",
                 state.milter_socket_mode != g->milter_socket_mode);
    need_restart(diag, g, GLOBAL_MILTER_SOCKET_GROUP, "milter_socket_group",
                 strcmp(state.milter_socket_group, g->milter_socket_group) != 0);
    need_restart(diag, g, GLOBAL_CONTROL_SOCKET, "control_socket",
                 strcmp(state.control_socket, g->control_socket) != 0);
    need_restart(diag, g, GLOBAL_RUN_AS, "run_as",
                 strcmp(state.run_as, g->run_as) != 0);
}

/* Logs what was found and returns it as an array of lines. */
static json_t *tell(const struct diag *diag)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < diag->count; i++) {
        char line[2048];
        bool error = diag->items[i].severity == SEVERITY_ERROR;
        diag_format(&diag->items[i], line, sizeof line);
        logger_message(error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s", line);
        json_array_append_new(lines, json_string(line));
    }
    return lines;
}

static unsigned long current_generation(void)
{
    struct edition *edition = runtime_pin();
    unsigned long generation = edition->snapshot->generation;
    runtime_unpin(&edition);
    return generation;
}

json_t *reload_run(void)
{
    struct diag diag = {0};
    struct timespec now;
    char error[300];
    struct snapshot *snapshot = config_load(state.file, &diag);
    if (snapshot)
        compare(&diag, &snapshot->globals);
    if (snapshot && !logger_reopen(&snapshot->log, error, sizeof error)) {
        diag_add(&diag, SEVERITY_ERROR, state.file,
                 snapshot->log.lines[LOG_OPTION_TARGET], "target", "%s", error);
        snapshot_free(&snapshot);
    }
    bool good = snapshot != NULL;
    if (good)
        runtime_publish(snapshot);
    json_t *lines = tell(&diag);
    unsigned long generation = current_generation();
    if (good)
        logger_message(LOG_LEVEL_INFO, "configuration reloaded: generation %lu",
                       generation);
    else
        logger_message(
            LOG_LEVEL_ERROR,
            "configuration NOT reloaded, generation %lu goes on: errors: %zu",
            generation, diag.errors);
    clock_gettime(CLOCK_REALTIME, &now);
    json_decref(state.last);
    state.last = json_pack("{s:o, s:b, s:o}", "time", json_time(now), "ok", good,
                           "errors", good ? json_array() : json_copy(lines));
    json_t *answer = json_pack("{s:b, s:o, s:I}", "ok", good, "messages", lines,
                               "generation", (json_int_t)generation);
    diag_clear(&diag);
    return answer;
}

void reload_report(json_t *object)
{
    struct edition *edition = runtime_pin();
    const struct snapshot *s = edition->snapshot;
    json_t *config =
        json_pack("{s:s, s:o, s:I, s:I, s:I, s:s, s:o}", "file", state.file, "loaded",
                  json_time(s->loaded), "generation", (json_int_t)s->generation, "ous",
                  (json_int_t)s->ou_count, "users", (json_int_t)s->users.used, "mode",
                  s->globals.mode == MODE_MONITOR ? "monitor" : "enforce",
                  "last_reload", state.last ? json_incref(state.last) : json_null());
    json_object_set_new(object, "config", config);
    runtime_unpin(&edition);
}
