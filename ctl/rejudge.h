/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges what was logged again, by a candidate configuration. */
#ifndef GATEPOST_REJUDGE_H
#define GATEPOST_REJUDGE_H

#include "logscan.h"
#include "policy.h"
#include "record.h"
#include "tally.h"

struct judge_counts {
    unsigned long lines, foreign, unreadable;
    unsigned long mails, recipients; /* judged again */
    unsigned long unchanged;         /* commands, as the changes are */
    unsigned long other_rule;        /* refused as before, by another one */
    unsigned long not_again;         /* by headers, which are not in the log */
    unsigned long cut, unlisted;     /* cannot be judged */
};

/* What one thread needs. */
struct judge {
    const struct snapshot *snapshot;
    struct tallies *tallies;
    struct troubles *troubles;
    struct judge_counts counts;
    struct record record;
    struct policy policy;
};

/* For struct logscan: judges what the line says, if it says something of a mail. */
void judge_line(void *judge, const struct logline *line);

/* Adds the counts of a judge to those of another. */
void judge_counts_add(struct judge_counts *sum, const struct judge_counts *counts);

#endif
