/* SPDX-License-Identifier: BSD-2-Clause */
/* What the policies did that the log names. It has no more than their names: what they
 * are for is asked of the configuration, if one was given. */
#include <stdio.h>

#include "track.h"

static const char *const actions[] = {
    [ACTION_NONE] = "",
    [ACTION_ACCEPT] = "accept",
    [ACTION_REFUSE] = "refuse",
    [ACTION_DEFER] = "defer",
    [ACTION_DISCARD] = "discard",
    [ACTION_QUARANTINE] = "quarantine",
    [ACTION_ADD_HEADER] = "add_header",
    [ACTION_REDIRECT] = "redirect",
    [ACTION_LOG] = "log",
};

static const struct site_policy *find(const struct snapshot *s, struct span name)
{
    const struct site_policy *p = s ? s->policies : NULL;
    while (p && !span_equal(span_of(p->name), name))
        p = p->next;
    return p;
}

/* A set of bits by action; ACTION_NONE of those that nothing is known of. */
static unsigned actions_of(const struct record *r, const struct snapshot *s)
{
    unsigned done = 0;
    for (size_t i = 0; i < r->list[FIELD_POLICIES].count; i++) {
        const struct site_policy *p = find(s, record_item(r, FIELD_POLICIES, i));
        done |= 1U << (p ? p->action : ACTION_NONE);
    }
    return done;
}

const char *track_policy_words(const struct record *r, const struct snapshot *s)
{
    unsigned done = actions_of(r, s);
    bool held = done & 1U << ACTION_QUARANTINE, sent = done & 1U << ACTION_REDIRECT;
    if (record_is(r, FIELD_END, "discard"))
        return "mail discarded by a policy";
    if (!record_is(r, FIELD_END, "message") || done == 0)
        return NULL;
    if (held && sent)
        return "mail redirected and put on hold by policies";
    if (held)
        return "mail put on hold by a policy";
    if (sent)
        return r->number[FIELD_RECIPIENTS] > 1
                   ? "mail passed, redirected for some or all by a policy"
                   : "mail redirected by a policy";
    if (done & 1U << ACTION_DISCARD)
        return "mail passed, discarded for some by a policy";
    return done & 1U << ACTION_NONE ? "mail passed, and policies acted on it" : NULL;
}

struct span track_policy_text(const struct snapshot *s, struct span name,
                              char out[POLICY_TEXT])
{
    const struct site_policy *p = find(s, name);
    if (!p)
        return name;
    int len = snprintf(out, POLICY_TEXT, "%s: %s%s%s", p->name, actions[p->action],
                       *p->value ? " " : "", p->value);
    return (struct span){out, len < POLICY_TEXT ? (size_t)len : POLICY_TEXT - 1};
}
