# SPDX-License-Identifier: BSD-2-Clause
"""What policies and authentication_results do to a message, for both MTAs."""

from message_policy import AUTHSERV_ID
from message_table import BODY, Messages, results_of, send

PAT = "pat@plain.example"
HOSTILE = "b&b-%{ou}$i@plain.example"
PLAIN = b"From: pat@plain.example\r\nSubject: s\r\n"
OTHER = "<y@other.example>"
RESULTS = "Authentication-Results"

# Ways to write gone@policy.example; where the MTA or the filter refuses one, good.
ALIASES = ("<gone@policy.example>", "<GONE@Policy.Example>", "gone@policy.example",
           "<@relay.example:gone@policy.example>", '<"gone"@policy.example>',
           "<@one.example,@two.example:gone@policy.example>", "<gone@policy.example.>",
           '<"go\\ne"@policy.example>', "<gone+x@policy.example>", "< gone@policy.example >",
           "<gone%policy.example@mail.test>", "<policy.example!gone>", "<policy.example!gone@mail.test>",
           "<gone@policy.example> NOTIFY=NEVER ORCPT=rfc822;z@other.example")


def at(*words):
    return tuple(f"<{word}@policy.example>" for word in words)


class Edits(Messages):
    def run(self):
        for scenario in (self.accept, self.refuse, self.defer, self.discard, self.discard_spellings,
                         self.discard_expanded, self.hold, self.redirect, self.everything,
                         self.stamp, self.stamp_hostile, self.stamp_utf8, self.forged,
                         self.conditions, self.log,
                         self.monitor, self.results, self.results_forged):
            self.guarded(scenario)

    def check(self, name, to, recipients, header=PLAIN, login=PAT, mail=None, client="127.0.1.1"):
        """A message is delivered to these; returned as Delivered, body and all."""
        mail = f"<{login or PAT}>" if mail is None else mail
        replies, message = self.send(header + b"\r\n" + BODY, mail, to, login, client)
        got = message.recipients if message else None
        self.tap.ok(message and got == sorted(recipients), name,
                    f"wanted {recipients}, got {got}: {replies}")
        return message

    def fields(self, name, message, field, *wanted):
        got = message.fields(field) if message else None
        self.tap.equal(got and [value.decode("latin-1") for value in got] or [], list(wanted),
                       name, repr(message))

    # Recipients

    def rcpt_replies(self, name, word, status, text):
        """One recipient has this answer, the one beside it gets the message."""
        since = self.filter.position()
        replies, _ = self.send(PLAIN + b"\r\n" + BODY, f"<{PAT}>", at(word), PAT)
        refused = replies[1]
        self.tap.ok(len(replies) == 2 and refused.status == status and text in refused.text,
                    name, replies)
        wanted = {"rule": "policy", "stage": "rcpt", "to": list(at(word))}
        line = self.filter.wait_event(since, wanted) or {}
        self.tap.ok("gatepost.conf:" in line.get("source", ""),
                    f"{name}: the log names the policy's line", line)

    def accept(self):
        self.check("accept skips the policies behind it", at("kept"), ["kept@policy.example"])

    def refuse(self):
        self.rcpt_replies("refuse, in its own words", "refused", "550 5.7.1",
                          "Not today, 100% sure")
        self.rcpt_replies("refuse, without any", "silent", "550 5.7.1", "refused by policy")
        with self.mta.session("127.0.1.1", PAT) as session:
            replies = [session.mail(f"<{PAT}>"), session.rcpt(*at("refused")), session.rcpt(OTHER)]
            self.tap.equal([r.code for r in replies], [250, 550, 250],
                           "refuse: the other recipient stays")
            session.rset()
            session.quit()

    def defer(self):
        self.rcpt_replies("defer", "deferred", "451 4.7.1", "Come back later")

    def nothing(self, name, to):
        """Accepted, and never delivered: finish() would see it."""
        replies, message = None, None
        with self.mta.session("127.0.1.1", PAT) as session:
            session.must(f"MAIL FROM:<{PAT}>")
            replies = [session.rcpt(recipient) for recipient in to]
            replies.append(send(session, PLAIN + b"\r\n" + BODY))
            session.quit()
        self.tap.ok(all(reply.code == 250 for reply in replies), name, replies)
        return self.mta.queue_id(replies[-1])

    def discard(self):
        since = self.filter.position()
        queue_id = self.nothing("discard of the whole message", at("gone"))
        line = self.filter.wait_event(since, {"end": "discard"}) or {}
        self.tap.equal((line.get("queue_id"), line.get("policies")),
                       (queue_id, ["count", "discard"]),
                       "discard: the log says so", line)
        self.nothing("discard of all of two recipients", at("gone", "gone+2"))
        self.check("discard of one of two recipients", at("gone") + (OTHER,), ["y@other.example"])
        self.check("the same the other way round", (OTHER,) + at("gone"), ["y@other.example"])

    def discard_spellings(self):
        for recipient in ALIASES:
            with self.mta.session("127.0.1.1", PAT) as session:
                session.must(f"MAIL FROM:<{PAT}>")
                taken = session.rcpt(recipient).positive
                session.must(f"RCPT TO:{OTHER}")
                message = self.sink.wait(self.mta.queue_id(send(session, PLAIN + b"\r\n" + BODY)))
                session.quit()
            self.tap.ok(message and message.recipients == ["y@other.example"],
                        f"discard of {recipient}{'' if taken else ' (refused)'}", message)

    def discard_expanded(self):
        """An alias goes with all that it stands for."""
        to = "<team@alias.example>" if self.mta.name == "postfix" else "<group@mail.test>"
        self.check(f"discard of the alias {to}", (to, OTHER), ["y@other.example"])

    def hold(self):
        for word, name in (("held", "quarantine"), ("both", "quarantine, the first of two")):
            since = self.filter.position()
            queue_id = self.nothing(name, at(word) + (OTHER,))
            reason = self.mta.held(queue_id)
            self.tap.ok(reason and (reason == "held for a look" or self.mta.name == "postfix"),
                        f"{name}: the MTA holds it", reason)
            self.held.add(queue_id)
            self.tap.ok(self.filter.wait_event(since, {"queue_id": queue_id, "end": "message"}),
                        f"{name}: the log has it", self.filter.lines(since))

    def redirect(self):
        self.check("redirect of the only recipient, the first policy counts", at("moved"),
                   ["archive@sink.example"])
        self.check("redirect of one of two", at("moved") + (OTHER,),
                   ["archive@sink.example", "y@other.example"])
        self.check("redirect of two to the same", at("moved", "moved-too"),
                   ["archive@sink.example"])
        with_archive = at("moved-too") + ("<archive@sink.example>",)
        _, message = self.send(PLAIN + b"\r\n" + BODY, f"<{PAT}>", with_archive, PAT)
        self.tap.ok(message and set(message.recipients) == {"archive@sink.example"},
                    "redirect to one who is a recipient", message)
        self.check("redirect and discard", at("moved-too", "gone"), ["archive@sink.example"])
        self.check("redirect of one with a source route",
                   ("<@relay.example:moved@policy.example>", OTHER),
                   ["archive@sink.example", "y@other.example"])

    def everything(self):
        """One recipient, four actions: it is the message that is held and stamped."""
        since = self.filter.position()
        self.held.add(self.nothing("four actions on one recipient", at("both")))
        line = self.filter.wait_event(since, {"event": "transaction"}) or {}
        self.tap.equal(line.get("policies"), ["count", "hold", "hold-again", "move", "stamp"],
                       "four actions: the log names the policies", line)

    # Fields

    def stamp(self):
        message = self.check("add_header", at("stamped"), ["stamped@policy.example"])
        values = (f"login={PAT} client=127.0.1.1 ou=plain interface=default", "second")
        got = message.fields("X-Site-Auth") if message else []
        self.tap.equal(sorted(got), sorted(v.encode("ascii") for v in values),
                       "add_header: with its placeholders, and a second of the name", message)
        self.fields("add_header: the sender, and a percent sign", message, "X-Site-Sender",
                    f"<{PAT}> 100%")
        message = self.check("add_header without a login", at("stamped"),
                             ["stamped@policy.example"],
                             login="", mail="<>", client="127.0.20.1")
        self.tap.ok(b"login= client=127.0.20.1 ou= interface=inner\\x3boffice"
                    in message.fields("X-Site-Auth"), "add_header: nothing stands for none",
                    message)
        self.fields("add_header: the null sender", message, "X-Site-Sender", "<> 100%")
        message = self.check("add_header for one of two", at("stamped") + (OTHER,),
                             ["stamped@policy.example", "y@other.example"])
        self.tap.equal(len(message.fields("X-Site-Auth")), 2,
                       "add_header: to the whole message, once")

    def stamp_hostile(self):
        """Names and senders that want to be more than one word."""
        message = self.check("add_header of a hostile login and sender", at("stamped"),
                             ["stamped@policy.example"], login=HOSTILE,
                             mail='<"a b\\"<c>(d);,\\\\%{login}"@plain.example>')
        self.tap.ok(f"login={HOSTILE} client=127.0.1.1 ou=plain interface=default".encode("ascii")
                    in message.fields("X-Site-Auth"), "add_header: nothing expands twice", message)
        self.fields("add_header: what is no word is escaped", message, "X-Site-Sender",
                    "<a\\x20b\\x22\\x3cc\\x3e\\x28d\\x29\\x3b\\x2c\\x5c%{login}"
                    "@plain.example> 100%")
        self.fields("the results quote it", message, RESULTS,
                    f"{AUTHSERV_ID}; auth=pass smtp.auth={HOSTILE} smtp.mailfrom="
                    '"a\\\\x20b\\\\x22\\\\x3cc\\\\x3e\\\\x28d\\\\x29\\\\x3b\\\\x2c\\\\x5c%{login}'
                    '@plain.example"')
        message = self.check("a sender of 200 bytes", at("stamped"), ["stamped@policy.example"],
                             mail=f"<{'x' * 190}@plain.example>")
        self.tap.ok(message and message.fields("X-Site-Sender")[0].endswith(b"<cut>> 100%"),
                    "add_header: what is too long is cut, and says so", message)

    def stamp_utf8(self):
        """By SMTPUTF8, which Debian's Sendmail does not speak."""
        if self.mta.name != "postfix":
            self.tap.skip("add_header of an address beyond ASCII", "no SMTPUTF8")
            return
        message = self.check("add_header of an address beyond ASCII", at("stamped"),
                             ["stamped@policy.example"], mail="<\u00fc@plain.example> SMTPUTF8")
        self.fields("add_header: its bytes are escaped", message, "X-Site-Sender",
                    "<\\xc3\\xbc@plain.example> 100%")

    def forged(self):
        """Where no policy matches, too."""
        header = (b"X-Site-Auth: login=boss\r\nFrom: pat@plain.example\r\n"
                  b"x-SITE-auth : a\r\n\tb\r\nX-Site-Sender: a\r\n"
                  b"X-Site-Authentic: kept\r\nX-State:in\r\nX-Condition\t: y\r\n"
                  b"X-Site-Sender:\r\nSubject: X-Site-Auth: kept\r\n X-State: kept\r\n"
                  b"X-Site-Auth: c\r\n")
        message = self.check("forged fields, no policy", (OTHER,), ["y@other.example"],
                             header=header)
        for field in ("X-Site-Auth", "X-Site-Sender", "X-State", "X-Condition"):
            self.fields(f"forged fields: no {field}", message, field)
        self.fields("forged fields: others stay", message, "X-Site-Authentic", "kept")
        self.tap.ok(b"Subject: X-Site-Auth: kept\r\n X-State: kept\r\n" in message.data,
                    "forged fields: what looks like one stays", message)
        message = self.check("forged fields, and a policy", at("state"), ["state@policy.example"],
                             header=header, login="")
        self.fields("forged fields: only ours is left", message, "X-State", "out")

    def conditions(self):
        for login, state in ((PAT, "in"), ("", "out")):
            message = self.check(f"authentication_state: {state}", at("state"),
                                 ["state@policy.example"], login=login)
            self.fields(f"authentication_state: {state}, one field", message, "X-State", state)
        for name, wanted, values in (
                ("none", (), {"login": "", "mail": "<x@far.example>"}),
                ("an OU by login", ("ou",), {"mail": "<x@far.example>"}),
                ("an OU by sender", ("ou",), {"login": "", "mail": f"<{PAT}>"}),
                ("another login's OU", ("null",), {"login": "olga@omega.example", "mail": "<>"}),
                ("an interface", ("interface", "ou"), {"client": "127.0.20.9"}),
                ("a client", ("client", "ou"), {"client": "127.0.21.9"}),
                ("the null sender", ("null",), {"login": "", "mail": "<>"}),
                ("all but one", ("client", "ou"), {"client": "127.0.21.9", "login": PAT,
                                                  "mail": "<boss@plain.example>"}),
                ("all", ("all", "client"), {"client": "127.0.21.9", "login": "",
                                            "mail": "<Boss@far.example>"})):
            message = self.check(f"conditions: {name}", at("condition"),
                                 ["condition@policy.example"],
                                 **values)
            got = message.fields("X-Condition") if message else []
            self.tap.equal(sorted(value.decode("ascii") for value in got), list(wanted),
                           f"conditions: {name}: what holds", message)

    def log(self):
        since = self.filter.position()
        self.check("log", at("kept", "any", "thing") + (OTHER,),
                   ["any@policy.example", "kept@policy.example", "thing@policy.example",
                    "y@other.example"])
        self.filter.wait_event(since, {"event": "transaction"})
        lines = self.filter.events(since, ("policy",))
        self.tap.ok(len(lines) == 1 and lines[0]["policy"] == "count"
                    and lines[0]["text"] == 'seen at "policy"', "log: one line for the message",
                    lines)

    def monitor(self):
        """Held back: what touches the way of the message. Fields are added."""
        since = self.filter.position()
        words = ("refused", "deferred", "gone", "held", "moved", "stamped")
        message = self.check("monitor mode", at(*words), [r.strip("<>") for r in at(*words)],
                             header=b"X-Site-Auth: forged\r\n" + PLAIN, client="127.0.19.1")
        self.tap.ok(message and message.fields("X-Site-Auth")[0] != b"forged"
                    and len(message.fields("X-Site-Auth")) == 2,
                    "monitor mode: fields are put right",
                    message)
        held = [line["to"] for line in self.filter.events(since, ("monitor",))
                if line["would"] == "policy" and line["stage"] == "rcpt"]
        self.tap.equal(held, [[r] for r in at(*words[:5])],
                       "monitor mode: the log says what was held",
                       self.filter.lines(since))

    # Authentication-Results

    def results(self):
        for name, login, mail in (("a login", PAT, f"<{PAT}>"), ("no login", "", "<x@far.example>"),
                                  ("another sender", PAT, "<x@far.example>")):
            message = self.check(f"results: {name}", (OTHER,), ["y@other.example"], login=login,
                                 mail=mail)
            self.tap.equal(message.fields()[0] if message else None,
                           (RESULTS.encode(), b" " + results_of(login, mail).encode("ascii")),
                           f"results: {name}: at the top", message)

    def results_forged(self):
        ours = [b"filter.test; auth=pass smtp.auth=boss", b"FILTER.test ; dkim=pass",
                b"(a (b) comment)\r\n filter.test 1; spf=pass", b'"filter.test"; auth=pass',
                b'"fil\\ter.test"; auth=pass', b"filter.test(x); auth=pass",
                b"\r\n\tFilter.Test; a=b"]
        others = [b"other.test; auth=pass", b"filter.test.example; auth=pass",
                  b"notfilter.test; a=b",
                  b"other.test; filter.test; auth=pass", b"(filter.test) other.test; none"]
        mixed = [pair for pairs in zip(ours, others + [b"end.test; none"] * 2) for pair in pairs]
        for login in (PAT, ""):
            header = b"".join(b"Authentication-Results: " + value + b"\r\n" for value in mixed)
            header = header.replace(b"Authentication-Results", b"authentication-RESULTS", 3)
            header = header.replace(b"RESULTS:", b"RESULTS \t:", 1)
            message = self.check(f"forged results, login {login!r}", (OTHER,), ["y@other.example"],
                                 header=header + PLAIN, login=login)
            self.fields("forged results: ours, then those of others", message, RESULTS,
                        results_of(login, f"<{PAT}>"),
                        *(v.decode("ascii") for v in others + [b"end.test; none"] * 2))
