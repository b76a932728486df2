/* SPDX-License-Identifier: BSD-2-Clause */
/* What libmilter calls: translates a command into a transaction, has lib/ judge it,
 * and turns the verdict into a reply. Decides nothing. */
#include "callbacks.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "ending.h"
#include "journal.h"
#include "logger.h"
#include "login.h"
#include "macros.h"
#include "reply.h"
#include "session.h"

static struct session *session_of(SMFICTX *ctx)
{
    struct session *s = smfi_getpriv(ctx);
    if (s)
        return s;
    s = session_new();
    if (s && smfi_setpriv(ctx, s) != MI_SUCCESS)
        session_free(&s);
    return s;
}

/* What the configuration in force wants of messages. */
static void ask_for_messages(struct session *s, unsigned long actions)
{
    struct edition *edition = runtime_pin();
    s->has_headers = edition->snapshot->needs_headers;
    s->edits_offered = (actions & EDITS_ACTIONS) == EDITS_ACTIONS;
    s->can_edit = s->edits_offered && edition->snapshot->edits_messages;
    runtime_unpin(&edition);
}

/* Body and the rest are of no use here, and connect, helo and headers need no answer:
 * each of these that the MTA grants saves a round trip. Where messages are looked at,
 * DATA is asked for; and libmilter takes no end of a message behind DATA where there
 * was neither a header nor the end of one. */
static unsigned long wanted_steps(const struct session *s)
{
    const unsigned long steps =
        SMFIP_NOBODY | SMFIP_NOUNKNOWN | SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_HDR;
    const unsigned long headers = s->has_headers ? 0 : SMFIP_NOHDRS;
    bool looks = s->has_headers || s->can_edit;
    return steps | headers | (looks ? SMFIP_NR_EOH : SMFIP_NODATA | SMFIP_NOEOH);
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
                             unsigned long f2, unsigned long f3,
                             unsigned long *our_actions, unsigned long *our_steps,
                             unsigned long *our_f2, unsigned long *our_f3)
{
    (void)f2;
    (void)f3;
    struct session *s = session_of(ctx);
    if (!s)
        return SMFIS_TEMPFAIL;
    ask_for_messages(s, actions);
    *our_actions = actions & (SMFIF_SETSYMLIST | (s->can_edit ? EDITS_ACTIONS : 0));
    *our_steps = steps & wanted_steps(s);
    *our_f2 = *our_f3 = 0;
    s->header_answer = *our_steps & SMFIP_NR_HDR ? SMFIS_NOREPLY : SMFIS_CONTINUE;
    s->eoh_answer = *our_steps & SMFIP_NR_EOH ? SMFIS_NOREPLY : SMFIS_CONTINUE;
    s->cannot_ask = !(actions & SMFIF_SETSYMLIST);
    if (!s->cannot_ask)
        macros_request(ctx);
    return SMFIS_CONTINUE;
}

/* An address that cannot be read leaves port 0: not known. */
static unsigned read_port(const char *text)
{
    char *end;
    unsigned long port = text ? strtoul(text, &end, 10) : 0;
    return text && *end == '\0' && port <= 65535 ? (unsigned)port : 0;
}

static sfsistat on_connect(SMFICTX *ctx, char *hostname, _SOCK_ADDR *address)
{
    const struct sockaddr *sa = (const struct sockaddr *)address;
    struct session *s = session_of(ctx);
    macro_forget(ctx, "{auth_authen}");
    if (!s)
        return SMFIS_NOREPLY;
    s->client = ipaddr_from_sockaddr(sa);
    s->local_client = sa && sa->sa_family == AF_UNIX;
    const char *resolve = macro_get(ctx, "{client_resolve}");
    const char *name = macro_get(ctx, "{client_name}");
    s->name_verified = resolve && strcmp(resolve, "OK") == 0;
    short_text_set(&s->client_name, name ? name : hostname);
    short_text_set(&s->daemon_name, macro_get(ctx, "{daemon_name}"));
    s->port = read_port(macro_get(ctx, "{daemon_port}"));
    s->mta = macros_mta(ctx);
    if (logger_wants(LOG_LEVEL_DEBUG)) {
        char client[IPADDR_TEXT];
        ipaddr_format(&s->client, client);
        logger_message(LOG_LEVEL_DEBUG, "session %s: client %s", s->id, client);
    }
    return SMFIS_NOREPLY;
}

static sfsistat on_helo(SMFICTX *ctx, char *helo)
{
    struct session *s = session_of(ctx);
    macro_forget(ctx, "{auth_authen}");
    if (!s)
        return SMFIS_NOREPLY;
    short_text_set(&s->helo, helo);
    short_text_set(&s->tls_version, macro_get(ctx, "{tls_version}"));
    macro_forget(ctx, "{tls_version}");
    return SMFIS_NOREPLY;
}

/* {auth_authen} as it was meant. Sendmail encodes it, Postfix does not; where we do
 * not know which it is, a name that would differ is a fault. */
static const char *read_login(const struct session *s, struct transaction *t,
                              struct txn *txn, const char *value)
{
    struct span raw = span_of(value);
    enum mta mta = policy_mta(t->edition->snapshot, s->mta);
    if (span_empty(raw))
        return NULL;
    long_text_set(&t->login, raw);
    if (raw.len > sizeof t->login.bytes ||
        (mta == MTA_SENDMAIL &&
         !login_decode_xtext(raw, t->login.bytes, &t->login.len))) {
        txn->login_unreadable = true;
        return NULL;
    }
    txn->login = long_text_span(&t->login);
    if (mta == MTA_UNKNOWN && login_has_xtext(raw))
        return "the login may be encoded, and the MTA sent no macro v to tell: set mta";
    return NULL;
}

/* An interface that needs logins, and none can ever reach us: everybody is refused,
 * and only the log can say why. */
static void warn_of_missing_login(struct session *s, SMFICTX *ctx, const char *login)
{
    struct transaction *t = &s->transaction;
    const struct interface *i = t->policy.interface;
    bool lost = !login && macro_get(ctx, "{auth_type}");
    if (login || !i || !i->require_authentication || !(lost || s->cannot_ask))
        return;
    if (atomic_exchange(&t->edition->warned, true))
        return;
    logger_message(
        LOG_LEVEL_WARNING,
        "interface \"%s\" requires authentication, but the MTA does not send "
        "{auth_authen} %s: add it to milter_mail_macros (Postfix) or "
        "confMILTER_MACROS_ENVFROM (Sendmail)",
        i->name,
        lost ? "beside {auth_type}" : "and cannot be asked for it (old protocol)");
}

/* Puts together what is known at MAIL. Returns NULL, or why it cannot be judged. */
static const char *read_mail(SMFICTX *ctx, const struct session *s,
                             struct transaction *t, struct txn *txn)
{
    enum mta mta = policy_mta(t->edition->snapshot, s->mta);
    short_text_set(&t->mechanism, macro_get(ctx, "{auth_type}"));
    short_text_set(&t->queue_id, macro_get(ctx, "i"));
    short_text_set(&t->tls_version, macro_get(ctx, "{tls_version}"));
    if (t->tls_version.len == 0)
        t->tls_version = s->tls_version;
    long_text_set(&t->from, txn->from);
    txn->client = s->client;
    if (s->name_verified)
        txn->client_name = short_text_span(&s->client_name);
    txn->daemon_name = short_text_span(&s->daemon_name);
    txn->port = s->port;
    txn->tls = t->tls = t->tls_version.len > 0;
    txn->mta = mta;
    txn->mail_addr = span_of(macro_get(ctx, "{mail_addr}"));
    const char *trouble = read_login(s, t, txn, macro_get(ctx, "{auth_authen}"));
    if (!trouble && t->edition->snapshot->needs_headers && !s->has_headers)
        return "headers are needed, and were not when this connection began";
    if (!trouble && t->edition->snapshot->edits_messages && !s->can_edit)
        return s->edits_offered
                   ? "messages are to be changed, but not when this connection began"
                   : "messages are to be changed, and the MTA lets no filter do that";
    return trouble;
}

/* Logs and counts what was decided about MAIL, answers it, and ends what did not pass:
 * last of all, since the verdict points into the snapshot. */
static sfsistat settle_mail(SMFICTX *ctx, struct session *s, const struct verdict *v)
{
    static const struct span nobody = {NULL, 0};
    struct transaction *t = &s->transaction;
    t->open = v->kind == VERDICT_PASS;
    transaction_keep_would(t, v);
    if (!t->open || v->would != RULE_NONE)
        journal_verdict(s, nobody, nobody, v);
    if (t->open)
        counters_count_would(v, &t->policy, t->edition->tallies);
    else
        counters_count(v, &t->policy, t->edition->tallies);
    sfsistat status = reply_verdict(ctx, v);
    if (!t->open)
        transaction_end(t);
    return status;
}

static void forget_mail_macros(SMFICTX *ctx)
{
    static const char *const names[] = {"{auth_authen}", "{auth_type}", "{mail_addr}",
                                        "{tls_version}", NULL};
    for (const char *const *name = names; *name; name++)
        macro_forget(ctx, *name);
}

/* To a sender without a domain, the MTA adds one; who reads the log has to know it. */
static bool has_at(struct span address)
{
    return span_rfind(address, '@') < address.len;
}

static sfsistat on_envfrom(SMFICTX *ctx, char **argv)
{
    struct session *s = session_of(ctx);
    if (!s)
        return SMFIS_TEMPFAIL;
    struct transaction *t = &s->transaction;
    if (t->open) {
        journal_transaction(s, "abort");
        transaction_end(t);
    }
    transaction_start(t);
    struct txn txn = {.from = span_of(argv[0])};
    struct verdict verdict;
    const char *trouble = read_mail(ctx, s, t, &txn);
    policy_mail(t->edition->snapshot, &txn, &t->policy, &verdict, NULL);
    if (trouble)
        verdict_fault(&verdict, (struct source){NULL, 0}, trouble);
    if (verdict.rule == RULE_BAD_SENDER || !has_at(txn.from))
        long_text_set(&t->mail_addr, txn.mail_addr);
    warn_of_missing_login(s, ctx, macro_get(ctx, "{auth_authen}"));
    forget_mail_macros(ctx);
    return settle_mail(ctx, s, &verdict);
}

/* The MTA should not have let it come to this. */
static sfsistat defer_stray(SMFICTX *ctx, const char *what)
{
    struct verdict verdict = {0};
    verdict_fault(&verdict, (struct source){NULL, 0}, what);
    logger_message(LOG_LEVEL_WARNING, "the MTA sent %s", what);
    return reply_verdict(ctx, &verdict);
}

static sfsistat on_envrcpt(SMFICTX *ctx, char **argv)
{
    struct session *s = session_of(ctx);
    if (!s || !s->transaction.open)
        return defer_stray(ctx, "RCPT without an accepted MAIL");
    struct transaction *t = &s->transaction;
    struct span to = span_of(argv[0]), reading = span_of(macro_get(ctx, "{rcpt_addr}"));
    const char *queue_id = macro_get(ctx, "i");
    if (queue_id)
        short_text_set(&t->queue_id, queue_id);

    struct verdict verdict;
    policy_rcpt(&t->policy, to, reading, &verdict, NULL);
    counters_count(&verdict, &t->policy, t->edition->tallies);
    transaction_keep_would(t, &verdict);
    if (verdict.kind == VERDICT_PASS && !edits_keep(&t->edits, &t->policy.handling, to))
        verdict_fault(&verdict, (struct source){NULL, 0}, "out of memory");
    if (verdict.kind == VERDICT_PASS)
        recipients_add(&t->accepted, to);
    if (verdict.rule != RULE_BAD_RECIPIENT &&
        verdict.rule != RULE_INBOUND_DOMAIN_AUTH && verdict.rule != RULE_POLICY &&
        verdict.would != RULE_POLICY)
        reading.len = 0;
    if (verdict.kind != VERDICT_PASS || verdict.would != RULE_NONE)
        journal_verdict(s, to, reading, &verdict);
    macro_forget(ctx, "{rcpt_addr}");
    return reply_verdict(ctx, &verdict);
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
    struct session *s = session_of(ctx);
    if (!s)
        return SMFIS_TEMPFAIL;
    struct transaction *t = &s->transaction;
    if (!t->open || !t->edition->snapshot->needs_headers)
        return s->header_answer;
    if (!t->headers)
        t->headers = headers_new();
    if (!t->headers || !headers_add(t->headers, t->edition->snapshot, name, value))
        t->lost_headers = true;
    return s->header_answer;
}

static sfsistat on_data(SMFICTX *ctx)
{
    struct session *s = session_of(ctx);
    if (!s || !s->transaction.open)
        return defer_stray(ctx, "DATA without an accepted MAIL");
    return ending_data(ctx, s);
}

static sfsistat on_eoh(SMFICTX *ctx)
{
    struct session *s = session_of(ctx);
    return s ? s->eoh_answer : SMFIS_TEMPFAIL;
}

static sfsistat on_eom(SMFICTX *ctx)
{
    struct session *s = session_of(ctx);
    if (!s || !s->transaction.open)
        return defer_stray(ctx, "the end of a message without an accepted MAIL");
    if (s->transaction.accepted.count == 0) {
        ending_transaction(ctx, s, "abort");
        return defer_stray(ctx, "a message without an accepted RCPT");
    }
    return ending_message(ctx, s);
}

static sfsistat on_abort(SMFICTX *ctx)
{
    struct session *s = smfi_getpriv(ctx);
    if (s)
        ending_transaction(ctx, s, "abort");
    return SMFIS_CONTINUE;
}

/* libmilter may hold its global lock here. */
static sfsistat on_close(SMFICTX *ctx)
{
    struct session *s = smfi_getpriv(ctx);
    if (!s)
        return SMFIS_CONTINUE;
    ending_transaction(ctx, s, "disconnect");
    smfi_setpriv(ctx, NULL);
    session_free(&s);
    return SMFIS_CONTINUE;
}

const struct smfiDesc callbacks = {
    .xxfi_name = (char *)(uintptr_t) "gatepost",
    .xxfi_version = SMFI_VERSION,
    .xxfi_connect = on_connect,
    .xxfi_helo = on_helo,
    .xxfi_envfrom = on_envfrom,
    .xxfi_envrcpt = on_envrcpt,
    .xxfi_data = on_data,
    .xxfi_header = on_header,
    .xxfi_eoh = on_eoh,
    .xxfi_eom = on_eom,
    .xxfi_abort = on_abort,
    .xxfi_close = on_close,
    .xxfi_negotiate = on_negotiate,
};
