# SPDX-License-Identifier: BSD-2-Clause
"""One transaction at one interface, in canonical form."""

from canonical import (NULL_SENDER, Address, canonical_domain_entry, canonical_login, fold,
                       login_without_realm, parse_path)
from configuration import Interface
from patterns import (address_matches, domain_matches, expand, is_host_name_pattern,
                      name_matches)


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
        self.client_name = transaction.get("client_name") or ""
        self.tls = bool(transaction.get("tls"))
        self.authenticated = bool(raw_login)
        self.login = canonical_login(config, interface, raw_login) if raw_login else None
        self.bare_name = self.completed_name(raw_login) if self.login else None
        self.sender = parse_path(transaction["from"])
        self.sender_ou = self.owner(self.sender)
        self.user_ou, self.user = self.find_user()
        self.login_ou = self.user_ou or self.owner(self.login)
        self.recipient = None
        self.message = None         # at its end
        self.header_ou = None       # whose rules are judged there

    def completed_name(self, raw_login):
        """What default_domain completed to the login, or None."""
        typed = login_without_realm(self.interface, raw_login)
        return typed if self.login.domain and not typed.domain else None

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
        return self.name_in(patterns, self.login.text)

    def name_in(self, patterns, name):
        return any(name_matches(pattern, name)
                   for pattern in expand(patterns, self.config.files))

    def client_or_name_in(self, patterns):
        """For lists that hold addresses and verified host names."""
        return any(bool(self.client_name) and name_matches(pattern, self.client_name)
                   if is_host_name_pattern(pattern) else address_matches(pattern, self.client)
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
