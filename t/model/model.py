# SPDX-License-Identifier: BSD-2-Clause
"""Reference model of the sending policy.

An independent, slow and literal reading of the policy: given a configuration
and one transaction (the keys of `gatepost explain --batch`) it says what the
answer must be.  It shares no code with the program; the differential test
compares the two.
"""

import dataclasses

from canonical import (NULL_SENDER, Address, canonical_client, canonical_domain_entry,
                       canonical_login, fold, parse_path)
from configuration import DEFAULT, Interface
from patterns import (address_matches, domain_matches, expand, is_host_name_pattern,
                      name_matches)

ANY = None              # an expected value that the policy does not fix
FREE_TEXT = " ... "     # in an expected reply: any text of the program's own


# A transaction in canonical form -------------------------------------------

class Fault(Exception):
    """Something needed for the decision is missing: defer."""


def select_interface(config, transaction, client):
    """The first interface whose selectors all match."""
    for interface in config.interfaces:
        if selectors_match(config, interface, transaction, client):
            return interface
    return Interface("default")


def selectors_match(config, interface, transaction, client):
    daemon_name = transaction.get("daemon_name") or ""
    port = transaction.get("port")
    client_name = transaction.get("client_name") or ""
    names, ports = interface.daemon_names, interface.ports
    if (names or ports) and not daemon_name and port is None:
        raise Fault("neither a listener's name nor its port")
    if names and fold(daemon_name) not in [fold(name) for name in names]:
        return False
    if ports and port not in ports:
        return False
    return not interface.clients or any(
        bool(client_name) and name_matches(pattern, client_name) if is_host_name_pattern(pattern)
        else address_matches(pattern, client)
        for pattern in expand(interface.clients, config.files))


class Session:
    """One transaction at one interface: all that the rules ask about it."""

    def __init__(self, config, interface, client, transaction):
        raw_login = transaction.get("login") or ""
        self.config = config
        self.interface = interface
        self.client = client
        self.tls = bool(transaction.get("tls"))
        self.authenticated = bool(raw_login)
        self.login = canonical_login(config, interface, raw_login) if raw_login else None
        self.sender = parse_path(transaction["from"])
        self.sender_ou = self.owner(self.sender)
        self.user_ou, self.user = self.find_user()
        self.login_ou = self.user_ou or self.owner(self.login)
        self.recipient = None

    def owner(self, address):
        """The OU that owns the address's domain: the longest entry wins."""
        if not address or not address.domain:
            return None
        found = [(len(entry), index)
                 for index, ou in enumerate(self.config.ous)
                 for entry in map(canonical_domain_entry, ou.domains)
                 if domain_matches(entry, address.domain)]
        return self.config.ous[max(found)[1]] if found else None

    def find_user(self):
        """The internal user of the login's name and its OU, or None, None."""
        for ou, user in self.config.users():
            if self.login and user.login.key == self.login.key:
                return ou, user
        return None, None

    def client_in(self, patterns):
        return any(address_matches(pattern, self.client)
                   for pattern in expand(patterns, self.config.files))

    def login_in(self, patterns):
        return any(name_matches(pattern, self.login.text)
                   for pattern in expand(patterns, self.config.files))

    def is_local(self, domain):
        entries = map(canonical_domain_entry, self.config.local_domains)
        return (self.owner(Address("", domain)) is not None
                or any(domain_matches(entry, domain) for entry in entries))

    def exempt_of(self, ou):
        """Settings 12 and 13."""
        if not ou.ip_exceptions or self.client is None:
            return False
        return self.client_in(ou.ip_exceptions) == (ou.ip_exception_mode == "allow")

    def sender_is_inside(self):
        if not self.authenticated:
            return False
        if self.sender == NULL_SENDER:
            return self.login_ou is not None
        return bool(self.sender.domain) and self.is_local(self.sender.domain)


# Ownership -----------------------------------------------------------------

def with_and_without_extension(address, delimiters):
    """The address, then its local part cut at the first delimiter."""
    yield address
    found = [index for index, sign in enumerate(address.local) if sign in delimiters]
    if found and found[0] > 0:
        yield Address(address.local[:found[0]], address.domain)


def is_own_address(session):
    delimiters = session.sender_ou.recipient_delimiter
    return any(form.key == session.login.key
               for form in with_and_without_extension(session.sender, delimiters))


def is_listed_sender(session):
    """The user's `senders`, which count for addresses of the user's OU only."""
    if session.user is None or session.user_ou is not session.sender_ou:
        return False
    delimiters = session.sender_ou.recipient_delimiter
    patterns = list(expand(session.user.senders, session.config.files))
    return any(name_matches(pattern, form.text) for pattern in patterns
               for form in with_and_without_extension(session.sender, delimiters))


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
    return session.login_ou is ou or ou.accept_other_ous


def user_sender(session):
    """Setting 18."""
    if session.user is None or session.sender == NULL_SENDER:
        return None
    if session.sender_ou is not session.user_ou:
        return False
    return session.user.smtp_auth != "matching_sender" or is_own_address(session)


def sender_match(session):
    """Setting 11."""
    ou = session.sender_ou
    if ou is None or not session.authenticated or not ou.match_auth_user:
        return None
    if session.user and not session.login.domain:
        return None
    return session.exempt_of(ou) or is_own_address(session) or is_listed_sender(session)


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
)

RCPT_RULES = (
    Rule("bad-recipient", good_recipient, "interface", "", fixed("501 5.1.3"), held_back=False),
    Rule("inbound-domain-auth", inbound_domain_auth, "sender_ou",
         "require_inbound_domain_authentication", authentication_required),
    Rule("relay-denied", relay_permitted, "interface", "relay_check", fixed("554 5.7.1")),
)

RULE_IDS = tuple(dict.fromkeys(rule.id for rule in MAIL_RULES + RCPT_RULES))
NEVER_HELD_BACK = ("bad-sender", "bad-recipient")


# Judging -------------------------------------------------------------------

def deciding_ou(session, rule):
    """The OU whose rule this is, or None for one of the interface's."""
    if rule.section == "interface":
        return None
    return session.user_ou if rule.section == "user" else getattr(session, rule.section)


def is_held_back(session, rule):
    ou = deciding_ou(session, rule)
    return rule.held_back and (session.config.monitored or session.interface.monitored
                               or ou is not None and ou.monitored)


def deciding_source(session, rule):
    return getattr(session, rule.section).source(rule.option)


def full_reply(config, reply):
    """The fixed parts: how it begins, and how it ends if that is certain."""
    ou_help = any(ou.help for ou in config.ous)
    return reply + FREE_TEXT + ("" if ou_help else config.help)


def verdict(session, rule=None, would=""):
    """The verdict V where `rule` refused, or where none did."""
    ou = deciding_ou(session, rule) if rule else None
    ou = ou or session.sender_ou
    answer = {"verdict": "pass", "rule": "", "reply": "",
              "interface": session.interface.name, "ou": ou.name if ou else "",
              "source": ANY if would else DEFAULT, "would": would}
    if rule:
        answer.update(verdict="refuse", rule=rule.id,
                      reply=full_reply(session.config, rule.reply(session)),
                      source=deciding_source(session, rule))
    return answer


def judge(session, rules, count):
    """The first rule that refuses decides; those held back are passed over."""
    would = ""
    for rule in rules:
        passes = rule.judge(session)
        if passes is None:
            continue
        if passes:
            count(rule.id, "passed")
        elif is_held_back(session, rule):
            count(rule.id, "held back")
            would = would or rule.id
        else:
            count(rule.id, "refused")
            return verdict(session, rule, would)
    return verdict(session, would=would)


def fault(config, transaction):
    session = Session(config, Interface("default"), None, transaction)
    ou = session.sender_ou
    return {"verdict": "defer", "rule": "fault", "reply": "451 4.3.0" + FREE_TEXT,
            "interface": "", "ou": ou.name if ou else "", "source": ANY, "would": ""}


def decide(config, transaction, count=lambda rule_id, outcome: None):
    """What `explain --batch` must answer.  `count` is told of each rule judged."""
    client = canonical_client(transaction.get("client"))
    try:
        interface = select_interface(config, transaction, client)
    except Fault:
        return {"mail": fault(config, transaction), "rcpt": []}
    session = Session(config, interface, client, transaction)
    mail = judge(session, MAIL_RULES, count)
    recipients = transaction.get("to", []) if mail["verdict"] == "pass" else []
    return {"mail": mail, "rcpt": [judge_recipient(session, raw, count) for raw in recipients]}


def judge_recipient(session, raw, count):
    session.recipient = parse_path(raw)
    return judge(session, RCPT_RULES, count)


# Comparing -----------------------------------------------------------------

def reply_agrees(expected, got):
    beginning, free_text, ending = expected.partition(FREE_TEXT)
    if not free_text:
        return got == expected
    return (got.startswith(beginning + " ") and got.endswith(ending)
            and len(got) > len(beginning) + 1 + len(ending) and got.isprintable())


def verdict_agrees(expected, got):
    """Each field is there and as expected; ANY agrees with every text."""
    def field_agrees(field, value):
        if not isinstance(got.get(field), str):
            return False
        if field == "reply":
            return reply_agrees(value, got[field])
        return value is ANY or got[field] == value
    return isinstance(got, dict) and all(field_agrees(*item) for item in expected.items())


def agrees(expected, got):
    """Whether the program's answer is one that the model allows."""
    return (isinstance(got, dict) and isinstance(got.get("rcpt"), list)
            and verdict_agrees(expected["mail"], got.get("mail"))
            and len(got["rcpt"]) == len(expected["rcpt"])
            and all(map(verdict_agrees, expected["rcpt"], got["rcpt"])))
