/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost check: what is wrong with the configuration? */
#include "check.h"

#include <jansson.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "servers.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost check [-c FILE] [--json]\n"
    "\n"
    "Reads the configuration as the daemon would and prints every error and warning.\n"
    "The exit status is 0 if it would load, 78 if not.\n"
    "\n"
    "  -c, --config FILE  the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "      --json         print one JSON object instead\n";

static void print_items(const struct diag *diag)
{
    bool colour = isatty(STDERR_FILENO);
    for (size_t i = 0; i < diag->count; i++) {
        char line[2048];
        diag_format(&diag->items[i], line, sizeof line);
        bool error = diag->items[i].severity == SEVERITY_ERROR;
        fprintf(stderr, "%s%s%s\n",
                !colour ? ""
                : error ? "\033[31m"
                        : "\033[33m",
                line, colour ? "\033[0m" : "");
    }
    size_t more = diag->errors + diag->warnings - diag->count;
    if (more)
        fprintf(stderr, "... and %zu more\n", more);
}

struct snapshot *load_and_report(const char *file, enum secrets secrets)
{
    struct diag diag = {0};
    struct snapshot *snapshot = config_load(file, secrets, &diag);
    print_items(&diag);
    diag_clear(&diag);
    return snapshot;
}

static json_t *text_or_lossy(const char *text)
{
    json_t *value = json_string(text ? text : "");
    return value ? value : json_string("(not UTF-8)");
}

static void print_json(const struct diag *diag, bool good)
{
    json_t *items = json_array();
    for (size_t i = 0; i < diag->count; i++) {
        const struct diagnostic *d = &diag->items[i];
        json_array_append_new(
            items,
            json_pack("{s:s, s:o, s:I, s:o, s:o}", "severity",
                      d->severity == SEVERITY_ERROR ? "error" : "warning", "file",
                      text_or_lossy(d->file), "line", (json_int_t)d->line, "option",
                      text_or_lossy(d->option), "message", text_or_lossy(d->message)));
    }
    json_t *all = json_pack("{s:b, s:I, s:I, s:o}", "ok", good, "errors",
                            (json_int_t)diag->errors, "warnings",
                            (json_int_t)diag->warnings, "items", items);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(all);
}

int command_check(int argc, char **argv)
{
    struct common_options o;
    int status = common_options_read(argc, argv, help, 0, &o);
    if (status >= 0)
        return status;
    struct diag diag = {0};
    struct snapshot *snapshot = servers_load_config(o.config, SECRETS_FORGET, &diag);
    bool good = snapshot != NULL;
    if (o.json)
        print_json(&diag, good);
    else
        print_items(&diag);
    if (!o.json && good)
        puts("configuration OK");
    diag_clear(&diag);
    snapshot_free(&snapshot);
    return good ? 0 : EX_CONFIG;
}
