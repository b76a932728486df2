# SPDX-License-Identifier: BSD-2-Clause
"""Longer sessions with logins: mechanisms, second attempts, faults of gatepost-auth."""

import base64
import time

from auth_table import FAULTS, OTHER, offers_auth, open_tls

ALICE, PASSWORD = "alice@acme.example", "pw-alice"


def encode(text):
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def plain(login=ALICE, password=PASSWORD, authzid=""):
    return encode("\0".join((authzid, login, password)))


class Sessions:
    def __init__(self, tap, path):
        self.tap = tap
        self.path = path
        self.gatepost = path.gatepost

    def run(self, *scenarios):
        for scenario in scenarios or (self.plain_mechanism, self.login_mechanism, self.aborts,
                                      self.second_attempts, self.no_logins, self.whole_message,
                                      self.one_grep):
            self.guarded(scenario)

    def guarded(self, scenario):
        try:
            scenario()
        except FAULTS as error:
            self.tap.ok(False, f"{self.path.name}: {scenario.__name__} ran to its end", repr(error))

    def open(self, listener="TLS", tls=True, client="127.0.1.1"):
        session = self.path.connect(listener, client)
        open_tls(session, listener, tls)
        return session

    def codes(self, name, wanted, session, *lines):
        """Sends the lines; the codes of their replies."""
        replies = [session.command(line) for line in lines]
        self.tap.equal(" ".join(str(reply.code) for reply in replies), wanted,
                       f"{self.path.name}: {name}", "\n".join(map(repr, replies)))
        return replies

    # Mechanisms

    def plain_mechanism(self):
        with self.open() as s:
            self.codes("PLAIN with an initial response", "235", s, f"AUTH PLAIN {plain()}")
            self.codes("a second login in a session", "503", s, f"AUTH PLAIN {plain()}")
        with self.open() as s:
            replies = self.codes("PLAIN without an initial response", "334 235", s, "AUTH PLAIN",
                                 plain())
            self.tap.equal(replies[0].text, "", f"{self.path.name}: PLAIN's challenge is empty")
        with self.open() as s:
            self.codes("a mechanism in lower case", "235", s, f"AUTH plain {plain()}")
        with self.open() as s:
            self.codes("an authzid that is the login", "235", s,
                       f"AUTH PLAIN {plain(authzid=ALICE)}")
        self.authzid()

    def authzid(self):
        """saslauthd's protocol does not tell it: what Sendmail accepts is no harm, it
        names to the milter who gave the password.
        """
        with self.open() as s:
            reply = s.command(f"AUTH PLAIN {plain(authzid='joe@beta.example')}")
            if self.path.name == "sendmail":
                self.codes("an authzid that is somebody else is not him", "553 250", s,
                           "MAIL FROM:<joe@beta.example>", f"MAIL FROM:<{ALICE}>")
            else:
                self.tap.equal(reply.code, 535,
                               f"{self.path.name}: an authzid that is somebody else", reply)

    def login_mechanism(self):
        with self.open() as s:
            replies = self.codes("LOGIN", "334 334 235", s, "AUTH LOGIN", encode(ALICE),
                                 encode(PASSWORD))
            self.tap.equal([base64.b64decode(r.text) for r in replies[:2]],
                           [b"Username:", b"Password:"], f"{self.path.name}: LOGIN's challenges")
        with self.open() as s:
            self.codes("LOGIN with the name at once", "334 235", s, f"AUTH LOGIN {encode(ALICE)}",
                       encode(PASSWORD))
        with self.open() as s:
            self.codes("LOGIN, a wrong password", "334 334 535", s, "AUTH LOGIN", encode(ALICE),
                       encode("wrong"))

    def aborts(self):
        with self.open() as s:
            self.codes("* instead of a response, then AUTH again", "334 501 334 235", s,
                       "AUTH PLAIN", "*", "AUTH PLAIN", plain())
        with self.open() as s:
            self.codes("* at each step of LOGIN, then PLAIN", "334 501 334 334 501 235", s,
                       "AUTH LOGIN", "*", "AUTH LOGIN", encode("joe@beta.example"), "*",
                       f"AUTH PLAIN {plain()}")
            self.passes(s, "whoever comes last has logged in", ALICE)
        with self.open() as s:
            replies = []
            # Sendmail waits longer and longer between them.
            count = 3 if self.path.name == "sendmail" else 20
            for _ in range(count):
                replies.append(s.command("AUTH PLAIN"))
                if replies[-1].code != 334:
                    break
                s.command("*")
            self.tap.ok(len(replies) == count, f"{self.path.name}: {count} aborts", replies)
            self.codes("many aborts, then a login", "235", s, f"AUTH PLAIN {plain()}")

    def second_attempts(self):
        with self.open() as s:
            self.codes("a wrong password, then another's, then the right one", "535 535 235", s,
                       f"AUTH PLAIN {plain(password='pw-alicf')}",
                       f"AUTH PLAIN {plain(password='pw-joe')}", f"AUTH PLAIN {plain()}")
            self.passes(s, "and the message of who logged in", ALICE)
        with self.open() as s:
            self.codes("refused by policy, then another login", "535 235", s,
                       f"AUTH PLAIN {plain('retired@acme.example', 'pw-retired')}",
                       f"AUTH PLAIN {plain()}")
            self.passes(s, "and its message", ALICE)
        with self.open() as s:
            self.codes("a login that failed is none", "535 530", s,
                       f"AUTH PLAIN {plain(password='wrong')}", f"MAIL FROM:<{ALICE}>")

    def no_logins(self):
        """Not told to gatepost-auth, or refused before a password is looked at."""
        for name, response in (
                ("no base64", "AUTH PLAIN !!!"),
                ("no NUL bytes", f"AUTH PLAIN {encode(ALICE)}"),
                ("an empty password", f"AUTH PLAIN {plain(password='')}"),
                ("an empty name", f"AUTH PLAIN {plain(login='')}"),
                ("a mechanism that is not offered", f"AUTH CRAM-MD5 {plain()}"),
                ("a TAB in the name", f"AUTH PLAIN {plain('ali' + chr(9) + 'ce@acme.example')}"),
                ("a long name", f"AUTH PLAIN {plain(login='a' * 300 + '@acme.example')}"),
                ("a long password", f"AUTH PLAIN {plain(password='p' * 600)}")):
            with self.open() as s:
                reply = s.command(response)
                self.tap.ok(not reply.positive, f"{self.path.name}: {name}: refused", reply)
                self.codes(f"{name}, then a login", "235", s, f"AUTH PLAIN {plain()}")

    # Messages

    def passes(self, session, name, sender):
        self.codes(name, "250 250", session, f"MAIL FROM:<{sender}>", f"RCPT TO:{OTHER}")

    def whole_message(self):
        since = self.gatepost.position()
        with self.open("SUBMISSION" if not self.path.prefix else "TLS") as s:
            self.codes("a whole submission", "235 250 250 354 250", s, f"AUTH PLAIN {plain()}",
                       f"MAIL FROM:<{ALICE}>", f"RCPT TO:{OTHER}", "DATA",
                       "Subject: test\r\n\r\ntext\r\n.")
            s.quit()
        self.tap.ok(self.gatepost.wait_event(since, {"event": "transaction", "login": ALICE,
                                                     "verdict": "pass", "end": "message"}),
                    f"{self.path.name}: a whole submission is logged",
                    "\n".join(self.gatepost.lines(since)))

    def one_grep(self):
        """Every way to fail, found by the name in one log; and never a password."""
        since = self.gatepost.position()
        name = "scanner@acme.example"
        with self.open() as s:
            for typed, password in ((name, "secret-one"), (name.upper(), "secret-two"),
                                    ('"scanner"@acme.example', "secret-three")):
                s.command(f"AUTH PLAIN {plain(typed, password)}")
            s.quit()
        self.gatepost.wait_event(since, {"event": "login"})
        time.sleep(0.1)
        lines = self.gatepost.lines(since)
        self.tap.equal(len([line for line in lines if f'"login":"{name}"' in line
                            and '"rule":"login-password"' in line]), 3,
                       f"{self.path.name}: one grep finds the failed logins of a name",
                       "\n".join(lines))
        self.tap.ok("secret" not in "".join(lines) + self.gatepost.output(),
                    f"{self.path.name}: no log has a password")


class Faults(Sessions):
    """gatepost-auth ends, comes back, or hangs. `temporary` is the code of a login that
    cannot be told, `hanging` the seconds until it comes (0: never, do not try).
    """

    def __init__(self, tap, path, daemon, temporary, hanging):
        super().__init__(tap, path)
        self.daemon = daemon
        self.temporary = temporary
        self.hanging = hanging

    def run(self, *_):
        super().run(self.dead_target, self.stopped, self.killed_and_started, self.hangs,
                    self.reloads, self.global_monitor)

    def dead_target(self):
        with self.open() as s:
            start = time.monotonic()
            self.codes("no server of an OU can be reached", self.temporary, s,
                       f"AUTH PLAIN {plain('eve@epsilon.example', 'pw')}")
            self.tap.ok(time.monotonic() - start < 9, f"{self.path.name}: and that is told in time")
            self.codes("another OU's login in the same session", "235", s, f"AUTH PLAIN {plain()}")

    def stopped(self):
        with self.open() as s, self.open() as used:
            used.command(f"AUTH PLAIN {plain(password='wrong')}")
            self.tap.equal(self.daemon.stop(), 0, f"{self.path.name}: SIGTERM: status 0")
            self.codes("stopped: a login", self.temporary, s, f"AUTH PLAIN {plain()}")
            self.codes("stopped: where one was tried before", self.temporary, used,
                       f"AUTH PLAIN {plain()}")
            self.codes("stopped: once more", self.temporary, s, f"AUTH PLAIN {plain()}")
            self.codes("stopped: who sends without a login", "530", s, f"MAIL FROM:<{ALICE}>")
            self.new_session_while_down()
            self.daemon.start()
            self.codes("started again: the same session", "235", s, f"AUTH PLAIN {plain()}")
            self.codes("started again: the other session", "235", used, f"AUTH PLAIN {plain()}")
        self.comes_back()

    def new_session_while_down(self):
        """A server that cannot serve AUTH may end, say 4xx, or fail the login so."""
        start = time.monotonic()
        try:
            with self.open() as s:
                reply = s.command(f"AUTH PLAIN {plain()}")
                told = str(reply.code) == self.temporary or reply.temporary
        except FAULTS as error:
            reply, told = error, True
        self.tap.ok(told and time.monotonic() - start < 9,
                    f"{self.path.name}: stopped: a new session fails at once, for now", reply)

    def comes_back(self, listener="TLS", client="127.0.1.1"):
        """Postfix waits service_throttle_time before it starts the next smtpd."""
        limit = time.monotonic() + 8
        while True:
            try:
                with self.open(listener, client=client) as s:
                    self.codes(f"started again: a new session at {listener}", "235", s,
                               f"AUTH PLAIN {plain()}")
                return
            except FAULTS:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.2)

    def killed_and_started(self):
        """Postfix keeps its connection to gatepost-auth from one session to the next."""
        with self.open() as s:
            self.codes("a login", "235", s, f"AUTH PLAIN {plain()}")
            s.quit()
        with self.open() as s:
            self.daemon.kill()
            self.daemon.start()
            self.codes("killed and started: the next login", "235", s, f"AUTH PLAIN {plain()}")

    def hangs(self):
        if not self.hanging:
            return
        with self.open() as s, self.open() as other:
            self.daemon.pause()
            start = time.monotonic()
            s.socket.sendall(f"AUTH PLAIN {plain()}\r\n".encode("ascii"))
            with self.path.mta.connect("MX", "127.0.1.1") as mail:
                mail.ehlo()
                reply = mail.mail("<x@ext.example>")
                self.tap.ok(reply.code == 250 and time.monotonic() - start < 2,
                            f"{self.path.name}: hanging: mail without a login goes on", reply)
            reply = s.read_reply()
            took = time.monotonic() - start
            self.tap.ok(str(reply.code) == self.temporary and took < self.hanging,
                        f"{self.path.name}: hanging: a login", f"{reply} after {took:.1f} s")
            self.daemon.resume()
            self.codes("goes on: the same session", "235", s, f"AUTH PLAIN {plain()}")
            self.codes("goes on: another session", "235", other, f"AUTH PLAIN {plain()}")

    def reloads(self):
        """Both daemons take a new configuration, between two logins of a session."""
        policy = self.gatepost.policy
        on = 'user "alice@acme.example" {\n    smtp_auth = any_sender'
        off = policy.replace(on, on.replace("any_sender", "off"))
        with self.open() as s:
            self.reload(off)
            self.codes("a user that was switched off", "535", s, f"AUTH PLAIN {plain()}")
            self.reload(policy)
            self.codes("and on again", "235", s, f"AUTH PLAIN {plain()}")

    def global_monitor(self):
        """Nothing of the policy's is refused, but no wrong password passes."""
        policy = self.gatepost.policy
        self.reload(policy.replace("mode = enforce", "mode = monitor", 1))
        since = self.gatepost.position()
        retired = "retired@acme.example"
        with self.open() as s:
            self.codes("monitored: a user that is off, a wrong password", "535", s,
                       f"AUTH PLAIN {plain(retired, 'wrong')}")
            self.codes("monitored: a user that is off", "235 250 250", s,
                       f"AUTH PLAIN {plain(retired, 'pw-retired')}", f"MAIL FROM:<{retired}>",
                       f"RCPT TO:{OTHER}")
            s.quit()
        for line in ({"event": "login", "verdict": "pass"}, {"event": "monitor"}):
            line = {**line, "login": retired, "would": "user-off"}
            self.tap.ok(self.gatepost.wait_event(since, line),
                        f"{self.path.name}: monitored: the log has it as {line['event']}",
                        "\n".join(self.gatepost.lines(since)))
        self.reload(policy)

    def reload(self, policy):
        self.gatepost.write_policy(policy)
        since = self.gatepost.position()
        status, output = self.gatepost.reload()
        self.tap.equal(status, 0, f"{self.path.name}: gatepost reload", output)
        seen = self.gatepost.wait_lines(since, "configuration reloaded", 2)
        self.tap.equal(len(seen), 2, f"{self.path.name}: both daemons reload",
                       "\n".join(self.gatepost.lines(since)))
