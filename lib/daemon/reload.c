/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the configuration again, all or nothing. */
#include "reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "logger.h"
#include "runtime.h"
#include "schema.h"

static struct {
    const struct reload_settings *settings;
    char *fixed[GLOBAL_OPTIONS]; /* what cannot change while the daemon runs, as text */
    json_t *last;                /* the last reload; NULL before the first */
} state;

/* A text, or the mode of a socket. */
static const char *option_text(const struct globals *g, enum global_option option,
                               char number[16])
{
    const struct option_spec *spec = &schema_main.options[option];
    const char *field = (const char *)g + spec->offset;
    if (spec->set != set_socket_mode && spec->set != set_private_mode &&
        spec->set != set_number)
        return *(const char *const *)(const void *)field;
    snprintf(number, 16, "%o", *(const unsigned *)(const void *)field);
    return number;
}

void reload_start(const struct reload_settings *settings, struct snapshot *first)
{
    char number[16];
    state.settings = settings;
    for (const enum global_option *o = settings->fixed; *o != GLOBAL_OPTIONS; o++) {
        state.fixed[*o] = strdup(option_text(&first->globals, *o, number));
        if (!state.fixed[*o])
            abort();
    }
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

static void warn_of_restart(struct diag *diag, const struct globals *g)
{
    char number[16];
    for (const enum global_option *o = state.settings->fixed; *o != GLOBAL_OPTIONS; o++)
        if (strcmp(state.fixed[*o], option_text(g, *o, number)) != 0)
            diag_add(diag, SEVERITY_WARNING, g->file, g->lines[*o],
                     schema_main.options[*o].name, "a change of it needs a restart");
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
    struct snapshot *snapshot = state.settings->load(state.settings->file, &diag);
    if (snapshot)
        warn_of_restart(&diag, &snapshot->globals);
    if (snapshot && !logger_reopen(&snapshot->log, error, sizeof error)) {
        diag_add(&diag, SEVERITY_ERROR, state.settings->file,
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
    json_t *config = json_pack(
        "{s:s, s:o, s:I, s:I, s:I, s:s, s:o}", "file", state.settings->file, "loaded",
        json_time(s->loaded), "generation", (json_int_t)s->generation, "ous",
        (json_int_t)s->ou_count, "users", (json_int_t)s->users.used, "mode",
        s->globals.mode == MODE_MONITOR ? "monitor" : "enforce", "last_reload",
        state.last ? json_incref(state.last) : json_null());
    json_object_set_new(object, "config", config);
    runtime_unpin(&edition);
}
