/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of a login, at AUTH and again at MAIL, in the order they are judged. */
#include "finding.h"

static const char left_to_mail[] = "not known here: judged at MAIL";

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
    if (p->unknown & TXN_NO_TLS)
        return unconcerned(f, left_to_mail);
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
    if (p->unknown & TXN_NO_CLIENT)
        return unconcerned(f, left_to_mail);
    if (p->client.family == IP_UNKNOWN)
        return refuses(f, "the address of the client is not known");
    return restricted(f, restriction, client_matches(p, p->interface->auth_ip_filter));
}

static enum outcome test_auth_username(const struct policy *p, struct finding *f)
{
    int restriction = p->interface->auth_username_restriction;
    if (!p->authenticated || p->unknown & TXN_NO_LOGIN)
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
    if (p->unknown & TXN_NO_CLIENT)
        return unconcerned(f, left_to_mail);
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

const struct rule rules_login[] = {
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
    {RULE_NONE, OWNER_NOBODY, NULL, {NULL, NULL, NULL}},
};
