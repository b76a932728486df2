/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy sections of a site, at each recipient. */
#include "policies.h"

#include "judge.h"

static const struct rule rule = {
    RULE_POLICY, OWNER_INTERFACE, NULL, {NULL, NULL, NULL}};

static enum match state_matches(const struct policy *p, const struct site_policy *s)
{
    if (s->authentication_state == STATE_ANY)
        return MATCH_YES;
    bool wanted = s->authentication_state == STATE_AUTHENTICATED;
    return wanted == p->authenticated ? MATCH_YES : MATCH_NO;
}

static enum match interface_matches(const struct policy *p, const struct site_policy *s)
{
    bool found = s->interfaces.count == 0 ||
                 strmap_find(&s->interface_set, p->interface->folded_name);
    return found ? MATCH_YES : MATCH_NO;
}

/* Whose mail is it: who logged in is known, who claims to be the sender is not. */
static const struct ou *ou_of_mail(const struct policy *p)
{
    return p->authenticated ? p->login_ou : p->sender_ou;
}

static enum match ou_matches(const struct policy *p, const struct site_policy *s)
{
    const struct ou *ou = ou_of_mail(p);
    bool found = s->ous.count == 0 || (ou && strmap_find(&s->ou_set, ou->folded_name));
    return found ? MATCH_YES : MATCH_NO;
}

static enum match client_matches(const struct policy *p, const struct site_policy *s)
{
    return s->clients ? client_list_match(s->clients, &p->client, p->host) : MATCH_YES;
}

static enum match sender_matches(const struct policy *p, const struct site_policy *s)
{
    struct span sender =
        p->sender.len ? address_text(&p->sender) : span_of(NAME_NULL_SENDER);
    return s->senders ? name_list_match(s->senders, sender) : MATCH_YES;
}

/* As it was typed, or as the MTA reads it: Sendmail passes `user%host@ours` on to host.
 * Such a one is accepted only if both are; and where its reading is not known, nobody
 * is let off. */
static enum match recipient_matches(const struct policy *p, const struct site_policy *s)
{
    const struct address *reading = &p->recipient_reading;
    bool routed = policy_routes_local_part(p, &p->recipient);
    if (!s->recipients)
        return MATCH_YES;
    enum match typed = name_list_match(s->recipients, address_text(&p->recipient));
    enum match read =
        reading->len ? name_list_match(s->recipients, address_text(reading)) : MATCH_NO;
    if (routed && s->action == ACTION_ACCEPT)
        return match_not(match_or(match_not(typed), match_not(read)));
    enum match match = match_or(typed, read);
    return match == MATCH_NO && routed && reading->len == 0 ? MATCH_YES : match;
}

/* All conditions must hold. */
static enum match policy_matches(const struct policy *p, const struct site_policy *s)
{
    static enum match (*const conditions[])(const struct policy *,
                                            const struct site_policy *) = {
        state_matches,  interface_matches, ou_matches,
        client_matches, sender_matches,    recipient_matches};
    enum match all = MATCH_YES;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        enum match one = conditions[i](p, s);
        if (one == MATCH_NO)
            return MATCH_NO;
        if (one == MATCH_UNKNOWN)
            all = MATCH_UNKNOWN;
    }
    return all;
}

/* What monitor mode holds back: all that would keep a mail from where it goes. */
static bool touches_delivery(const struct site_policy *s)
{
    return s->action != ACTION_ACCEPT && s->action != ACTION_ADD_HEADER &&
           s->action != ACTION_LOG;
}

static enum outcome outcome_of(const struct site_policy *s, enum match match)
{
    if (match != MATCH_YES)
        return match == MATCH_NO ? OUTCOME_UNCONCERNED : OUTCOME_FAULT;
    bool refuses = s->action == ACTION_REFUSE || s->action == ACTION_DEFER;
    return refuses ? OUTCOME_REFUSE : OUTCOME_PASS;
}

/* Returns whether later policies are looked at. */
static bool act(struct policy *p, const struct site_policy *s, struct verdict *v,
                const struct finding *f)
{
    struct handling *h = &p->handling;
    switch ((enum policy_action)s->action) {
    case ACTION_ACCEPT:
        return false;
    case ACTION_REFUSE:
    case ACTION_DEFER:
        judge_refuse(p, v, &rule, f);
        return false;
    case ACTION_DISCARD:
        h->discard = s;
        return false;
    case ACTION_REDIRECT:
        if (!h->redirect)
            h->redirect = s;
        return true;
    case ACTION_QUARANTINE:
    case ACTION_ADD_HEADER:
    case ACTION_LOG:
        h->marks[s->index / 64] |= UINT64_C(1) << (s->index % 64);
        return true;
    case ACTION_NONE:
        break;
    }
    return true;
}

void policies_apply(struct policy *p, struct verdict *v, const struct trace *trace)
{
    bool monitored = judge_is_monitored(p, &rule);
    for (const struct site_policy *s = p->snapshot->policies; s; s = s->next) {
        enum match match = policy_matches(p, s);
        struct finding f = {.source = {s->file, s->line},
                            .reason = s->phrase,
                            .reply = &s->reply,
                            .temporary = s->action == ACTION_DEFER};
        bool held = match == MATCH_YES && monitored && touches_delivery(s);
        if (match == MATCH_NO)
            f.reason = s->not_phrase;
        if (match == MATCH_UNKNOWN)
            f.reason = "a regex of the list hit its limit";
        if (trace)
            trace->step(trace->context,
                        &(struct step){RULE_POLICY, outcome_of(s, match), held, NULL,
                                       f.source, f.reason});
        if (match == MATCH_UNKNOWN) {
            verdict_fault(v, f.source, f.reason);
            return;
        }
        if (held)
            verdict_hold_back(v, RULE_POLICY, NULL, f.source, f.reason);
        else if (match == MATCH_YES && !act(p, s, v, &f))
            return;
    }
}
