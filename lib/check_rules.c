/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules that can never refuse, and grants to everybody: legal, and likely not meant. */
#include <stdio.h>

#include "load.h"
#include "reach.h"

static void warn(struct load *ld, const char *file, unsigned line, const char *option,
                 const char *message)
{
    diag_add(ld->diag, SEVERITY_WARNING, file, line, option, "%s", message);
}

/* --- rules of an OU --- */

/* What refuses, once it is on. */
static const struct {
    enum ou_option option;
    size_t offset;      /* of an int: 0 is off */
    bool needs_login;   /* it is for those who logged in */
    bool needs_domains; /* it is for senders, or authors, in the OU's domains */
} ou_rules[] = {
    {OU_REQUIRE_INBOUND, offsetof(struct ou, require_inbound), false, true},
    {OU_REQUIRE_SENDING, offsetof(struct ou, require_sending), false, true},
    {OU_MATCH_AUTH_USER, offsetof(struct ou, match_auth_user), true, true},
    {OU_REFUSE_UNKNOWN_SENDERS, offsetof(struct ou, refuse_unknown_senders), false,
     true},
    {OU_MATCH_HEADER_FROM, offsetof(struct ou, match_header_from), true, false},
    {OU_REQUIRE_ALIGNED, offsetof(struct ou, require_aligned), false, true},
    {OU_REFUSE_DISPLAY_NAME, offsetof(struct ou, refuse_display_name), false, false},
};
enum { OU_RULES = sizeof ou_rules / sizeof *ou_rules };

static bool is_on(const struct ou *ou, size_t rule)
{
    int value;
    memcpy(&value, (const char *)ou + ou_rules[rule].offset, sizeof value);
    return value != 0;
}

static void check_ou_rules(struct load *ld, const struct ou *ou,
                           const struct reach *reach)
{
    for (size_t i = 0; i < OU_RULES; i++) {
        enum ou_option option = ou_rules[i].option;
        const char *name = schema_ou.options[option].name;
        bool when_enabled = option == OU_REQUIRE_INBOUND &&
                            ou->require_inbound == INBOUND_WHEN_AUTH_ENABLED;
        if (!is_on(ou, i))
            continue;
        if (ou_rules[i].needs_domains && ou->domains.count == 0)
            warn(ld, ou->file, ou->lines[option], name,
                 "can never refuse: the ou has no domains");
        else if ((ou_rules[i].needs_login || when_enabled) && !reach->takes_logins)
            warn(ld, ou->file, ou->lines[option], name,
                 "can never refuse: authentication is disabled on every interface");
    }
    if (ou->lines[OU_INBOUND_SCOPE] && ou->require_inbound == INBOUND_NO)
        warn(ld, ou->file, ou->lines[OU_INBOUND_SCOPE], "inbound_scope",
             "has no effect while require_inbound_domain_authentication is no");
}

/* What an exception for everybody is the end of. */
static void check_exceptions(struct load *ld, const struct ou *ou)
{
    char names[300] = "";
    size_t len = 0;
    const unsigned line = ou->lines[OU_IP_EXCEPTIONS];
    unsigned everyone = ou->ip_exception_mode == RESTRICTION_ALLOW
                            ? client_list_everyone(ou->ip_exceptions)
                            : 0;
    if (!everyone)
        return;
    for (size_t i = 0; i < OU_RULES; i++)
        if (is_on(ou, i) && len < sizeof names)
            len += (size_t)snprintf(names + len, sizeof names - len, "%s%s",
                                    len ? ", " : "",
                                    schema_ou.options[ou_rules[i].option].name);
    if (!len)
        warn(ld, ou->file, line, "ip_exceptions", "exempts the whole Internet");
    else
        diag_add(ld->diag, SEVERITY_WARNING, ou->file, line, "ip_exceptions",
                 "exempts the whole Internet: %s can never refuse%s", names,
                 everyone == EVERYONE_OF_IPV4   ? " over IPv4"
                 : everyone == EVERYONE_OF_IPV6 ? " over IPv6"
                                                : "");
}

/* A list of logins that everybody is on. */
static void check_everyone(struct load *ld, int restriction,
                           const struct name_list *list, const char *file,
                           unsigned line)
{
    if (restriction == RESTRICTION_DISABLED || !name_list_is_everyone(list))
        return;
    warn(ld, file, line, "auth_username_filter",
         restriction == RESTRICTION_ALLOW
             ? "lists every login: auth_username_restriction = allow refuses nobody"
             : "lists every login: nobody may authenticate");
}

static void check_ou(struct load *ld, const struct ou *ou, const struct reach *reach)
{
    check_exceptions(ld, ou);
    check_ou_rules(ld, ou, reach);
    check_everyone(ld, ou->auth_username_restriction, ou->auth_username_filter,
                   ou->file, ou->lines[OU_AUTH_USERNAME_FILTER]);
    if (ou->auth_username_restriction != RESTRICTION_DISABLED &&
        ou->auth_username_filter && ou->domains.count == 0)
        warn(ld, ou->file, ou->lines[OU_AUTH_USERNAME_RESTRICTION],
             "auth_username_restriction", "can never refuse: the ou has no domains");
    if (ou->refuse_unknown_senders && name_list_is_everyone(ou->known_senders))
        warn(ld, ou->file, ou->lines[OU_KNOWN_SENDERS], "known_senders",
             "lists every sender: refuse_unknown_senders can never refuse");
}

/* --- interfaces --- */

/* Where nobody gets past auth-disabled. */
static void check_disabled(struct load *ld, const struct interface *i)
{
    const unsigned *lines = i->lines;
    if (i->auth_ip_restriction && !client_list_empty(i->auth_ip_filter))
        warn(ld, i->file, lines[INTERFACE_AUTH_IP_RESTRICTION], "auth_ip_restriction",
             "can never refuse: authentication is disabled here");
    if (i->auth_username_restriction && i->auth_username_filter)
        warn(ld, i->file, lines[INTERFACE_AUTH_USERNAME_RESTRICTION],
             "auth_username_restriction",
             "can never refuse: authentication is disabled here");
    if (i->relay_check && i->allow_relay_if_authenticated)
        warn(ld, i->file, lines[INTERFACE_ALLOW_RELAY_IF_AUTHENTICATED],
             "allow_relay_if_authenticated",
             "lets nobody relay: authentication is disabled here");
    if (i->relay_check && i->allow_relay_ous.count)
        warn(ld, i->file, lines[INTERFACE_ALLOW_RELAY_OUS], "allow_relay_ous",
             "lets nobody relay: authentication is disabled here");
}

static void check_auth_ip(struct load *ld, const struct interface *i)
{
    if (i->auth_ip_restriction == RESTRICTION_DISABLED ||
        client_list_everyone(i->auth_ip_filter) != EVERYONE)
        return;
    warn(ld, i->file, i->lines[INTERFACE_AUTH_IP_FILTER], "auth_ip_filter",
         i->auth_ip_restriction == RESTRICTION_ALLOW
             ? "lists the whole Internet: auth_ip_restriction = allow refuses nobody "
               "whose address is known"
             : "lists the whole Internet: nobody may authenticate");
}

/* A stolen password is then all that spam needs, whosever it is. */
static void check_relay(struct load *ld, const struct interface *i)
{
    const struct snapshot *s = ld->snapshot;
    bool any_login = i->auth_username_restriction == RESTRICTION_DISABLED &&
                     i->auth_ip_restriction == RESTRICTION_DISABLED;
    if (!i->relay_check || !any_login)
        return;
    if (i->allow_relay_if_authenticated)
        warn(ld, i->file, i->lines[INTERFACE_ALLOW_RELAY_IF_AUTHENTICATED],
             "allow_relay_if_authenticated",
             "every login may relay with any sender, that of no ou, too: "
             "allow_relay_ous names those who may");
    else if (s->ou_count > 1 && i->relay_ous.used == s->ou_count)
        warn(ld, i->file, i->lines[INTERFACE_ALLOW_RELAY_OUS], "allow_relay_ous",
             "names every ou: all their logins may relay with any sender");
}

static void check_interface(struct load *ld, const struct interface *i)
{
    if (reach_refuses_logins(ld->snapshot, i)) {
        check_disabled(ld, i);
        return;
    }
    check_auth_ip(ld, i);
    check_everyone(ld, i->auth_username_restriction, i->auth_username_filter, i->file,
                   i->lines[INTERFACE_AUTH_USERNAME_FILTER]);
    check_relay(ld, i);
}

/* --- policies --- */

static bool can_have_state(const struct snapshot *s, const struct interface *i,
                           int state)
{
    if (state == STATE_ANY)
        return true;
    if (state == STATE_AUTHENTICATED)
        return !reach_refuses_logins(s, i);
    return !i->require_authentication || reach_is_monitored(s, i);
}

static bool is_of_policy(const struct site_policy *p, const struct interface *i)
{
    return p->interfaces.count == 0 || strmap_find(&p->interface_set, i->folded_name);
}

static void check_policy(struct load *ld, const struct site_policy *p,
                         const struct reach *reach)
{
    const struct interface *one = NULL;
    for (size_t n = 0; n < reach->count; n++) {
        if (!is_of_policy(p, reach->all[n]))
            continue;
        one = reach->all[n];
        if (can_have_state(ld->snapshot, one, p->authentication_state))
            return;
    }
    if (!one || p->authentication_state == STATE_ANY)
        return;
    warn(ld, p->file, p->lines[POLICY_AUTHENTICATION_STATE], "authentication_state",
         p->authentication_state == STATE_AUTHENTICATED
             ? "this policy is for no mail: authentication is disabled on each of its "
               "interfaces"
             : "this policy is for no mail: each of its interfaces requires "
               "authentication");
}

void check_rules(struct load *ld, const struct reach *reach)
{
    const struct snapshot *s = ld->snapshot;
    for (const struct interface *i = s->interfaces; i; i = i->next)
        check_interface(ld, i);
    for (size_t i = 0; i < s->ou_count; i++)
        check_ou(ld, s->ou_list[i], reach);
    for (const struct site_policy *p = s->policies; p; p = p->next)
        check_policy(ld, p, reach);
}
