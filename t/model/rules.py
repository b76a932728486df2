# SPDX-License-Identifier: BSD-2-Clause
"""The rules of MAIL and RCPT, each of one setting or two, in their order."""

import dataclasses

import ownership
from canonical import NULL_SENDER

# Rules ---------------------------------------------------------------------
#
# Each returns True (passes), False (refuses) or None (does not apply).

def permitted(restriction, listed):
    return listed if restriction == "allow" else not listed


def auth_disabled(session):
    """Setting 1."""
    if not session.authenticated:
        return None
    return session.interface.authentication != "disabled"


def auth_encryption(session):
    """Setting 1."""
    if not session.authenticated or session.interface.authentication != "encrypted":
        return None
    return session.tls


def auth_ip(session):
    """Settings 3 and 4; an unknown client is in no list and refused by both."""
    interface = session.interface
    if not session.authenticated or interface.auth_ip_restriction == "disabled":
        return None
    listed = session.client_in(interface.auth_ip_filter)
    return session.client is not None and permitted(interface.auth_ip_restriction, listed)


def well_formed_login(session):
    return session.login is not None if session.authenticated else None


def auth_username(session):
    """Settings 5 and 6."""
    interface = session.interface
    if not session.authenticated or interface.auth_username_restriction == "disabled":
        return None
    listed = session.login_in(interface.auth_username_filter)
    return permitted(interface.auth_username_restriction, listed)


def ou_auth_username(session):
    """Settings 14 and 15, for logins whose domain the OU owns."""
    ou = session.owner(session.login)
    if ou is None or ou.auth_username_restriction == "disabled":
        return None
    return permitted(ou.auth_username_restriction, session.login_in(ou.auth_username_filter))


def user_off(session):
    """Setting 18."""
    return session.user.smtp_auth != "off" if session.user else None


def user_client(session):
    if session.user is None or not session.user.clients:
        return None
    return session.client_in(session.user.clients)


def auth_required(session):
    """Setting 2."""
    return session.authenticated if session.interface.require_authentication else None


def good_sender(session):
    return session.sender is not None


def sending_domain_auth(session):
    """Setting 10."""
    ou = session.sender_ou
    if ou is None or not ou.require_sending_domain_authentication:
        return None
    return session.authenticated or session.exempt_of(ou)


def cross_ou(session):
    ou = session.sender_ou
    if ou is None or not session.authenticated or not session.login.domain:
        return None
    return (session.login_ou is ou or ou.accept_other_ous
            or ownership.map_lists(session, ou, session.sender))


def user_sender(session):
    """Setting 18."""
    if session.user is None or session.sender == NULL_SENDER:
        return None
    if session.sender_ou is not session.user_ou:
        return False
    return (session.user.smtp_auth != "matching_sender"
            or ownership.is_own_address(session, session.sender, session.sender_ou))


def sender_match(session):
    """Setting 11."""
    ou = session.sender_ou
    if ou is None or not session.authenticated or not ownership.matching(ou):
        return None
    if session.user and not session.login.domain:
        return None
    return (session.exempt_of(ou)
            or ownership.agrees(session, session.sender, ou, ownership.matching(ou)))


def known_sender(session):
    """A sender in the OU's domains that nothing speaks of."""
    ou = session.sender_ou
    if ou is None or not ou.refuse_unknown_senders:
        return None
    return session.exempt_of(ou) or ownership.is_known(session, session.sender, ou)


def good_recipient(session):
    return session.recipient not in (None, NULL_SENDER)


def inbound_domain_auth(session):
    """Setting 9."""
    ou = session.sender_ou
    if ou is None or ou.require_inbound_domain_authentication == "no":
        return None
    if (ou.require_inbound_domain_authentication == "when_auth_enabled"
            and session.interface.authentication == "disabled"):
        return None
    if ou.inbound_scope == "ou":
        in_scope = session.owner(session.recipient) is ou
    else:
        in_scope = session.recipient.domain == session.sender.domain
    if not in_scope:
        return None
    return session.authenticated or session.exempt_of(ou)


def relay_permitted(session):
    """Settings 7 and 8."""
    interface, domain = session.interface, session.recipient.domain
    if not interface.relay_check or not domain or session.is_local(domain):
        return None
    return (session.sender_is_inside()
            or session.client_in(interface.relay_clients)
            or session.authenticated and interface.allow_relay_if_authenticated
            or session.login_ou is not None
            and session.login_ou.name in interface.allow_relay_ous)


def fixed(reply):
    return lambda _: reply


def authentication_required(session):
    """530 asks the client to authenticate, which needs AUTH to be offered."""
    return "550 5.7.1" if session.interface.authentication == "disabled" else "530 5.7.0"


@dataclasses.dataclass(frozen=True)
class Rule:
    id: str
    judge: callable
    section: str            # the Session's attribute whose setting decides
    option: str             # that setting, "" for none
    reply: callable = fixed("550 5.7.1")
    held_back: bool = True  # in monitor mode


MAIL_RULES = (
    Rule("auth-disabled", auth_disabled, "interface", "authentication"),
    Rule("auth-encryption", auth_encryption, "interface", "authentication", fixed("530 5.7.0")),
    Rule("auth-ip", auth_ip, "interface", "auth_ip_restriction"),
    Rule("auth-username", well_formed_login, "interface", "", held_back=False),
    Rule("auth-username", auth_username, "interface", "auth_username_restriction"),
    Rule("ou-auth-username", ou_auth_username, "login_ou", "auth_username_restriction"),
    Rule("user-off", user_off, "user", "smtp_auth"),
    Rule("user-client", user_client, "user", "clients"),
    Rule("auth-required", auth_required, "interface", "require_authentication",
         fixed("530 5.7.0")),
    Rule("bad-sender", good_sender, "interface", "", fixed("501 5.1.7"), held_back=False),
    Rule("sending-domain-auth", sending_domain_auth, "sender_ou",
         "require_sending_domain_authentication", authentication_required),
    Rule("cross-ou", cross_ou, "sender_ou", "accept_other_ous", fixed("553 5.7.1")),
    Rule("user-sender", user_sender, "user", "smtp_auth", fixed("553 5.7.1")),
    Rule("sender-mismatch", sender_match, "sender_ou", "match_auth_user", fixed("553 5.7.1")),
    Rule("unknown-sender", known_sender, "sender_ou", "refuse_unknown_senders",
         fixed("550 5.1.8")),
)

RCPT_RULES = (
    Rule("bad-recipient", good_recipient, "interface", "", fixed("501 5.1.3"), held_back=False),
    Rule("inbound-domain-auth", inbound_domain_auth, "sender_ou",
         "require_inbound_domain_authentication", authentication_required),
    Rule("relay-denied", relay_permitted, "interface", "relay_check", fixed("554 5.7.1")),
)
