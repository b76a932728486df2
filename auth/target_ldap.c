/* SPDX-License-Identifier: BSD-2-Clause */
/* A password put before an LDAP server (RFC 4511, RFC 4513), as a simple bind. */
#include "ldap_escape.h"
#include "ldap_session.h"

static bool prepare(struct dialogue *d)
{
    const struct target *t = d->target;
    if (*t->bind_dn)
        return dialogue_expand(d, t->bind_dn, ldap_escape_dn, d->query,
                               sizeof d->query);
    if (*t->search_bind_dn && (!t->search_password || !*t->search_password))
        return dialogue_untold(d, "search_bind_dn has no password");
    return dialogue_expand(d, t->search_filter, ldap_escape_filter, d->query,
                           sizeof d->query);
}

/* Without a bind it is anonymous. */
static bool bind_for_search(struct ldap_session *s)
{
    const struct target *t = s->d->target;
    if (!*t->search_bind_dn)
        return true;
    return ldap_session_bind(s, "bind for the search", t->search_bind_dn,
                             span_of(t->search_password)) &&
           (s->code == LDAP_SUCCESS || ldap_session_answer(s, TARGET_UNTOLD));
}

/* The user's DN comes to stand in d->query. */
static bool find_user(struct ldap_session *s)
{
    unsigned hits;
    if (!ldap_session_search(s, &hits))
        return false;
    if (hits > 1 || (hits == 1 && s->code == LDAP_SIZELIMIT_EXCEEDED))
        return dialogue_refused(s->d, "more than one entry matches");
    if (s->code != LDAP_SUCCESS)
        return ldap_session_answer(s, TARGET_UNTOLD);
    return hits == 1 || dialogue_refused(s->d, "no entry matches");
}

/* Asked attribute by attribute, so that the server need not send a large group. It
 * must deny in so many words: one that cannot be read is no "no". */
static bool is_member(struct ldap_session *s)
{
    static const char *const attributes[] = {"member", "uniqueMember"};
    bool denied = false;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (!ldap_session_compare(s, s->d->target->group_dn, attributes[i],
                                  s->d->query))
            return false;
        if (s->code == LDAP_COMPARE_TRUE)
            return true;
        if (s->code == LDAP_COMPARE_FALSE)
            denied = true;
        else if (s->code != LDAP_NO_SUCH_ATTRIBUTE && s->code != LDAP_UNDEFINED_TYPE)
            return ldap_session_answer(s, TARGET_UNTOLD);
    }
    if (denied)
        return dialogue_refused(s->d, "not a member of the group");
    return dialogue_untold(s->d, "the group has no members that can be read");
}

static bool bind_as_user(struct ldap_session *s)
{
    if (!ldap_session_bind(s, "bind", s->d->query, s->d->password))
        return false;
    if (s->code == LDAP_INVALID_CREDENTIALS)
        return ldap_session_answer(s, TARGET_REFUSED);
    return s->code == LDAP_SUCCESS || ldap_session_answer(s, TARGET_UNTOLD);
}

static bool is_right(struct ldap_session *s)
{
    const struct target *t = s->d->target;
    bool grouped = *t->group_dn != '\0';
    if (*t->bind_dn)
        return bind_as_user(s) && (!grouped || is_member(s));
    return bind_for_search(s) && find_user(s) && (!grouped || is_member(s)) &&
           bind_as_user(s);
}

static void run(struct dialogue *d)
{
    struct ldap_session session;
    if (ldap_session_open(&session, d) &&
        (d->url->tls != TLS_STARTTLS || ldap_session_start_tls(&session)) &&
        is_right(&session))
        dialogue_answer(d, TARGET_ACCEPTED, span_of("bind: Success (0)"));
    ldap_session_close(&session);
}

const struct target_protocol target_protocol_ldap = {.prepare = prepare, .run = run};
