/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may send as whom, as owners and may-send list it. */
#include "grants.h"

#include <stdlib.h>

#include "ownership.h"

void senders_open(struct senders *senders, const struct snapshot *snapshot,
                  const struct interface *interface)
{
    senders->snapshot = *snapshot;
    senders->interface = interface;
    struct interface *only = &senders->snapshot.fallback;
    if (interface)
        *only = *interface;
    only->next = NULL;
    only->mode = MODE_ENFORCE;
    only->authentication = AUTH_ENABLED;
    only->auth_ip_restriction = RESTRICTION_DISABLED;
    senders->snapshot.interfaces = NULL;
    senders->snapshot.globals.mode = MODE_ENFORCE;
}

/* What monitor mode holds back is refused, here. */
static void note_step(void *context, const struct step *step)
{
    struct judgement *j = context;
    if (j->rule != RULE_NONE || step->outcome == OUTCOME_PASS ||
        step->outcome == OUTCOME_UNCONCERNED)
        return;
    j->rule = step->rule;
    j->reason = step->reason;
    j->refused_by = step->source;
}

static void explain(struct judgement *j, enum owned_by by, struct source source)
{
    static const char *const words[] = {
        [OWNED_NOT] = "",
        [OWNED_AS_ITSELF] = "the login itself",
        [OWNED_AS_EXTENSION] = "the login itself, with an extension",
        [OWNED_BY_MAP] = "listed in the sender map",
        [OWNED_BY_SENDERS] = "matched by senders of the user",
        [OWNED_BY_DOMAIN] = "of the login's own domain (match_auth_user = domain)",
        [OWNED_BY_LOCAL_PART] =
            "of the login's own name (match_auth_user = local_part)",
        [OWNED_BY_ANY_SENDER] = "a user without a domain, with smtp_auth = any_sender",
        [OWNED_BY_ANYBODY] = "the ou does not bind senders (match_auth_user = false)",
        [OWNED_BY_NOBODY] = "no ou owns the domain of the sender",
    };
    j->by = by;
    j->why = words[by];
    j->source = source;
}

static bool is_of_own_domain(const struct policy *p)
{
    return p->sender_ou->match_auth_user == MATCHING_DOMAIN &&
           address_has_domain(&p->login) &&
           span_equal(address_domain(&p->login), address_domain(&p->sender));
}

/* Where lines are long, places do not tell grants apart. */
static void explain_ownership(const struct policy *p, struct judgement *j)
{
    const struct ou *ou = p->sender_ou;
    struct source matching = ou_source(ou, OU_MATCH_AUTH_USER), entry;
    if (is_of_own_domain(p))
        explain(j, OWNED_BY_DOMAIN, matching);
    else if (is_granted(p, &p->sender, ou, &entry))
        explain(j, OWNED_BY_MAP, entry);
    else if (ou->match_auth_user == MATCHING_OFF)
        explain(j, OWNED_BY_ANYBODY, matching);
    else if (p->user)
        explain(j, OWNED_BY_SENDERS, user_source(p->user, USER_SENDERS));
    else
        explain(j, OWNED_BY_LOCAL_PART, matching);
}

static void explain_pass(const struct policy *p, struct judgement *j)
{
    static const struct source nowhere = {NULL, 0};
    const struct user *user = p->user;
    if (!p->sender_ou)
        explain(j, OWNED_BY_NOBODY, nowhere);
    else if (is_login(p, &p->sender, p->sender_ou))
        explain(j,
                address_equal(&p->login, &p->sender) ? OWNED_AS_ITSELF
                                                     : OWNED_AS_EXTENSION,
                user ? source_at(user->file, user->line) : nowhere);
    else if (user && !user->has_domain)
        explain(j, OWNED_BY_ANY_SENDER, user_source(user, USER_SMTP_AUTH));
    else
        explain_ownership(p, j);
}

struct judgement senders_judge(struct senders *senders, struct span login,
                               struct span sender)
{
    struct judgement j = {.why = "", .reason = ""};
    struct verdict verdict;
    const struct trace trace = {note_step, &j};
    const struct txn txn = {
        .login = login, .from = sender, .unknown = TXN_NO_CLIENT | TXN_NO_TLS};
    policy_mail(&senders->snapshot, &txn, &senders->policy, &verdict, &trace);
    j.able = verdict.kind == VERDICT_PASS && j.rule == RULE_NONE;
    if (j.able || j.rule == RULE_UNKNOWN_SENDER)
        explain_pass(&senders->policy, &j);
    return j;
}

struct grant *grant_add(struct grant_list *list, enum grant_kind kind,
                        struct span subject, const struct judgement *judgement)
{
    if (grant_find(list, subject))
        return NULL;
    if (list->count == list->size) {
        list->size = list->size ? list->size * 2 : 64;
        list->items = realloc(list->items, list->size * sizeof *list->items);
        if (!list->items)
            abort();
    }
    struct grant *grant = &list->items[list->count++];
    *grant = (struct grant){.kind = kind,
                            .subject = arena_span(list->arena, subject),
                            .judgement = *judgement};
    strmap_add(&list->known, grant->subject, (void *)(uintptr_t)list->count);
    list->able += judgement->able;
    return grant;
}

struct grant *grant_find(const struct grant_list *list, struct span subject)
{
    uintptr_t number = (uintptr_t)strmap_find(&list->known, subject);
    return number ? &list->items[number - 1] : NULL;
}

void grant_list_clear(struct grant_list *list)
{
    strmap_clear(&list->known);
    free(list->items);
    arena_free(&list->arena);
}

struct span quote_address(const struct address *a, char out[QUOTED_TEXT])
{
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < a->local_len; i++) {
        if (a->text[i] == '"' || a->text[i] == '\\')
            out[n++] = '\\';
        out[n++] = a->text[i];
    }
    out[n++] = '"';
    memcpy(out + n, a->text + a->local_len, a->len - a->local_len);
    return (struct span){out, n + a->len - a->local_len};
}
