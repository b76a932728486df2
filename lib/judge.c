/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop over the rules, and what a refusal does to a verdict. */
#include "judge.h"

static const struct ou *rule_ou(const struct policy *p, const struct rule *rule)
{
    switch (rule->owner) {
    case OWNER_SENDER_OU:
        return p->sender_ou;
    case OWNER_LOGIN_OU:
        return p->login_ou;
    case OWNER_MESSAGE_OU:
        return p->message_ou;
    case OWNER_INTERFACE:
    case OWNER_NOBODY:
        break;
    }
    return NULL;
}

bool judge_is_monitored(const struct policy *p, const struct rule *rule)
{
    const struct ou *ou = rule_ou(p, rule);
    if (p->snapshot->globals.mode == MODE_MONITOR || p->interface->mode == MODE_MONITOR)
        return true;
    return ou && ou->mode == MODE_MONITOR;
}

/* The reader of a refusal is whoever logged in, else who claims to be the sender: no
 * other tenant's words are for him. */
static const char *help_for(const struct policy *p)
{
    const struct ou *reader = p->authenticated ? p->login_ou : p->sender_ou;
    return reader && *reader->help ? reader->help : p->snapshot->globals.help;
}

void judge_start(const struct policy *p, struct verdict *v)
{
    *v = (struct verdict){.kind = VERDICT_PASS,
                          .interface = p->interface,
                          .ou = p->sender_ou,
                          .help = "",
                          .reason = "no rule refused"};
}

void judge_refuse(const struct policy *p, struct verdict *v, const struct rule *rule,
                  const struct finding *f)
{
    v->kind = f->temporary ? VERDICT_DEFER : VERDICT_REFUSE;
    v->rule = rule->id;
    v->source = f->source;
    v->reply = f->reply ? f->reply : &rule->reply;
    v->detail = f->detail;
    v->help = f->temporary ? "" : help_for(p);
    v->reason = f->reason;
}

void judge_rules(const struct policy *p, const struct rule *rules, struct verdict *v,
                 const struct trace *trace)
{
    for (const struct rule *rule = rules; rule->test; rule++) {
        struct finding f = {.reason = ""};
        enum outcome outcome = rule->test(p, &f);
        bool held = outcome == OUTCOME_REFUSE && rule->owner != OWNER_NOBODY &&
                    !f.firm && judge_is_monitored(p, rule);
        const struct ou *ou = rule_ou(p, rule);
        if (trace)
            trace->step(trace->context, &(struct step){rule->id, outcome, held, ou,
                                                       f.source, f.reason});
        if (held) {
            verdict_hold_back(v, rule->id, ou, f.source, f.reason);
        } else if (outcome == OUTCOME_REFUSE || outcome == OUTCOME_FAULT) {
            v->ou = ou ? ou : p->sender_ou;
            if (outcome == OUTCOME_REFUSE)
                judge_refuse(p, v, rule, &f);
            else
                verdict_fault(v, f.source, f.reason);
            return;
        }
    }
}
