# SPDX-License-Identifier: BSD-2-Clause
"""`relay` sections: whose mail each is for, which two clash, and what gatepost-auth tells
Postfix of them."""

import dataclasses
import typing

from canonical import parse_mailbox
from patterns import compiled_wildcard, is_regex, is_wildcard, name_matches

NULL = "<>"
NOTHING, WAITS = "NOTFOUND ", "TEMP"     # beginnings of answers; others are whole


class Host(typing.NamedTuple):
    """In canonical form: `name` may be an address."""
    name: str
    port: int = 25
    by_mx: bool = False

    def written(self, port):
        name = self.name if self.by_mx else f"[{self.name}]"
        return name + (f":{port}" if port else "")

    @property
    def is_address(self):
        return ":" in self.name or self.name.replace(".", "").isdigit()

    @property
    def text(self):
        return self.written(self.port if self.port != 25 else "")


@dataclasses.dataclass
class Relay:
    """Patterns are canonical, but for regexes."""
    name: str
    hosts: list
    ous: list = dataclasses.field(default_factory=list)
    senders: list = dataclasses.field(default_factory=list)
    authentication: str = "required"
    tls: str = ""
    account: str = ""
    password: str = ""

    @property
    def for_senders(self):
        return bool(self.ous or self.senders)


@dataclasses.dataclass
class Site:
    """OUs with the entries of their domains, and the relays in order."""
    ous: dict
    relays: list

    def owner(self, domain):
        """The name of the OU that has a domain: it itself, else the longest above it."""
        entries = {entry: name for name, owned in self.ous.items() for entry in owned}
        labels = domain.split(".")
        above = ["." + ".".join(labels[n:]) for n in range(1, len(labels))]
        return next((entries[entry] for entry in [domain, *above] if entry in entries), None)


# Whose mail ----------------------------------------------------------------------

def claims(site, relay, sender):
    """`sender` is a canonical address, or the null sender."""
    if not relay.for_senders:
        return True
    domain = sender.rpartition("@")[2] if "@" in sender else ""
    return (bool(domain) and site.owner(domain) in relay.ous
            or any(name_matches(pattern, sender) for pattern in relay.senders))


def relay_of_sender(site, sender):
    return next((relay for relay in site.relays
                 if relay.for_senders and claims(site, relay, sender)), None)


# Clashes -------------------------------------------------------------------------

def takes_in(wide, narrow):
    """Every sender of one pattern is one of the other's, as far as looks tell."""
    if wide in ("*", narrow):
        return True
    if is_regex(narrow) or is_regex(wide) and is_wildcard(narrow):
        return False
    if not is_wildcard(narrow):
        return name_matches(wide, narrow)
    # A sign that is in no pattern stands for all that a wildcard may stand for.
    return is_wildcard(wide) and bool(
        compiled_wildcard(wide).fullmatch(narrow.replace("*", "\x00")))


def pattern_is_taken(site, first, pattern):
    if any(takes_in(wide, pattern) for wide in first.senders):
        return True
    domain = pattern.rpartition("@")[2] if "@" in pattern else ""
    return (bool(domain) and not is_regex(pattern) and not is_wildcard(domain)
            and site.owner(domain) in first.ous)


def ou_is_taken(site, first, name):
    wanted = ["*@*" + entry if entry.startswith(".") else "*@" + entry
              for entry in site.ous[name]]
    return name in first.ous or bool(wanted) and all(
        any(takes_in(wide, pattern) for wide in first.senders) for pattern in wanted)


def taken(site, first, second):
    """What the earlier one takes of each claim of the later one: a list of booleans."""
    return [ou_is_taken(site, first, name) for name in second.ous] + \
        [pattern_is_taken(site, first, pattern) for pattern in second.senders]


def clash(site, first, second):
    if not set(first.hosts) & set(second.hosts):
        return False
    if not first.for_senders:
        return True
    if not second.for_senders:
        return "*" in first.senders
    return any(taken(site, first, second))


def gets_nothing(site, first, second):
    """No clash, since it has other hosts, but no mail."""
    return (first.for_senders and second.for_senders
            and not set(first.hosts) & set(second.hosts)
            and all(taken(site, first, second)))


def pairs(site, test):
    """Names (later, earlier) of the relays for which it holds."""
    return {(second.name, first.name) for n, second in enumerate(site.relays)
            for first in site.relays[:n] if test(site, first, second)}


# Answers -------------------------------------------------------------------------

def parsed(key):
    """The canonical address, None if it is none."""
    address = parse_mailbox(key)
    return address.text.lower() if address and address.domain else None


def transport(site, key):
    """sender_dependent_default_transport_maps."""
    if key != NULL and (key.startswith("@") or "@" not in key):
        return NOTHING
    sender = key if key == NULL else parsed(key)
    if sender is None:
        return WAITS
    relay = relay_of_sender(site, sender)
    return relay and f"OK gatepost-{relay.name}:" + ", ".join(
        host.text for host in relay.hosts) or NOTHING


def tls(relay, host, plainly):
    """smtp_tls_policy_maps; host is None if the key is no nexthop of any kind."""
    if host not in relay.hosts:
        return WAITS
    if relay.tls:
        name = "" if host.by_mx or host.is_address else f" servername={host.name}"
        return {"require": "OK encrypt",
                "verify": "OK secure match=nexthop" + name}[relay.tls]
    with_password = {"required": True, "enabled": not plainly, "disabled": False}
    return "OK encrypt" if with_password[relay.authentication] else "OK may"


def credentials(relay):
    return f"OK {relay.account}:{relay.password}"


def password_of_sender(site, relay, key):
    """smtp_sasl_password_maps, asked for the sender."""
    if relay.authentication == "disabled" or not relay.for_senders:
        return NOTHING
    sender = parsed(key)
    if sender is None or not claims(site, relay, sender):
        return WAITS
    # Where a second try has none, the nexthop decides.
    return credentials(relay) if relay.authentication == "required" else NOTHING


def password_of_nexthop(relay, host, plainly):
    """... for the nexthop."""
    if relay.authentication == "disabled":
        return NOTHING
    if host not in relay.hosts:
        return WAITS if relay.authentication == "required" else NOTHING
    return NOTHING if plainly and relay.authentication == "enabled" else credentials(relay)


def password_of_server(relay, name, behind_reply, in_plain_try):
    """... for the name of the server, or its address. A server that was found by its MX
    may have any name, which is asked for once, behind a reply."""
    host = Host(name, 25, True)
    if in_plain_try and relay.authentication == "enabled":
        return NOTHING
    if host in relay.hosts:
        return password_of_nexthop(relay, host, False)
    if relay.authentication != "required":
        return NOTHING
    if any(host.name == name for host in relay.hosts):
        return credentials(relay)
    may_be_of_mx = behind_reply and any(host.by_mx for host in relay.hosts) and ":" not in name
    return NOTHING if may_be_of_mx else WAITS
