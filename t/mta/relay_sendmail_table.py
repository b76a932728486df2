# SPDX-License-Identifier: BSD-2-Clause
"""What must happen to mail for a relay host that Sendmail sends: each mode, whatever the
host does; and the run of that table."""

import base64
import re

from daemon import free_port
from odd_server import Handler, OddServer
from relay_cases import WRONG, Row, section
from relay_daemon import RelayDaemon
from relay_hosts import ACCOUNT, PASSWORD
from relay_sendmail import RelayingSendmail, relay_config

MODES = ("required", "enabled", "disabled")
IN_VAIN = r"451 4.7.0 relay required-\S+: 127.0.0.1 does not let us log in: "
NO_TLS = r"no TLS with localhost.* \((NONE|TEMP)\)"
FAILED = "Temporary AUTH failure"
MANY = 20
NOT_THERE = "it is not offered"
REJECTED = "AUTH PLAIN: 535 5.7.8"


def rows(host, tls, required, enabled, disabled, vain="", other="", password=PASSWORD):
    """A row of relay_cases for each tls: vain is why the login that gatepost-auth tries
    fails, where one is required; other, why the mail waits in the other modes."""
    return [Row(host, level, required, enabled, disabled, (IN_VAIN + vain, other), password)
            for level in tls]


# As in relay_cases. Where it differs from Postfix: what fails for now at AUTH waits, even
# with "enabled".
TABLE = [
    # It offers AUTH, after STARTTLS only, and accepts.
    *rows("accept", ("", "require", "verify"), "login", "login", "plain"),
    # It rejects the password: 535.
    *rows("accept", ("", "require", "verify"), "waits", "plain", "plain", REJECTED, "", WRONG),
    # It cannot tell: 454.
    *rows("temporary", ("", "require"), "waits", "waits", "plain", "AUTH PLAIN: 454 4.7.0",
          FAILED),
    # No AUTH.
    *rows("no-auth", ("", "require", "verify"), "waits", "plain", "plain", "AUTH: " + NOT_THERE),
    # No TLS, though AUTH.
    *rows("no-tls", [""], "waits", "plain", "plain", "STARTTLS: " + NOT_THERE),
    *rows("no-tls", ["require"], "waits", "waits", "waits", "STARTTLS: " + NOT_THERE, NO_TLS),
    *rows("no-tls", ["verify"], "waits", "waits", "waits", "STARTTLS: " + NOT_THERE,
          "is not trusted .NONE."),
    *rows("no-starttls", [""], "waits", "plain", "plain", "STARTTLS: 554 5.7.0 not today"),
    *rows("no-starttls", ["require"], "waits", "waits", "waits", "STARTTLS: 554 5.7.0 not today",
          NO_TLS),
    # EHLO is refused, at once or after STARTTLS.
    *rows("no-ehlo", [""], "waits", "plain", "plain", "EHLO: 500 5.5.2"),
    *rows("no-ehlo", ["require"], "waits", "waits", "waits", "EHLO: 500 5.5.2", NO_TLS),
    *rows("no-ehlo-in-tls", ("", "require"), "waits", "plain", "plain",
          "EHLO: 554 5.5.1 no more of that"),
    # A wrong certificate.
    *rows("wrong-name", [""], "login", "login", "plain"),
    *rows("wrong-name", ["verify"], "waits", "waits", "waits",
          "the certificate is not that of localhost", "is for another name"),
    *rows("self-signed", ["verify"], "waits", "waits", "waits",
          "the certificate is not trusted: self-signed", "is not trusted .FAIL."),
    *rows("expired", ["verify"], "waits", "waits", "waits",
          "the certificate is not trusted: certificate has expired", "is not trusted .FAIL."),
    # It goes away after AUTH, or does not even greet.
    *rows("drop", [""], "waits", "waits", "plain", "AUTH PLAIN: ",
          "Connection reset|read error|lost|localhost"),
    *rows("greeting-554", [""], "returned", "returned", "returned"),
    # It refuses those who did not authenticate, at RCPT.
    *rows("530", [""], "login", "login", "returned"),
    *rows("530", [""], "waits", "returned", "returned", REJECTED, "", WRONG),
    *rows("554", [""], "login", "login", "returned"),
    *rows("554", [""], "waits", "returned", "returned", REJECTED, "", WRONG),
    # It accepts the login and asks to come back later: that is no reason to go without.
    Row("later", "", "waits", "waits", "plain", ("450 4.2.0", "450 4.2.0")),
]

# It does that already at MAIL, where Sendmail would not wait any more. (A Sendmail has
# room for so many mailers only, one for each port.)
STRICT_TABLE = [
    *rows("mail-530", [""], "login", "login", "returned"),
    *rows("mail-530", ("", "verify"), "waits", "returned", "returned",
          REJECTED + " that's not .it., .for all. .you. '/ say$", "", WRONG),
    # As much as Sendmail has to bear, with the longest name that a relay can have.
    *rows("mail-530-wordy-with-a-long-name", [""], "waits", "returned", "returned",
          "AUTH PLAIN: 535 5.7.8 (a.b .c., ){10}"),
    *rows("mail-530-454", [""], "waits", "waits", "returned", "AUTH PLAIN: 454 4.7.0 later",
          FAILED),
    *rows("mail-530-no-auth", [""], "waits", "returned", "returned", "AUTH: " + NOT_THERE),
    *rows("mail-530-drop", [""], "waits", "waits", "returned", "AUTH PLAIN: ",
          "Connection reset|read error|lost|localhost"),
    *rows("mail-530-expired", ["verify"], "waits", "waits", "waits",
          "the certificate is not trusted: certificate has expired", "is not trusted .FAIL."),
]


class RefusesMail(Handler):
    """Whoever did not authenticate gets 530 to MAIL."""

    keywords = ["8BITMIME", "AUTH PLAIN"]

    asked = []

    def do_auth(self, argument):
        self.asked.append(argument)
        _, name, password = base64.b64decode(argument.partition(" ")[2]).decode().split("\0")
        self.login = name if password == PASSWORD else ""
        # Nothing of this may be a part of Sendmail's rules.
        self.say("235 2.7.0 welcome" if self.login else
                 '535 5.7.8 that\'s not (it), <for all> $you$ "\\ say')

    def do_mail(self, _):
        self.say("250 2.1.0 ok" if self.login else "530 5.7.0 authentication is required")


class RefusesMailForNow(RefusesMail):
    def do_auth(self, _):
        self.say("454 4.7.0 later")


class RefusesMailInManyWords(RefusesMail):
    def do_auth(self, _):
        self.say("535 5.7.8 " + "a.b <c>, " * 50)


class RefusesMailWithoutAuth(RefusesMail):
    keywords = ["8BITMIME"]


class RefusesMailAndDrops(RefusesMail):
    def do_auth(self, _):
        self.open = False


STRICT = {"mail-530": RefusesMail,
          "mail-530-wordy-with-a-long-name": RefusesMailInManyWords,
          "mail-530-454": RefusesMailForNow,
          "mail-530-no-auth": RefusesMailWithoutAuth, "mail-530-drop": RefusesMailAndDrops,
          "mail-530-expired": RefusesMail}


class Case:
    def __init__(self, row, mode):
        kind = "-wrong" if row.password == WRONG else ""
        self.row, self.mode, self.wanted = row, mode, getattr(row, mode)
        self.name = f"{mode}-{row.host}{kind}" + (f"-{row.tls}" if row.tls else "")

    def __str__(self):
        tls = f", tls = {self.row.tls}" if self.row.tls else ""
        wrong = ", wrong password" if self.row.password == WRONG else ""
        return f"{self.row.host}{wrong}, {self.mode}{tls}: {self.wanted}"


class SendmailTable:
    def __init__(self, suite, certificates, hosts, strict=False):
        self.suite, self.tap, self.hosts = suite, suite.tap, hosts
        self.name = "strict" if strict else "table"
        self.certificates = certificates
        self.strict = {name: suite.started(OddServer(free_port(), handler, certificates.pair(
            "expired" if name.endswith("expired") else "good")))
                       for name, handler in STRICT.items() if strict}
        self.cases = [Case(row, mode) for row in (STRICT_TABLE if strict else TABLE)
                      for mode in MODES]
        self.daemon = RelayDaemon(suite.subfolder(f"{self.name}-auth"),
                                  suite.subfolder(f"{self.name}-run"),
                                  "".join(map(self._section, self.cases)))
        suite.daemons.append(self.daemon)

    def _section(self, case):
        row = case.row
        strict = self.strict.get(row.host)
        port = strict.port if strict else self.hosts.port(row.host)
        return section(case.name, [f"[localhost]:{port}"], case.mode,
                       f"{case.name}@senders.test", row.tls, self.certificates.path("ca.pem"),
                       password=row.password)

    def run(self):
        self.suite.started(self.daemon)
        sendmail = RelayingSendmail(self.suite.subfolder(self.name), self.certificates,
                                    relay_config(self.daemon.gatepost.config))
        self.suite.started(sendmail)
        sendmail.send((f"{case.name}@cases", f"{case.name}@senders.test", "somebody@there.test")
                      for case in self.cases)
        sendmail.run_queue(4)
        logins = {}
        deliveries = self.hosts.deliveries()
        for server in self.strict.values():
            deliveries += server.deliveries()
        for identity, login in deliveries:
            logins.setdefault(identity, []).append(login)
        waiting = sendmail.queued()
        for case in self.cases:
            self._judge(case, logins.get(f"{case.name}@cases", []),
                        waiting.get(f"{case.name}@cases"))
        if self.strict:
            self._count_tries(sendmail)
        sendmail.stop()
        self.tap.ok(PASSWORD not in self.daemon.log_text(), "no password is in gatepost's log")

    def _count_tries(self, sendmail):
        """Each message by a session of its own, and a process."""
        before = len(RefusesMail.asked)
        sendmail.send((f"{n}@tries", "required-mail-530@senders.test", "somebody@there.test")
                      for n in range(MANY))
        sendmail.run_each()
        arrived = [login for identity, login in self.strict["mail-530"].deliveries()
                   if identity.endswith("@tries")]
        self.tap.equal(arrived, [ACCOUNT] * MANY, f"{MANY} sessions: all is delivered")
        tries = len(RefusesMail.asked) - before - MANY
        self.tap.ok(tries <= 2, "and one try, or two, was enough for them", tries)

    def _judge(self, case, logins, reason):
        if logins:
            got = "login" if logins == [ACCOUNT] else "plain" if logins == [""] else logins
        else:
            got = "returned" if reason is None else "waits"
        right = got == case.wanted and not (logins and reason is not None)
        if got == "waits":
            words = case.row.words[case.mode != "required"]
            right = right and bool(re.search(words, reason))
        self.tap.ok(right, case, f"got {got}, logins {logins}, reason {reason}")
