/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may send as whom, as only a whole configuration shows it. */
#include "load.h"

/* What a tenant's users list costs time at each of his mails. */
enum { TENANT_WALKED = 4096 };

struct map_count {
    const struct sender_entry *foreign; /* the first of another OU's */
    unsigned foreigns, own, entries;
};

static struct map_count count_entries(const struct load *ld, const struct ou *ou)
{
    struct map_count c = {0};
    for (const struct sender_entry *e = sender_map_first(ou->sender_map); e;
         e = e->next) {
        struct span key = sender_entry_key(e);
        size_t at = span_rfind(key, '@');
        const struct ou *owner =
            snapshot_domain_owner(ld->snapshot, span_cut(key, at + 1, key.len));
        c.entries++;
        c.own += owner == ou;
        if (!owner || owner == ou)
            continue;
        c.foreign = c.foreign ? c.foreign : e;
        c.foreigns++;
    }
    return c;
}

/* Grants of other OUs' addresses grant nothing. A map that several OUs share has some
 * for each. */
static void check_map(struct load *ld, const struct ou *ou)
{
    struct map_count c = count_entries(ld, ou);
    if (c.entries && c.own == 0)
        diag_add(ld->diag, SEVERITY_WARNING, ou->file, ou->lines[OU_SENDERS_FILE],
                 "senders_file", "holds no address of ou \"%.80s\"", ou->name);
    else if (c.foreign)
        diag_add(ld->diag, SEVERITY_WARNING, c.foreign->file, c.foreign->line,
                 "senders_file",
                 "an address of another ou: ou \"%.80s\" cannot grant it (%u of them)",
                 ou->name, c.foreigns);
}

/* Who asks for what a map grants? Logins of other OUs need it in any case. */
static void check_matching(struct load *ld, const struct ou *ou)
{
    const char *why = NULL;
    if (ou->match_auth_user == MATCHING_EXACT)
        why = "while match_auth_user is exact, no sender is granted by it";
    else if (ou->match_auth_user == MATCHING_OFF && ou->match_header_from == HEADER_NO)
        why = "binds no sender to its logins: match_auth_user is false";
    if (why && ou->sender_map && !ou->refuse_unknown_senders)
        diag_add(ld->diag, SEVERITY_WARNING, ou->file, ou->lines[OU_SENDERS_FILE],
                 "senders_file", "%s", why);
}

static void check_unknown(struct load *ld, const struct ou *ou)
{
    if (!ou->refuse_unknown_senders && ou->known_senders)
        diag_add(ld->diag, SEVERITY_WARNING, ou->file, ou->lines[OU_KNOWN_SENDERS],
                 "known_senders",
                 "has no effect while refuse_unknown_senders is false");
}

/* Where senders must be known, what any user lists is looked up at once. */
static void gather_senders(struct load *ld)
{
    struct snapshot *s = ld->snapshot;
    size_t *walked = arena_alloc(ld->arena, (s->ou_count + 1) * sizeof *walked);
    for (size_t i = 0; i < ld->user_count; i++) {
        const struct user *user = ld->users[i];
        struct ou *ou = s->ou_list[user->ou->index];
        if (!user->senders || !ou->refuse_unknown_senders)
            continue;
        if (!ou->user_senders)
            ou->user_senders = name_list_new(ld->arena, NAME_SENDER);
        size_t before = walked[ou->index];
        walked[ou->index] += name_list_merge(ou->user_senders, user->senders);
        if (ou->of_tenant && before <= TENANT_WALKED &&
            walked[ou->index] > TENANT_WALKED)
            diag_add(ld->diag, SEVERITY_ERROR, ou->file,
                     ou->lines[OU_REFUSE_UNKNOWN_SENDERS], "refuse_unknown_senders",
                     "its users list more than %d wildcards and regexes",
                     TENANT_WALKED);
    }
}

/* What a user lists, and what comes of it. */
struct listed {
    const struct load *load;
    const struct ou *ou;
    bool headers; /* some ou asks who may be shown in From */
    unsigned foreign;
    struct span first; /* of them, in the order of the alphabet */
    bool first_is_domain;
    const struct ou *first_owner;
};

static int compare(struct span a, struct span b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

/* Most list the first domain of their ou: that takes no look-up. */
static bool is_first_domain(const struct ou *ou, struct span domain)
{
    return ou->domains.count && span_equal(span_of(ou->domains.words[0]), domain);
}

/* Of nobody's domain a user may show what it lists in From, but send as nothing. */
static void look_at_listed(void *context, struct span pattern, struct span domain)
{
    struct listed *l = context;
    if (is_first_domain(l->ou, domain))
        return;
    const struct ou *owner = snapshot_domain_owner(l->load->snapshot, domain);
    if (owner == l->ou || (!owner && l->headers))
        return;
    l->foreign++;
    if (l->first.ptr && compare(l->first, pattern) < 0)
        return;
    l->first = pattern;
    l->first_is_domain = pattern.ptr == domain.ptr;
    l->first_owner = owner;
}

/* Addresses that it is not for the user's ou to grant: they grant nothing. */
static void check_listed(struct load *ld, const struct user *user, bool headers)
{
    struct listed l = {.load = ld, .ou = user->ou, .headers = headers};
    if (!user->senders || user->smtp_auth != SMTP_AUTH_ANY_SENDER)
        return;
    name_list_domains(user->senders, &(struct name_visit){look_at_listed, &l});
    if (!l.foreign)
        return;
    int shown = l.first.len > 80 ? 80 : (int)l.first.len;
    diag_add(ld->diag, SEVERITY_WARNING, user->file, user->lines[USER_SENDERS],
             "senders", "\"%s%.*s\" is %s%.80s%s: it grants nothing (%u of them)",
             l.first_is_domain ? "*@" : "", shown, l.first.ptr,
             l.first_owner ? "of ou \"" : "in no domain of the ou \"",
             l.first_owner ? l.first_owner->name : user->ou->name, "\"", l.foreign);
}

static void check_all_listed(struct load *ld)
{
    const struct snapshot *s = ld->snapshot;
    bool headers = false;
    for (size_t i = 0; i < s->ou_count; i++)
        headers = headers || s->ou_list[i]->match_header_from != HEADER_NO;
    for (size_t i = 0; i < ld->user_count; i++)
        check_listed(ld, ld->users[i], headers);
}

void check_senders(struct load *ld)
{
    struct snapshot *s = ld->snapshot;
    for (size_t i = 0; i < s->ou_count; i++) {
        const struct ou *ou = s->ou_list[i];
        check_map(ld, ou);
        check_matching(ld, ou);
        check_unknown(ld, ou);
        s->judges_headers |= ou->match_header_from != HEADER_NO ||
                             ou->require_aligned || ou->refuse_display_name;
    }
    gather_senders(ld);
    check_all_listed(ld);
}
