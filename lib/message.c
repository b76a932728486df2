/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a message says wrote it, and for whom it is judged. */
#include "message.h"

#include <stdlib.h>

#include "ascii.h"
#include "budget.h"
#include "judge.h"

const char *originator_name(enum originator which)
{
    static const char *const names[ORIGINATORS] = {"From", "Sender", "Resent-From",
                                                   "Resent-Sender"};
    return names[which];
}

/* --- which OUs --- */

static bool asks_something(const struct ou *ou)
{
    return ou->match_header_from != HEADER_NO || ou->require_aligned ||
           ou->refuse_display_name;
}

/* Returns its place; MESSAGE_OUS_MAX if there is none. */
static size_t concern(struct authorship *a, const struct ou *ou)
{
    size_t i = 0;
    if (!ou || !asks_something(ou))
        return MESSAGE_OUS_MAX;
    while (i < a->ou_count && a->ous[i].ou != ou)
        i++;
    if (i == MESSAGE_OUS_MAX)
        a->too_many = true;
    else if (i == a->ou_count)
        a->ous[a->ou_count++].ou = ou;
    return i;
}

struct search {
    struct authorship *authorship;
    const struct policy *policy;
};

static void concern_hidden(void *context, struct span domain)
{
    struct search *s = context;
    size_t i =
        concern(s->authorship, snapshot_domain_owner(s->policy->snapshot, domain));
    if (i < MESSAGE_OUS_MAX)
        s->authorship->ous[i].is_hidden = true;
}

static void concern_address(void *context, const struct address *address)
{
    struct search *s = context;
    concern(s->authorship, policy_owner(s->policy, address));
}

static void concern_mailboxes(struct search *s)
{
    const struct mailboxes *list = &s->authorship->mailboxes;
    for (size_t i = 0; i < list->count; i++)
        concern(s->authorship, policy_owner(s->policy, &list->boxes[i].address));
    for (size_t i = 0; i < list->count; i++)
        mailbox_name_addresses(mailbox_name(&list->boxes[i]), concern_address, s);
}

/* --- the fields --- */

static void keep_unread(struct authorship *a, const struct originator_field *field,
                        const char *fault)
{
    if (!a->faults[field->which])
        a->faults[field->which] = fault;
    if (!originator_is_author(field->which))
        return;
    if (a->unread_count == UNREAD_MAX)
        a->too_many = true;
    else
        a->unread[a->unread_count++] = field;
}

/* Sendmail would write the address in its local part into the field. */
static const char *route_fault(const struct policy *p, const struct mailboxes *list,
                               size_t from)
{
    for (size_t i = from; i < list->count; i++)
        if (policy_routes_local_part(p, &list->boxes[i].address))
            return "an address with a route in it";
    return NULL;
}

static void read_field(struct authorship *a, const struct policy *p,
                       const struct originator_field *field)
{
    size_t before = a->mailboxes.count;
    const char *fault = mailboxes_parse(field->value, &a->mailboxes);
    if (!fault)
        fault = route_fault(p, &a->mailboxes, before);
    a->fields[field->which]++;
    if (fault) {
        a->mailboxes.count = before;
        keep_unread(a, field, fault);
    }
    for (size_t i = before; i < a->mailboxes.count; i++)
        a->field_of[i] = field->which;
}

static bool is_blank(struct span value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!strchr(" \t\r\n", value.ptr[i]))
            return false;
    return true;
}

/* Without a From, or with an empty one, MTAs and mail programs show the sender. */
static void imply_author(struct authorship *a, const struct policy *p)
{
    struct mailboxes *list = &a->mailboxes;
    for (size_t i = 0; i < a->message->count; i++)
        if (a->message->fields[i].which == ORIGINATOR_FROM &&
            !is_blank(a->message->fields[i].value))
            return;
    if (!address_has_domain(&p->sender) || list->count == MAILBOXES_MAX)
        return;
    list->boxes[list->count].address = p->sender;
    list->boxes[list->count].name_len = 0;
    a->field_of[list->count++] = ORIGINATOR_FROM;
}

static bool is_of_host(char c)
{
    return ascii_is_alnum(c) || ascii_is_high(c) || (c != '\0' && strchr(".-_", c));
}

/* `user%host` and `host!user` as Sendmail understands them, with an @. */
static void concern_routes(struct search *s, struct span value)
{
    char *text = malloc(2 * value.len + 1);
    size_t n = 0, host = 0;
    if (!text) {
        s->authorship->too_many = true;
        return;
    }
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '!') {
            text[n++] = '@';
            memcpy(text + n, value.ptr + host, i - host);
            n += i - host;
        }
        text[n++] = c == '%' ? '@' : c == '!' ? ' ' : c;
        host = is_of_host(c) ? host : i + 1;
    }
    mailboxes_scan((struct span){text, n}, concern_hidden, s);
    free(text);
}

static void concern_unread(struct search *s)
{
    const struct authorship *a = s->authorship;
    enum mta mta = s->policy->mta;
    for (size_t i = 0; i < a->unread_count; i++) {
        struct span value = a->unread[i]->value;
        mailboxes_scan(value, concern_hidden, s);
        if ((mta == MTA_SENDMAIL || mta == MTA_UNKNOWN) &&
            (memchr(value.ptr, '%', value.len) || memchr(value.ptr, '!', value.len)))
            concern_routes(s, value);
    }
}

void authorship_read(struct authorship *a, const struct policy *p,
                     const struct message *message)
{
    struct search search = {.authorship = a, .policy = p};
    memset(a, 0, offsetof(struct authorship, mailboxes));
    a->mailboxes.count = 0;
    a->message = message;
    for (size_t i = 0; i < message->count; i++)
        read_field(a, p, &message->fields[i]);
    imply_author(a, p);
    concern(a, p->login_ou);
    concern(a, p->sender_ou);
    concern_mailboxes(&search);
    concern_unread(&search);
}

/* --- judging --- */

static void judge_for_each(struct policy *p, const struct authorship *a,
                           struct verdict *v, const struct trace *trace)
{
    static const struct source nowhere = {NULL, 0};
    p->authorship = a;
    for (size_t i = 0; i < a->ou_count && v->kind == VERDICT_PASS; i++) {
        p->message_ou = a->ous[i].ou;
        p->authors_hidden = a->ous[i].is_hidden;
        judge_rules(p, rules_message, v, trace);
    }
    p->message_ou = NULL;
    p->authorship = NULL;
    if (v->kind == VERDICT_PASS && (a->message->incomplete || a->too_many))
        verdict_fault(v, nowhere, "more authors than can be judged");
}

void policy_message(struct policy *p, const struct message *message, struct verdict *v,
                    const struct trace *trace)
{
    static const struct source nowhere = {NULL, 0};
    judge_start(p, v);
    if (!p->snapshot->judges_headers)
        return;
    struct authorship *a = malloc(sizeof *a);
    if (!p->accepted || !a) {
        verdict_fault(v, nowhere,
                      a ? "a message without an accepted sender" : "out of memory");
    } else {
        budget_start();
        authorship_read(a, p, message);
        judge_for_each(p, a, v, trace);
        budget_end();
    }
    free(a);
}
