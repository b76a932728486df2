/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost track: which lines are looked for, and how they are shown. */
#ifndef GATEPOST_TRACK_H
#define GATEPOST_TRACK_H

#include <stdint.h>

#include "arena.h"
#include "clients.h"
#include "names.h"
#include "record.h"
#include "snapshot.h"

/* Any of the patterns of an option; all zero: the option was not given. */
struct name_filter {
    struct name_list *whole;
    struct name_list *locals; /* patterns without an @: of local parts */
    bool null_sender;
    bool given;
};

/* What became of it: a set of bits, none of which is any. */
enum { TRACK_PASSED = 1, TRACK_HELD = 2, TRACK_REFUSED = 4, TRACK_DEFERRED = 8 };

struct track_filter {
    struct arena *arena;
    struct name_filter login, from, to;
    struct client_list *clients;
    bool clients_given, unknown_client, unix_client;
    const char **ous;
    size_t ou_count;
    uint64_t rules;       /* bits by enum rule_id; 0: any */
    unsigned verdicts;    /* of the bits above; 0: any */
    int64_t since, until; /* of moment.h */
};

void track_filter_start(struct track_filter *filter, size_t most_ous);
void track_filter_clear(struct track_filter *filter);

/* Each returns NULL, or why the pattern is none. */
const char *track_filter_name(struct track_filter *filter, struct name_filter *names,
                              const char *pattern);
const char *track_filter_client(struct track_filter *filter, const char *pattern);

/* The same for the names of a rule and of what became of a mail. */
const char *track_filter_rule(struct track_filter *filter, const char *name);
const char *track_filter_verdict(struct track_filter *filter, const char *word);

/* Once after the last pattern. */
void track_filter_finish(struct track_filter *filter);

/* Safe from any thread. moment: when the record is from. */
bool track_filter_match(const struct track_filter *filter, const struct record *record,
                        int64_t moment);

/* What was shown, for the last line. */
struct track_counts {
    unsigned long refused, deferred, would, passed, handled, notes;
    unsigned long logins_passed, logins_failed;
};

/* snapshot: has the policies that the log names; NULL: nothing is known of them. */
void track_show(const struct record *record, const struct snapshot *snapshot,
                const char *path, unsigned long line, struct track_counts *counts);
void track_show_counts(const struct track_counts *counts);
void track_show_json(const struct record *record, const char *path, unsigned long line);

/* What policies did with a mail that passed; NULL: nothing that kept it from anybody.
 */
const char *track_policy_words(const struct record *record,
                               const struct snapshot *snapshot);

enum { POLICY_TEXT = 1200 };

/* The name of a policy, and what it does if that is known. */
struct span track_policy_text(const struct snapshot *snapshot, struct span name,
                              char out[POLICY_TEXT]);

#endif
