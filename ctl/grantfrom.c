/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may show an address in From, where an OU asks: asked of the evaluator, too. */
#include "grants.h"

/* A refusal that a Sender could undo is less than one that nothing can. */
static void note_step(void *context, const struct step *step)
{
    struct judgement *j = context;
    bool refused = step->outcome == OUTCOME_REFUSE || step->outcome == OUTCOME_FAULT;
    if (step->rule != RULE_HEADER_FROM && step->rule != RULE_BAD_HEADER_FROM)
        return;
    if (step->outcome == OUTCOME_UNCONCERNED || j->from == FROM_NO)
        return;
    if (!refused && j->from != FROM_UNASKED)
        return;
    bool sender = step->ou && step->ou->match_header_from == HEADER_FROM_OR_SENDER;
    j->from = !refused ? FROM_YES : sender ? FROM_WITH_SENDER : FROM_NO;
    j->from_source =
        step->ou ? ou_source(step->ou, OU_MATCH_HEADER_FROM) : step->source;
}

void senders_judge_from(struct senders *senders, struct span login, struct span sender,
                        struct judgement *j)
{
    const struct trace trace = {note_step, j};
    const struct txn txn = {.login = login,
                            .from = j->able ? sender : span_of("<>"),
                            .unknown = TXN_NO_CLIENT | TXN_NO_TLS};
    const struct originator_field field = {ORIGINATOR_FROM, sender};
    const struct message message = {.fields = &field, .count = 1};
    struct policy policy;
    struct verdict verdict;
    if (!senders->snapshot.judges_headers)
        return;
    policy_mail(&senders->snapshot, &txn, &policy, &verdict, NULL);
    if (verdict.kind == VERDICT_PASS)
        policy_message(&policy, &message, &verdict, &trace);
}

void judgement_grant_from(struct judgement *j, const char *granted,
                          struct source source)
{
    if (j->from != FROM_YES)
        return;
    j->from_why = granted;
    j->from_source = source;
}

void judgement_from_of_class(struct judgement *j, const struct ou *ou, bool owned)
{
    static const enum in_from words[] = {[HEADER_NO] = FROM_UNASKED,
                                         [HEADER_FROM] = FROM_NO,
                                         [HEADER_FROM_OR_SENDER] = FROM_WITH_SENDER};
    j->from = words[ou->match_header_from];
    if (owned && j->from != FROM_UNASKED)
        j->from = FROM_YES;
    j->from_source = ou_source(ou, OU_MATCH_HEADER_FROM);
}

const char *from_word(enum in_from from)
{
    static const char *const words[] = {[FROM_UNASKED] = "",
                                        [FROM_YES] = "pass",
                                        [FROM_NO] = "refuse",
                                        [FROM_WITH_SENDER] = "sender"};
    return words[from];
}
