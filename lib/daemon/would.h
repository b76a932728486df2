/* SPDX-License-Identifier: BSD-2-Clause */
/* What monitor mode held back: by OU or interface, and rule, with for whom. It outlives
 * configurations, as counters do. */
#ifndef GATEPOST_WOULD_H
#define GATEPOST_WOULD_H

#include <jansson.h>

#include "counters.h"

/* Counts what passed, and would not have but for monitor mode; all else costs nothing.
 * Takes a lock for a few instructions; no I/O and no allocation is ever done under it.
 * tallies is what counters_attach() gave for the policy's snapshot. From any thread. */
void would_count(const struct verdict *verdict, const struct policy *policy,
                 struct tally *const *tallies);

/* What was counted, as an object with the keys mode, monitor, would, left_out and
 * untold; of one OU only, if ou is not NULL: mode is its mode then. snapshot: the one
 * in force, for the modes. */
json_t *would_report(const struct snapshot *snapshot, const char *ou);

#endif
