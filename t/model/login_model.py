# SPDX-License-Identifier: BSD-2-Clause
"""Reference model of logins: what gatepost-auth must answer to one request, and what its
log must say of it.  The rules are those of the policy's model; new is how an interface
is chosen at AUTH, what the protocols tell, and the passwords.
"""

import dataclasses
import re

import model
from canonical import Address, canonical_client, canonical_login, fold
from configuration import Interface
from model import ANY
from patterns import address_matches, expand, is_host_name_pattern

PASSWORD_LIMIT = 511        # bytes

# The policy does not say whether a message that could never succeed is refused before its
# rules or after them; gatepost.conf(5) says before.
MALFORMED_FIRST = True

POLICY_RULES = ("auth-disabled", "auth-encryption", "auth-ip", "auth-username",
                "ou-auth-username", "user-off", "user-client")
PASSWORD_RULES = ("login-malformed", "login-unknown", "login-password")
RULE_IDS = POLICY_RULES + PASSWORD_RULES
# What saslauthd cannot tell: neither TLS nor client.
LEFT_TO_MAIL = ("auth-encryption", "auth-ip", "user-client")
# What the map of EHLO keywords judges.
OF_THE_MAP = ("auth-disabled", "auth-ip")


@dataclasses.dataclass(frozen=True)
class Request:
    """One question: the protocol's fields as they are sent."""
    protocol: str               # dovecot, saslauthd or map
    service: object = ""        # the name of a listener, None if it is left out
    client: object = ""         # as text, None if it is left out
    secured: bool = False
    name: bytes = b""           # of saslauthd the login, without the realm
    realm: bytes = b""
    password: bytes = b""
    authzid: bytes = b""
    mechanism: str = "PLAIN"
    initial: bool = True        # the first response stands in the AUTH line

    @property
    def is_login(self):
        return self.protocol != "map"

    @property
    def takes_more(self):
        """Whether the AUTH line does not hold all of it."""
        return self.mechanism == "LOGIN" or not self.initial

    @property
    def raw_login(self):
        return self.name + b"@" + self.realm if self.realm else self.name


def read_text(raw):
    """As UTF-8; None if it is not."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def read_client(text):
    """None for all that is no address."""
    try:
        return canonical_client(text)
    except ValueError:
        return None


# The interface -----------------------------------------------------------------

def select_interface(config, request, client):
    """The first whose selectors match, as far as they can be known at AUTH."""
    for interface in config.interfaces:
        if selectors_match(config, interface, request, client):
            return interface
    return Interface("default")


def selectors_match(config, interface, request, client):
    names = [fold(name) for name in interface.daemon_names]
    if (names or interface.ports) and not request.service:
        raise model.Fault("no service")
    if names and fold(request.service) not in names:
        return False
    if interface.ports and not names:
        return False
    if not interface.clients:
        return True
    return request.protocol != "saslauthd" and any(
        not is_host_name_pattern(pattern) and address_matches(pattern, client)
        for pattern in expand(interface.clients, config.files))


# A login -----------------------------------------------------------------------

class Login(model.Session):
    """One request at one interface: all that the rules ask about it."""

    def __init__(self, config, interface, client, request):
        raw = read_text(request.raw_login)
        self.config = config
        self.interface = interface
        self.client = client
        self.request = request
        self.tls = request.secured
        self.authenticated = True
        self.login = canonical_login(config, interface, raw) if raw else None
        self.user_ou, self.user = self.find_user()
        self.login_ou = self.user_ou or self.owner(self.login)

    @property
    def text(self):
        """The login as the MTA gets it."""
        return Address(fold(self.login.local), self.login.domain).text

    def is_readable(self):
        """Whether the milter reads the name that is returned as the same login."""
        again = canonical_login(self.config, self.interface, self.text)
        return again is not None and again.key == self.login.key


def is_well_formed(login):
    """The message.  What is no name at all is for auth-username to refuse."""
    request = login.request
    password = read_text(request.password)
    return (bool(password) and len(request.password) <= PASSWORD_LIMIT
            and not re.search("[\x00-\x1f\x7f]", password)
            and request.authzid in (b"", request.raw_login))


def has_password(login):
    return login.user is not None and login.user.password != ""


def password_is_right(login, secrets):
    return secrets.get(login.user.password) == login.request.password


# Judging -----------------------------------------------------------------------

def policy_rules(request):
    """The rules that can be judged by this protocol."""
    if request.protocol == "map":
        wanted = OF_THE_MAP
    else:
        left = LEFT_TO_MAIL if request.protocol == "saslauthd" else ()
        wanted = [rule for rule in POLICY_RULES if rule not in left]
    return [rule for rule in model.MAIL_RULES if rule.id in wanted]


def judge_policy(login, rules, count):
    """The rule that refuses or None, and the first that was held back."""
    would = ""
    for rule in rules:
        passes = rule.judge(login)
        if passes is None:
            continue
        if passes:
            count(rule.id, "passed")
        elif model.is_held_back(login, rule):
            count(rule.id, "held back")
            would = would or rule.id
        else:
            count(rule.id, "refused")
            return rule, would
    return None, would


def judge_all(login, rules, count):
    """The id of the first rule that refuses, "" if none does."""
    for rule_id, holds in rules:
        passes = holds(login)
        count(rule_id, "passed" if passes else "refused")
        if not passes:
            return rule_id
    return ""


def judge(login, secrets, count):
    """The rule that refuses or "", its source, and the first rule that was held back."""
    malformed = [("login-malformed", is_well_formed)]
    password = [("login-malformed", Login.is_readable), ("login-unknown", has_password),
                ("login-password", lambda login: password_is_right(login, secrets))]
    before, after = (malformed, password) if MALFORMED_FIRST else ([], malformed + password)
    rule_id = judge_all(login, before, count)
    if rule_id:
        return rule_id, ANY, ANY
    rule, would = judge_policy(login, policy_rules(login.request), count)
    if rule:
        return rule.id, model.deciding_source(login, rule), would
    return judge_all(login, after, count), ANY, would


def no_count(_rule_id, _outcome):
    pass


def decide(config, request, secrets, count=no_count):
    """The answer that must be given: {"answer", "user", "entry"}, where entry is what
    the log must say.  secrets: the password of each hash, None if nothing is right."""
    client = read_client(request.client)
    if request.protocol == "map" and not request.service:
        count("fault", "map")
        return fault(request, client)
    decided = decide_map if request.protocol == "map" else decide_login
    try:
        interface = select_interface(config, request, client)
    except model.Fault:
        count("fault", request.protocol)
        return fault(request, client)
    return decided(config, interface, client, request, secrets, count)


def fault(request, client):
    if request.protocol == "map":
        return {"answer": "fault"}
    entry = {**entry_of(request, client), "interface": "", "ou": ANY, "login": ANY,
             "verdict": "defer", "rule": "fault", "would": "", "source": ANY}
    return {"answer": "closed", "user": ANY, "entry": entry}


def decide_map(config, interface, client, request, _secrets, count):
    session = Login(config, interface, client, request)
    rule, _ = judge_policy(session, policy_rules(request), no_count)
    count(rule.id if rule else "no rule", "map")
    return {"answer": "OK auth" if rule else "NOTFOUND "}


def decide_login(config, interface, client, request, secrets, count):
    login = Login(config, interface, client, request)
    rule_id, source, would = judge(login, secrets, count)
    if rule_id == "login-password":
        source = login.user.source("password")
    name = login.text if login.login and login.is_readable() else ANY
    entry = {**entry_of(request, client), "interface": interface.name, "login": name,
             "ou": login.login_ou.name if login.login_ou else "",
             "verdict": "refuse" if rule_id else "pass", "rule": rule_id, "would": would,
             "source": source}
    return {"answer": "FAIL" if rule_id else "OK",
            "user": name if request.protocol == "dovecot" else ANY, "entry": entry}


def entry_of(request, client):
    """What the log repeats of the request."""
    told = request.protocol == "dovecot"
    return {"event": "login", "protocol": request.protocol,
            "mechanism": request.mechanism if told else ANY,
            "daemon_name": request.service or "", "tls": told and request.secured,
            "client": (str(client) if client else ANY) if told else ""}


# Comparing -----------------------------------------------------------------------

def differing_fields(expected, got):
    return sorted(field for field, value in expected.items()
                  if value is not ANY and got.get(field) != value)


# The same session at MAIL ----------------------------------------------------------

def mail_of(config, request, login):
    """The MAIL that this session may send next, as `explain` reads it; None where another
    interface would be chosen, or the login cannot be told in JSON."""
    if request.protocol == "map" or not login or "\0" in login:
        return None
    client = read_client(request.client)
    transaction = {"from": "<>", "to": [], "login": login, "tls": request.secured,
                   "daemon_name": request.service or "", "client": str(client or "")}
    try:
        interface = select_interface(config, request, client)
        if interface.ports:
            transaction["port"] = interface.ports[0]
        at_mail = model.select_interface(config, transaction, client)
    except model.Fault:
        return None
    return transaction if at_mail.name == interface.name else None


def mail_agrees(request, expected, mail):
    """Whether the verdict at MAIL fits what the log must say of AUTH."""
    rule = expected["entry"]["rule"]
    if rule in ("login-malformed", "fault"):
        return True
    wanted = rule if rule in POLICY_RULES else ""
    if mail["rule"] == wanted and mail["would"] == expected["entry"]["would"]:
        return True
    return request.protocol == "saslauthd" and (
        mail["rule"] in LEFT_TO_MAIL or mail["would"] in LEFT_TO_MAIL
        and mail["rule"] == wanted)
