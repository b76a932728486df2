# SPDX-License-Identifier: BSD-2-Clause
"""Runs the table of cases through an MTA, and compares its log with `explain`."""

import json
import os
from dataclasses import replace

from cases import CASES, LOGINS, NARROWED, RCPT_RULES
from smtp_client import SmtpError

KEYS = {"time", "event", "session", "generation", "interface", "daemon_name", "port", "client",
        "client_name", "helo", "tls", "tls_version", "mechanism", "login", "from", "to", "ou",
        "verdict", "rule", "reply", "source", "would", "mode", "queue_id"}


def open_session(mta, case, certificates):
    """Connects, greets, switches to TLS and logs in as a case says."""
    session = mta.connect(case.listener, case.client, client_name=case.client_name,
                          reverse_name=case.reverse_name)
    session.ehlo()
    if case.encrypted:
        session.starttls(*client_certificate(certificates, case.certificate))
        session.ehlo()
    if case.login:
        reply = session.auth_plain(case.login, LOGINS[case.login])
        if reply.code != 235:
            raise SmtpError(f"AUTH as {case.login} was answered {reply}")
    return session


def client_certificate(folder, wanted):
    return [os.path.join(folder, f"client.{part}") for part in ("pem", "key")] if wanted else []


class Table:
    def __init__(self, tap, mta, gatepost, certificates):
        self.tap = tap
        self.mta = mta
        self.filter = gatepost
        self.certificates = certificates

    def run(self):
        since = self.filter.position()
        for case in CASES:
            self.run_case(case)
        self.check_keys(since)
        self.check_explain(since)

    def run_narrowed(self, listener):
        """A few cases, on a listener (or an MTA) that sends no macro by itself."""
        for case in NARROWED:
            self.run_case(replace(case, listener=listener), "narrowed macro lists, ")

    def run_case(self, case, prefix=""):
        name = f"{prefix}{case.rule or 'pass'}: {case.name}"
        if case.only not in ("", self.mta.name):
            self.tap.skip(name, case.why)
            return
        since = self.filter.position()
        try:
            with open_session(self.mta, case, self.certificates) as session:
                trouble = self.judge(session, case)
                session.quit()
            trouble += self.judge_log(case, since)
        except (SmtpError, OSError) as error:
            trouble = [str(error)]
        self.tap.ok(not trouble, name, "\n".join(trouble))

    def judge(self, session, case):
        """What is wrong with the replies, as a list of sentences."""
        reply = session.mail(case.mail, case.parameters)
        if case.rule and case.rule not in RCPT_RULES:
            return refusal_trouble(f"MAIL FROM:{case.mail}", reply, case)
        trouble = pass_trouble(f"MAIL FROM:{case.mail}", reply)
        for rcpt in case.refused:
            trouble += refusal_trouble(f"RCPT TO:{rcpt}", session.rcpt(rcpt), case)
        for rcpt in case.to:
            trouble += pass_trouble(f"RCPT TO:{rcpt}", session.rcpt(rcpt))
        if case.to and not trouble:
            trouble += pass_trouble("DATA", session.data())
        return trouble

    def judge_log(self, case, since):
        """Refusals are logged at once, an accepted transaction at its end."""
        wanted = []
        if case.rule:
            wanted.append({"event": "refusal", "rule": case.rule, "verdict": "refuse"})
        if case.to and (not case.rule or case.rule in RCPT_RULES):
            wanted.append({"event": "transaction", "verdict": "pass", "rule": ""})
        if case.would:
            wanted.append({"event": "monitor", "would": case.would})
        common = {"from": case.mail, "login": case.login, "tls": case.encrypted}
        if case.login and not plain_login(case.login):
            del common["login"]
        return [f"no log line has {line}; there are {self.filter.lines(since)}"
                for line in wanted
                if not self.filter.wait_event(since, dict(common, **line), 3)]

    def check_keys(self, since):
        lost = {key for event in self.filter.events(since) for key in KEYS - event.keys()}
        self.tap.equal(lost, set(), "every log line has all the keys")

    def check_explain(self, since):
        """`gatepost explain --batch` reads the log lines and finds the same verdicts."""
        events = self.filter.events(since, ("transaction", "refusal"))
        feed = "".join(json.dumps(event) + "\n" for event in events)
        status, output = self.filter.run_control("explain", "--batch", feed=feed)
        answers = [json.loads(line) for line in output.splitlines()]
        self.tap.equal((status, len(answers)), (0, len(events)),
                       "explain --batch reads every log line of the table", output[-500:])
        wrong = [f"logged    {event}\nexplained {answer}"
                 for event, answer in zip(events, answers) if not agrees(event, answer)]
        self.tap.ok(answers and not wrong, "explain --batch agrees with the log",
                    "\n".join(wrong[:10]))


def plain_login(login):
    """Whether a login is logged as it was typed, without canonicalisation."""
    return login == login.lower() and "@" in login and not login.endswith("@mail.test")


def agrees(event, answer):
    """A refusal at RCPT is about the last recipient of its line."""
    if "error" in answer:
        return False
    explained = [answer["mail"]]
    if answer["mail"]["verdict"] == "pass":
        explained += answer["rcpt"] if event["event"] == "transaction" else answer["rcpt"][-1:]
    worst = next((v for v in explained if v["verdict"] != "pass"), explained[-1])
    return all(event[key] == worst[key] for key in ("verdict", "rule"))


def pass_trouble(what, reply):
    return [] if reply.code == 250 else [f"{what}: wanted 250, got {reply}"]


def refusal_trouble(what, reply, case):
    if reply.status != case.wanted_reply:
        return [f"{what}: wanted {case.wanted_reply}, got {reply}"]
    if not reply.text.endswith(case.help):
        return [f"{what}: the help text {case.help!r} is missing from {reply}"]
    if len(reply.text) <= len(case.help):
        return [f"{what}: nothing but the help text in {reply}"]
    return []
