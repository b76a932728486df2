/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules themselves, one predicate each, in the order they are judged. */
#include "rules.h"

static const struct reply reply_no_authentication = {
    "550", "5.7.1", "Mail from this domain is not accepted here"};

static enum outcome concluded(struct finding *f, enum outcome outcome,
                              const char *reason)
{
    f->reason = reason;
    return outcome;
}

static enum outcome unconcerned(struct finding *f, const char *reason)
{
    return concluded(f, OUTCOME_UNCONCERNED, reason);
}

static enum outcome passes(struct finding *f, const char *reason)
{
    return concluded(f, OUTCOME_PASS, reason);
}

static enum outcome refuses(struct finding *f, const char *reason)
{
    return concluded(f, OUTCOME_REFUSE, reason);
}

static enum outcome fault(struct finding *f)
{
    return concluded(f, OUTCOME_FAULT, "a regex of the list hit its limit");
}

/* allow: only what matches passes; deny: only what does not. */
static enum outcome restricted(struct finding *f, int restriction, enum match match)
{
    if (match == MATCH_UNKNOWN)
        return fault(f);
    if (restriction == RESTRICTION_ALLOW)
        return match == MATCH_YES ? passes(f, "listed in the allow list")
                                  : refuses(f, "not listed in the allow list");
    return match == MATCH_YES ? refuses(f, "listed in the deny list")
                              : passes(f, "not listed in the deny list");
}

static enum match client_matches(const struct policy *p, const struct client_list *list)
{
    static const struct span no_name = {NULL, 0};
    return client_list_match(list, &p->client, no_name);
}

/* Settings 12 and 13. */
static enum match is_exempt(const struct policy *p, const struct ou *ou)
{
    if (!ou->ip_exceptions || p->client.family == IP_UNKNOWN)
        return MATCH_NO;
    enum match listed = client_matches(p, ou->ip_exceptions);
    return ou->ip_exception_mode == RESTRICTION_ALLOW ? listed : match_not(listed);
}

/* The sender's OU would refuse, unless the client is exempt. */
static enum outcome refuses_unless_exempt(const struct policy *p, struct finding *f,
                                          const char *reason)
{
    switch (is_exempt(p, p->sender_ou)) {
    case MATCH_YES:
        f->source = ou_source(p->sender_ou, OU_IP_EXCEPTIONS);
        return passes(f, "the client is exempt by ip_exceptions");
    case MATCH_NO:
        return refuses(f, reason);
    case MATCH_UNKNOWN:
        break;
    }
    return fault(f);
}

static struct span local_part_cut(struct span local, const char *delimiters)
{
    for (size_t i = 1; i < local.len; i++)
        if (strchr(delimiters, local.ptr[i]))
            return span_cut(local, 0, i);
    return local;
}

/* recipient_delimiter: the address without its extension. False if it has none, or
 * nothing would be left. */
static bool without_extension(const struct address *from, const char *delimiters,
                              struct address *to)
{
    struct span local = {from->text, from->local_len};
    if (!*delimiters || strchr(delimiters, local.ptr[0]))
        return false;
    struct span cut = local_part_cut(local, delimiters);
    if (cut.len == local.len)
        return false;
    memcpy(to->text, cut.ptr, cut.len);
    to->local_len = cut.len;
    address_set_domain(to, address_domain(from));
    return true;
}

/* Does the login equal the sender, or does a pattern of senders (NULL: none) match? */
static enum match owns_as_is(const struct policy *p, const struct address *sender,
                             const struct name_list *senders)
{
    if (address_equal(&p->login, sender))
        return MATCH_YES;
    return name_list_match(senders, address_text(sender));
}

static enum match owns(const struct policy *p, const struct ou *ou,
                       const struct name_list *senders)
{
    struct address cut;
    enum match match = owns_as_is(p, &p->sender, senders);
    if (match != MATCH_YES &&
        without_extension(&p->sender, ou->recipient_delimiter, &cut))
        match = match_or(match, owns_as_is(p, &cut, senders));
    return match;
}

/* --- MAIL: the session and the login --- */

static const char not_authenticated[] = "the session is not authenticated";

static enum outcome test_auth_disabled(const struct policy *p, struct finding *f)
{
    f->source = interface_source(p->interface, INTERFACE_AUTHENTICATION);
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    if (p->interface->authentication == AUTH_DISABLED)
        return refuses(f, "authentication is disabled on this interface");
    return passes(f, "authentication is enabled on this interface");
}

static enum outcome test_auth_encryption(const struct policy *p, struct finding *f)
{
    f->source = interface_source(p->interface, INTERFACE_AUTHENTICATION);
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    if (p->interface->authentication != AUTH_ENCRYPTED)
        return unconcerned(f, "authentication does not need TLS here");
    return p->tls ? passes(f, "the session has TLS")
                  : refuses(f, "authentication needs TLS, which the session has not");
}

static enum outcome test_auth_ip(const struct policy *p, struct finding *f)
{
    int restriction = p->interface->auth_ip_restriction;
    f->source = interface_source(p->interface, INTERFACE_AUTH_IP_RESTRICTION);
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    if (restriction == RESTRICTION_DISABLED)
        return unconcerned(f, "any client may authenticate");
    if (p->client.family == IP_UNKNOWN)
        return refuses(f, "the address of the client is not known");
    return restricted(f, restriction, client_matches(p, p->interface->auth_ip_filter));
}

static enum outcome test_auth_username(const struct policy *p, struct finding *f)
{
    int restriction = p->interface->auth_username_restriction;
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    if (!p->login_valid) {
        f->firm = true;
        return refuses(f, "this is not a login name");
    }
    f->source = interface_source(p->interface, INTERFACE_AUTH_USERNAME_RESTRICTION);
    if (restriction == RESTRICTION_DISABLED)
        return unconcerned(f, "any login may be used here");
    return restricted(
        f, restriction,
        name_list_match(p->interface->auth_username_filter, address_text(&p->login)));
}

static enum outcome test_ou_auth_username(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->login_domain;
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    if (!ou)
        return unconcerned(f, "no OU owns the domain of the login");
    f->source = ou_source(ou, OU_AUTH_USERNAME_RESTRICTION);
    if (ou->auth_username_restriction == RESTRICTION_DISABLED)
        return unconcerned(f, "any login of the OU may be used");
    return restricted(
        f, ou->auth_username_restriction,
        name_list_match(ou->auth_username_filter, address_text(&p->login)));
}

static enum outcome test_user_off(const struct policy *p, struct finding *f)
{
    if (!p->user)
        return unconcerned(f, "the login is not an internal user");
    f->source = user_source(p->user, USER_SMTP_AUTH);
    if (p->user->smtp_auth == SMTP_AUTH_OFF)
        return refuses(f, "smtp_auth of this user is off");
    return passes(f, "smtp_auth of this user is on");
}

static enum outcome test_user_client(const struct policy *p, struct finding *f)
{
    if (!p->user || !p->user->clients)
        return unconcerned(f, "the login is not bound to clients");
    f->source = user_source(p->user, USER_CLIENTS);
    switch (client_matches(p, p->user->clients)) {
    case MATCH_YES:
        return passes(f, "the user may log in from this client");
    case MATCH_NO:
        return refuses(f, "the user may not log in from this client");
    case MATCH_UNKNOWN:
        break;
    }
    return fault(f);
}

static enum outcome test_auth_required(const struct policy *p, struct finding *f)
{
    f->source = interface_source(p->interface, INTERFACE_REQUIRE_AUTHENTICATION);
    if (p->authenticated)
        return passes(f, "the session is authenticated");
    if (p->interface->require_authentication)
        return refuses(f, "the interface requires authentication");
    return unconcerned(f, "the interface does not require authentication");
}

/* --- MAIL: the sender --- */

static const char no_sender_ou[] = "the sender belongs to no OU";

static enum outcome test_bad_sender(const struct policy *p, struct finding *f)
{
    return p->sender_valid ? passes(f, "the sender is an address")
                           : refuses(f, "the sender is not an address");
}

/* No credentials can help where none are taken. */
static const struct reply *reply_for_stranger(const struct policy *p)
{
    return p->interface->authentication == AUTH_DISABLED ? &reply_no_authentication
                                                         : NULL;
}

static enum outcome test_sending_domain_auth(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->sender_ou;
    if (!ou)
        return unconcerned(f, no_sender_ou);
    f->source = ou_source(ou, OU_REQUIRE_SENDING);
    if (!ou->require_sending)
        return unconcerned(f, "the OU does not ask its senders to authenticate");
    if (p->authenticated)
        return passes(f, "the session is authenticated");
    f->reply = reply_for_stranger(p);
    return refuses_unless_exempt(p, f, "the OU asks its senders to authenticate");
}

static enum outcome test_cross_ou(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->sender_ou;
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    if (!ou)
        return unconcerned(f, no_sender_ou);
    if (!address_has_domain(&p->login))
        return unconcerned(f, "the login has no domain");
    f->source = ou_source(ou, OU_ACCEPT_OTHER_OUS);
    if (p->login_ou == ou)
        return passes(f, "the login belongs to the OU of the sender");
    if (ou->accept_other_ous)
        return passes(f, "the OU of the sender accepts logins of others");
    return refuses(f, "the login does not belong to the OU of the sender");
}

static enum outcome test_user_sender(const struct policy *p, struct finding *f)
{
    const struct user *user = p->user;
    if (!user)
        return unconcerned(f, "the login is not an internal user");
    f->source = user_source(user, USER_SMTP_AUTH);
    if (p->sender.len == 0)
        return passes(f, "the null sender");
    if (p->sender_ou != user->ou)
        return refuses(f, "the sender is outside of the OU of the user");
    if (user->smtp_auth != SMTP_AUTH_MATCHING_SENDER)
        return passes(f, "the user may use any sender of its OU");
    if (owns(p, user->ou, NULL) == MATCH_YES)
        return passes(f, "the sender is the user itself");
    return refuses(f, "the user may only send as itself");
}

static enum outcome test_sender_mismatch(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->sender_ou;
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    if (!ou)
        return unconcerned(f, no_sender_ou);
    f->source = ou_source(ou, OU_MATCH_AUTH_USER);
    if (!ou->match_auth_user)
        return unconcerned(f, "the OU does not bind senders to logins");
    if (p->user && !p->user->has_domain)
        return unconcerned(f, "an internal user without a domain, see user-sender");
    if (!address_has_domain(&p->login))
        return refuses_unless_exempt(p, f, "a login without a domain owns no address");
    /* What a user of another OU lists as its own is not for that OU to say. */
    bool own = p->user && p->user->ou == ou;
    switch (owns(p, ou, own ? p->user->senders : NULL)) {
    case MATCH_YES:
        return passes(f, "the login owns the sender");
    case MATCH_NO:
        return refuses_unless_exempt(p, f, "the login does not own the sender");
    case MATCH_UNKNOWN:
        break;
    }
    return is_exempt(p, ou) == MATCH_YES
               ? passes(f, "the client is exempt by ip_exceptions")
               : fault(f);
}

/* --- RCPT --- */

static enum outcome test_bad_recipient(const struct policy *p, struct finding *f)
{
    return p->recipient_valid ? passes(f, "the recipient is an address")
                              : refuses(f, "the recipient is not an address");
}

static bool recipient_in_scope(const struct policy *p)
{
    struct span to = address_domain(&p->recipient);
    if (!to.ptr)
        return false;
    if (p->sender_ou->inbound_scope == SCOPE_DOMAIN)
        return span_equal(to, address_domain(&p->sender));
    return snapshot_domain_owner(p->snapshot, to) == p->sender_ou;
}

static enum outcome test_inbound_domain_auth(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->sender_ou;
    if (!ou)
        return unconcerned(f, no_sender_ou);
    f->source = ou_source(ou, OU_REQUIRE_INBOUND);
    if (ou->require_inbound == INBOUND_NO)
        return unconcerned(f, "the OU does not ask for it");
    if (p->authenticated)
        return passes(f, "the session is authenticated");
    if (ou->require_inbound == INBOUND_WHEN_AUTH_ENABLED &&
        p->interface->authentication == AUTH_DISABLED)
        return unconcerned(f, "authentication is disabled on this interface");
    if (!recipient_in_scope(p))
        return unconcerned(f, "the recipient is not of the sender's own");
    f->reply = reply_for_stranger(p);
    return refuses_unless_exempt(p, f, "the OU asks those who send to it as itself");
}

/* `user%elsewhere@ours` is not for us where the MTA passes it on to elsewhere. */
static bool recipient_is_local(const struct policy *p)
{
    const struct address *to = &p->recipient;
    bool routed =
        memchr(to->text, '%', to->local_len) || memchr(to->text, '!', to->local_len);
    if (routed && p->routes_local_parts)
        return false;
    struct span domain = address_domain(to);
    return !domain.ptr || snapshot_domain_is_local(p->snapshot, domain);
}

static bool sender_is_inside(const struct policy *p)
{
    if (!p->authenticated)
        return false;
    if (p->sender.len == 0)
        return p->login_ou != NULL;
    struct span domain = address_domain(&p->sender);
    return domain.ptr && snapshot_domain_is_local(p->snapshot, domain);
}

static bool login_may_relay(const struct policy *p)
{
    if (!p->authenticated)
        return false;
    if (p->interface->allow_relay_if_authenticated)
        return true;
    return p->login_ou &&
           strmap_find(&p->interface->relay_ous, p->login_ou->folded_name);
}

static enum outcome test_relay_denied(const struct policy *p, struct finding *f)
{
    const struct interface *i = p->interface;
    f->source = interface_source(i, INTERFACE_RELAY_CHECK);
    if (!i->relay_check)
        return unconcerned(f, "relaying is left to the MTA here");
    if (recipient_is_local(p))
        return passes(f, "the recipient is local");
    if (sender_is_inside(p))
        return passes(f, "the sender is authenticated and local");
    if (login_may_relay(p))
        return passes(f, "the login may relay");
    switch (client_matches(p, i->relay_clients)) {
    case MATCH_YES:
        return passes(f, "the client may relay");
    case MATCH_NO:
        return refuses(f, "neither sender nor recipient is ours");
    case MATCH_UNKNOWN:
        break;
    }
    return fault(f);
}

const struct rule rules_mail[] = {
    {RULE_AUTH_DISABLED,
     OWNER_INTERFACE,
     test_auth_disabled,
     {"550", "5.7.1", "Authentication is not available here"}},
    {RULE_AUTH_ENCRYPTION,
     OWNER_INTERFACE,
     test_auth_encryption,
     {"530", "5.7.0", "Must issue a STARTTLS command first"}},
    {RULE_AUTH_IP,
     OWNER_INTERFACE,
     test_auth_ip,
     {"550", "5.7.1", "Your address may not be used to authenticate"}},
    {RULE_AUTH_USERNAME,
     OWNER_INTERFACE,
     test_auth_username,
     {"550", "5.7.1", "This login may not be used here"}},
    {RULE_OU_AUTH_USERNAME,
     OWNER_LOGIN_OU,
     test_ou_auth_username,
     {"550", "5.7.1", "This login may not be used by your organisation's rules"}},
    {RULE_USER_OFF,
     OWNER_LOGIN_OU,
     test_user_off,
     {"550", "5.7.1", "This user may not authenticate"}},
    {RULE_USER_CLIENT,
     OWNER_LOGIN_OU,
     test_user_client,
     {"550", "5.7.1", "This user may not authenticate from your address"}},
    {RULE_AUTH_REQUIRED,
     OWNER_INTERFACE,
     test_auth_required,
     {"530", "5.7.0", "Authentication required"}},
    {RULE_BAD_SENDER,
     OWNER_NOBODY,
     test_bad_sender,
     {"501", "5.1.7", "Bad sender address syntax"}},
    {RULE_SENDING_DOMAIN_AUTH,
     OWNER_SENDER_OU,
     test_sending_domain_auth,
     {"530", "5.7.0", "Authentication required to send from this domain"}},
    {RULE_CROSS_OU,
     OWNER_SENDER_OU,
     test_cross_ou,
     {"553", "5.7.1", "Your login may not send from this domain"}},
    {RULE_USER_SENDER,
     OWNER_LOGIN_OU,
     test_user_sender,
     {"553", "5.7.1", "Your login may not use this sender address"}},
    {RULE_SENDER_MISMATCH,
     OWNER_SENDER_OU,
     test_sender_mismatch,
     {"553", "5.7.1", "Sender address is not owned by your login"}},
    {RULE_NONE, OWNER_NOBODY, NULL, {NULL, NULL, NULL}},
};

const struct rule rules_rcpt[] = {
    {RULE_BAD_RECIPIENT,
     OWNER_NOBODY,
     test_bad_recipient,
     {"501", "5.1.3", "Bad recipient address syntax"}},
    {RULE_INBOUND_DOMAIN_AUTH,
     OWNER_SENDER_OU,
     test_inbound_domain_auth,
     {"530", "5.7.0", "Authentication required to send as a user of this domain"}},
    {RULE_RELAY_DENIED,
     OWNER_INTERFACE,
     test_relay_denied,
     {"554", "5.7.1", "Relay access denied"}},
    {RULE_NONE, OWNER_NOBODY, NULL, {NULL, NULL, NULL}},
};
