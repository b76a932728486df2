/* SPDX-License-Identifier: BSD-2-Clause */
/* How a transaction ends. */
#include "ending.h"

#include "journal.h"
#include "macros.h"
#include "reply.h"

static void read_queue_id(SMFICTX *ctx, struct transaction *t)
{
    const char *queue_id = macro_get(ctx, "i");
    if (queue_id)
        short_text_set(&t->queue_id, queue_id);
}

void ending_transaction(SMFICTX *ctx, struct session *s, const char *end)
{
    struct transaction *t = &s->transaction;
    if (!t->open)
        return;
    read_queue_id(ctx, t);
    journal_transaction(s, end);
    transaction_end(t);
}

/* Judges the whole message. */
static void judge_message(struct session *s, struct verdict *v)
{
    static const struct message empty = {0};
    static const struct source nowhere = {NULL, 0};
    struct transaction *t = &s->transaction;
    policy_message(&t->policy, t->headers ? headers_message(t->headers) : &empty, v,
                   NULL);
    if (t->lost_headers)
        verdict_fault(v, nowhere, "out of memory");
    transaction_keep_would(t, v);
    if (v->kind != VERDICT_PASS)
        counters_count(v, &t->policy, t->edition->tallies);
    else
        counters_count_would(v, &t->policy, t->edition->tallies);
}

/* What is changed about a message that passed. Makes v a fault where the MTA will not
 * have it. */
static sfsistat edit_message(SMFICTX *ctx, struct session *s, struct verdict *v)
{
    struct transaction *t = &s->transaction;
    const struct snapshot *snapshot = t->edition->snapshot;
    bool discard = false;
    if (!snapshot->edits_messages)
        return SMFIS_CONTINUE;
    if (!edits_apply(ctx, &t->edits, &t->policy, t->headers, t->accepted.count,
                     &discard)) {
        verdict_fault(
            v, (struct source){NULL, 0},
            "the MTA did not take a change of the message, or there were too many");
        counters_count(v, &t->policy, t->edition->tallies);
    }
    return discard ? SMFIS_DISCARD : SMFIS_CONTINUE;
}

/* Behind smtpd_proxy_filter a message goes by the queue, and then Postfix shows it to
 * no filter: it has no queue id at DATA. */
static bool is_out_of_sight(SMFICTX *ctx, const struct session *s)
{
    const struct snapshot *snapshot = s->transaction.edition->snapshot;
    return (snapshot->needs_headers || snapshot->edits_messages) && !s->cannot_ask &&
           policy_mta(snapshot, s->mta) == MTA_POSTFIX && !macro_get(ctx, "i");
}

sfsistat ending_data(SMFICTX *ctx, struct session *s)
{
    struct transaction *t = &s->transaction;
    struct verdict verdict = {.kind = VERDICT_PASS, .reason = ""};
    if (!is_out_of_sight(ctx, s))
        return SMFIS_CONTINUE;
    verdict_fault(&verdict, (struct source){NULL, 0},
                  "messages are to be looked at, and smtpd_proxy_filter hides them");
    counters_count(&verdict, &t->policy, t->edition->tallies);
    journal_message(s, &verdict);
    transaction_end(t);
    return reply_verdict(ctx, &verdict);
}

sfsistat ending_message(SMFICTX *ctx, struct session *s)
{
    struct transaction *t = &s->transaction;
    struct verdict verdict = {.kind = VERDICT_PASS, .reason = ""};
    sfsistat status = SMFIS_CONTINUE;
    read_queue_id(ctx, t);
    if (t->edition->snapshot->needs_headers)
        judge_message(s, &verdict);
    if (verdict.kind == VERDICT_PASS)
        status = edit_message(ctx, s, &verdict);
    if (verdict.kind != VERDICT_PASS || verdict.would != RULE_NONE)
        journal_message(s, &verdict);
    if (verdict.kind == VERDICT_PASS) {
        ending_transaction(ctx, s, status == SMFIS_DISCARD ? "discard" : "message");
        return status;
    }
    status = reply_verdict(ctx, &verdict);
    transaction_end(t);
    return status;
}
