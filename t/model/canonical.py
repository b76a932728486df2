# SPDX-License-Identifier: BSD-2-Clause
"""Canonical forms of domains, addresses, logins and clients."""

import functools
import ipaddress
import re

UPPER_TO_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}

LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
LITERAL = re.compile(r"\[[!-Z^-~]+\]")
LOCAL_PART = re.compile(r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]|[^\x00-\x7f])+")
QUOTED_LOCAL_PART = re.compile(r'"((?:[^"\\\x00-\x1f\x7f]|\\[ -~])+)"')
SOURCE_ROUTE = re.compile(r"@(?:\[[^\]]*\]|[^@,:\[\]]+)(?:,@(?:\[[^\]]*\]|[^@,:\[\]]+))*:")
MALFORMED_IN_LOGIN = re.compile(r"[\x00-\x20\x7f]")


def fold(text):
    """ASCII case folding; other letters are compared as they are."""
    return text.translate(UPPER_TO_LOWER)


class Address(tuple):
    """A canonical address or login; `domain` is "" where it has none."""

    def __new__(cls, local, domain=""):
        return super().__new__(cls, (local, domain))

    local = property(lambda self: self[0])
    domain = property(lambda self: self[1])

    @property
    def text(self):
        return f"{self.local}@{self.domain}" if self.domain else self.local

    @property
    def key(self):
        return fold(self.local), self.domain


NULL_SENDER = Address("", "")


@functools.lru_cache(maxsize=None)
def canonical_domain(text):
    """Lower-case A-labels without the trailing dot; None if it is no domain."""
    if text.startswith("["):
        return text.lower() if LITERAL.fullmatch(text) else None
    labels = [canonical_label(label) for label in text.removesuffix(".").split(".")]
    if None in labels or len(".".join(labels)) > 253:
        return None
    return ".".join(labels)


def canonical_label(label):
    if label.startswith("-") or label.endswith("-"):
        return None
    if not label.isascii():
        try:
            label = label.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    label = fold(label)
    return label if LABEL.fullmatch(label) else None


def canonical_domain_entry(text):
    """An entry of `domains` or `local_domains`: a domain, or all below ".domain"."""
    if text.startswith("."):
        return "." + canonical_domain(text[1:])
    return canonical_domain(text)


def parse_path(raw):
    """The argument of MAIL FROM or RCPT TO, or None if it does not parse."""
    if raw == "<>":
        return NULL_SENDER
    if raw.startswith("<") and raw.endswith(">"):
        raw = raw[1:-1]
    mailbox = drop_source_route(raw)
    return parse_mailbox(mailbox) if mailbox else None


def drop_source_route(path):
    route = SOURCE_ROUTE.match(path)
    if not route:
        return path
    hops = route.group().removesuffix(":").split(",")
    if None in [canonical_domain(hop.removeprefix("@")) for hop in hops]:
        return None
    return path[route.end():]


def parse_mailbox(text):
    quoted = QUOTED_LOCAL_PART.match(text)
    plain = LOCAL_PART.match(text)
    if quoted:
        local, rest = unquote(quoted.group()), text[quoted.end():]
    elif plain:
        local, rest = plain.group(), text[plain.end():]
    else:
        return None
    if not rest:
        return Address(local)
    domain = canonical_domain(rest[1:]) if rest.startswith("@") else None
    return Address(local, domain) if domain else None


def unquote(text):
    """A quoted string's meaning; any other text as it is."""
    quoted = QUOTED_LOCAL_PART.fullmatch(text)
    return re.sub(r"\\(.)", r"\1", quoted.group(1)) if quoted else text


def split_unquoted_at(text):
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|.', text)
    return "".join("\n" if token == "@" else token for token in tokens).split("\n")


@functools.lru_cache(maxsize=None)
def parse_login(raw):
    """A login with its domain canonical, or None if it is malformed."""
    if MALFORMED_IN_LOGIN.search(raw):
        return None
    local, *domains = split_unquoted_at(raw)
    if not local or len(domains) > 1:
        return None
    if not domains:
        return Address(unquote(local))
    domain = canonical_domain(domains[0])
    return Address(unquote(local), domain) if domain else None


def login_without_realm(interface, raw):
    """The login after strip_realms, or None if malformed.  A quoted @ counts where
    nothing is left that tells it from an unquoted one."""
    login = parse_login(raw)
    if login is None:
        return None
    if login.domain in [canonical_domain(realm) for realm in interface.strip_realms]:
        login = Address(login.local)
    if not login.domain and "@" in login.local:     # "user@host"@realm is not user@host
        return None
    return login


def canonical_login(config, interface, raw):
    """The login after strip_realms and default_domain, or None if malformed."""
    login = login_without_realm(interface, raw)
    if login is None or login.domain or not interface.default_domain:
        return login
    if any(user.login.key == login.key for _, user in config.users()):
        return login
    return Address(login.local, canonical_domain(interface.default_domain))


@functools.lru_cache(maxsize=None)
def canonical_client(text):
    """The client's address, IPv4 if it is a mapped one; None if it is unknown."""
    if text in (None, "", "unknown"):
        return None
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


@functools.lru_cache(maxsize=None)
def canonical_network(text):
    network = ipaddress.ip_network(text)
    mapped = ipaddress.ip_network("::ffff:0:0/96")
    if network.version == 6 and network.subnet_of(mapped):
        address = network.network_address.ipv4_mapped
        return ipaddress.ip_network(f"{address}/{network.prefixlen - 96}")
    return network
