/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost replay: what would a candidate configuration change? */
#include "replay.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "check.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost replay [-c CANDIDATE] [--json] LOG...\n"
    "\n"
    "Judges what gatepost-milter logged again, by another configuration, and prints\n"
    "what that would change: newly refused, newly passed, newly held back by monitor\n"
    "mode, by OU, rule, login and client, with an example of each. The logs are text\n"
    "or JSON, from a file or from syslog, plain or compressed; \"-\" is standard "
    "input.\n"
    "The exit status is 0, or 1 if something could not be read.\n"
    "\n"
    "  -c, --config FILE  the candidate (" CONFIG_DEFAULT_FILE ")\n"
    "      --json         print one JSON object, with more rows\n";

struct call {
    const char *config;
    bool json;
    const char *const *paths;
    size_t path_count;
};

static void start_judges(struct judge *judges, void **owns,
                         const struct snapshot *snapshot, struct tallies *tallies,
                         struct troubles *troubles)
{
    for (size_t i = 0; i < logscan_threads(); i++) {
        judges[i] = (struct judge){
            .snapshot = snapshot, .tallies = tallies, .troubles = troubles};
        owns[i] = &judges[i];
    }
}

static void end_judges(struct judge *judges, struct judge_counts *sum)
{
    for (size_t i = 0; i < logscan_threads(); i++) {
        judge_counts_add(sum, &judges[i].counts);
        record_clear(&judges[i].record);
    }
}

static int replay(const struct snapshot *snapshot, const struct call *call)
{
    static struct troubles troubles;
    static struct replay_result result;
    struct judge *judges = calloc(logscan_threads(), sizeof *judges);
    void **owns = calloc(logscan_threads(), sizeof *owns);
    if (!judges || !owns)
        abort();
    result.config = call->config;
    result.paths = call->paths;
    result.path_count = call->path_count;
    troubles_start(&troubles, call->paths);
    tallies_start(&result.tallies);
    start_judges(judges, owns, snapshot, &result.tallies, &troubles);
    logscan_run(&(struct logscan){.paths = call->paths,
                                  .count = call->path_count,
                                  .troubles = &troubles,
                                  .take = judge_line,
                                  .owns = owns});
    end_judges(judges, &result.counts);
    tallies_sort(&result.tallies);
    if (call->json)
        replay_show_json(&result);
    else
        replay_show_text(&result);
    fflush(stdout);
    bool bad = troubles_print(&troubles);
    tallies_clear(&result.tallies);
    free(judges);
    free(owns);
    return bad || ferror(stdout) ? 1 : 0;
}

/* Returns -1 to go on, or the exit status to end with. */
static int read_call(int argc, char **argv, struct call *call)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int c;
    opterr = 0;
    while ((c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        if (c == 'c')
            call->config = optarg;
        else if (c == 'j')
            call->json = true;
        else
            return usage_error("replay", "%s: %s",
                               c == ':' ? "the value is missing" : "bad option",
                               argv[optind - 1]);
    }
    call->paths = (const char *const *)argv + optind;
    call->path_count = (size_t)(argc - optind);
    if (call->path_count == 0)
        return usage_error("replay", "no log was given");
    return -1;
}

int command_replay(int argc, char **argv)
{
    struct call call = {.config = CONFIG_DEFAULT_FILE};
    int status = read_call(argc, argv, &call);
    if (status >= 0)
        return status;
    struct snapshot *snapshot = load_and_report(call.config, SECRETS_FORGET);
    if (!snapshot)
        return EX_CONFIG;
    status = replay(snapshot, &call);
    snapshot_free(&snapshot);
    return status;
}
