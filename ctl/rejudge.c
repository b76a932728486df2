/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges what was logged again, by a candidate configuration. */
#include "rejudge.h"

#include "txn.h"

/* What is being judged. */
struct matter {
    struct judge *judge;
    const struct record *record;
    const struct logline *line;
    struct txn txn;
};

/* --- changes --- */

static struct span login_of(const struct judge *j, const struct record *r)
{
    if (j->policy.authenticated && j->policy.login_valid)
        return address_text(&j->policy.login);
    return r->text[FIELD_LOGIN];
}

static bool is_of_header(struct span rule)
{
    for (enum rule_id id = RULE_BAD_HEADER_FROM; id <= RULE_DISPLAY_NAME; id++)
        if (span_equal(rule, span_of(rule_name(id))))
            return true;
    return false;
}

static struct span first_of(const struct record *r, enum record_field field)
{
    return r->list[field].count > 0 ? record_item(r, field, 0) : span_of("");
}

static void add_change(const struct matter *m, enum change change, struct span to,
                       struct span ou, struct span rule, const struct verdict *now)
{
    const struct record *r = m->record;
    struct span login = login_of(m->judge, r);
    struct span none = span_of("");
    bool header = is_of_header(rule);
    const struct span keys[DIMENSIONS] = {
        [BY_OU] = ou,
        [BY_RULE] = rule,
        [BY_LOGIN] = login,
        [BY_CLIENT] = r->text[FIELD_CLIENT],
    };
    const struct example example = {
        .file = m->line->file,
        .line = m->line->number,
        .now = *now,
        .texts = {
            [EXAMPLE_TIME] = r->text[FIELD_TIME],
            [EXAMPLE_SESSION] = r->text[FIELD_SESSION],
            [EXAMPLE_CLIENT] = r->text[FIELD_CLIENT],
            [EXAMPLE_LOGIN] = login,
            [EXAMPLE_FROM] = r->text[FIELD_FROM],
            [EXAMPLE_TO] = to,
            [EXAMPLE_HEADER_FROM] = header ? first_of(r, FIELD_HEADER_FROM) : none,
            [EXAMPLE_HEADER_SENDER] = header ? first_of(r, FIELD_HEADER_SENDER) : none,
            [EXAMPLE_VERDICT] = r->text[FIELD_VERDICT],
            [EXAMPLE_RULE] =
                r->text[record_is(r, FIELD_VERDICT, "pass") ? FIELD_WOULD : FIELD_RULE],
            [EXAMPLE_SOURCE] = r->text[FIELD_SOURCE],
        }};
    tally_add(m->judge->tallies, change, keys, &example);
}

static struct span ou_name(const struct verdict *v)
{
    return span_of(v->ou ? v->ou->name : "");
}

/* It passed then, and does not now. */
static void add_lost(const struct matter *m, struct span to, const struct verdict *now)
{
    enum change change = now->kind == VERDICT_DEFER ? CHANGE_DEFERRED : CHANGE_REFUSED;
    add_change(m, change, to, ou_name(now), span_of(rule_name(now->rule)), now);
}

/* --- what monitor mode holds back --- */

/* A transaction has the first rule that was held back, of its sender and all of its
 * recipients; so has held. What is refused now is no longer held back, but told of. */
static void compare_held(const struct matter *m, const struct verdict *held,
                         struct span to, bool lost)
{
    const struct record *r = m->record;
    bool then = !span_empty(r->text[FIELD_WOULD]);
    if (held->would != RULE_NONE && !then)
        add_change(m, CHANGE_HELD, to, ou_name(held), span_of(rule_name(held->would)),
                   held);
    else if (held->would == RULE_NONE && then && !lost)
        add_change(m, CHANGE_RELEASED, to, r->text[FIELD_OU], r->text[FIELD_WOULD],
                   held);
}

/* --- the end of a message --- */

static struct span first_recipient(const struct record *r)
{
    return first_of(r, FIELD_TO);
}

/* Fields are not in the log where nobody asked for them, nor where there were none. */
static bool headers_were_read(const struct record *r)
{
    return txn_has_message(r) || r->event == EVENT_REFUSAL ||
           record_is_message_rule(r, FIELD_WOULD);
}

/* Judges by its headers what was refused by them then, or passed. MAIL passes, and
 * j->policy is its. Returns whether it could be judged; the verdict is then in *now. */
static bool judge_message(struct matter *m, struct verdict *now)
{
    struct judge *j = m->judge;
    const struct record *r = m->record;
    static _Thread_local struct txn_message message;
    *now = (struct verdict){.kind = VERDICT_PASS, .reason = ""};
    if (!j->snapshot->judges_headers)
        return true;
    if (!headers_were_read(r) || r->number[FIELD_HEADERS_CUT] ||
        txn_message_from_record(r, &message)) {
        j->counts.not_again++;
        return false;
    }
    policy_message(&j->policy, &message.message, now, NULL);
    return true;
}

/* Of a message that passed. Returns whether it passes, as far as is known. */
static bool judge_accepted_message(struct matter *m, struct verdict *held)
{
    const struct record *r = m->record;
    struct verdict now;
    bool ended =
        record_is(r, FIELD_END, "message") || record_is(r, FIELD_END, "discard");
    if (!ended)
        return true;
    if (!judge_message(m, &now))
        return false;
    if (now.kind != VERDICT_PASS)
        add_lost(m, first_recipient(r), &now);
    else if (held->would == RULE_NONE && now.would != RULE_NONE)
        *held = now;
    return now.kind == VERDICT_PASS;
}

/* --- transactions --- */

/* A recipient that passed. held: of what came before it. Returns whether it passes. */
static bool judge_accepted(struct matter *m, struct span to, struct verdict *held,
                           struct span *held_to)
{
    struct judge *j = m->judge;
    struct verdict now;
    policy_rcpt(&j->policy, to, (struct span){NULL, 0}, &now, NULL);
    j->counts.recipients++;
    if (now.kind != VERDICT_PASS) {
        add_lost(m, to, &now);
        return false;
    }
    j->counts.unchanged++;
    if (held->would == RULE_NONE && now.would != RULE_NONE) {
        *held = now;
        *held_to = to;
    }
    return true;
}

static void judge_transaction(struct matter *m)
{
    struct judge *j = m->judge;
    const struct record *r = m->record;
    size_t listed = r->list[FIELD_TO].count;
    struct span held_to = first_recipient(r);
    struct verdict held;
    policy_mail(j->snapshot, &m->txn, &j->policy, &held, NULL);
    j->counts.mails++;
    if (held.kind != VERDICT_PASS) {
        add_lost(m, held_to, &held);
        return;
    }
    bool lost = false;
    for (size_t i = 0; i < listed; i++)
        lost |= !judge_accepted(m, record_item(r, FIELD_TO, i), &held, &held_to);
    if (r->number[FIELD_RECIPIENTS] > listed)
        j->counts.unlisted += r->number[FIELD_RECIPIENTS] - listed;
    lost |= !judge_accepted_message(m, &held);
    compare_held(m, &held, held_to, lost);
}

/* --- refusals --- */

static void compare_refusal(struct matter *m, const struct verdict *now)
{
    struct judge *j = m->judge;
    const struct record *r = m->record;
    if (now->kind == VERDICT_PASS)
        add_change(m, CHANGE_PASSED, first_recipient(r), r->text[FIELD_OU],
                   r->text[FIELD_RULE], now);
    else if (record_is(r, FIELD_RULE, rule_name(now->rule)))
        j->counts.unchanged++;
    else
        j->counts.other_rule++;
}

static void judge_refusal(struct matter *m)
{
    struct judge *j = m->judge;
    const struct record *r = m->record;
    enum record_stage stage = record_stage(r);
    struct verdict now;
    policy_mail(j->snapshot, &m->txn, &j->policy, &now, NULL);
    bool passed = now.kind == VERDICT_PASS;
    if (stage == STAGE_MESSAGE && passed && !judge_message(m, &now))
        return;
    if (stage == STAGE_RCPT) {
        j->counts.recipients++;
        if (passed)
            policy_rcpt(&j->policy, first_recipient(r), r->text[FIELD_RCPT_ADDR], &now,
                        NULL);
    } else {
        j->counts.mails++;
    }
    compare_refusal(m, &now);
}

/* --- lines --- */

static bool was_cut(const struct record *r)
{
    return record_is_cut(r, FIELD_LOGIN) || record_is_cut(r, FIELD_FROM) ||
           record_is_cut(r, FIELD_MAIL_ADDR) || record_is_cut(r, FIELD_RCPT_ADDR) ||
           (r->event == EVENT_REFUSAL && record_is_cut(r, FIELD_TO));
}

/* The one refusal by this rule that no setting decides: that was no name, perhaps since
 * it could not be decoded, which cannot be seen from what was logged. */
static bool had_no_name(const struct record *r)
{
    return record_is(r, FIELD_RULE, rule_name(RULE_AUTH_USERNAME)) &&
           record_is(r, FIELD_SOURCE, "default");
}

static void unreadable(struct judge *j, const struct logline *line, const char *fault)
{
    j->counts.unreadable++;
    trouble_add(j->troubles, line->file, line->number, fault);
}

static void judge_record(struct judge *j, const struct logline *line)
{
    struct matter m = {.judge = j, .record = &j->record, .line = line};
    const struct record *r = m.record;
    if (r->event != EVENT_REFUSAL && r->event != EVENT_TRANSACTION)
        return; /* what monitor mode held back is in the transaction, too */
    const char *fault = txn_from_record(r, &m.txn);
    if (fault) {
        unreadable(j, line, fault);
        return;
    }
    if (was_cut(r)) {
        j->counts.cut++;
        return;
    }
    m.txn.login_unreadable = had_no_name(r);
    if (r->event == EVENT_REFUSAL)
        judge_refusal(&m);
    else
        judge_transaction(&m);
}

void judge_line(void *context, const struct logline *line)
{
    struct judge *j = context;
    j->counts.lines++;
    switch (record_read(&j->record, line->text, line->len)) {
    case RECORD_READ:
        judge_record(j, line);
        break;
    case RECORD_FOREIGN:
        j->counts.foreign++;
        break;
    case RECORD_BROKEN:
        unreadable(j, line, j->record.fault);
        break;
    }
}

void judge_counts_add(struct judge_counts *sum, const struct judge_counts *c)
{
    sum->lines += c->lines;
    sum->foreign += c->foreign;
    sum->unreadable += c->unreadable;
    sum->mails += c->mails;
    sum->recipients += c->recipients;
    sum->unchanged += c->unchanged;
    sum->other_rule += c->other_rule;
    sum->not_again += c->not_again;
    sum->cut += c->cut;
    sum->unlisted += c->unlisted;
}
