/* SPDX-License-Identifier: BSD-2-Clause */
/* The one evaluator: who may send as whom. */
#include "policy.h"

#include "ascii.h"
#include "budget.h"
#include "judge.h"
#include "login.h"
#include "policies.h"

/* --- which interface --- */

static bool word_matches(const struct word_list *list, struct span word)
{
    for (size_t i = 0; i < list->count; i++) {
        struct span entry = span_of(list->words[i]);
        if (entry.len != word.len)
            continue;
        size_t n = 0;
        while (n < word.len && ascii_fold(word.ptr[n]) == entry.ptr[n])
            n++;
        if (n == word.len)
            return true;
    }
    return false;
}

static bool port_matches(const struct interface *i, unsigned port)
{
    for (size_t n = 0; n < i->ports.count; n++)
        if (i->port_numbers[n] == port)
            return true;
    return false;
}

static enum match interface_matches(const struct interface *i, const struct txn *txn,
                                    const struct policy *p)
{
    bool port_known = !(txn->unknown & TXN_NO_PORT);
    if (i->daemon_names.count && !word_matches(&i->daemon_names, txn->daemon_name))
        return MATCH_NO;
    if (i->ports.count && port_known && !port_matches(i, txn->port))
        return MATCH_NO;
    if (i->ports.count && !port_known && !i->daemon_names.count)
        return MATCH_NO;
    if (!i->clients)
        return MATCH_YES;
    return client_list_match(i->clients, &p->client, p->host);
}

/* The first interface that matches; NULL, with a reason, when that cannot be told. */
static const struct interface *choose_interface(const struct txn *txn,
                                                const struct policy *p,
                                                const char **reason)
{
    bool nameless = span_empty(txn->daemon_name) && txn->port == 0;
    for (const struct interface *i = p->snapshot->interfaces; i; i = i->next) {
        if (nameless && (i->daemon_names.count || i->ports.count)) {
            *reason = txn->unknown & TXN_NO_PORT
                          ? "there was no service name to choose the interface by"
                          : "the MTA sent neither {daemon_name} nor {daemon_port} to "
                            "choose by";
            return NULL;
        }
        enum match match = interface_matches(i, txn, p);
        if (match == MATCH_YES)
            return i;
        if (match == MATCH_UNKNOWN) {
            *reason = "a regex in the clients of an interface hit its limit";
            return NULL;
        }
    }
    return &p->snapshot->fallback;
}

/* --- who and from whom --- */

/* The MTA's own reading of an address; len 0 where it shows none. */
static bool parse_reading(struct span text, struct address *reading)
{
    reading->len = reading->local_len = 0;
    return span_empty(text) || address_parse(text, reading);
}

/* What the MTA makes of an address must be what we make of it. To one without a domain
 * it may add its own; any other domain in its reading was hidden in our local part
 * (`user%host`). */
static bool reading_agrees(const struct address *ours, const struct address *theirs)
{
    if (!address_has_domain(theirs))
        return true;
    if (address_has_domain(ours))
        return span_equal(address_domain(ours), address_domain(theirs));
    return span_equal(address_text(ours),
                      span_cut(address_text(theirs), 0, theirs->local_len));
}

const struct ou *policy_owner(const struct policy *p, const struct address *a)
{
    struct span domain = address_domain(a);
    return domain.ptr ? snapshot_domain_owner(p->snapshot, domain) : NULL;
}

/* Sendmail follows CNAMEs: its reading may differ, but not so that the mail is then
 * from somebody's domain that we did not judge it by. */
static bool reading_takes_domain(const struct policy *p, const struct address *theirs)
{
    const struct ou *owner = policy_owner(p, theirs);
    return owner && owner != policy_owner(p, &p->sender);
}

bool policy_routes_local_part(const struct policy *p, const struct address *a)
{
    if (p->mta != MTA_SENDMAIL && p->mta != MTA_UNKNOWN)
        return false;
    for (size_t i = 0; i < a->local_len; i++)
        if (strchr("%!@", a->text[i]))
            return true;
    return false;
}

/* Without a domain, such a local part has one all the same. */
static bool hides_domain(const struct policy *p, const struct address *a)
{
    return !address_has_domain(a) && policy_routes_local_part(p, a);
}

static bool sender_is_valid(struct policy *p, const struct txn *txn)
{
    struct address theirs;
    if (!address_parse(txn->from, &p->sender) || hides_domain(p, &p->sender))
        return false;
    bool readable = parse_reading(txn->mail_addr, &theirs);
    if (p->mta == MTA_SENDMAIL)
        return !readable || !reading_takes_domain(p, &theirs);
    if (!readable || !reading_agrees(&p->sender, &theirs))
        return false;
    if (!address_has_domain(&p->sender) && address_has_domain(&theirs))
        p->sender = theirs; /* that is whom the mail will be from */
    return true;
}

/* Sendmail shows where an alias leads, so that its reading may well differ. */
static bool recipient_is_valid(struct policy *p, struct span to, struct span rcpt_addr)
{
    struct address *theirs = &p->recipient_reading;
    if (!address_parse(to, &p->recipient) || p->recipient.len == 0 ||
        hides_domain(p, &p->recipient))
        return false;
    bool readable = parse_reading(rcpt_addr, theirs);
    if (p->mta != MTA_SENDMAIL)
        return readable && reading_agrees(&p->recipient, theirs);
    if (!readable)
        theirs->len = theirs->local_len = 0;
    return true;
}

static void read_login(struct policy *p, const struct txn *txn)
{
    p->user = NULL;
    p->login_ou = p->login_domain = NULL;
    p->login_valid = p->login_completed = false;
    p->authenticated =
        txn->login_unreadable || !span_empty(txn->login) || txn->unknown & TXN_NO_LOGIN;
    if (!p->authenticated || txn->login_unreadable || !p->interface)
        return;
    p->login_valid = login_canonical(p->snapshot, p->interface, txn->login, &p->login,
                                     &p->login_completed);
    if (!p->login_valid)
        return;
    p->user = snapshot_user(p->snapshot, address_text(&p->login));
    struct span domain = address_domain(&p->login);
    if (domain.ptr)
        p->login_domain = snapshot_domain_owner(p->snapshot, domain);
    p->login_ou = p->user ? p->user->ou : p->login_domain;
}

static void read_sender(struct policy *p, const struct txn *txn)
{
    p->sender_valid = sender_is_valid(p, txn);
    p->sender_ou = p->sender_valid ? policy_owner(p, &p->sender) : NULL;
}

static void read_client(struct policy *p, const struct txn *txn)
{
    p->client = txn->client;
    p->host = (struct span){p->host_text, 0};
    if (!span_empty(txn->client_name))
        p->host.len = domain_canonical(txn->client_name, p->host_text);
}

/* --- what is asked --- */

enum mta policy_mta(const struct snapshot *snapshot, enum mta said)
{
    return snapshot->globals.mta == MTA_AUTO ? said : (enum mta)snapshot->globals.mta;
}

/* All that is known before the sender is. Returns why no interface could be chosen. */
static const char *read_session(const struct snapshot *snapshot, const struct txn *txn,
                                struct policy *p)
{
    const char *reason = "";
    p->snapshot = snapshot;
    p->tls = txn->tls;
    p->unknown = txn->unknown;
    p->mta = policy_mta(snapshot, txn->mta);
    p->accepted = false;
    p->message_ou = NULL;
    p->authorship = NULL;
    read_client(p, txn);
    p->interface = choose_interface(txn, p, &reason);
    read_login(p, txn);
    return reason;
}

static void judge_login(const struct policy *p, const char *reason, struct verdict *v,
                        const struct trace *trace)
{
    static const struct source nowhere = {NULL, 0};
    judge_start(p, v);
    if (p->interface)
        judge_rules(p, rules_login, v, trace);
    else
        verdict_fault(v, nowhere, reason);
}

void policy_login(const struct snapshot *snapshot, const struct txn *txn,
                  struct policy *p, struct verdict *v, const struct trace *trace)
{
    budget_start();
    const char *reason = read_session(snapshot, txn, p);
    p->sender_valid = false;
    p->sender_ou = NULL;
    judge_login(p, reason, v, trace);
    budget_end();
    if (!v->ou)
        v->ou = p->login_ou;
}

void policy_mail(const struct snapshot *snapshot, const struct txn *txn,
                 struct policy *p, struct verdict *v, const struct trace *trace)
{
    budget_start();
    const char *reason = read_session(snapshot, txn, p);
    read_sender(p, txn);
    judge_login(p, reason, v, trace);
    if (v->kind == VERDICT_PASS)
        judge_rules(p, rules_mail, v, trace);
    budget_end();
    p->accepted = v->kind == VERDICT_PASS;
}

void policy_rcpt(struct policy *p, struct span to, struct span rcpt_addr,
                 struct verdict *v, const struct trace *trace)
{
    static const struct source nowhere = {NULL, 0};
    judge_start(p, v);
    if (!p->accepted) {
        verdict_fault(v, nowhere, "a recipient without an accepted sender");
        return;
    }
    p->handling = (struct handling){0};
    p->recipient_valid = recipient_is_valid(p, to, rcpt_addr);
    budget_start();
    judge_rules(p, rules_rcpt, v, trace);
    if (v->kind == VERDICT_PASS)
        policies_apply(p, v, trace);
    budget_end();
}
