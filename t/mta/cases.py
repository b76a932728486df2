# SPDX-License-Identifier: BSD-2-Clause
"""One configuration, and the table of SMTP sessions that both MTAs run under it.

Each rule refuses once; beside it stands the nearest session that passes.
Interfaces are chosen by the client's network, 127.0.N.0/24 for most of them, so
that one running filter serves the whole table. No case may be refused by the MTA
itself: a session here reaches the filter, and only the filter says no.
"""

from dataclasses import dataclass
from typing import Tuple

GLOBAL_HELP = "see https://mail.test/help"
# The OU's own words, for those who log in or claim to send from there.
BETA_HELP = "ask postmaster@beta.example"

LOGINS = {
    "alice@acme.example": "pw-alice",
    "alice+work@acme.example": "pw-work",
    "a=b@acme.example": "pw-equals",
    "a+3Db@acme.example": "pw-xtext",
    "al ice@acme.example": "pw-space",
    "CAROL@ACME.EXAMPLE": "pw-carol",
    "guest7@acme.example": "pw-guest",
    "GUEST8@acme.example": "pw-guest",
    "printer@acme.example": "pw-printer",
    "scanner@acme.example": "pw-scanner",
    "retired@acme.example": "pw-retired",
    "kiosk@acme.example": "pw-kiosk",
    "device": "pw-device",
    "device@mail.test": "pw-device",
    "stranger": "pw-stranger",
    "joe@beta.example": "pw-joe",
    "old-joe@beta.example": "pw-old-joe",
    "old-joe@acme.example": "pw-old-joe",
    "gina@gamma.example": "pw-gina",
    "dora@delta.example": "pw-dora",
    "x@ext.example": "pw-x",
}

LISTENERS = ("MX", "SUBMISSION", "OTHER")

# Names of clients; Postfix hears them by XCLIENT, Sendmail from its /etc/hosts.
HOSTS = {"127.0.30.1": "mx.partner.example"}

POLICY = """
mode = enforce
mta  = auto
local_domains = { "lists.example", "mail.test" }
help = "see https://mail.test/help"

interface "submission" {
  daemon_names = { "Submission" }
  authentication = encrypted
  require_authentication = true
}
interface "by-port" {
  ports = { @other_port@ }
  authentication = disabled
}
interface "partner" {
  clients = { "*.partner.example" }
  require_authentication = true
}
interface "disabled" {
  clients = { "127.0.11.0/24" }
  authentication = disabled
}
interface "encrypted" {
  clients = { "127.0.12.0/24" }
  authentication = encrypted
}
interface "auth-ip-allow" {
  clients = { "127.0.13.0/24" }
  auth_ip_restriction = allow
  auth_ip_filter = { "127.0.13.1" }
}
interface "auth-ip-deny" {
  clients = { "127.0.14.0/24" }
  auth_ip_restriction = deny
  auth_ip_filter = { "127.0.14.128/25" }
}
interface "auth-username" {
  clients = { "127.0.15.0/24" }
  auth_username_restriction = deny
  auth_username_filter = { "guest*@*" }
}
interface "required" {
  clients = { "127.0.16.0/24" }
  require_authentication = true
}
interface "relay-ous" {
  clients = { "127.0.17.0/24" }
  relay_check = true
  allow_relay_ous = { "acme" }
  relay_clients = { "127.0.17.9" }
}
interface "relay-authenticated" {
  clients = { "127.0.18.0/24" }
  relay_check = true
  allow_relay_if_authenticated = true
}
interface "monitored" {
  clients = { "127.0.19.0/24" }
  mode = monitor
  authentication = disabled
}
interface "ipv6" {
  clients = { "2001:db8::/32" }
  require_authentication = true
}
interface "realm" {
  clients = { "127.0.23.0/24" }
  strip_realms = { "mail.test" }
}
interface "default-domain" {
  clients = { "127.0.24.0/24" }
  default_domain = "acme.example"
}

ou "acme" {
  domains = { "acme.example", ".acme.example" }
  match_auth_user = true
  recipient_delimiter = "+"
  ip_exceptions = { "127.0.22.0/24", "127.0.16.7", "127.0.17.7" }
  user "printer@acme.example" {
    smtp_auth = any_sender
    senders = { "desk-*@acme.example" }
  }
  user "scanner@acme.example" {
    smtp_auth = matching_sender
  }
  user "retired@acme.example" {
    smtp_auth = off
  }
  user "kiosk@acme.example" {
    smtp_auth = any_sender
    clients = { "127.0.20.1" }
  }
  user "device" {
    smtp_auth = any_sender
  }
}
ou "beta" {
  domains = { "beta.example" }
  help = "ask postmaster@beta.example"
  require_sending_domain_authentication = true
  ip_exceptions = { "127.0.21.0/24" }
  auth_username_restriction = deny
  auth_username_filter = { "old-*" }
}
ou "gamma" {
  domains = { "gamma.example", "gamma-mail.example" }
  require_inbound_domain_authentication = always
  accept_other_ous = true
}
ou "delta" {
  domains = { "delta.example" }
  mode = monitor
  match_auth_user = true
}
"""

REPLIES = {
    "auth-disabled": "550 5.7.1",
    "auth-encryption": "530 5.7.0",
    "auth-ip": "550 5.7.1",
    "auth-username": "550 5.7.1",
    "ou-auth-username": "550 5.7.1",
    "user-off": "550 5.7.1",
    "user-client": "550 5.7.1",
    "auth-required": "530 5.7.0",
    "bad-sender": "501 5.1.7",
    "sending-domain-auth": "530 5.7.0",
    "cross-ou": "553 5.7.1",
    "user-sender": "553 5.7.1",
    "sender-mismatch": "553 5.7.1",
    "bad-recipient": "501 5.1.3",
    "inbound-domain-auth": "530 5.7.0",
    "relay-denied": "554 5.7.1",
}
RCPT_RULES = ("bad-recipient", "inbound-domain-auth", "relay-denied")

EXT = "<x@ext.example>"
OTHER = "<y@other.example>"
ALICE = "<alice@acme.example>"
BOB = "<bob@acme.example>"
JOE = "<joe@beta.example>"
ANN = "<ann@gamma.example>"
TOM = "<tom@gamma.example>"


@dataclass(frozen=True)
class Case:
    """One session.

    `rule` is what refuses, "" if the message passes. A RCPT rule refuses only the
    recipients in `refused`; those in `to` pass, and the message with them.
    """
    name: str
    mail: str
    rule: str = ""
    to: Tuple[str, ...] = (OTHER,)
    refused: Tuple[str, ...] = ()
    client: str = "127.0.1.1"
    client_name: str = ""
    reverse_name: str = ""
    listener: str = "MX"
    login: str = ""
    tls: bool = None              # left out: with a login only
    certificate: bool = False
    parameters: str = ""
    reply: str = ""               # left out: the rule's own
    help: str = GLOBAL_HELP
    would: str = ""               # what monitor mode held back
    only: str = ""                # the one MTA that can run it
    why: str = ""                 # ... because

    @property
    def encrypted(self):
        return bool(self.login or self.certificate) if self.tls is None else self.tls

    @property
    def wanted_reply(self):
        return self.reply or REPLIES[self.rule]


XCLIENT = {"only": "postfix", "why": "needs XCLIENT"}
OWN_READING = {"only": "postfix", "why": "Postfix offers its own reading of an address"}
ROUTES = {"only": "sendmail", "why": "Postfix shows its reading: not an address there"}
REFUSED_BY_SENDMAIL = {"only": "postfix", "why": "Sendmail refuses this form itself"}
REFUSED_BY_POSTFIX = {"only": "sendmail", "why": "Postfix refuses this form itself"}

INTERFACES = (
    Case("a session nobody objects to", EXT),
    Case("authenticated where AUTH is disabled", ALICE, "auth-disabled",
         client="127.0.11.1", login="alice@acme.example"),
    Case("the same without AUTH", ALICE, client="127.0.11.1"),
    Case("an interface chosen by port", ALICE, "auth-disabled",
         listener="OTHER", login="alice@acme.example"),
    Case("the same on another port", ALICE, login="alice@acme.example"),

    Case("AUTH in plain text where TLS is needed", ALICE, "auth-encryption",
         client="127.0.12.1", login="alice@acme.example", tls=False),
    Case("the same with TLS", ALICE, client="127.0.12.1", login="alice@acme.example"),
    Case("neither AUTH nor TLS there", EXT, client="127.0.12.1"),
    Case("AUTH in plain text where it is allowed", ALICE,
         login="alice@acme.example", tls=False),

    Case("AUTH from a client that is not listed", ALICE, "auth-ip",
         client="127.0.13.2", login="alice@acme.example"),
    Case("AUTH from a listed client", ALICE, client="127.0.13.1", login="alice@acme.example"),
    Case("no AUTH from a client that is not listed", EXT, client="127.0.13.2"),
    Case("AUTH from a denied client", ALICE, "auth-ip",
         client="127.0.14.200", login="alice@acme.example"),
    Case("AUTH from a client that is not denied", ALICE,
         client="127.0.14.100", login="alice@acme.example"),

    Case("a denied login", "<guest7@acme.example>", "auth-username",
         client="127.0.15.1", login="guest7@acme.example"),
    Case("a denied login in upper case", "<guest8@acme.example>", "auth-username",
         client="127.0.15.1", login="GUEST8@acme.example"),
    Case("a login that is not denied", ALICE, client="127.0.15.1", login="alice@acme.example"),
    Case("the denied login elsewhere", "<guest7@acme.example>", login="guest7@acme.example"),
    Case("a login with a space", EXT, "auth-username", login="al ice@acme.example"),

    Case("no AUTH where it is required", EXT, "auth-required", client="127.0.16.1"),
    Case("no AUTH, null sender", "<>", "auth-required", client="127.0.16.1"),
    Case("a client certificate is no AUTH", ALICE, "auth-required",
         client="127.0.16.1", certificate=True),
    Case("AUTH where it is required", ALICE, client="127.0.16.1", login="alice@acme.example"),
    Case("AUTH, null sender", "<>", client="127.0.16.1", login="alice@acme.example"),
    Case("no AUTH on the submission listener", EXT, "auth-required", listener="SUBMISSION"),
    Case("AUTH in plain text on the submission listener", ALICE, "auth-encryption",
         listener="SUBMISSION", login="alice@acme.example", tls=False),
    Case("AUTH and TLS on the submission listener", ALICE,
         listener="SUBMISSION", login="alice@acme.example"),
    Case("an interface chosen by the client's name", EXT, "auth-required",
         client="127.0.30.1", client_name="mx.partner.example"),
    Case("a client without that name", EXT, client="127.0.30.2"),
    Case("a client whose name is not verified", EXT, client="127.0.30.3",
         reverse_name="mx.partner.example", **XCLIENT),
    Case("an IPv6 client", EXT, "auth-required", client="2001:db8::7", **XCLIENT),
    Case("an IPv6 client with AUTH", ALICE, client="2001:db8::7",
         login="alice@acme.example", **XCLIENT),
    Case("an IPv6 client of another network", EXT, client="2001:db9::7", **XCLIENT),
    Case("an IPv4-mapped client", EXT, "auth-required", client="::ffff:127.0.16.1", **XCLIENT),
)

USERS = (
    Case("a login its OU denies", "<old-joe@beta.example>", "ou-auth-username",
         login="old-joe@beta.example", help=BETA_HELP),
    Case("a login its OU does not deny", JOE, login="joe@beta.example"),
    Case("a login another OU would deny", "<old-joe@acme.example>",
         login="old-joe@acme.example"),

    Case("a user that may not log in", "<retired@acme.example>", "user-off",
         login="retired@acme.example"),
    Case("a user that may not log in, null sender", "<>", "user-off",
         login="retired@acme.example"),
    Case("a user that may log in", "<scanner@acme.example>", login="scanner@acme.example"),

    Case("a user away from its clients", "<kiosk@acme.example>", "user-client",
         client="127.0.20.2", login="kiosk@acme.example"),
    Case("a user at its client", "<kiosk@acme.example>",
         client="127.0.20.1", login="kiosk@acme.example"),

    Case("matching_sender, another's address", "<printer@acme.example>", "user-sender",
         login="scanner@acme.example"),
    Case("matching_sender, a sub-address of its own", "<scanner+a4@acme.example>",
         login="scanner@acme.example"),
    Case("any_sender, an address of no OU", EXT, "user-sender", login="printer@acme.example"),
    Case("any_sender, an address it owns", "<desk-3@acme.example>",
         login="printer@acme.example"),
    Case("any_sender, an address it does not own", ALICE, "sender-mismatch",
         login="printer@acme.example"),
    Case("a bare user name, another OU", JOE, "user-sender", login="device"),
    Case("a bare user name, its OU", ALICE, login="device"),
    Case("a bare user name with a realm", ALICE, client="127.0.23.1",
         login="device@mail.test"),
    Case("a realm that is not stripped", ALICE, "cross-ou", login="device@mail.test"),
    Case("a bare name that is no user", ALICE, "sender-mismatch", login="stranger"),
    Case("a bare name with a default domain", "<stranger@acme.example>",
         client="127.0.24.1", login="stranger"),
)

SENDERS = (
    Case("another OU's sender", JOE, "cross-ou", login="alice@acme.example"),
    Case("another OU's sender, a login whose OU has words of its own", ALICE, "cross-ou",
         login="joe@beta.example", help=BETA_HELP),
    Case("nobody's login, an OU's sender", ALICE, "cross-ou", login="x@ext.example"),
    Case("an exempt client crosses no OU", JOE, "cross-ou", client="127.0.21.1",
         login="alice@acme.example"),
    Case("an OU that accepts others", ANN, login="alice@acme.example"),
    Case("a sender in no OU", EXT, login="alice@acme.example"),

    Case("another user's address", BOB, "sender-mismatch",
         login="alice@acme.example"),
    Case("its own address", ALICE, login="alice@acme.example"),
    Case("its own address in another case", "<ALICE@Acme.Example>",
         login="alice@acme.example"),
    Case("a login in upper case", "<carol@acme.example>", login="CAROL@ACME.EXAMPLE"),
    Case("a sub-address of its own", "<alice+news@acme.example>", login="alice@acme.example"),
    Case("a sub-address of another's", "<bob+alice@acme.example>", "sender-mismatch",
         login="alice@acme.example"),
    Case("its own name in a sub-domain", "<alice@eu.acme.example>", "sender-mismatch",
         login="alice@acme.example"),
    Case("another user's address, exempt client", BOB, client="127.0.22.1",
         login="alice@acme.example"),
    Case("an exempt client still has to log in where all must", ALICE, "auth-required",
         client="127.0.16.7"),
    Case("an exempt client does not free a matching_sender user", "<printer@acme.example>",
         "user-sender", client="127.0.22.1", login="scanner@acme.example"),
    Case("null sender, authenticated", "<>", login="alice@acme.example"),
    Case("null sender, not authenticated", "<>"),
    Case("MAIL AUTH= is no identity", BOB, "sender-mismatch",
         login="alice@acme.example", parameters="AUTH=bob@acme.example"),
    Case("MAIL AUTH= is no AUTH", ALICE, "auth-required", client="127.0.16.1",
         parameters="AUTH=alice@acme.example"),
    Case("MAIL AUTH= of another, own sender", ALICE, login="alice@acme.example",
         parameters="AUTH=bob@acme.example"),

    Case("a login with +", "<alice+work@acme.example>", login="alice+work@acme.example"),
    Case("a login with + does not own the rest", ALICE, "sender-mismatch",
         login="alice+work@acme.example"),
    Case("a login with =", "<a=b@acme.example>", login="a=b@acme.example"),
    Case("a login that looks like xtext", "<a=b@acme.example>", "sender-mismatch",
         login="a+3Db@acme.example"),
    Case("a login that looks like xtext, own sender", "<a+3Db@acme.example>",
         login="a+3Db@acme.example"),

    Case("an OU's sender without AUTH", JOE, "sending-domain-auth", help=BETA_HELP),
    Case("the same where AUTH is disabled", JOE, "sending-domain-auth", client="127.0.11.1",
         reply="550 5.7.1", help=BETA_HELP),
    Case("the same in upper case", "<Joe@BETA.Example>", "sending-domain-auth",
         help=BETA_HELP),
    Case("the same with a trailing dot", "<joe@beta.example.>", "sending-domain-auth",
         help=BETA_HELP),
    Case("the same with a quoted local part", '<"joe"@beta.example>', "sending-domain-auth",
         help=BETA_HELP),
    Case("the same with a source route", "<@ext.example:joe@beta.example>",
         "sending-domain-auth", help=BETA_HELP),
    Case("the same without angle brackets", "joe@beta.example", "sending-domain-auth",
         help=BETA_HELP),
    Case("the same with a client certificate", JOE, "sending-domain-auth",
         certificate=True, help=BETA_HELP),
    Case("an OU's sender with AUTH", JOE, login="joe@beta.example"),
    Case("an OU's sender from an exempt client", JOE, client="127.0.21.1"),
    Case("a sub-domain that is not listed", "<joe@sub.beta.example>"),
    Case("quoted, its own address", '<"alice"@acme.example>', login="alice@acme.example"),
    Case("source route, its own address", "<@ext.example:alice@acme.example>",
         login="alice@acme.example"),

    Case("a sender with @ at its end", "<a@acme.example@>", "bad-sender"),
    Case("a sender with two pairs of brackets", "<<a@ext.example>>", "bad-sender"),
    Case("a sender with two @", "<a@ext.example@acme.example>", "bad-sender",
         **REFUSED_BY_SENDMAIL),
    Case("a sender with text behind it", "<a@ext.example>x", "bad-sender",
         **REFUSED_BY_POSTFIX),
    Case("a sender that Postfix reads as another's", "<joe%beta.example@mail.test>",
         "bad-sender", **OWN_READING),
    Case("a bang path that Postfix reads as another's", "<beta.example!joe@mail.test>",
         "bad-sender", **OWN_READING),
    Case("a domain behind a percent sign", "<alice%acme.example>", "bad-sender"),
    Case("a domain before a bang", "<acme.example!alice>", "bad-sender"),
    Case("an address in quotes", '<"alice@acme.example">', "bad-sender"),
    Case("a sender without a domain", "<root>"),
    Case("dots where they should not be", "<a..b.@ext.example>"),
    Case("a quoted @", '<"a@acme.example"@ext.example>'),
    Case("an address literal", "<a@[192.0.2.1]>"),
)

RECIPIENTS = (
    Case("a recipient with @ at its end", EXT, "bad-recipient", refused=("<a@acme.example@>",)),
    Case("a recipient with two pairs of brackets", EXT, "bad-recipient",
         refused=("<<a@ext.example>>",)),
    Case("a recipient that Postfix reads as another's", EXT, "bad-recipient",
         refused=("<v%ext.test@mail.test>",), **OWN_READING),
    Case("recipients that hide their domain", EXT, "bad-recipient", to=(TOM,),
         refused=("<v%ext.test>", "<ext.test!v>", '<"v@ext.test">')),
    Case("a percent sign that changes nothing", EXT, to=("<v%ext.test@other.example>",)),

    Case("from the domain to the domain, no AUTH", ANN, "inbound-domain-auth",
         refused=(TOM,)),
    Case("the same where AUTH is disabled", ANN, "inbound-domain-auth", client="127.0.11.1",
         refused=(TOM,), reply="550 5.7.1"),
    Case("only the recipients in the domain", ANN, "inbound-domain-auth",
         to=(OTHER, "<tom@gamma-mail.example>", EXT), refused=(TOM, "<ann@GAMMA.example>")),
    Case("from the domain to the domain, AUTH", ANN, to=(TOM,), login="gina@gamma.example"),
    Case("from outside to the domain", EXT, to=(TOM,)),

    Case("a stranger relays", EXT, "relay-denied", client="127.0.17.1", to=(),
         refused=(OTHER,)),
    Case("only the recipients outside", EXT, "relay-denied", client="127.0.17.1",
         to=("<list@lists.example>", TOM, "<postmaster>"), refused=(OTHER, "<z@ext.example>")),
    Case("a stranger claims a local domain", ALICE, "relay-denied", client="127.0.17.1",
         to=(), refused=(OTHER,)),
    Case("an exempt client relays", ALICE, "relay-denied", client="127.0.17.7", to=(),
         refused=(OTHER,)),
    Case("a null sender relays", "<>", "relay-denied", client="127.0.17.1", to=(),
         refused=(OTHER,)),
    Case("a relay client", EXT, client="127.0.17.9"),
    Case("a login of an OU that may relay", EXT, client="127.0.17.1",
         login="alice@acme.example"),
    Case("a login of an OU that may not relay", EXT, "relay-denied", client="127.0.17.1",
         login="joe@beta.example", to=(), refused=(OTHER,), help=BETA_HELP),
    Case("by a route in the local part", EXT, "relay-denied", client="127.0.17.1",
         login="joe@beta.example", to=(TOM,), help=BETA_HELP,
         refused=("<y%other.example@mail.test>", "<other.example!y@mail.test>"), **ROUTES),
    Case("the same, from inside", JOE, client="127.0.17.1", login="joe@beta.example"),
    Case("the same, null sender", "<>", client="127.0.17.1", login="joe@beta.example"),
    Case("any login may relay", EXT, client="127.0.18.1", login="joe@beta.example"),
    Case("no login relays", EXT, "relay-denied", client="127.0.18.1", to=(), refused=(OTHER,)),
)

MONITOR = (
    Case("a monitored interface", ALICE, client="127.0.19.1", login="alice@acme.example",
         would="auth-disabled"),
    Case("a monitored interface, where several rules would refuse", JOE, client="127.0.19.1",
         login="alice@acme.example", would="auth-disabled"),
    Case("a monitored interface, nothing to hold back", ALICE, client="127.0.19.1"),
    Case("a monitored interface, a sender that does not parse", "<a@acme.example@>",
         "bad-sender", client="127.0.19.1"),
    Case("a monitored OU", "<dan@delta.example>", login="dora@delta.example",
         would="sender-mismatch"),
    Case("a monitored OU, nothing to hold back", "<dora@delta.example>",
         login="dora@delta.example"),
)

CASES = INTERFACES + USERS + SENDERS + RECIPIENTS + MONITOR

# For an MTA whose macro lists were cut: the filter has to request its own.
NARROWED = (
    Case("AUTH is seen", ALICE, login="alice@acme.example"),
    Case("AUTH is judged", BOB, "sender-mismatch", login="alice@acme.example"),
    Case("no AUTH is seen", EXT, "auth-required", client="127.0.16.1"),
    Case("TLS is seen", ALICE, client="127.0.12.1", login="alice@acme.example"),
    Case("no TLS is seen", ALICE, "auth-encryption", client="127.0.12.1",
         login="alice@acme.example", tls=False),
)
