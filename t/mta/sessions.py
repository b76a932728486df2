# SPDX-License-Identifier: BSD-2-Clause
"""Longer sessions, which both MTAs run: state, reloads, faults and restarts."""

import os

from cases import ALICE, ANN, BOB, EXT, GLOBAL_HELP, JOE, LOGINS, OTHER, TOM, Case
from smtp_client import SmtpError
from table import open_session


class Sessions:
    """`policy` is the configuration that the table of cases ran under."""

    def __init__(self, tap, mta, gatepost, certificates, policy):
        self.tap = tap
        self.mta = mta
        self.filter = gatepost
        self.certificates = certificates
        self.policy = policy

    def run(self):
        for scenario in (self.second_transaction, self.rset_after_refusal, self.no_recipient_left,
                         self.second_helo, self.failed_auth, self.queue_id, self.log_line,
                         self.reload_between_commands, self.broken_reload, self.global_monitor,
                         self.killed_in_session, self.killed_before_session, self.restarted):
            self.guarded(scenario)

    def guarded(self, scenario):
        """A broken connection fails one scenario, not the script."""
        try:
            scenario()
        except (SmtpError, OSError) as error:
            self.tap.ok(False, f"{scenario.__name__} ran to its end", error)

    def open(self, **values):
        return open_session(self.mta, Case("", "", **values), self.certificates)

    def replies(self, name, wanted, *replies):
        """Checks codes with enhanced status; 250 stands for any acceptance."""
        got = [str(r.code) if r.code in (250, 235) else r.status for r in replies]
        self.tap.equal(got, wanted.split(", "), name, "\n".join(map(repr, replies)))

    def message(self, session, mail, rcpt=OTHER):
        """One whole transaction; the replies until the first that is not positive."""
        return until_refused(session, (("MAIL", lambda s: s.mail(mail)),
                                       ("RCPT", lambda s: s.rcpt(rcpt)),
                                       ("DATA", lambda s: s.data())))

    # State

    def second_transaction(self):
        """What the first transaction was allowed says nothing about the second."""
        with self.open(login="alice@acme.example") as s:
            self.replies("an own sender, first in its session", "250, 250, 250",
                         *self.message(s, ALICE))
            self.replies("then another's sender", "553 5.7.1", *self.message(s, BOB))
            s.rset()
            self.replies("then its own sender again", "250, 250, 250", *self.message(s, ALICE))
            s.rset()
            self.replies("then the null sender", "250, 250, 250", *self.message(s, "<>"))
            self.replies("then another OU's sender", "553 5.7.1", *self.message(s, JOE))
            s.quit()

    def rset_after_refusal(self):
        """A transaction given up after RCPT, and one refused at MAIL, leave nothing."""
        with self.open() as s:
            self.replies("a recipient in the sender's domain, refused", "250, 530 5.7.0, 250",
                         s.mail(ANN), s.rcpt(TOM), s.rcpt(OTHER))
            s.rset()
            self.replies("after RSET the same recipient passes for another sender",
                         "250, 250, 250", *self.message(s, EXT, TOM))
            self.replies("an OU's sender refused", "530 5.7.0", s.mail(JOE))
            s.rset()
            self.replies("after RSET a sender of no OU passes", "250, 250, 250",
                         *self.message(s, EXT))
            self.replies("and again the OU's sender is refused", "530 5.7.0", s.mail(JOE))
            s.quit()

    def no_recipient_left(self):
        """A refused recipient stays refused however often it is tried."""
        with self.open(client="127.0.17.1") as s:
            self.replies("only local recipients are accepted", "250, 554 5.7.1, 250, 554 5.7.1",
                         s.mail(EXT), s.rcpt(OTHER), s.rcpt(TOM), s.rcpt(OTHER))
            self.replies("and the message for them", "250", s.data())
            s.quit()

    def second_helo(self):
        """EHLO twice, STARTTLS between MAIL commands, AUTH after a refusal."""
        since = self.filter.position()
        with self.open(client="127.0.16.1") as s:
            self.replies("before AUTH", "530 5.7.0", s.mail(ALICE))
            s.rset()
            s.starttls()
            s.ehlo("second.test")
            self.replies("after STARTTLS, still before AUTH", "530 5.7.0", s.mail(ALICE))
            s.rset()
            self.replies("AUTH in the same session", "235", login(s, "alice@acme.example"))
            self.replies("after AUTH", "250, 250, 250", *self.message(s, ALICE))
            s.ehlo("third.test")
            self.replies("after one more EHLO, another's sender", "553 5.7.1", s.mail(BOB))
            s.quit()
        self.logged("before STARTTLS the log says so", since,
                    rule="auth-required", tls=False, helo="client.test")
        self.logged("after STARTTLS too", since,
                    rule="auth-required", tls=True, helo="second.test")
        self.logged("the newest HELO is logged", since,
                    rule="sender-mismatch", helo="third.test")

    def failed_auth(self):
        """A login that failed is none; the next, good one counts."""
        with self.open(client="127.0.16.1", tls=True) as s:
            wrong = s.auth_plain("alice@acme.example", "wrong")
            self.tap.equal(wrong.code, 535, "a wrong password", wrong)
            self.replies("is no AUTH", "530 5.7.0", s.mail(ALICE))
            s.rset()
            self.replies("a good one is", "235", login(s, "joe@beta.example"))
            self.replies("for its own name", "553 5.7.1", s.mail(ALICE))
            s.rset()
            self.replies("for its own sender", "250, 250, 250", *self.message(s, JOE))
            s.quit()

    def queue_id(self):
        since = self.filter.position()
        with self.open() as s:
            replies = self.message(s, EXT)
            s.quit()
        self.replies("a message gets a queue id", "250, 250, 250", *replies)
        self.logged("the log line has the queue id", since, event="transaction",
                    queue_id=self.mta.queue_id(replies[-1]))

    def log_line(self):
        """What the log says of a session, beyond the verdict."""
        since = self.filter.position()
        with self.open(listener="SUBMISSION", client="127.0.40.1",
                       login="alice+work@acme.example") as s:
            s.mail(ALICE)
            s.quit()
        line = self.filter.wait_event(since, {"event": "refusal"}) or {}
        wanted = {"interface": "submission", "daemon_name": "SUBMISSION", "client": "127.0.40.1",
                  "helo": "client.test", "tls": True, "tls_version": "TLSv1.3",
                  "mechanism": "PLAIN", "login": "alice+work@acme.example", "from": ALICE,
                  "to": [], "ou": "acme", "verdict": "refuse", "rule": "sender-mismatch",
                  "would": "", "mode": "enforce"}
        self.tap.equal({key: line.get(key) for key in wanted}, wanted,
                       "the log line describes the session", line)
        self.tap.equal(str(line.get("port")), str(self.mta.ports["SUBMISSION"]),
                       "the log line has the listener's port", line)
        source = self.config_line("match_auth_user = true")
        self.tap.ok(str(line.get("source")).endswith(source),
                    "the log line names the setting that decided", f"wanted ...{source}\n{line}")

    def config_line(self, text):
        """NAME:LINE of a text in the filter's configuration."""
        with open(self.filter.config, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if text in line:
                    return f"{os.path.basename(self.filter.config)}:{number}"
        raise ValueError(text)

    def logged(self, name, since, **values):
        found = self.filter.wait_event(since, values)
        self.tap.ok(found, name, f"wanted {values}\n" + "\n".join(self.filter.lines(since)))

    # Configurations

    def set_policy(self, policy):
        self.filter.write_policy(policy)
        return self.filter.reload()

    def reload(self, policy, name):
        status, output = self.set_policy(policy)
        self.tap.equal(status, 0, name, output)

    def reload_between_commands(self):
        """The configuration of MAIL decides the whole transaction."""
        stricter = self.policy.replace("relay_clients = ", "# relay_clients = ", 1)
        with self.open(client="127.0.17.9") as s:
            self.replies("MAIL before a reload", "250", s.mail(EXT))
            self.reload(stricter, "a reload between MAIL and RCPT")
            self.replies("the old configuration decides at RCPT", "250, 250, 250",
                         s.rcpt(OTHER), s.rcpt("<z@other.example>"), s.data())
            self.replies("the new one decides the next transaction", "250, 554 5.7.1",
                         s.mail(EXT), s.rcpt(OTHER))
            self.reload(self.policy, "a reload back between two recipients")
            self.replies("does not help the transaction", "554 5.7.1", s.rcpt(OTHER))
            s.rset()
            self.replies("but the next one", "250, 250, 250", *self.message(s, EXT))
            s.quit()

    def broken_reload(self):
        """An error leaves the running configuration alone."""
        status, output = self.set_policy(self.policy + "\nou \"broken\" {\n  domain = 1\n")
        self.tap.ok(status != 0, "a reload with an error fails", output)
        with self.open(login="alice@acme.example") as s:
            self.replies("the old configuration passes", "250, 250, 250", *self.message(s, ALICE))
            self.replies("the old configuration refuses", "553 5.7.1", s.mail(BOB))
            s.quit()
        self.reload(self.policy, "the repaired configuration is loaded")

    def global_monitor(self):
        """Monitor mode refuses nothing of the policy's, and says what it would have."""
        self.reload(self.policy.replace("mode = enforce", "mode = monitor", 1),
                    "a reload into monitor mode")
        since = self.filter.position()
        with self.open(login="alice@acme.example") as s:
            self.replies("another's sender passes", "250, 250, 250", *self.message(s, BOB))
            s.quit()
        with self.open(client="127.0.17.1") as s:
            self.replies("relaying passes", "250, 250, 250", *self.message(s, EXT))
            s.quit()
        with self.open() as s:
            self.replies("what does not parse is refused all the same", "501 5.1.7",
                         s.mail("<a@acme.example@>"))
            s.quit()
        self.logged("the sender is logged", since, event="monitor", would="sender-mismatch")
        self.logged("the relaying is logged", since, event="monitor", would="relay-denied")
        self.reload(self.policy, "a reload back into enforce mode")

    # Faults

    def deferred(self, name, attempt):
        """4xx, or a connection given up; never an accepted message."""
        try:
            last = attempt()[-1]
        except SmtpError as error:
            self.tap.ok(True, f"{name} (connection closed: {error})")
            return
        self.tap.ok(last.temporary, name, last)

    def whole_session(self):
        with self.open() as s:
            return self.message(s, EXT)

    def passes_again(self, name):
        self.replies(name, "250, 250, 250", *self.whole_session())

    def killed_in_session(self):
        """SIGKILL at each point of a session, then the rest of it."""
        steps = (("EHLO", lambda s: s.ehlo()), ("MAIL", lambda s: s.mail(EXT)),
                 ("RCPT", lambda s: s.rcpt(OTHER)), ("DATA", lambda s: s.data()))
        for killed_after in range(1, len(steps)):
            name = steps[killed_after - 1][0]
            with self.open() as s:
                for _, step in steps[:killed_after]:
                    step(s)
                self.filter.kill()
                self.deferred(f"killed after {name}: deferred",
                              lambda: until_refused(s, steps[killed_after:]))
            self.filter.start()
            self.passes_again(f"killed after {name} and started again: mail flows")

    def killed_before_session(self):
        self.filter.kill()
        self.deferred("killed before a session: deferred", self.whole_session)
        self.filter.start()
        self.passes_again("started again: mail flows")

    def restarted(self):
        self.tap.equal(self.filter.stop(), 0, "SIGTERM ends the filter with status 0")
        self.deferred("stopped: deferred", self.whole_session)
        self.filter.start()
        self.passes_again("started again after SIGTERM: mail flows")
        with self.open(login="alice@acme.example") as s:
            reply = s.mail(BOB)
            self.tap.ok(reply.text.endswith(GLOBAL_HELP), "and the policy holds", reply)


def login(session, name):
    return session.auth_plain(name, LOGINS[name])


def until_refused(session, steps):
    """Takes named steps; the replies until the first that is not positive."""
    replies = []
    for _, step in steps:
        replies.append(step(session))
        if not replies[-1].positive:
            break
    return replies
