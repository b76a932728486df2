# SPDX-License-Identifier: BSD-2-Clause
"""Submissions that are refused, and beside each the nearest one that passes.

Where one is refused depends on what the MTA tells at AUTH: Postfix by Dovecot's
protocol all but the port; by saslauthd's neither TLS nor client; Sendmail not even
which listener.
"""

from dataclasses import dataclass

EHLO, AUTH, MAIL, PASS = "not offered", "at AUTH", "at MAIL", "passes"

ALICE = "alice@acme.example"
JOE = "joe@beta.example"


@dataclass(frozen=True)
class Case:
    """One session. A path (an MTA and its protocol) that is None does not run it."""
    name: str
    listener: str
    login: str
    rule: str = ""
    dovecot: str = AUTH
    cyrus: str = AUTH
    sendmail: str = AUTH
    client: str = "127.0.1.1"
    tls: bool = True
    password: str = ""            # left out: the right one
    sender: str = ""              # left out: the login
    canonical: str = ""           # the login as it is logged; left out: as typed
    would: str = ""               # what monitor mode held back
    only_postfix: bool = False    # Sendmail's clients are real ones

    def where(self, path):
        if self.only_postfix and path == "sendmail":
            return None
        return getattr(self, path) if self.rule else PASS


def late(*arguments, **values):
    """Only MAIL can tell, unless AUTH is by Dovecot's protocol."""
    return Case(*arguments, **{"cyrus": MAIL, "sendmail": MAIL, **values})


def at_mail(*arguments, **values):
    """About the sender, of which AUTH knows nothing."""
    return late(*arguments, dovecot=MAIL, **values)


INTERFACES = (
    Case("1: disabled", "DISABLED", ALICE, "auth-disabled", sendmail=MAIL),
    Case("1: enabled", "OPEN", ALICE, tls=False),
    late("1: encrypted, no TLS", "TLS", ALICE, "auth-encryption", tls=False),
    Case("1: encrypted, TLS", "TLS", ALICE),
    Case("1: encrypted, TLS, contrib's port 587", "SUBMISSION", ALICE),
    Case("1: encrypted, TLS, contrib's port 465", "SMTPS", ALICE),
    Case("1: disabled, and the map says so", "HIDDEN", ALICE, "auth-disabled",
         dovecot=EHLO, cyrus=EHLO, sendmail=None),
    Case("1: disabled, contrib's port 25", "MX", ALICE, "auth-disabled",
         dovecot=EHLO, cyrus=None, sendmail=EHLO),
    Case("1: disabled, monitored", "MONITORED", ALICE, would="auth-disabled"),

    late("3, 4: a client that is not listed", "ALLOW", ALICE, "auth-ip", client="127.0.13.2"),
    Case("3, 4: a listed client", "ALLOW", ALICE, client="127.0.13.1"),
    late("3, 4: a denied client", "DENY", ALICE, "auth-ip", client="127.0.14.200"),
    Case("3, 4: a client that is not denied", "DENY", ALICE, client="127.0.14.100"),
    late("3, 4: an IPv6 client that is not listed", "ALLOW", ALICE, "auth-ip",
         client="2001:db8:2::1", sendmail=None),
    Case("3, 4: a listed IPv6 client", "ALLOW", ALICE, client="2001:db8:1::1", only_postfix=True),
    Case("3, 4: an IPv6 client that is not listed, and the map says so", "SHOWN", ALICE,
         "auth-ip", client="2001:db8:2::1", dovecot=EHLO, cyrus=EHLO, sendmail=None),
    Case("3, 4: a listed IPv6 client, and the map", "SHOWN", ALICE, client="2001:db8:1::1"),
    Case("3, 4: a client that is not listed, and the map says so", "SHOWN", ALICE, "auth-ip",
         client="127.0.13.2", dovecot=EHLO, cyrus=EHLO, sendmail=None),
    Case("3, 4: a listed client, and the map", "SHOWN", ALICE, client="127.0.13.1"),
    Case("3, 4: a denied client, contrib's port 587", "SUBMISSION", ALICE, "auth-ip",
         client="127.0.19.1", dovecot=EHLO, cyrus=None, sendmail=EHLO),
    Case("3, 4: a denied client, contrib's port 465", "SMTPS", ALICE, "auth-ip",
         client="127.0.19.1", dovecot=EHLO, cyrus=None, sendmail=EHLO),

    Case("5, 6: a denied login", "OPEN", "guest7@acme.example", "auth-username"),
    Case("5, 6: the same in another case", "OPEN", "GUEST7@Acme.Example", "auth-username",
         canonical="guest7@acme.example"),
    Case("5, 6: a login that is not denied", "OPEN", ALICE),
    # For Sendmail it is always the interface of "smtp".
    Case("5, 6: the denied login elsewhere", "TLS", "guest7@acme.example", "auth-username",
         dovecot=PASS, cyrus=PASS),

    Case("default_domain", "BARE", "stranger", canonical="stranger@acme.example"),
    Case("no default_domain", "TLS", "stranger", "login-unknown", sendmail=None),
    Case("strip_realms and default_domain", "BARE", "gadget@mail.test",
         canonical="gadget@acme.example"),
    Case("no strip_realms", "TLS", "gadget@mail.test", "login-unknown", sendmail=None),
    Case("a user without a domain", "BARE", "device", sender=ALICE),
    Case("a user without a domain, and a realm", "BARE", "device@mail.test", sender=ALICE,
         canonical="device"),
    at_mail("a user without a domain, another OU", "BARE", "device", "user-sender", sender=JOE),
)

USERS = (
    Case("14, 15: a login its OU denies", "TLS", "old-joe@beta.example", "ou-auth-username"),
    Case("14, 15: a login its OU does not deny", "TLS", JOE),
    Case("14, 15: denied by a monitored OU", "TLS", "old-dora@delta.example",
         would="ou-auth-username"),
    Case("14, 15: not denied by a monitored OU", "TLS", "dora@delta.example"),

    Case("18: off", "TLS", "retired@acme.example", "user-off"),
    Case("18: off, another OU", "TLS", "retired@beta.example", "user-off"),
    Case("18: matching_sender", "TLS", "scanner@acme.example"),
    at_mail("18: matching_sender, not its own", "TLS", "scanner@acme.example", "user-sender",
            sender="printer@acme.example"),
    Case("18: any_sender, one it owns", "TLS", "printer@acme.example",
         sender="desk-3@acme.example"),
    at_mail("18: any_sender, outside of its OU", "TLS", "printer@acme.example", "user-sender",
            sender="x@ext.example"),
    late("a user away from its clients", "TLS", "kiosk@acme.example", "user-client",
         client="127.0.20.2"),
    Case("a user at its client", "TLS", "kiosk@acme.example", client="127.0.20.1"),

    at_mail("11: another's address", "TLS", ALICE, "sender-mismatch", sender="bob@acme.example"),
    Case("11: a sub-address of its own", "TLS", ALICE, sender="alice+x@acme.example"),
    at_mail("another OU's address", "TLS", ALICE, "cross-ou", sender=JOE),

    Case("a wrong password", "TLS", ALICE, "login-password", password="pw-alicf"),
    Case("another's password", "TLS", ALICE, "login-password", password="pw-joe"),
    Case("a name that nobody has", "TLS", "nobody@acme.example", "login-unknown"),
    Case("a name of no OU", "TLS", "nobody@ext.example", "login-unknown"),
)

NAMES = (
    Case("a name with +", "TLS", "alice+work@acme.example"),
    at_mail("a name with + does not own the rest", "TLS", "alice+work@acme.example",
            "sender-mismatch", sender=ALICE),
    Case("a name with =", "TLS", "a=b@acme.example"),
    Case("a name in another case", "TLS", "ALICE@Acme.Example", sender=ALICE,
         canonical=ALICE),
    at_mail("a name in another case, another's address", "TLS", "ALICE@Acme.Example",
            "sender-mismatch", sender="bob@acme.example", canonical=ALICE),
    Case("a user whose name has capitals", "TLS", "carol@acme.example"),
    Case("a user whose name has capitals, as configured", "TLS", "Carol@acme.example",
         canonical="carol@acme.example"),
    Case("a name in UTF-8", "TLS", "jürgen@acme.example", sender="<>"),
    at_mail("a name in UTF-8, another's address", "TLS", "jürgen@acme.example",
            "sender-mismatch", sender=ALICE),
    Case("an international domain", "TLS", "ida@bücher.example",
         canonical="ida@xn--bcher-kva.example"),
    at_mail("an international domain, another's address", "TLS", "ida@BÜCHER.example",
            "sender-mismatch", canonical="ida@xn--bcher-kva.example",
            sender="otto@xn--bcher-kva.example"),
    Case("an international domain, a wrong password", "TLS", "ida@bücher.example",
         "login-password", password="wrong", canonical="ida@xn--bcher-kva.example"),
    Case("quotes that need not be", "TLS", '"alice"@acme.example', canonical=ALICE),
    Case("quotes and a space", "TLS", '"a b"@acme.example', "auth-username"),
    Case("a space", "TLS", "al ice@acme.example", "auth-username"),
    Case("two @", "TLS", "alice@acme.example@acme.example", "auth-username"),
    Case("nothing before the @", "TLS", "@acme.example", "auth-username"),
)

TARGETS = (
    Case("16, 17: the target accepts", "TLS", "gina@gamma.example"),
    Case("16, 17: the target refuses", "TLS", "gina@gamma.example", "login-password",
         password="pw-gus"),
    Case("16, 17: whom the target does not know", "TLS", "nobody@gamma.example",
         "login-password"),
    at_mail("16, 17: another's address", "TLS", "gina@gamma.example", "sender-mismatch",
            sender="gus@gamma.example"),
    Case("16, 17: another case", "TLS", "Gina@GAMMA.example", sender="gina@gamma.example",
         canonical="gina@gamma.example"),
)

CASES = INTERFACES + USERS + NAMES + TARGETS
