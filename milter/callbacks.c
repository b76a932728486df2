/* SPDX-License-Identifier: BSD-2-Clause */
/* What libmilter calls: translates a command into a transaction, has lib/ judge it,
 * and turns the verdict into a reply. Decides nothing. */
#include "callbacks.h"

#include <stdlib.h>
#include <sys/socket.h>

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

/* Headers, body and the rest are of no use here, and connect and helo need no answer:
 * each of these that the MTA grants saves a round trip. */
static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
                             unsigned long f2, unsigned long f3,
                             unsigned long *our_actions, unsigned long *our_steps,
                             unsigned long *our_f2, unsigned long *our_f3)
{
    (void)f2;
    (void)f3;
    const unsigned long unneeded = SMFIP_NOBODY | SMFIP_NOHDRS | SMFIP_NOEOH |
                                   SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NR_CONN |
                                   SMFIP_NR_HELO;
    *our_actions = actions & SMFIF_SETSYMLIST;
    *our_steps = steps & unneeded;
    *our_f2 = *our_f3 = 0;
    struct session *s = session_of(ctx);
    if (!s)
        return SMFIS_TEMPFAIL;
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

static void finish_transaction(SMFICTX *ctx, struct session *s, const char *end)
{
    struct transaction *t = &s->transaction;
    if (!t->open)
        return;
    const char *queue_id = macro_get(ctx, "i");
    if (queue_id)
        short_text_set(&t->queue_id, queue_id);
    journal_transaction(s, end);
    transaction_end(t);
}

static void keep_would(struct transaction *t, const struct verdict *v)
{
    if (t->would != RULE_NONE || v->would == RULE_NONE)
        return;
    t->would = v->would;
    t->would_source = v->source;
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
    return read_login(s, t, txn, macro_get(ctx, "{auth_authen}"));
}

/* Logs and counts what was decided about MAIL; ends what did not pass. */
static void settle_mail(struct session *s, const struct verdict *v)
{
    static const struct span nobody = {NULL, 0};
    struct transaction *t = &s->transaction;
    t->open = v->kind == VERDICT_PASS;
    keep_would(t, v);
    if (!t->open || v->would != RULE_NONE)
        journal_verdict(s, nobody, nobody, v);
    if (t->open) {
        counters_count_would(v, t->edition->tallies);
        return;
    }
    counters_count(v, t->edition->tallies);
    transaction_end(t);
}

static void forget_mail_macros(SMFICTX *ctx)
{
    static const char *const names[] = {"{auth_authen}", "{auth_type}", "{mail_addr}",
                                        "{tls_version}", NULL};
    for (const char *const *name = names; *name; name++)
        macro_forget(ctx, *name);
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
    if (verdict.rule == RULE_BAD_SENDER)
        long_text_set(&t->mail_addr, txn.mail_addr);
    warn_of_missing_login(s, ctx, macro_get(ctx, "{auth_authen}"));
    forget_mail_macros(ctx);
    settle_mail(s, &verdict);
    return reply_verdict(ctx, &verdict);
}

/* The MTA should not have let it come to this. */
static sfsistat defer_stray_recipient(SMFICTX *ctx)
{
    struct verdict verdict = {0};
    verdict_fault(&verdict, (struct source){NULL, 0}, "no accepted sender");
    logger_message(LOG_LEVEL_WARNING, "the MTA sent RCPT without an accepted MAIL");
    return reply_verdict(ctx, &verdict);
}

static sfsistat on_envrcpt(SMFICTX *ctx, char **argv)
{
    struct session *s = session_of(ctx);
    if (!s || !s->transaction.open)
        return defer_stray_recipient(ctx);
    struct transaction *t = &s->transaction;
    struct span to = span_of(argv[0]), reading = span_of(macro_get(ctx, "{rcpt_addr}"));
    const char *queue_id = macro_get(ctx, "i");
    if (queue_id)
        short_text_set(&t->queue_id, queue_id);

    struct verdict verdict;
    policy_rcpt(&t->policy, to, reading, &verdict, NULL);
    counters_count(&verdict, t->edition->tallies);
    keep_would(t, &verdict);
    if (verdict.kind == VERDICT_PASS)
        recipients_add(&t->accepted, to);
    if (verdict.rule != RULE_BAD_RECIPIENT && verdict.rule != RULE_INBOUND_DOMAIN_AUTH)
        reading.len = 0;
    if (verdict.kind != VERDICT_PASS || verdict.would != RULE_NONE)
        journal_verdict(s, to, reading, &verdict);
    macro_forget(ctx, "{rcpt_addr}");
    return reply_verdict(ctx, &verdict);
}

static sfsistat on_eom(SMFICTX *ctx)
{
    struct session *s = session_of(ctx);
    if (s)
        finish_transaction(ctx, s, "message");
    return SMFIS_CONTINUE;
}

static sfsistat on_abort(SMFICTX *ctx)
{
    struct session *s = smfi_getpriv(ctx);
    if (s)
        finish_transaction(ctx, s, "abort");
    return SMFIS_CONTINUE;
}

/* libmilter may hold its global lock here. */
static sfsistat on_close(SMFICTX *ctx)
{
    struct session *s = smfi_getpriv(ctx);
    if (!s)
        return SMFIS_CONTINUE;
    finish_transaction(ctx, s, "disconnect");
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
    .xxfi_eom = on_eom,
    .xxfi_abort = on_abort,
    .xxfi_close = on_close,
    .xxfi_negotiate = on_negotiate,
};
