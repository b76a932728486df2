/* SPDX-License-Identifier: BSD-2-Clause */
/* What the log says of a session. */
#include "journal.h"

#include "logger.h"

static void client_text(const struct session *s, char out[IPADDR_TEXT])
{
    if (s->local_client)
        memcpy(out, "unix", 5);
    else
        ipaddr_format(&s->client, out);
}

static const char *mta_name(const struct session *s)
{
    static const char *const names[] = {"", "postfix", "sendmail", "unknown"};
    return names[policy_mta(s->transaction.edition->snapshot, s->mta)];
}

static void put_session(struct line *l, const struct session *s)
{
    const struct transaction *t = &s->transaction;
    char client[IPADDR_TEXT];
    client_text(s, client);
    line_text(l, "session", s->id);
    line_number(l, "generation", t->edition->snapshot->generation);
    line_text(l, "interface", t->policy.interface ? t->policy.interface->name : "");
    line_text(l, "mta", mta_name(s));
    line_string(l, "daemon_name", short_text_span(&s->daemon_name));
    line_number(l, "port", s->port);
    line_text(l, "client", client);
    line_string(l, "client_name",
                s->name_verified ? short_text_span(&s->client_name) : span_of(""));
    line_string(l, "helo", short_text_span(&s->helo));
    line_boolean(l, "tls", t->tls);
    line_string(l, "tls_version", short_text_span(&t->tls_version));
    line_string(l, "mechanism", short_text_span(&t->mechanism));
    line_string(l, "login", long_text_span(&t->login));
    line_string(l, "from", long_text_span(&t->from));
    if (t->mail_addr.len)
        line_string(l, "mail_addr", long_text_span(&t->mail_addr));
}

static const char *mode_name(const struct session *s, const struct ou *ou)
{
    const struct policy *p = &s->transaction.policy;
    bool monitor = p->snapshot->globals.mode == MODE_MONITOR ||
                   (p->interface && p->interface->mode == MODE_MONITOR) ||
                   (ou && ou->mode == MODE_MONITOR);
    return monitor ? "monitor" : "enforce";
}

static void put_verdict(struct line *l, const struct session *s,
                        const struct verdict *v)
{
    char reply[REPLY_TEXT], source[SOURCE_TEXT];
    const struct ou *ou = v->ou ? v->ou : v->held_count ? v->held[0].ou : NULL;
    source_format(v->source, source);
    line_text(l, "ou", ou ? ou->name : "");
    line_text(l, "verdict", verdict_name(v->kind));
    line_text(l, "rule", rule_name(v->rule));
    line_text(l, "reply", verdict_reply(v, reply));
    line_text(l, "source", source);
    line_text(l, "would", rule_name(v->would));
    line_text(l, "mode", mode_name(s, ou));
    line_text(l, "reason", v->reason);
}

/* --- what the message says of its authors, and what was done to it --- */

/* Blanks at the ends say nothing, and could push out what does. */
static struct span trimmed(struct span value)
{
    while (value.len && strchr(" \t\r\n", value.ptr[value.len - 1]))
        value.len--;
    while (value.len && strchr(" \t\r\n", value.ptr[0]))
        value = span_cut(value, 1, value.len);
    return value;
}

/* Returns what is left of the room. */
static size_t put_fields(struct line *l, const struct message *m, int which,
                         size_t room)
{
    static const char *const keys[ORIGINATORS] = {"header_from", "header_sender",
                                                  "resent_from", "resent_sender"};
    bool any = false;
    for (size_t i = 0; i < m->count; i++) {
        struct span value = trimmed(m->fields[i].value);
        if ((int)m->fields[i].which != which)
            continue;
        if (!any)
            line_list_start(l, keys[which]);
        any = true;
        value.len = value.len < room ? value.len : room;
        line_list_item(l, value);
        room -= value.len;
    }
    if (any)
        line_list_end(l);
    return room;
}

/* All of them together have the room of one list; what is more is cut. */
static void put_authors(struct line *l, const struct session *s)
{
    const struct headers *headers = s->transaction.headers;
    const struct message *m = headers ? headers_message(headers) : NULL;
    size_t room = LINE_LIST, wanted = 0;
    for (size_t i = 0; m && i < m->count; i++)
        wanted += trimmed(m->fields[i].value).len;
    if (m && (m->incomplete || wanted > room))
        line_boolean(l, "headers_cut", true);
    for (int which = 0; m && which < ORIGINATORS; which++)
        room = put_fields(l, m, which, room);
}

static bool was_done(const struct edits *e, const struct site_policy *policy)
{
    if (edits_have(e, policy))
        return true;
    for (const struct diversion *d = e->diversions; d; d = d->next)
        if (d->policy == policy)
            return true;
    return false;
}

static void put_policies(struct line *l, const struct session *s)
{
    bool any = false;
    for (const struct site_policy *p = s->transaction.edition->snapshot->policies; p;
         p = p->next) {
        if (!was_done(&s->transaction.edits, p))
            continue;
        if (!any)
            line_list_start(l, "policies");
        any = true;
        line_list_item(l, span_of(p->name));
    }
    if (any)
        line_list_end(l);
}

static void put_recipients(struct line *l, const struct session *s)
{
    const struct recipients *accepted = &s->transaction.accepted;
    line_list_start(l, "to");
    for (size_t at = 0; at < accepted->used;) {
        struct span to = span_of(accepted->bytes + at);
        line_list_item(l, to);
        at += to.len + 1;
    }
    line_list_end(l);
    line_number(l, "recipients", accepted->count);
}

static void put_end(struct line *l, const struct session *s)
{
    line_string(l, "queue_id", short_text_span(&s->transaction.queue_id));
    line_end(l);
    logger_put(LOG_LEVEL_INFO, &l);
}

static struct line *new_line(const char *event)
{
    return logger_wants(LOG_LEVEL_INFO) ? logger_line(event) : NULL;
}

void journal_verdict(const struct session *s, struct span to, struct span rcpt_addr,
                     const struct verdict *v)
{
    struct line *line = new_line(v->kind == VERDICT_PASS ? "monitor" : "refusal");
    if (!line)
        return;
    put_session(line, s);
    line_text(line, "stage", to.ptr ? "rcpt" : "mail");
    line_list_start(line, "to");
    if (to.ptr)
        line_list_item(line,
                       span_cut(to, 0, to.len > LINE_VALUE ? LINE_VALUE : to.len));
    line_list_end(line);
    if (rcpt_addr.len)
        line_string(line, "rcpt_addr", rcpt_addr);
    put_verdict(line, s, v);
    put_end(line, s);
}

void journal_message(const struct session *s, const struct verdict *v)
{
    struct line *line = new_line(v->kind == VERDICT_PASS ? "monitor" : "refusal");
    if (!line)
        return;
    put_session(line, s);
    line_text(line, "stage", "message");
    put_recipients(line, s);
    put_authors(line, s);
    put_verdict(line, s, v);
    put_end(line, s);
}

/* What a policy is to log of a message. */
static void journal_policies(const struct session *s)
{
    for (const struct site_policy *p = s->transaction.edition->snapshot->policies; p;
         p = p->next) {
        bool wanted = p->action == ACTION_LOG && edits_have(&s->transaction.edits, p);
        struct line *line = wanted ? new_line("policy") : NULL;
        if (!line)
            continue;
        put_session(line, s);
        put_recipients(line, s);
        line_text(line, "policy", p->name);
        line_text(line, "text", p->value);
        put_end(line, s);
    }
}

void journal_transaction(const struct session *s, const char *end)
{
    const struct transaction *t = &s->transaction;
    struct line *line = new_line("transaction");
    if (!line)
        return;
    put_session(line, s);
    put_recipients(line, s);
    put_authors(line, s);
    put_policies(line, s);
    const struct verdict verdict = {.kind = VERDICT_PASS,
                                    .would = t->would,
                                    .source = t->would_source,
                                    .ou = t->policy.sender_ou ? t->policy.sender_ou
                                                              : t->would_ou,
                                    .reason = ""};
    put_verdict(line, s, &verdict);
    line_text(line, "end", end);
    put_end(line, s);
    journal_policies(s);
}
