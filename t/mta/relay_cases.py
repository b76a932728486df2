# SPDX-License-Identifier: BSD-2-Clause
"""What must happen to mail for a relay host: each mode, whatever the host does."""

import collections

from relay_hosts import ACCOUNT, PASSWORD

MODES = ("required", "enabled", "disabled")

# A row: the listener of relay_hosts, the password, tls ("" where it is left out), and what
# must happen with authentication required, enabled and disabled:
#   login    delivered, and the relay host knows who it was
#   plain    delivered without
#   waits    it stays in the queue, for a reason with these words
#   returned the relay host refused for good those who never authenticate
Row = collections.namedtuple("Row", "host tls required enabled disabled words password",
                             defaults=("", PASSWORD))

WRONG = "wrong-" + PASSWORD

TABLE = [
    # It offers AUTH, after STARTTLS only, and accepts.
    Row("accept", "", "login", "login", "plain"),
    Row("accept", "require", "login", "login", "plain"),
    Row("accept", "verify", "login", "login", "plain"),
    Row("clear", "", "login", "login", "plain"),
    Row("implicit", "", "login", "login", "plain"),
    # It rejects the password: 535.
    Row("accept", "", "waits", "plain", "plain", "535 5.7.8", WRONG),
    Row("accept", "require", "waits", "plain", "plain", "535 5.7.8", WRONG),
    Row("accept", "verify", "waits", "plain", "plain", "535 5.7.8", WRONG),
    Row("implicit", "", "waits", "plain", "plain", "535 5.7.8", WRONG),
    # It cannot tell: 454.
    Row("temporary", "", "waits", "plain", "plain", "454 4.7.0"),
    Row("temporary", "require", "waits", "plain", "plain", "454 4.7.0"),
    # No AUTH.
    Row("no-auth", "", "waits", "plain", "plain", "no compatible authentication mechanisms"),
    Row("no-auth", "require", "waits", "plain", "plain", "no compatible authentication"),
    Row("no-auth", "verify", "waits", "plain", "plain", "no compatible authentication"),
    Row("long-ehlo", "", "waits", "plain", "plain", "no compatible authentication mechanisms"),
    Row("ehlo-220", "", "waits", "plain", "plain", "no compatible authentication mechanisms"),
    # No TLS, though AUTH.
    Row("no-tls", "", "waits", "plain", "plain", "TLS is required, but was not offered"),
    Row("no-tls", "require", "waits", "waits", "waits", "TLS is required, but was not offered"),
    Row("no-tls", "verify", "waits", "waits", "waits", "TLS is required, but was not offered"),
    Row("no-starttls", "", "waits", "plain", "plain", "(554 5|450 4).7.0 not today"),
    Row("no-starttls", "require", "waits", "waits", "returned", "(554 5|450 4).7.0 not today"),
    # EHLO is refused, at once or after STARTTLS.
    Row("no-ehlo", "", "waits", "plain", "plain", "500 5.5.2"),
    Row("no-ehlo", "require", "waits", "waits", "waits", "500 5.5.2|TLS is required"),
    Row("no-ehlo-in-tls", "", "waits", "plain", "plain", "554 5.5.1 no more of that"),
    Row("no-ehlo-in-tls", "require", "waits", "plain", "plain", "554 5.5.1 no more of that"),
    Row("pix", "", "login", "login", "plain"),
    # A wrong certificate.
    Row("wrong-name", "", "login", "login", "plain"),
    Row("wrong-name", "verify", "waits", "waits", "waits", "certificate not verified"),
    Row("self-signed", "verify", "waits", "waits", "waits", "certificate not (trusted|verified)"),
    Row("expired", "verify", "waits", "waits", "waits", "certificate not (trusted|verified)"),
    # It goes away after AUTH, or does not even greet.
    Row("drop", "", "waits", "plain", "plain", "lost connection"),
    Row("greeting-554", "", "waits", "waits", "waits", "(554 5|450 4).7.1 no service here"),
    # There is none of the name.
    Row("nowhere", "", "waits", "waits", "waits",
        "unable to look up|not found|failure in name resolution"),
    # It refuses those who did not authenticate.
    Row("530", "", "login", "login", "returned"),
    Row("530", "", "waits", "waits", "returned", "535 5.7.8|530 5.7.0|450 4.7.0", WRONG),
    Row("554", "", "login", "login", "returned"),
    Row("554", "", "waits", "waits", "returned", "535 5.7.8|554 5.7.1|450 4.7.1", WRONG),
    # It refuses the mail of those who did: that is for good.
    Row("mail-501", "", "returned", "returned", "returned", "501 5.5.4 not like that"),
    # It accepts the login and asks to come back later: that is no reason to go without.
    Row("later", "", "waits", "waits", "plain", "450 4.2.0"),
]

# What the log of gatepost-auth says of a listener's mail: where authentication is
# required, where it is enabled, and there with tls, if that differs. "": nothing, since it
# cannot know, or has no part in it.
Told = collections.namedtuple("Told", "required enabled enabled_tls", defaults=(None,))

REFUSED_LOGIN = "refused to authenticate .*: (535|454)"
EARLY = "refused before authentication: "
WITHOUT = "refused it without authentication: "

TOLD = {
    "accept": Told(REFUSED_LOGIN, REFUSED_LOGIN),
    "implicit": Told(REFUSED_LOGIN, REFUSED_LOGIN),
    "temporary": Told(REFUSED_LOGIN, REFUSED_LOGIN),
    "no-auth": Told("offers no AUTH", "offers no AUTH"),
    "long-ehlo": Told("offers no AUTH", "offers no AUTH"),
    "ehlo-220": Told("offers no AUTH", "offers no AUTH"),
    "no-tls": Told("offers no TLS", "offers no TLS"),
    "no-starttls": Told(EARLY + "554", EARLY + "554", WITHOUT + "554"),
    "no-ehlo": Told(EARLY + "500", EARLY + "500", "offers no TLS"),
    "no-ehlo-in-tls": Told(EARLY + "554", EARLY + "554"),
    "drop": Told("", "has not answered to AUTH"),
    "greeting-554": Told(EARLY + "554", WITHOUT + "554"),
    "530": Told(REFUSED_LOGIN, WITHOUT + "530"),
    "554": Told(REFUSED_LOGIN, WITHOUT + "554"),
    "later": Told("", "accepted the login, and did not take the mail: 450"),
}


def told(case):
    """What must stand behind the relay's name in the log; None: nothing must."""
    kind = {"waits": "mail waits", "plain": "mail goes without authentication"}.get(case.wanted)
    row = TOLD.get(case.row.host)
    if case.mode == "disabled" or not kind or not row:
        return None
    words = row.required if case.mode == "required" else row.enabled
    if case.mode == "enabled" and case.row.tls and row.enabled_tls:
        words = row.enabled_tls
    return f"{kind}: .*{words}" if words else None


Case = collections.namedtuple("Case", "name mode row wanted")


def cases():
    """One for each cell; the name is that of a relay, too."""
    found = []
    for row in TABLE:
        for mode in MODES:
            kind = "-wrong" if row.password == WRONG else ""
            name = f"{mode}-{row.host}{kind}" + (f"-{row.tls}" if row.tls else "")
            found.append(Case(name, mode, row, getattr(row, mode)))
    return found


def section(name, hosts, mode="required", senders="", tls="", ca_file="", account=ACCOUNT,
            password=PASSWORD):
    """A relay section."""
    text = f'relay "{name}" {{\n  authentication = {mode}\n  hosts = {{ {_words(hosts)} }}\n'
    if senders:
        text += f"  senders = {{ {_words([senders])} }}\n"
    if tls:
        text += f"  tls = {tls}\n"
    if tls == "verify":
        text += f'  ca_file = "{ca_file}"\n'
    if mode != "disabled":
        text += f'  account = "{account}"\n  password = "{password}"\n'
    return text + "}\n"


def _words(values):
    return ", ".join(f'"{value}"' for value in values)
