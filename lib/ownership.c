/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a login own an address? */
#include "ownership.h"

bool is_login(const struct policy *p, const struct address *a, const struct ou *ou)
{
    struct address cut;
    return address_equal(&p->login, a) ||
           (address_without_extension(a, ou->recipient_delimiter, &cut) &&
            address_equal(&p->login, &cut));
}

/* A map that names `alice` means her too who typed that, and whom default_domain made
 * an address of this OU. */
bool is_granted(const struct policy *p, const struct address *a, const struct ou *ou,
                struct source *source)
{
    const struct sender_entry *entry =
        sender_map_find(ou->sender_map, a, ou->recipient_delimiter);
    if (!entry)
        return false;
    struct span login = address_text(&p->login);
    bool completed = p->login_completed && p->login_domain == ou;
    if (!sender_entry_lists(entry, login) &&
        !(completed &&
          sender_entry_lists(entry, span_cut(login, 0, p->login.local_len))))
        return false;
    *source = sender_entry_source(entry);
    return true;
}

static enum match list_matches(const struct name_list *list, const struct address *a,
                               const struct ou *ou)
{
    struct address cut;
    enum match match = name_list_match(list, address_text(a));
    if (list && match != MATCH_YES &&
        address_without_extension(a, ou->recipient_delimiter, &cut))
        match = match_or(match, name_list_match(list, address_text(&cut)));
    return match;
}

static bool is_own_domain(const struct policy *p, const struct address *a)
{
    return address_has_domain(&p->login) &&
           span_equal(address_domain(&p->login), address_domain(a));
}

static struct span local_part(const struct address *a)
{
    return span_cut(address_text(a), 0, a->local_len);
}

static bool is_own_local_part(const struct policy *p, const struct address *a,
                              const struct ou *ou)
{
    struct address cut;
    if (address_has_domain(&p->login))
        return false;
    return span_equal(address_text(&p->login), local_part(a)) ||
           (address_without_extension(a, ou->recipient_delimiter, &cut) &&
            span_equal(address_text(&p->login), local_part(&cut)));
}

/* What a user of another OU lists as its own is not for this one to say. */
static enum match user_owns(const struct policy *p, const struct address *a,
                            const struct ou *ou, struct source *source)
{
    if (!p->user || p->user->ou != ou)
        return MATCH_NO;
    enum match match = list_matches(p->user->senders, a, ou);
    if (match == MATCH_YES)
        *source = user_source(p->user, USER_SENDERS);
    return match;
}

enum match owns(const struct policy *p, const struct address *a, const struct ou *ou,
                struct source *source)
{
    int matching = ou->match_auth_user;
    if (is_login(p, a, ou))
        return MATCH_YES;
    if (matching == MATCHING_EXACT)
        return MATCH_NO;
    if ((matching == MATCHING_DOMAIN && is_own_domain(p, a)) ||
        (matching == MATCHING_LOCAL_PART && is_own_local_part(p, a, ou)))
        return MATCH_YES;
    if (is_granted(p, a, ou, source))
        return MATCH_YES;
    return user_owns(p, a, ou, source);
}

/* Nobody's address: the login's OU may grant it. */
static enum match may_show_foreign(const struct policy *p, const struct address *a)
{
    struct source source;
    if (!p->login_ou)
        return address_equal(&p->login, a) ? MATCH_YES : MATCH_NO;
    if (is_login(p, a, p->login_ou))
        return MATCH_YES;
    if (is_granted(p, a, p->login_ou, &source))
        return MATCH_YES;
    return user_owns(p, a, p->login_ou, &source);
}

enum match may_show(const struct policy *p, const struct address *a)
{
    const struct ou *ou = policy_owner(p, a);
    const struct user *user = p->user;
    struct source source;
    if (user && user->smtp_auth == SMTP_AUTH_MATCHING_SENDER)
        return is_login(p, a, user->ou) ? MATCH_YES : MATCH_NO;
    if (!ou)
        return may_show_foreign(p, a);
    if (user && user->ou != ou)
        return MATCH_NO;
    if (user && !user->has_domain)
        return MATCH_YES;
    return owns(p, a, ou, &source);
}

static const struct user *own_user(const struct policy *p, const struct address *a,
                                   const struct ou *ou)
{
    const struct user *user = snapshot_user(p->snapshot, address_text(a));
    return user && user->ou == ou ? user : NULL;
}

enum match is_known(const struct policy *p, const struct address *a,
                    const struct ou *ou, struct source *source)
{
    struct address cut;
    const struct user *user = own_user(p, a, ou);
    if (!user && address_without_extension(a, ou->recipient_delimiter, &cut))
        user = own_user(p, &cut, ou);
    const struct sender_entry *entry =
        sender_map_find(ou->sender_map, a, ou->recipient_delimiter);
    if (user)
        *source = source_at(user->file, user->line);
    else if (entry)
        *source = sender_entry_source(entry);
    if (user || entry)
        return MATCH_YES;
    return match_or(list_matches(ou->known_senders, a, ou),
                    list_matches(ou->user_senders, a, ou));
}
