/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of MAIL behind those of the login, in the order they are judged. */
#include "finding.h"
#include "ownership.h"

static enum outcome test_auth_required(const struct policy *p, struct finding *f)
{
    f->source = interface_source(p->interface, INTERFACE_REQUIRE_AUTHENTICATION);
    if (p->authenticated)
        return passes(f, "the session is authenticated");
    if (p->interface->require_authentication)
        return refuses(f, "the interface requires authentication");
    return unconcerned(f, "the interface does not require authentication");
}

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
    return refuses_unless_exempt(p, ou, f, "the OU asks its senders to authenticate");
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
    if (is_granted(p, &p->sender, ou, &f->source))
        return passes(f, "the OU of the sender lists the login as an owner");
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
    if (is_login(p, &p->sender, user->ou))
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
    if (ou->match_auth_user == MATCHING_OFF)
        return unconcerned(f, "the OU does not bind senders to logins");
    if (p->user && !p->user->has_domain)
        return unconcerned(f, "an internal user without a domain: user-sender");
    switch (owns(p, &p->sender, ou, &f->source)) {
    case MATCH_YES:
        return passes(f, "the login owns the sender");
    case MATCH_NO:
        return refuses_unless_exempt(p, ou, f, "the login does not own the sender");
    case MATCH_UNKNOWN:
        break;
    }
    return fault_unless_exempt(p, ou, f);
}

static enum outcome test_unknown_sender(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->sender_ou;
    if (!ou)
        return unconcerned(f, no_sender_ou);
    f->source = ou_source(ou, OU_REFUSE_UNKNOWN_SENDERS);
    if (!ou->refuse_unknown_senders)
        return unconcerned(f, "the OU does not say who its senders are");
    switch (is_known(p, &p->sender, ou, &f->source)) {
    case MATCH_YES:
        return passes(f, "the OU knows the sender");
    case MATCH_NO:
        return refuses_unless_exempt(p, ou, f, "the OU knows no such sender");
    case MATCH_UNKNOWN:
        break;
    }
    return fault_unless_exempt(p, ou, f);
}

const struct rule rules_mail[] = {
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
    {RULE_UNKNOWN_SENDER,
     OWNER_SENDER_OU,
     test_unknown_sender,
     {"550", "5.1.8", "This sender address is not known here"}},
    {RULE_NONE, OWNER_NOBODY, NULL, {NULL, NULL, NULL}},
};
