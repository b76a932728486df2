/* SPDX-License-Identifier: BSD-2-Clause */
/* What only a whole configuration can tell: references, doubles, likely mistakes. */
#include <stdlib.h>

#include "load.h"
#include "reach.h"
#include "relaysections.h"
#include "sitepolicies.h"

static char present; /* the value of the keys of a set */

static void at(struct load *ld, enum severity severity, struct source source,
               const char *option, const char *message)
{
    diag_add(ld->diag, severity, source.file ? source.file : ld->snapshot->globals.file,
             source.line, option, "%s", message);
}

static void warn(struct load *ld, struct source source, const char *option,
                 const char *message)
{
    at(ld, SEVERITY_WARNING, source, option, message);
}

/* A restriction and its list. */
static void check_restriction(struct load *ld, int restriction, bool empty,
                              struct source where, const char *option,
                              struct source list, const char *list_option)
{
    if (restriction == RESTRICTION_ALLOW && empty)
        warn(ld, where, option, "allow with an empty list: nobody may authenticate");
    if (restriction == RESTRICTION_DENY && empty)
        warn(ld, where, option, "deny with an empty list refuses nobody");
    if (restriction == RESTRICTION_DISABLED && list.line && !empty)
        warn(ld, list, list_option, "has no effect while its restriction is disabled");
}

static void check_relay(struct load *ld, struct interface *i)
{
    const struct {
        bool given;
        enum interface_option option;
        const char *name;
    } grants[] = {
        {i->allow_relay_if_authenticated, INTERFACE_ALLOW_RELAY_IF_AUTHENTICATED,
         "allow_relay_if_authenticated"},
        {i->allow_relay_ous.count > 0, INTERFACE_ALLOW_RELAY_OUS, "allow_relay_ous"},
        {!client_list_empty(i->relay_clients), INTERFACE_RELAY_CLIENTS,
         "relay_clients"},
    };
    for (size_t n = 0; n < sizeof grants / sizeof *grants && !i->relay_check; n++)
        if (grants[n].given)
            warn(ld, interface_source(i, grants[n].option), grants[n].name,
                 "has no effect while relay_check is false");
    if (client_list_is_everyone(i->relay_clients))
        warn(ld, interface_source(i, INTERFACE_RELAY_CLIENTS), "relay_clients",
             "lets the whole Internet relay");
    for (size_t n = 0; n < i->allow_relay_ous.count; n++) {
        struct span name = span_of(i->allow_relay_ous.words[n]);
        struct ou *ou = strmap_find(&ld->snapshot->ous, name);
        if (ou)
            strmap_add(&i->relay_ous, name, ou);
        else
            diag_add(ld->diag, SEVERITY_ERROR, i->file,
                     i->lines[INTERFACE_ALLOW_RELAY_OUS], "allow_relay_ous",
                     "there is no ou \"%.80s\"", name.ptr);
    }
}

static bool has_word(const struct word_list *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->words[i], word) == 0)
            return true;
    return false;
}

static bool covers(const struct word_list *wide, const struct word_list *narrow)
{
    if (wide->count == 0)
        return true;
    for (size_t i = 0; i < narrow->count; i++)
        if (!has_word(wide, narrow->words[i]))
            return false;
    return narrow->count > 0;
}

/* Is each session that the later one is for, by listener, one of the earlier's too? */
static bool has_its_listeners(const struct interface *earlier,
                              const struct interface *later)
{
    return covers(&earlier->daemon_names, &later->daemon_names) &&
           covers(&earlier->ports, &later->ports);
}

enum left { LEFT_SOME, LEFT_UNKNOWN, LEFT_NONE };

/* Which sessions do these clients, when they come first, leave to the later one? Where
 * it is for all, those of whom no address is known. */
static enum left left_by(const struct client_list *clients,
                         const struct interface *later)
{
    if (!clients || client_list_covers(clients, later->clients))
        return LEFT_NONE;
    return !later->clients && client_list_is_complete(clients) ? LEFT_UNKNOWN
                                                               : LEFT_SOME;
}

static void warn_unreachable(struct load *ld, const struct interface *i, enum left left,
                             const char *by, const char *others)
{
    diag_add(ld->diag, SEVERITY_WARNING, i->file, i->line, "interface",
             "\"%.80s\" can never be reached%s: \"%.80s\"%s comes first", i->name,
             left == LEFT_NONE ? "" : " from a known address", by, others);
}

/* More interfaces than this with lists of clients are not looked at together. */
enum { TOGETHER_MAX = 64 };

/* Those before it, each of which leaves some clients to it, may leave none together. */
static void check_reachable_by_all(struct load *ld, const struct interface *i)
{
    struct arena *arena = arena_new();
    struct client_list *all = client_list_new(arena, true);
    const char *last = NULL;
    unsigned count = 0;
    for (const struct interface *e = ld->snapshot->interfaces; e != i; e = e->next) {
        if (!has_its_listeners(e, i) || ++count > TOGETHER_MAX)
            continue;
        client_list_merge(all, e->clients);
        last = e->name;
    }
    client_list_finish(all);
    enum left left = count > 1 && count <= TOGETHER_MAX ? left_by(all, i) : LEFT_SOME;
    if (left != LEFT_SOME)
        warn_unreachable(ld, i, left, last, " with those before it");
    arena_free(&arena);
}

static void check_reachable(struct load *ld, const struct interface *i)
{
    for (const struct interface *e = ld->snapshot->interfaces; e != i; e = e->next) {
        enum left left = has_its_listeners(e, i) ? left_by(e->clients, i) : LEFT_SOME;
        if (left == LEFT_SOME)
            continue;
        warn_unreachable(ld, i, left, e->name, "");
        return;
    }
    check_reachable_by_all(ld, i);
}

static void check_interface(struct load *ld, struct interface *i)
{
    if (i->authentication == AUTH_DISABLED && i->require_authentication)
        at(ld, SEVERITY_ERROR, interface_source(i, INTERFACE_REQUIRE_AUTHENTICATION),
           "require_authentication",
           "cannot be asked for where authentication is disabled: no mail would pass");
    check_restriction(ld, i->auth_ip_restriction, client_list_empty(i->auth_ip_filter),
                      interface_source(i, INTERFACE_AUTH_IP_RESTRICTION),
                      "auth_ip_restriction",
                      interface_source(i, INTERFACE_AUTH_IP_FILTER), "auth_ip_filter");
    check_restriction(ld, i->auth_username_restriction, !i->auth_username_filter,
                      interface_source(i, INTERFACE_AUTH_USERNAME_RESTRICTION),
                      "auth_username_restriction",
                      interface_source(i, INTERFACE_AUTH_USERNAME_FILTER),
                      "auth_username_filter");
    check_relay(ld, i);
    check_reachable(ld, i);
}

/* The OU that has all below a domain above this one. */
static const struct ou *owner_above(const struct snapshot *s, const char *domain)
{
    for (const char *dot = strchr(domain + 1, '.'); dot; dot = strchr(dot + 1, '.')) {
        const struct ou *ou = strmap_find(&s->domains, span_of(dot));
        if (ou)
            return ou;
    }
    return NULL;
}

/* ".com" makes half of the Internet local, and takes it from all other OUs. */
static void check_domains(struct load *ld, const struct ou *ou)
{
    for (size_t i = 0; i < ou->domains.count; i++) {
        const char *domain = ou->domains.words[i];
        if (domain[0] == '.' && !strchr(domain + 1, '.'))
            diag_add(ld->diag, SEVERITY_WARNING, ou->file, ou->lines[OU_DOMAINS],
                     "domains", "\"%.80s\" is a whole top-level domain", domain);
        const struct ou *above = owner_above(ld->snapshot, domain);
        if (above && above != ou)
            diag_add(ld->diag, SEVERITY_WARNING, ou->file, ou->lines[OU_DOMAINS],
                     "domains", "\"%.80s\" is taken from all that ou \"%.80s\" has",
                     domain, above->name);
    }
}

static void check_ou(struct load *ld, const struct ou *ou)
{
    check_domains(ld, ou);
    check_restriction(ld, ou->auth_username_restriction, !ou->auth_username_filter,
                      ou_source(ou, OU_AUTH_USERNAME_RESTRICTION),
                      "auth_username_restriction",
                      ou_source(ou, OU_AUTH_USERNAME_FILTER), "auth_username_filter");
    if (ou->ip_exception_mode == RESTRICTION_DENY &&
        !client_list_empty(ou->ip_exceptions))
        warn(ld, ou_source(ou, OU_IP_EXCEPTION_MODE), "ip_exception_mode",
             "deny exempts every client that is not listed: the rest of the Internet");
}

static void check_user(struct load *ld, const struct user *user)
{
    struct span name = user_name(user);
    size_t local = span_rfind(name, '@');
    struct span domain = {NULL, 0};
    if (user->has_domain)
        domain = span_cut(name, local + 1, name.len);
    const struct ou *owner = snapshot_domain_owner(ld->snapshot, domain);
    struct source here = {user->file, user->line};
    struct source auth = user_source(user, USER_SMTP_AUTH);
    if (owner && owner != user->ou)
        diag_add(ld->diag, SEVERITY_ERROR, here.file, here.line, "user",
                 "\"%.80s\" has a domain of another ou, \"%.80s\"", user->name,
                 owner->name);
    if (user->smtp_auth == SMTP_AUTH_MATCHING_SENDER && !user->has_domain)
        at(ld, SEVERITY_ERROR, auth, "smtp_auth",
           "matching_sender needs a user whose name is an address");
    else if (user->smtp_auth == SMTP_AUTH_MATCHING_SENDER && !owner)
        warn(ld, auth, "smtp_auth",
             "this user can send nothing: no ou has the domain of the name");
    if (user->smtp_auth == SMTP_AUTH_MATCHING_SENDER && user->senders)
        warn(ld, user_source(user, USER_SENDERS), "senders",
             "has no effect with matching_sender");
    if (!user->has_domain && user->smtp_auth != SMTP_AUTH_OFF &&
        user->ou->mode == MODE_MONITOR)
        warn(ld, auth, "smtp_auth",
             "monitor mode of the ou lets this user send as any other ou");
    if (user->smtp_auth == SMTP_AUTH_OFF && (user->senders || user->clients))
        warn(ld, here, "user",
             "has senders or clients, but smtp_auth is off: it cannot log in");
}

static void check_local_domains(struct load *ld)
{
    struct snapshot *s = ld->snapshot;
    for (size_t i = 0; i < s->globals.local_domains.count; i++)
        strmap_add(&s->local_domains, span_of(s->globals.local_domains.words[i]),
                   &present);
}

void snapshot_check(struct load *ld)
{
    struct snapshot *s = ld->snapshot;
    check_local_domains(ld);
    for (struct interface *i = s->interfaces; i; i = i->next)
        check_interface(ld, i);
    for (size_t i = 0; i < s->ou_count; i++)
        check_ou(ld, s->ou_list[i]);
    for (size_t i = 0; i < ld->user_count; i++)
        check_user(ld, ld->users[i]);
    check_logins(ld);
    check_policies(ld);
    check_relays(ld);
    check_senders(ld);
    const struct reach reach = reach_find(ld);
    check_rules(ld, &reach);
    check_users(ld, &reach);
    s->needs_headers |= s->judges_headers || s->globals.authentication_results;
    s->edits_messages |= s->globals.authentication_results != 0;
}
