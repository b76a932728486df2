/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of MAIL, in the order they are judged. */
#include "finding.h"
#include "ownership.h"

/* --- MAIL: the session and the login --- */

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
                  : refuses(f, "authentication needs TLS here");
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

static enum outcome test_bad_sender(const struct policy *p, struct finding *f)
{
    return p->sender_valid ? passes(f, "the sender is an address")
                           : refuses(f, "the sender is not an address");
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
        return unconcerned(f, "an internal user without a domain: user-sender");
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
