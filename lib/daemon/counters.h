/* SPDX-License-Identifier: BSD-2-Clause */
/* How often what was decided. Counters outlive configurations. */
#ifndef GATEPOST_COUNTERS_H
#define GATEPOST_COUNTERS_H

#include <jansson.h>
#include <stdatomic.h>

#include "policy.h"

/* Of one OU, by its name. Never freed: a name that comes back goes on counting. */
struct tally {
    const char *name, *key; /* as written, and folded */
    atomic_ulong pass, refuse, defer, would;
};

/* The tallies of a snapshot's OUs, in the order of their index. The caller frees the
 * array, not the tallies. Only one thread may call this. */
struct tally **counters_attach(const struct snapshot *snapshot);

/* Neither blocks. What monitor mode held back at MAIL is counted alone: the verdicts
 * of a mail that passes are those on its recipients. policy is what the verdict was
 * made with, for would_count(); tallies is what counters_attach() gave for its
 * snapshot. */
void counters_count_would(const struct verdict *verdict, const struct policy *policy,
                          struct tally *const *tallies);
void counters_count(const struct verdict *verdict, const struct policy *policy,
                    struct tally *const *tallies);

/* Adds the keys verdicts, rules, would and ous (those that have counted). To be
 * called by the thread that calls counters_attach(). */
void counters_report(json_t *object);

#endif
