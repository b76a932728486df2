/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost track: what became of mails and logins, by the logs of both daemons. */
#include "track.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "check.h"
#include "columns.h"
#include "logscan.h"
#include "moment.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost track [OPTION...] LOG...\n"
    "\n"
    "Shows what became of mails and logins, from the logs of gatepost-milter and\n"
    "gatepost-auth, in order of time: rule, reason, reply, the setting that decided,\n"
    "queue id. The logs are text or JSON, from a file or from syslog, plain or\n"
    "compressed; \"-\" is standard input. Only what all options match is shown; an\n"
    "option that is given twice matches either. The exit status is 0, or 1 if\n"
    "something could not be read.\n"
    "\n"
    "      --login L   login: a name, part of one before the @, or a pattern\n"
    "      --client A  client: an address, a network, or a verified host name\n"
    "      --from F    sender: an address, its local part, @DOMAIN, or a pattern;\n"
    "                  '<>' is the null sender\n"
    "      --to T      recipient: the same\n"
    "      --ou O      the OU whose rule decided, else the sender's\n"
    "      --rule R    the rule that decided, or that monitor mode held back\n"
    "      --verdict V refuse, defer, pass, or held (back by monitor mode)\n"
    "      --since T   from then on: 2h, 30m or 7d ago, 2026-11-22,\n"
    "                  2026-11-22T10:00 (local time), or with a zone\n"
    "      --until T   before then\n"
    "      --json      print one JSON object a line\n"
    "  -c, --config F  tell by this configuration what policies do; without a LOG,\n"
    "                  read the one that it names\n";

/* Bytes of lines that are kept until they can be put in order. */
#define FOUND_BYTES ((size_t)1 << 30)

/* A line that matches, as it was. */
struct found {
    int64_t moment;
    size_t file, len;
    unsigned long line;
    char *text;
};

struct track {
    struct track_filter filter;
    struct troubles troubles;
    pthread_mutex_t lock;
    struct found *found;
    size_t count, size, bytes;
    unsigned long left_out;
    const char *const *paths;
    size_t path_count;
    const char *config; /* NULL: none was given */
    struct snapshot *snapshot;
    const char *own_path[2]; /* the log of the configuration, then NULL */
    bool json;
};

/* What one thread needs. */
struct tracker {
    struct track *track;
    struct record record;
    char *scratch; /* reading a line undoes its escapes */
    size_t size;
    unsigned long lines, foreign;
};

static void *must_alloc(void *p)
{
    if (!p) {
        fputs("gatepost: out of memory\n", stderr);
        abort();
    }
    return p;
}

/* --- looking --- */

static void keep(struct track *t, const struct logline *line, int64_t moment)
{
    struct found found = {moment, line->file, line->len, line->number, NULL};
    pthread_mutex_lock(&t->lock);
    if (t->bytes + line->len + sizeof found > FOUND_BYTES) {
        t->left_out++;
        pthread_mutex_unlock(&t->lock);
        return;
    }
    if (t->count == t->size) {
        t->size = t->size ? t->size * 2 : 256;
        t->found = must_alloc(realloc(t->found, t->size * sizeof *t->found));
    }
    found.text = must_alloc(malloc(line->len + 1));
    memcpy(found.text, line->text, line->len);
    t->bytes += line->len + sizeof found;
    t->found[t->count++] = found;
    pthread_mutex_unlock(&t->lock);
}

static const char *look_at(struct tracker *k, const struct logline *line)
{
    int64_t moment;
    switch (record_read(&k->record, k->scratch, line->len)) {
    case RECORD_FOREIGN:
        k->foreign++;
        return NULL;
    case RECORD_BROKEN:
        return k->record.fault;
    case RECORD_READ:
        break;
    }
    if (k->record.event == EVENT_MESSAGE)
        return NULL;
    if (!moment_parse(k->record.text[FIELD_TIME], &moment))
        return "a line whose time cannot be read";
    if (track_filter_match(&k->track->filter, &k->record, moment))
        keep(k->track, line, moment);
    return NULL;
}

static void take_line(void *context, const struct logline *line)
{
    struct tracker *k = context;
    k->lines++;
    if (line->len >= k->size) {
        k->size = line->len + 4096;
        free(k->scratch);
        k->scratch = must_alloc(malloc(k->size));
    }
    memcpy(k->scratch, line->text, line->len);
    const char *fault = look_at(k, line);
    if (fault)
        trouble_add(&k->track->troubles, line->file, line->number, fault);
}

/* --- showing --- */

static int by_time(const void *a, const void *b)
{
    const struct found *left = a, *right = b;
    if (left->moment != right->moment)
        return left->moment < right->moment ? -1 : 1;
    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    return left->line < right->line ? -1 : 1;
}

static void show_found(struct track *t, const struct tracker *sum)
{
    struct record record = {0};
    struct track_counts counts = {0};
    if (t->count)
        qsort(t->found, t->count, sizeof *t->found, by_time);
    for (size_t i = 0; i < t->count; i++) {
        const struct found *f = &t->found[i];
        record_read(&record, f->text, f->len);
        if (t->json)
            track_show_json(&record, t->paths[f->file], f->line);
        else
            track_show(&record, t->snapshot, t->paths[f->file], f->line, &counts);
    }
    record_clear(&record);
    if (t->json)
        return;
    track_show_counts(&counts);
    char lines[COUNT_TEXT], foreign[COUNT_TEXT];
    printf("in %s lines, %s of them of other programs\n",
           columns_count(sum->lines, lines), columns_count(sum->foreign, foreign));
}

static bool report(struct track *t)
{
    fflush(stdout);
    bool bad = troubles_print(&t->troubles);
    if (t->left_out)
        fprintf(stderr,
                "gatepost track: too much was found: %lu lines were left out, look for "
                "less\n",
                t->left_out);
    return bad || t->left_out || ferror(stdout);
}

static void end_trackers(struct tracker *trackers, struct tracker *sum)
{
    for (size_t i = 0; i < logscan_threads(); i++) {
        sum->lines += trackers[i].lines;
        sum->foreign += trackers[i].foreign;
        record_clear(&trackers[i].record);
        free(trackers[i].scratch);
    }
}

static int track(struct track *t)
{
    struct tracker *trackers = must_alloc(calloc(logscan_threads(), sizeof *trackers));
    void **owns = must_alloc(calloc(logscan_threads(), sizeof *owns));
    struct tracker sum = {.lines = 0};
    for (size_t i = 0; i < logscan_threads(); i++) {
        trackers[i].track = t;
        owns[i] = &trackers[i];
    }
    troubles_start(&t->troubles, t->paths);
    pthread_mutex_init(&t->lock, NULL);
    logscan_run(&(struct logscan){.paths = t->paths,
                                  .count = t->path_count,
                                  .troubles = &t->troubles,
                                  .take = take_line,
                                  .owns = owns});
    end_trackers(trackers, &sum);
    show_found(t, &sum);
    bool bad = report(t);
    for (size_t i = 0; i < t->count; i++)
        free(t->found[i].text);
    free(t->found);
    free(trackers);
    free(owns);
    return bad ? 1 : 0;
}

/* --- the call --- */

enum {
    OPTION_LOGIN = 256,
    OPTION_CLIENT,
    OPTION_FROM,
    OPTION_TO,
    OPTION_OU,
    OPTION_RULE,
    OPTION_VERDICT,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_JSON,
};

static const struct option options[] = {
    {"login", required_argument, NULL, OPTION_LOGIN},
    {"client", required_argument, NULL, OPTION_CLIENT},
    {"from", required_argument, NULL, OPTION_FROM},
    {"to", required_argument, NULL, OPTION_TO},
    {"ou", required_argument, NULL, OPTION_OU},
    {"rule", required_argument, NULL, OPTION_RULE},
    {"verdict", required_argument, NULL, OPTION_VERDICT},
    {"config", required_argument, NULL, 'c'},
    {"since", required_argument, NULL, OPTION_SINCE},
    {"until", required_argument, NULL, OPTION_UNTIL},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *set_moment(const char *text, int64_t *moment)
{
    return moment_parse_option(text, moment_now(), moment) ? NULL : "not a time";
}

/* Returns NULL, or what is wrong with the option's value. */
static const char *set_option(struct track *t, int option, const char *value)
{
    struct track_filter *f = &t->filter;
    switch (option) {
    case OPTION_LOGIN:
        return track_filter_name(f, &f->login, value);
    case OPTION_CLIENT:
        return track_filter_client(f, value);
    case OPTION_FROM:
        return track_filter_name(f, &f->from, value);
    case OPTION_TO:
        return track_filter_name(f, &f->to, value);
    case OPTION_OU:
        f->ous[f->ou_count++] = value;
        return NULL;
    case OPTION_RULE:
        return track_filter_rule(f, value);
    case OPTION_VERDICT:
        return track_filter_verdict(f, value);
    case 'c':
        t->config = value;
        return NULL;
    case OPTION_SINCE:
        return set_moment(value, &f->since);
    case OPTION_UNTIL:
        return set_moment(value, &f->until);
    case OPTION_JSON:
        t->json = true;
        return NULL;
    case ':':
        return "its value is missing";
    default:
        return "bad option";
    }
}

/* Of the policies, and where the log is if that was not said. */
static int read_config(struct track *t)
{
    t->snapshot = load_and_report(t->config, SECRETS_FORGET);
    if (!t->snapshot)
        return EX_CONFIG;
    const struct log_settings *log = &t->snapshot->log;
    if (t->path_count > 0)
        return -1;
    if (log->target != LOG_TO_FILE)
        return usage_error("track",
                           "the log of %s is no file: name one, or "
                           "\"-\" for standard input",
                           t->config);
    t->own_path[0] = log->path;
    t->paths = t->own_path;
    t->path_count = 1;
    return -1;
}

static int read_call(int argc, char **argv, struct track *t)
{
    const char *fault = NULL;
    int c;
    opterr = 0;
    while (!fault && (c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        fault = set_option(t, c, optarg);
    }
    if (fault)
        return usage_error("track", "%s: %s", argv[optind - 1], fault);
    track_filter_finish(&t->filter);
    t->paths = (const char *const *)argv + optind;
    t->path_count = (size_t)(argc - optind);
    if (t->path_count == 0 && !t->config)
        return usage_error("track", "no log was given");
    return t->config ? read_config(t) : -1;
}

int command_track(int argc, char **argv)
{
    static struct track t;
    track_filter_start(&t.filter, (size_t)argc);
    int status = read_call(argc, argv, &t);
    if (status < 0)
        status = track(&t);
    track_filter_clear(&t.filter);
    snapshot_free(&t.snapshot);
    return status;
}
