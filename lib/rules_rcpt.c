/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of RCPT, in the order they are judged. */
#include "finding.h"

static enum outcome test_bad_recipient(const struct policy *p, struct finding *f)
{
    return p->recipient_valid ? passes(f, "the recipient is an address")
                              : refuses(f, "the recipient is not an address");
}

static bool domain_in_scope(const struct policy *p, struct span to)
{
    if (!to.ptr)
        return false;
    if (p->sender_ou->inbound_scope == SCOPE_DOMAIN)
        return span_equal(to, address_domain(&p->sender));
    return snapshot_domain_owner(p->snapshot, to) == p->sender_ou;
}

/* By our reading or by the MTA's; and where we cannot tell where it goes. */
static bool recipient_in_scope(const struct policy *p)
{
    return domain_in_scope(p, address_domain(&p->recipient)) ||
           domain_in_scope(p, address_domain(&p->recipient_reading)) ||
           policy_routes_local_part(p, &p->recipient);
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
    return refuses_unless_exempt(p, ou, f,
                                 "the OU asks those who send to it as itself");
}

/* `user%elsewhere@ours` is not for us where the MTA passes it on to elsewhere. */
static bool recipient_is_local(const struct policy *p)
{
    if (policy_routes_local_part(p, &p->recipient))
        return false;
    struct span domain = address_domain(&p->recipient);
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
        return refuses(f, "the recipient is not local, the sender not inside");
    case MATCH_UNKNOWN:
        break;
    }
    return fault(f);
}

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
