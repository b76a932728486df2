/* SPDX-License-Identifier: BSD-2-Clause */
/* What a message that passed is changed by. */
#include "edits.h"

#include <stdio.h>
#include <stdlib.h>

#include "authresults.h"
#include "placeholder.h"

/* libmilter takes char * for texts that it only reads. */
static char *unconst(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* --- gathering --- */

static bool divert(struct edits *e, const struct site_policy *policy, struct span to)
{
    struct diversion *d = malloc(sizeof *d + to.len + 1);
    if (!d)
        return false;
    d->policy = policy;
    memcpy(d->recipient, to.ptr, to.len);
    d->recipient[to.len] = '\0';
    d->next = e->diversions;
    e->diversions = d;
    return true;
}

bool edits_keep(struct edits *e, const struct handling *h, struct span recipient)
{
    const struct site_policy *policy = h->discard ? h->discard : h->redirect;
    if (policy && !divert(e, policy, recipient))
        return false;
    for (size_t i = 0; i < sizeof e->marks / sizeof *e->marks; i++)
        e->marks[i] |= h->marks[i];
    e->discarded += h->discard != NULL;
    return true;
}

void edits_clear(struct edits *e)
{
    while (e->diversions) {
        struct diversion *next = e->diversions->next;
        free(e->diversions);
        e->diversions = next;
    }
    *e = (struct edits){0};
}

bool edits_have(const struct edits *e, const struct site_policy *policy)
{
    return e->marks[policy->index / 64] >> (policy->index % 64) & 1;
}

/* --- applying --- */

static bool is_first_of_policy(const struct diversion *first, const struct diversion *d)
{
    for (; first != d; first = first->next)
        if (first->policy == d->policy)
            return false;
    return true;
}

/* An MTA looks for exactly what it is told: Sendmail for what came by SMTP, Postfix
 * for that without a source route. */
static bool take_away(SMFICTX *ctx, struct diversion *d)
{
    char text[ADDRESS_MAX * 2];
    struct span rest = address_behind_route(span_of(d->recipient));
    if (smfi_delrcpt(ctx, d->recipient) != MI_SUCCESS)
        return false;
    if (span_empty(rest))
        return true;
    int len = snprintf(text, sizeof text, "<%.*s>", (int)rest.len, rest.ptr);
    return len < (int)sizeof text && smfi_delrcpt(ctx, text) == MI_SUCCESS;
}

static bool move_recipients(SMFICTX *ctx, const struct edits *e)
{
    for (struct diversion *d = e->diversions; d; d = d->next)
        if (!take_away(ctx, d))
            return false;
    for (struct diversion *d = e->diversions; d; d = d->next)
        if (d->policy->action == ACTION_REDIRECT &&
            is_first_of_policy(e->diversions, d) &&
            smfi_addrcpt(ctx, unconst(d->policy->value)) != MI_SUCCESS)
            return false;
    return true;
}

static bool remove_field(void *ctx, const char *name, unsigned number)
{
    return smfi_chgheader(ctx, unconst(name), (int)number, NULL) == MI_SUCCESS;
}

static bool add_field(SMFICTX *ctx, const struct policy *p, const struct site_policy *s)
{
    char text[PLACEHOLDER_OUT], client[IPADDR_TEXT] = "";
    const struct ou *ou = p->authenticated ? p->login_ou : p->sender_ou;
    ipaddr_format(&p->client, client);
    const struct placeholder_values values = {
        .login = p->authenticated ? address_text(&p->login) : span_of(""),
        .client = span_of(client),
        .ou = span_of(ou ? ou->name : ""),
        .interface = span_of(p->interface->name),
        .sender = address_text(&p->sender)};
    placeholder_expand(s->field_value, &values, text);
    return smfi_addheader(ctx, unconst(s->field_name), text) == MI_SUCCESS;
}

/* An MTA holds a message for one reason. */
static const struct site_policy *quarantine_of(const struct edits *e,
                                               const struct snapshot *s)
{
    for (const struct site_policy *p = s->policies; p; p = p->next)
        if (p->action == ACTION_QUARANTINE && edits_have(e, p))
            return p;
    return NULL;
}

static bool add_fields(SMFICTX *ctx, const struct edits *e, const struct policy *p)
{
    char results[AUTHRESULTS_MAX];
    for (const struct site_policy *s = p->snapshot->policies; s; s = s->next)
        if (s->action == ACTION_ADD_HEADER && edits_have(e, s) && !add_field(ctx, p, s))
            return false;
    if (!p->snapshot->globals.authentication_results)
        return true;
    authresults_format(p, results);
    return smfi_insheader(ctx, 0, unconst(AUTHRESULTS_FIELD), results) == MI_SUCCESS;
}

bool edits_apply(SMFICTX *ctx, const struct edits *e, const struct policy *p,
                 const struct headers *headers, unsigned long recipients, bool *discard)
{
    const struct site_policy *quarantine = quarantine_of(e, p->snapshot);
    *discard = e->discarded && e->discarded == recipients;
    if (*discard)
        return true;
    if (headers && !headers_forgeries(headers, p->snapshot, remove_field, ctx))
        return false;
    if (!move_recipients(ctx, e) || !add_fields(ctx, e, p))
        return false;
    return !quarantine ||
           smfi_quarantine(ctx, unconst(quarantine->value)) == MI_SUCCESS;
}
