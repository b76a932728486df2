# SPDX-License-Identifier: BSD-2-Clause
"""Runs the table of submissions along one path: from EHLO to the reply to RCPT."""

import ssl

from auth_cases import AUTH, CASES, EHLO, MAIL, PASS
from auth_policy import password
from smtp_client import SmtpError

OTHER = "<y@other.example>"
REPLIES = {"auth-encryption": "530 5.7.0", "cross-ou": "553 5.7.1", "user-sender": "553 5.7.1",
           "sender-mismatch": "553 5.7.1"}
FAULTS = (SmtpError, OSError, ssl.SSLError)


def open_tls(session, listener, tls):
    """EHLO, and TLS by the listener's way. The reply to the last EHLO."""
    reply = session.ehlo()
    if tls and listener != "SMTPS":
        session.starttls()
        reply = session.ehlo()
    return reply


def offers_auth(ehlo):
    return any(line[4:].startswith("AUTH") for line in ehlo.lines)


class Path:
    """An MTA that asks gatepost-auth in one way: dovecot, cyrus or sendmail."""

    def __init__(self, name, mta, gatepost, prefix=""):
        self.name = name
        self.mta = mta
        self.gatepost = gatepost
        self.prefix = prefix      # of its listeners

    def connect(self, listener="OPEN", client="127.0.1.1"):
        own = self.prefix + listener
        return self.mta.connect(own if own in self.mta.ports else listener, client)


class Table:
    def __init__(self, tap, path):
        self.tap = tap
        self.path = path
        self.gatepost = path.gatepost

    def run(self):
        for case in CASES:
            where = case.where(self.path.name)
            if where and self.path.prefix + case.listener in self.path.mta.ports:
                self.run_case(case, where)

    def run_case(self, case, where):
        name = f"{self.path.name}: {case.name}: {where if where == PASS else 'refused ' + where}"
        since = self.gatepost.position()
        try:
            with self.path.connect(case.listener, case.client) as session:
                trouble = self.converse(session, case, where)
                session.quit()
            trouble += self.judge_log(case, where, since)
        except FAULTS as error:
            trouble = [repr(error)]
        lines = [line for line in self.gatepost.lines(since) if '"message"' not in line]
        self.tap.ok(not trouble, name, "\n".join(trouble + lines))

    def converse(self, session, case, where):
        """What is wrong with the replies, as a list of sentences."""
        ehlo = open_tls(session, case.listener, case.tls)
        if offers_auth(ehlo) != (where != EHLO):
            return [f"EHLO: AUTH should {'not ' * (where == EHLO)}be offered: {ehlo}"]
        reply = session.auth_plain(case.login, case.password or password(case.canonical
                                                                         or case.login))
        wanted = {EHLO: "503", AUTH: "535"}.get(where, "235")
        if str(reply.code) != wanted:
            return [f"AUTH: wanted {wanted}, got {reply}"]
        if where in (EHLO, AUTH):
            return []
        return self.converse_mail(session, case, where)

    @staticmethod
    def converse_mail(session, case, where):
        sender = case.sender or case.canonical or case.login
        reply = session.mail(sender if sender == "<>" else f"<{sender}>")
        wanted = REPLIES.get(case.rule, "550 5.7.1") if where == MAIL else "250"
        if not reply.status.startswith(wanted):
            return [f"MAIL: wanted {wanted}, got {reply}"]
        if where == PASS:
            reply = session.rcpt(OTHER)
            if reply.code != 250:
                return [f"RCPT: wanted 250, got {reply}"]
        return []

    def judge_log(self, case, where, since):
        """The milter logs what {auth_authen} says: by Dovecot's protocol that is the
        canonical name, else what was typed; it judges by the same login.
        """
        login = {"login": case.canonical or case.login}
        told = login if self.path.name == "dovecot" else {"login": case.login}
        wanted = []
        if where == EHLO:
            return wanted
        if where == AUTH:
            wanted.append({"event": "login", "verdict": "refuse", "rule": case.rule, **login})
        else:
            wanted.append({"event": "login", "verdict": "pass", "rule": "", **login})
        if where == MAIL:
            wanted.append({"event": "refusal", "rule": case.rule, **told})
        if where == PASS:
            wanted.append({"event": "transaction", "verdict": "pass", **told})
        if case.would:
            if case.would != "auth-disabled" or self.path.name != "sendmail":
                wanted.append({"event": "login", "would": case.would})
            wanted.append({"event": "monitor", "would": case.would})
        return [f"no log line has {line}" for line in wanted
                if not self.gatepost.wait_event(since, line, 3)]
