/* SPDX-License-Identifier: BSD-2-Clause */
/* Likely mistakes about logins, which only a whole configuration shows. */
#include "ascii.h"
#include "load.h"

static bool serves_logins(const struct globals *g)
{
    return *g->auth_socket || *g->saslauthd_socket || *g->map_socket;
}

/* What gatepost-auth cannot know. */
static void check_interface(struct load *ld, const struct interface *i)
{
    const struct globals *g = &ld->snapshot->globals;
    if (serves_logins(g) && i->ports.count && !i->daemon_names.count)
        diag_add(ld->diag, SEVERITY_WARNING, i->file, i->lines[INTERFACE_PORTS],
                 "ports",
                 "never match at AUTH, where no port is known: select by daemon_names "
                 "too");
    if (*g->saslauthd_socket && i->clients)
        diag_add(ld->diag, SEVERITY_WARNING, i->file, i->lines[INTERFACE_CLIENTS],
                 "clients",
                 "never match at the saslauthd_socket, where no client is known");
}

/* Is there an interface where others are known by bare names, too? */
static bool completes_for_other(const struct snapshot *s, const struct ou *ou)
{
    for (const struct interface *i = s->interfaces; i; i = i->next) {
        const struct ou *owner = snapshot_domain_owner(s, span_of(i->default_domain));
        if (owner && owner != ou)
            return true;
    }
    return false;
}

static void check_user(struct load *ld, const struct user *u)
{
    const struct snapshot *s = ld->snapshot;
    bool ascii = true;
    for (size_t i = 0; i < u->name_len; i++)
        ascii = ascii && !ascii_is_high(u->name[i]);
    if (!u->has_domain && u->ou->of_tenant && completes_for_other(s, u->ou))
        diag_add(ld->diag, SEVERITY_WARNING, u->file, u->line, "user",
                 "default_domain is of another ou: who logs in there as \"%.80s\" is "
                 "this user",
                 u->name);
    if (!ascii && *s->globals.auth_socket)
        diag_add(ld->diag, SEVERITY_WARNING, u->file, u->line, "user",
                 "a name that is not ASCII gets to the milter only where Postfix has "
                 "smtputf8_enable = yes");
    if (u->lines[USER_PASSWORD] && !u->lines[USER_SMTP_AUTH])
        diag_add(ld->diag, SEVERITY_WARNING, u->file, u->line, "user",
                 "has a password, but smtp_auth is off: it cannot log in");
}

static bool names_domain(const char *text)
{
    for (; *text; text++)
        if (*text == '%' && *++text != 'n' && *text != '%')
            return true;
    return false;
}

static bool has_many_domains(const struct ou *ou)
{
    return ou->domains.count > 1 ||
           (ou->domains.count == 1 && ou->domains.words[0][0] == '.');
}

/* Rules for a@one do not hold for a@other, who is the same to the target. */
static void check_target(struct load *ld, const struct target *t)
{
    const char *name = *t->bind_dn         ? t->bind_dn
                       : *t->search_filter ? t->search_filter
                                           : t->username;
    bool by_username = strstr(name, "%u") != NULL;
    bool told = names_domain(by_username ? t->username : name);
    if (t->auth && !told && has_many_domains(t->ou))
        diag_add(
            ld->diag, SEVERITY_WARNING, t->file, t->line, "target",
            "is not told the domain: each user of it has a name in every domain of "
            "the ou, and rules for one of them are no rules for the others");
}

void check_logins(struct load *ld)
{
    const struct snapshot *s = ld->snapshot;
    for (const struct interface *i = s->interfaces; i; i = i->next)
        check_interface(ld, i);
    for (size_t i = 0; i < s->ou_count; i++)
        for (const struct target *t = s->ou_list[i]->targets; t; t = t->next)
            check_target(ld, t);
    for (size_t i = 0; i < ld->user_count; i++)
        check_user(ld, ld->users[i]);
}
