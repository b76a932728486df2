# SPDX-License-Identifier: BSD-2-Clause
"""Sends messages through an MTA and looks at what comes out at the other end; runs the
table of headers.
"""

import json
import re

from message_cases import GROUPS
from message_policy import AUTHSERV_ID
from smtp_client import SmtpError

HELP = "see https://mail.test/help"
BODY = b"A body.\r\n.With a dot, and =41, and \xe9.\r\n"


def send(session, data):
    """DATA and bytes as they are; the reply to whichever failed, or the last."""
    reply = session.command("DATA")
    if reply.code != 354:
        return reply
    doubled = re.sub(rb"(?m)^\.", b"..", data)
    try:
        session.socket.sendall(doubled + b".\r\n")
    except OSError as error:
        raise SmtpError(f"{error} in the message") from error
    return session.read_reply()


def transaction(session, mail, to, data):
    """The replies; it goes on with the recipients that are left."""
    replies = [session.mail(mail)]
    if not replies[0].positive:
        return replies
    replies += [session.rcpt(recipient) for recipient in to]
    if any(reply.positive for reply in replies[1:]):
        replies.append(send(session, data))
    return replies


class Messages:
    """What the table and the scenarios need of an MTA, its filter and the sink."""

    def __init__(self, suite, mta, gatepost):
        self.tap = suite.tap
        self.sink = suite.sink
        self.held = suite.held
        self.mta = mta
        self.filter = gatepost

    def send(self, data, mail, to, login="", client="127.0.1.1"):
        """A message in a session of its own: (replies, what was delivered or None)."""
        with self.mta.session(client, login) as session:
            replies = transaction(session, mail, to, data)
            session.quit()
        return replies, self.delivered(replies, to)

    def delivered(self, replies, to):
        """Of a transaction that was accepted with at least one recipient."""
        if len(replies) != len(to) + 2 or replies[-1].code != 250:
            return None
        return self.sink.wait(self.mta.queue_id(replies[-1]))

    def guarded(self, scenario):
        """A broken connection fails one scenario, not the script."""
        try:
            scenario()
        except (SmtpError, OSError) as error:
            self.tap.ok(False, f"{scenario.__name__} ran to its end", error)

    def same(self, got, wanted):
        """Postfix leaves a header alone; Sendmail folds addresses anew."""
        return unfolded(got) == unfolded(wanted) if self.mta.name == "sendmail" else got == wanted

    def ends_with(self, message, sent):
        """Whether a message is what was sent, with fields in front of it only."""
        if self.mta.name != "sendmail":
            return message.data.endswith(b"\r\n" + sent)
        return unfolded(message.data).endswith(unfolded(sent))


def unfolded(data):
    return re.sub(rb"[ \t\r\n]+", b" ", data)


def results_of(login, mail):
    """The field that is to stand at the top."""
    if not login:
        return f"{AUTHSERV_ID}; auth=none"
    sender = mail.strip("<>") or '""'
    return f"{AUTHSERV_ID}; auth=pass smtp.auth={login} smtp.mailfrom={sender}"


class Table(Messages):
    def run(self):
        since = self.filter.position()
        for group, cases in GROUPS:
            for case in cases:
                self.run_case(f"{group}: {case.name}: {case.rule or 'passes'}", case)
        self.check_explain(since)

    def run_case(self, name, case):
        if case.only not in ("", self.mta.name):
            self.tap.skip(name, case.why)
            return
        since = self.filter.position()
        data = case.bytes + b"\r\n" + BODY
        try:
            replies, message = self.send(data, case.sender, case.to, case.login, case.client)
            trouble = self.judge(case, replies, message, data) + self.judge_log(case, since)
        except (SmtpError, OSError) as error:
            trouble = [str(error)]
        self.tap.ok(not trouble, name, "\n".join(trouble))

    def judge(self, case, replies, message, data):
        last = replies[-1]
        if case.rule:
            named = [word for word in ("victim", "acme.", "beta.", "gamma.") if word in last.text]
            return [f"wanted {what}, got {replies}" for what, fails in (
                ("550 5.7.1 at the end", last.status != "550 5.7.1"
                 or len(replies) != len(case.to) + 2),
                ("the help text behind some words", not last.text.endswith(HELP)
                 or len(last.text) < len(HELP) + 20),
                ("nothing of the message", named)) if fails]
        if not message:
            return [f"wanted a message, got {replies}"]
        wanted = results_of(case.login, case.sender)
        first = message.fields()[0]
        return [f"wanted {what}, got {message}" for what, fails in (
            ("what was sent", not self.ends_with(message, data)),
            (wanted, first != (b"Authentication-Results", b" " + wanted.encode("ascii"))),
            (f"for {case.to}", message.recipients != sorted(r.strip("<>") for r in case.to)),
        ) if fails]

    def judge_log(self, case, since):
        common = {"from": case.sender, "login": case.login, "to": list(case.to)}
        wanted = [{"event": "transaction", "rule": "", "would": case.would}]
        if case.rule:
            wanted = [{"event": "refusal", "rule": case.rule, "stage": "message"}]
        if case.would:
            wanted.append({"event": "monitor", "would": case.would, "stage": "message"})
        return [f"no log line has {line}; there are {self.filter.lines(since)}"
                for line in wanted
                if not self.filter.wait_event(since, dict(common, **line), 3)]

    def check_explain(self, since):
        """`gatepost explain --batch` judges the logged messages as the filter did."""
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


def agrees(event, answer):
    """A message without any of the fields is not judged by explain; and the log cannot
    show bytes that are no text as they were.
    """
    message = answer.get("message")
    if "\ufffd" in str(event.get("header_from")):
        return True
    if not message:
        return event["rule"] in ("", "bad-header-from") and not any(
            key in event for key in ("header_from", "header_sender", "resent_from"))
    return all(event[key] == message[key] for key in ("verdict", "rule"))


