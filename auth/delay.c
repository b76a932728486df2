/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusals take the same time, whatever they are for. */
#include "delay.h"

#include <stdlib.h>

/* How long the last refusal by a hash, and by a target, took: of each OU and of none
 * (""). Never freed: a name that comes back goes on with it. */
struct refusal {
    int64_t by_hash, by_target; /* milliseconds */
    char ou[];
};
static struct strmap refusals;

static struct refusal *last_refusal(const struct attempt *a)
{
    const struct ou *ou = a->policy.login_ou;
    struct span name = ou ? ou->folded_name : span_of("");
    struct refusal *refusal = strmap_find(&refusals, name);
    if (refusal)
        return refusal;
    refusal = calloc(1, sizeof *refusal + name.len);
    if (!refusal)
        abort();
    if (name.len)
        memcpy(refusal->ou, name.ptr, name.len);
    strmap_add(&refusals, (struct span){refusal->ou, name.len}, refusal);
    return refusal;
}

void delay_learn(const struct attempt *a)
{
    if (a->found.check != CHECK_WRONG)
        return;
    struct refusal *refusal = last_refusal(a);
    *(a->found.target ? &refusal->by_target : &refusal->by_hash) =
        attempt_now() - a->started;
}

int64_t delay_needed(const struct attempt *a)
{
    if (a->verdict.kind != VERDICT_REFUSE)
        return 0;
    const struct refusal *refusal = last_refusal(a);
    int64_t longer =
        refusal->by_hash > refusal->by_target ? refusal->by_hash : refusal->by_target;
    return a->started + longer - attempt_now();
}
