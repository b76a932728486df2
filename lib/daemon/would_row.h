/* SPDX-License-Identifier: BSD-2-Clause */
/* One row of what monitor mode held back, and how it is reported. */
#ifndef GATEPOST_WOULD_ROW_H
#define GATEPOST_WOULD_ROW_H

#include <jansson.h>
#include <time.h>

#include "frequent.h"
#include "verdict.h"

/* Whose mode it is that decides about the rule. */
enum would_owner { WOULD_BY_OU, WOULD_BY_INTERFACE, WOULD_BY_LIMITS };
enum would_what { WOULD_MAILS, WOULD_RECIPIENTS, WOULD_LOGINS };

struct would_row {
    uint64_t hash;
    enum would_owner owner;
    const char *name; /* of the owner, as it was written first */
    enum rule_id rule;
    enum would_what what;
    uint64_t count;
    time_t first, last;
    struct frequent whom;
};

/* How many rows a report has at the most. */
enum { WOULD_REPORTED = 1000 };

struct would_place {
    unsigned index;
    uint64_t count;
};

/* For qsort(): the highest count first. */
int would_by_count(const void *a, const void *b);

/* "monitor", "enforce", or "gone" if there is no such OU. */
const char *would_ou_mode(const struct snapshot *snapshot, const char *name);

/* The row as an object; sorts its whom. */
json_t *would_row_report(struct would_row *row, const struct snapshot *snapshot);

/* What is in monitor mode: "whole" and "login_limits", whether; "interfaces" and
 * "ous", how many. */
json_t *would_modes_report(const struct snapshot *snapshot);

#endif
