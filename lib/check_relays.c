/* SPDX-License-Identifier: BSD-2-Clause */
/* What only the whole configuration can tell of its relays. */
#include <stdio.h>
#include <string.h>

#include "glob.h"
#include "names.h"
#include "relay.h"
#include "relaysections.h"

static void check_ous(struct load *ld, struct relay *r)
{
    for (size_t n = 0; n < r->ous.count; n++) {
        struct span name = span_of(r->ous.words[n]);
        struct ou *ou = strmap_find(&ld->snapshot->ous, name);
        if (ou)
            strmap_add(&r->ou_set, name, ou);
        else
            diag_add(ld->diag, SEVERITY_ERROR, r->file, r->lines[RELAY_OUS], "ous",
                     "there is no ou \"%.80s\"", name.ptr);
    }
}

/* --- the same mail, claimed twice --- */

static bool has_ou(const struct relay *r, struct span name)
{
    return strmap_find(&r->ou_set, name) != NULL;
}

/* Is each sender that this pattern matches claimed by the relay, too? As far as that
 * can be told by looks: one regex is not compared with another. */
static bool claims_pattern(const struct snapshot *s, const struct relay *r,
                           struct span pattern)
{
    const size_t at = span_rfind(pattern, '@');
    if (name_list_claims(r->senders, pattern))
        return true;
    if (pattern.ptr[0] == '/' || at == pattern.len)
        return false;
    const struct span domain = span_cut(pattern, at + 1, pattern.len);
    const struct ou *ou =
        glob_is_pattern(domain) ? NULL : snapshot_domain_owner(s, domain);
    return ou && has_ou(r, ou->folded_name);
}

/* And each sender of this OU? */
static bool claims_ou(const struct snapshot *s, const struct relay *r,
                      const char *folded_name)
{
    const struct ou *ou = strmap_find(&s->ous, span_of(folded_name));
    if (!ou || has_ou(r, ou->folded_name))
        return ou != NULL;
    for (size_t i = 0; i < ou->domains.count; i++) {
        char pattern[DOMAIN_MAX + sizeof "*@*."];
        const char *domain = ou->domains.words[i];
        snprintf(pattern, sizeof pattern, "*@%s%s", *domain == '.' ? "*" : "", domain);
        if (!name_list_claims(r->senders, span_of(pattern)))
            return false;
    }
    return ou->domains.count > 0;
}

/* What an earlier relay takes of what a later one claims. */
struct claims {
    const struct snapshot *snapshot;
    const struct relay *first;
    bool all;
    enum relay_option option; /* by which it claims this one: */
    char one[120];            /* "": none */
};

static void note(struct claims *c, bool taken, enum relay_option option,
                 struct span claim)
{
    c->all = c->all && taken;
    if (!taken || *c->one)
        return;
    c->option = option;
    snprintf(c->one, sizeof c->one, "%.*s", (int)(claim.len > 80 ? 80 : claim.len),
             claim.ptr);
}

static void look_at_pattern(void *context, struct span pattern)
{
    struct claims *c = context;
    note(c, claims_pattern(c->snapshot, c->first, pattern), RELAY_SENDERS, pattern);
}

/* Both are for certain senders. */
static struct claims compare(const struct snapshot *s, const struct relay *first,
                             const struct relay *second)
{
    struct claims c = {.snapshot = s, .first = first, .all = true};
    for (size_t i = 0; i < second->ous.count; i++)
        note(&c, claims_ou(s, first, second->ous.words[i]), RELAY_OUS,
             span_of(second->ous.words[i]));
    name_list_each(second->senders, look_at_pattern, &c);
    return c;
}

static const struct relay_host *common_host(const struct relay *a,
                                            const struct relay *b)
{
    for (size_t i = 0; i < b->host_count; i++)
        for (size_t n = 0; n < a->host_count; n++)
            if (strcmp(a->hosts[n].text, b->hosts[i].text) == 0)
                return &b->hosts[i];
    return NULL;
}

static void clash(struct load *ld, const struct relay *second, enum relay_option option,
                  const struct relay *first, const struct relay_host *host,
                  const char *whose)
{
    diag_add(ld->diag, SEVERITY_ERROR, second->file, second->lines[option],
             schema_relay.options[option].name,
             "relay \"%s\" claims %s for %s already: see %s:%u", first->name,
             host->text, whose, first->file, first->line);
}

/* A narrower one before a wider one is fine; what comes too late is not. */
static void check_pair(struct load *ld, const struct relay *first,
                       const struct relay *second, const struct relay_host *host)
{
    if (!relay_is_for_senders(first) ||
        (!relay_is_for_senders(second) && name_list_is_everyone(first->senders))) {
        clash(ld, second, RELAY_HOSTS, first, host, "all senders");
        return;
    }
    if (!relay_is_for_senders(second))
        return;
    const struct claims claims = compare(ld->snapshot, first, second);
    if (!*claims.one)
        return;
    char whose[sizeof claims.one + sizeof "ou \"\""];
    snprintf(whose, sizeof whose, "%s\"%s\"", claims.option == RELAY_OUS ? "ou " : "",
             claims.one);
    clash(ld, second, claims.option, first, host, whose);
}

/* Where mail of senders goes is the first one's word, whatever the hosts. */
static void check_route(struct load *ld, const struct relay *first,
                        const struct relay *second)
{
    if (relay_is_for_senders(first) && relay_is_for_senders(second) &&
        compare(ld->snapshot, first, second).all)
        diag_add(ld->diag, SEVERITY_WARNING, second->file, second->line, "relay",
                 "\"%s\" gets no mail by its sender: \"%s\" comes first", second->name,
                 first->name);
}

static void check_two(struct load *ld, const struct relay *first,
                      const struct relay *second)
{
    const struct relay_host *host = common_host(first, second);
    if (host)
        check_pair(ld, first, second, host);
    else
        check_route(ld, first, second);
}

void check_relays(struct load *ld)
{
    const struct globals *g = &ld->snapshot->globals;
    for (struct relay *r = ld->snapshot->relays; r; r = r->next)
        check_ous(ld, r);
    for (const struct relay *second = ld->snapshot->relays; second;
         second = second->next)
        for (const struct relay *first = ld->snapshot->relays; first != second;
             first = first->next)
            check_two(ld, first, second);
    if (ld->snapshot->relays && !*g->relay_socket)
        diag_add(ld->diag, SEVERITY_WARNING, ld->snapshot->relays->file,
                 ld->snapshot->relays->line, "relay",
                 "has no effect without relay_socket");
}
