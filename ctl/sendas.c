/* SPDX-License-Identifier: BSD-2-Clause */
/* What a login may send as: whatever names it, and whatever names nobody, is tried. */
#include "sendas.h"

#include <stdio.h>
#include <stdlib.h>

/* No word that anybody would have taken for a name. */
#define STRANGER "gatepost-asks"

static const struct source nowhere = {NULL, 0};
static const char by_map[] = "listed in the sender map";
static const char by_user[] = "matched by senders of the user";

static struct judgement judge(struct may_send *m, const struct address *sender)
{
    char text[QUOTED_TEXT];
    struct span quoted = quote_address(sender, text);
    struct judgement j = senders_judge(&m->senders, m->typed, quoted);
    senders_judge_from(&m->senders, m->typed, quoted, &j);
    return j;
}

/* An address that was granted in vain is listed with what grants it. */
static void was_granted(struct judgement *j, const char *granted, struct source source)
{
    if (j->able)
        return;
    j->why = granted;
    j->source = source;
}

/* What no OU owns is listed where an entry lets the login show it. */
static bool shows_foreign(struct judgement *j, const char *granted,
                          struct source source)
{
    if (granted)
        judgement_grant_from(j, granted, source);
    return j->from_why || !j->able;
}

/* Adds an address if the login may use it, or was granted it. */
static void try_address(struct may_send *m, const struct address *sender,
                        const char *granted, struct source source)
{
    struct judgement j = judge(m, sender);
    /* What the OU does not know is the login's all the same: with an extension it may
     * be known. */
    if (!j.able && !granted && j.rule != RULE_UNKNOWN_SENDER)
        return;
    const struct ou *ou = m->senders.policy.sender_ou;
    if (!ou && !shows_foreign(&j, granted, source))
        return;
    if (granted)
        was_granted(&j, granted, source);
    struct grant *grant = grant_add(&m->list, GRANT_ADDRESS, address_text(sender), &j);
    if (grant)
        grant->ou = ou;
}

static struct address canonical(struct span text)
{
    struct address a = {.len = text.len, .local_len = span_rfind(text, '@')};
    memcpy(a.text, text.ptr, text.len);
    return a;
}

/* --- whole domains --- */

/* An address of the domain that nothing names. */
static struct address stranger_of(const struct may_send *m, struct span domain)
{
    struct address a;
    unsigned number = 0;
    do {
        a.local_len = (size_t)snprintf(a.text, LOCAL_MAX, STRANGER "%u", number++);
        address_set_domain(&a, domain);
    } while (snapshot_user(m->snapshot, address_text(&a)));
    return a;
}

/* "@domain" of a sender map, or of `*@domain`. */
static void try_domain(struct may_send *m, struct span at_domain, const char *granted,
                       struct source source)
{
    struct address stranger = stranger_of(m, span_cut(at_domain, 1, at_domain.len));
    struct judgement j = judge(m, &stranger);
    if (j.rule == RULE_UNKNOWN_SENDER)
        return; /* a part of the domain may be used: see try_ou_domain() */
    if (!m->senders.policy.sender_ou && !shows_foreign(&j, granted, source))
        return;
    was_granted(&j, granted, source);
    struct grant *grant = grant_add(&m->list, GRANT_DOMAIN, at_domain, &j);
    if (!grant)
        return;
    grant->ou = m->senders.policy.sender_ou;
    grant->by_entry = j.able && j.by == OWNED_BY_MAP;
}

static void set_able(struct judgement *j)
{
    j->able = true;
    j->rule = RULE_NONE;
    j->reason = "";
    j->refused_by = nowhere;
}

/* What holds for an address that nothing names holds for the whole domain, unless a
 * pattern happens to match it. */
static void try_ou_domain(struct may_send *m, const char *domain)
{
    char subject[DOMAIN_MAX + 4], real[DOMAIN_MAX + 40];
    bool below = *domain == '.';
    if (strlen(domain) + sizeof STRANGER > DOMAIN_MAX)
        return;
    snprintf(subject, sizeof subject, "@%s%s", below ? "*" : "", domain);
    snprintf(real, sizeof real, "%s%s", below ? STRANGER : "", domain);
    struct address stranger = stranger_of(m, span_of(real));
    struct judgement j = judge(m, &stranger);
    const struct ou *ou = m->senders.policy.sender_ou;
    bool known_only = j.rule == RULE_UNKNOWN_SENDER && m->knows[ou->index];
    if ((!j.able && j.rule != RULE_UNKNOWN_SENDER) || j.by == OWNED_BY_SENDERS)
        return;
    if (known_only)
        set_able(&j);
    else if (!j.able)
        j.reason = "the ou knows no sender at all";
    struct grant *grant = grant_add(&m->list, GRANT_DOMAIN, span_of(subject), &j);
    if (!grant)
        return;
    grant->ou = ou;
    grant->known_only = known_only;
}

/* The same name in all domains below another. */
static void try_name_below(struct may_send *m, const struct ou *ou, const char *domain)
{
    char real[DOMAIN_MAX + 40];
    struct address sender = m->login;
    snprintf(real, sizeof real, STRANGER "%s", domain);
    address_set_domain(&sender, span_of(real));
    struct judgement j = judge(m, &sender);
    if (!j.able)
        return;
    snprintf(real, sizeof real, "*%s", domain);
    address_set_domain(&sender, span_of(real));
    struct grant *grant = grant_add(&m->list, GRANT_PATTERN, address_text(&sender), &j);
    if (grant)
        grant->ou = ou;
}

/* A login without a domain may own its name in every domain of an OU. */
static void try_name_in(struct may_send *m, const struct ou *ou)
{
    if (ou->match_auth_user != MATCHING_LOCAL_PART || address_has_domain(&m->login))
        return;
    for (size_t i = 0; i < ou->domains.count; i++) {
        struct address sender = m->login;
        const char *domain = ou->domains.words[i];
        if (strlen(domain) + sizeof STRANGER > DOMAIN_MAX)
            continue;
        if (*domain == '.') {
            try_name_below(m, ou, domain);
            continue;
        }
        address_set_domain(&sender, span_of(domain));
        try_address(m, &sender, NULL, nowhere);
    }
}

static void try_ous(struct may_send *m)
{
    for (size_t i = 0; i < m->snapshot->ou_count; i++) {
        const struct ou *ou = m->snapshot->ou_list[i];
        try_name_in(m, ou);
        for (size_t n = 0; n < ou->domains.count; n++)
            try_ou_domain(m, ou->domains.words[n]);
    }
}

/* --- sender maps --- */

static bool is_listed(const struct may_send *m, const struct sender_entry *entry)
{
    struct span name = address_text(&m->login);
    return sender_entry_lists(entry, name) ||
           (m->completed &&
            sender_entry_lists(entry, span_cut(name, 0, m->login.local_len)));
}

static void try_entry(struct may_send *m, const struct ou *ou,
                      const struct sender_entry *entry)
{
    (void)ou;
    struct span key = sender_entry_key(entry);
    struct source source = sender_entry_source(entry);
    if (!is_listed(m, entry))
        return;
    struct address sender = canonical(key);
    if (key.ptr[0] == '@')
        try_domain(m, key, by_map, source);
    else
        try_address(m, &sender, by_map, source);
}

/* Entries for addresses of a domain hide what "@domain" says, in the map of the OU that
 * owns it. */
static void note_exception(struct may_send *m, const struct ou *ou,
                           const struct sender_entry *entry)
{
    struct span key = sender_entry_key(entry);
    size_t at = span_rfind(key, '@');
    struct grant *grant =
        at > 0 ? grant_find(&m->list, span_cut(key, at, key.len)) : NULL;
    if (!grant || !grant->by_entry || grant->ou != ou || is_listed(m, entry))
        return;
    if (grant->exceptions++ == 0)
        grant->exception = sender_entry_source(entry);
}

static void each_entry(struct may_send *m,
                       void (*visit)(struct may_send *, const struct ou *,
                                     const struct sender_entry *))
{
    for (size_t i = 0; i < m->snapshot->ou_count; i++) {
        const struct ou *ou = m->snapshot->ou_list[i];
        const struct sender_entry *e = sender_map_first(ou->sender_map);
        for (; e; e = e->next)
            visit(m, ou, e);
    }
}

/* --- the senders of its user --- */

/* Wildcards and regexes cannot be asked about as a whole. */
static void add_pattern(struct may_send *m, struct span text)
{
    const struct user *user = m->user;
    const struct ou *ou = user->ou;
    struct judgement j = {
        .why = by_user, .source = user_source(user, USER_SENDERS), .reason = ""};
    if (!m->null.able) {
        j.rule = m->null.rule;
        j.reason = m->null.reason;
        j.refused_by = m->null.refused_by;
    } else if (user->smtp_auth == SMTP_AUTH_MATCHING_SENDER) {
        j.rule = RULE_USER_SENDER;
        j.reason = "the user may only send as itself";
        j.refused_by = user_source(user, USER_SMTP_AUTH);
    } else if (ou->match_auth_user == MATCHING_EXACT && user->has_domain) {
        j.rule = RULE_SENDER_MISMATCH;
        j.reason = "match_auth_user is exact";
        j.refused_by = ou_source(ou, OU_MATCH_AUTH_USER);
    }
    j.able = j.rule == RULE_NONE;
    struct grant *grant = grant_add(&m->list, GRANT_PATTERN, text, &j);
    if (grant)
        grant->ou = ou;
}

static bool has_wildcard(struct span text)
{
    return memchr(text.ptr, '*', text.len) || memchr(text.ptr, '?', text.len);
}

static void try_pattern(void *context, struct span text)
{
    struct may_send *m = context;
    struct source source = user_source(m->user, USER_SENDERS);
    bool in_domain = text.len > 2 && memcmp(text.ptr, "*@", 2) == 0 &&
                     !has_wildcard(span_cut(text, 1, text.len));
    if (text.ptr[0] == '/' || (has_wildcard(text) && !in_domain)) {
        add_pattern(m, text);
    } else if (in_domain) {
        try_domain(m, span_cut(text, 1, text.len), by_user, source);
    } else {
        struct address sender = canonical(text);
        try_address(m, &sender, by_user, source);
    }
}

/* --- all of it --- */

static void try_itself(struct may_send *m)
{
    if (address_has_domain(&m->login))
        try_address(m, &m->login, m->user ? "the login itself" : NULL,
                    m->user ? source_at(m->user->file, m->user->line) : nowhere);
}

static bool may_be_foreign(struct may_send *m)
{
    static const char domain[] = STRANGER ".invalid";
    struct address stranger = stranger_of(m, span_of(domain));
    m->foreign_from = judge(m, &stranger);
    return m->foreign_from.able && !m->senders.policy.sender_ou;
}

/* Of its own domains alone: a shared map has those of others, too. */
static bool knows_name(const struct may_send *m, const struct ou *ou, struct span name)
{
    size_t at = span_rfind(name, '@');
    return at < name.len &&
           snapshot_domain_owner(m->snapshot, span_cut(name, at + 1, name.len)) == ou;
}

static void note_known(struct may_send *m, const struct ou *ou,
                       const struct sender_entry *entry)
{
    if (ou->refuse_unknown_senders && !m->knows[ou->index])
        m->knows[ou->index] = knows_name(m, ou, sender_entry_key(entry));
}

static void find_known(struct may_send *m)
{
    const struct snapshot *s = m->snapshot;
    m->knows = calloc(s->ou_count + 1, sizeof *m->knows);
    if (!m->knows)
        abort();
    for (size_t i = 0; i < s->ou_count; i++)
        m->knows[i] = !name_list_empty(s->ou_list[i]->known_senders) ||
                      !name_list_empty(s->ou_list[i]->user_senders);
    for (size_t i = 0; i < s->users.size; i++) {
        const struct user *user = s->users.slots[i];
        if (user && user->ou->refuse_unknown_senders && !m->knows[user->ou->index])
            m->knows[user->ou->index] = knows_name(m, user->ou, user_name(user));
    }
    each_entry(m, note_known);
}

bool may_send_gather(struct may_send *m)
{
    m->null = senders_judge(&m->senders, m->typed, span_of("<>"));
    const struct policy *p = &m->senders.policy;
    if (!p->login_valid)
        return false;
    m->login = p->login;
    m->completed = p->login_completed;
    m->user = p->user;
    m->login_ou = p->login_ou;
    m->list.arena = arena_new();
    find_known(m);
    try_itself(m);
    each_entry(m, try_entry);
    if (m->user)
        name_list_each(m->user->senders, try_pattern, m);
    if (m->login_ou && address_has_domain(&m->login)) {
        struct span domain = address_domain(&m->login);
        try_ou_domain(m, arena_copy(m->list.arena, domain));
    }
    try_ous(m);
    each_entry(m, note_exception);
    m->foreign = may_be_foreign(m);
    return true;
}

void may_send_clear(struct may_send *m)
{
    grant_list_clear(&m->list);
    free(m->knows);
}
