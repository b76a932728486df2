# SPDX-License-Identifier: BSD-2-Clause
"""Several messages on one connection, reloads, and messages of unusual size."""

import socket

from message_policy import GENERAL, INTERFACES, OUS, POLICY, WITHOUT_HEADERS
from message_table import BODY, Messages, results_of, send, transaction
from smtp_client import SmtpError

ALICE = "alice@acme.example"
PAT = "pat@plain.example"
OTHER = "<y@other.example>"
OWN = f"From: {ALICE}\r\n".encode("ascii")
FOREIGN = b"From: victim@acme.example\r\n"


class Sessions(Messages):
    def run(self):
        for scenario in (self.one_after_the_other, self.nothing_left_of_edits, self.rset_between,
                         self.lost_in_the_middle, self.many_recipients, self.long_header,
                         self.many_results, self.long_from, self.odd_bytes, self.chunks,
                         self.old_protocol, self.behind_a_proxy,
                         self.own_name_as_id,
                         self.switched_on, self.switched_off, self.edits_switched_on,
                         self.global_monitor):
            self.guarded(scenario)

    def whole(self, session, header, mail=f"<{ALICE}>", to=(OTHER,)):
        """(status of the last reply, what was delivered)"""
        replies = transaction(session, mail, to, header + b"\r\n" + BODY)
        last = replies[-1]
        return str(last.code) if last.code == 250 else last.status, self.delivered(replies, to)

    def outcomes(self, name, wanted, *results):
        self.tap.equal([status for status, _ in results], wanted.split(", "), name, results)
        self.tap.ok(all((status == "250") == bool(message) for status, message in results),
                    f"{name}: delivered or not", results)

    # State

    def one_after_the_other(self):
        with self.mta.session("127.0.1.1", ALICE) as s:
            self.outcomes("messages on one connection, own and foreign in turn",
                          "250, 550 5.7.1, 250, 550 5.7.1, 550 5.7.1, 250",
                          *(self.whole(s, h) for h in (OWN, FOREIGN, OWN, b"", OWN * 2, OWN)))
            s.quit()

    def nothing_left_of_edits(self):
        with self.mta.session("127.0.1.1", PAT) as s:
            header = b"X-Site-Auth: forged\r\nAuthentication-Results: filter.test; auth=pass\r\n"
            first = self.whole(s, header * 3, f"<{PAT}>",
                               tuple(f"<{w}@policy.example>" for w in ("stamped", "gone", "moved")))
            plain = b"X: 1\r\nAuthentication-Results: far.test; auth=pass\r\nX-Sitting: 2\r\n"
            second = self.whole(s, plain, f"<{PAT}>", (OTHER, "<z@other.example>"))
            s.quit()
        self.outcomes("two messages, the first with edits", "250, 250", first, second)
        self.tap.equal(first[1].recipients, ["archive@sink.example", "stamped@policy.example"],
                       "the first went where policies sent it")
        self.tap.equal(second[1].recipients, ["y@other.example", "z@other.example"],
                       "the second to all of its own")
        self.tap.ok(self.ends_with(second[1], plain + b"\r\n" + BODY)
                    and not second[1].fields("X-Site-Auth"), "and as it was sent", second[1])
        self.tap.equal(len(second[1].fields("Authentication-Results")), 2, "with one field of ours")

    def rset_between(self):
        with self.mta.session("127.0.1.1", PAT) as s:
            s.mail(f"<{PAT}>")
            for word in ("gone", "held", "moved", "stamped"):
                s.rcpt(f"<{word}@policy.example>")
            s.rset()
            result = self.whole(s, b"From: pat@plain.example\r\n", f"<{PAT}>")
            s.quit()
        self.outcomes("after RSET", "250", result)
        self.tap.equal(result[1].recipients, ["y@other.example"], "only the new recipient")
        self.tap.equal(result[1].fields("X-Site-Auth"), [], "and no field of the old one's")

    def lost_in_the_middle(self):
        """A client that goes away in the header leaves nothing, and nobody else waits."""
        since = self.filter.position()
        with self.mta.session("127.0.1.1", ALICE) as s:
            s.mail(f"<{ALICE}>")
            s.rcpt(OTHER)
            s.must("DATA")
            s.socket.sendall(OWN)
            s.socket.shutdown(socket.SHUT_RDWR)
        with self.mta.session("127.0.1.1", ALICE) as s:
            self.outcomes("after a connection lost in the header", "550 5.7.1, 250",
                          self.whole(s, b""), self.whole(s, OWN))
            s.quit()
        self.tap.ok(self.filter.wait_event(since, {"event": "transaction", "rule": ""}),
                    "its end is logged")

    # Size

    def many_recipients(self):
        words = [f"r{n}" for n in range(300)] + ["gone", "moved", "stamped"]
        to = tuple(f"<{w}@policy.example>" for w in words)
        with self.mta.session("127.0.1.1", PAT) as s:
            result = self.whole(s, b"From: pat@plain.example\r\n", f"<{PAT}>", to)
            s.quit()
        wanted = sorted([r.strip("<>") for r in to if "gone" not in r and "moved" not in r]
                        + ["archive@sink.example"])
        self.tap.equal(result[1] and result[1].recipients, wanted,
                       "303 recipients, three with policies")
        self.tap.equal(len(result[1].fields("X-Site-Auth")), 2, "and the fields of one")

    def long_header(self):
        """100 kB in many fields; and in one, which Sendmail gives no filter."""
        for name, header, passes in (
                ("in 1,400 fields",
                 b"".join(b"X-Long-%d: %s\r\n" % (n, b"x" * 60) for n in range(1400)),
                 True),
                ("in one", b"X-Long: x\r\n" + (b" " + b"x" * 70 + b"\r\n") * 1400,
                 self.mta.name == "postfix")):
            with self.mta.session("127.0.1.1", ALICE) as s:
                own, foreign = self.whole(s, header + OWN), self.whole(s, header + FOREIGN)
                s.quit()
            wanted = "250, 550 5.7.1" if passes else "451 4.3.2, 451 4.3.2"
            self.outcomes(f"a header of 100 kB {name}, own and foreign", wanted, own, foreign)
            if passes and name != "in one":
                self.tap.ok(self.ends_with(own[1], header + OWN + b"\r\n" + BODY),
                            "nothing is lost")

    def many_results(self):
        """1,000 of them: every second one is ours."""
        header = b"".join(b"Authentication-Results: %s.test; n=%d\r\n"
                          % (b"filter" if n % 2 else b"other", n) for n in range(200))
        with self.mta.session("127.0.1.1", PAT) as s:
            status, message = self.whole(s, header + b"From: pat@plain.example\r\n", f"<{PAT}>")
            s.quit()
        wanted = [results_of(PAT, f"<{PAT}>")] + [f"other.test; n={n}" for n in range(0, 200, 2)]
        got = message.fields("Authentication-Results") if message else []
        self.tap.equal([value.decode("ascii") for value in got], wanted,
                       "200 results: ours is the first, the forged 100 are gone")

    def long_from(self):
        """Postfix cuts a field at 60 kB for filters and readers alike: what was not seen is
        not delivered.
        """
        for size in (50000, 59990, 60000, 70000, 140000):
            header = f"From: {ALICE}".encode() + b" " * size + b", victim@acme.example\r\n"
            with self.mta.session("127.0.1.1", ALICE) as s:
                status, message = self.whole(s, header)
                s.quit()
            fields = message.fields("From") if message else []
            self.tap.ok((status != "250" and not message)
                        or (len(fields) == 1 and b"victim" not in fields[0]),
                        f"a From of {size} bytes and another's behind them", (status, message))
        header = b"From: " + b",\r\n ".join([b"victim@acme.example"] * 3500) + b"\r\n"
        with self.mta.session("127.0.1.1", ALICE) as s:
            status, message = self.whole(s, header)
            s.quit()
        self.tap.ok(status in ("550 5.7.1", "451 4.3.2") and not message,
                    "a From of 70 kB with foreign addresses", (status, message))

    def odd_bytes(self):
        """Whatever an MTA makes of these: the reader is shown no other From than the filter."""
        for name, header in (
                ("a NUL behind the address", OWN[:-2] + b"\0, victim@acme.example\r\n"),
                ("a NUL in the name of the field", OWN + b"Fr\0om: victim@acme.example\r\n"),
                ("a CR", OWN[:-2] + b"\rFrom: victim@acme.example\r\n"),
                ("a LF", OWN[:-2] + b"\nFrom: victim@acme.example\r\n"),
                ("a CR in another field", b"X: y\rFrom: victim@acme.example\r\n" + OWN),
                ("a LF in another field", b"X: y\nFrom: victim@acme.example\r\n" + OWN),
                ("a name of 3,000 bytes",
                 OWN + b"X" * 3000 + b": y\r\nFrom: victim@acme.example\r\n"),
                ("a line of 5,000 bytes",
                 OWN + b"X: " + b"x" * 5000 + b"\nFrom: victim@acme.example\r\n"),
                ("a line that is no field", OWN + b"nothing\r\nFrom: victim@acme.example\r\n"),
                ("a first line with a blank", b" From: victim@acme.example\r\n" + OWN),
                ("a line From of a mailbox", b"From victim@acme.example x\r\n" + OWN),
                ("a folded name", b"From\r\n : victim@acme.example\r\n" + OWN),
                ("a byte order mark", b"\xef\xbb\xbfFrom: victim@acme.example\r\n" + OWN),
                ("a no-break space", OWN + b"From\xc2\xa0: victim@acme.example\r\n"),
                ("a vertical tab", OWN + b"From\x0b: victim@acme.example\r\n")):
            try:
                with self.mta.session("127.0.1.1", ALICE) as s:
                    status, message = self.whole(s, header)
                    s.quit()
            except SmtpError as error:
                status, message = str(error), None
            fields = message.fields("From") if message else []
            self.tap.ok(not message or fields == [ALICE.encode()],
                        f"a header with {name}: {status[:9]}",
                        message)

    def chunks(self):
        """BDAT (RFC 3030) instead of DATA."""
        if self.mta.name != "postfix":
            self.tap.skip("BDAT", "no CHUNKING")
            return
        for name, parts, wanted in (("the own From", [OWN[:9], OWN[9:] + b"\r\n" + BODY], "250"),
                                    ("a foreign one", [FOREIGN, b"\r\n" + BODY], "550 5.7.1"),
                                    ("nothing", [b""], "550 5.7.1")):
            with self.mta.session("127.0.1.1", ALICE) as s:
                s.mail(f"<{ALICE}>")
                s.rcpt(OTHER)
                for left, part in enumerate(parts, 1 - len(parts)):
                    s.socket.sendall(b"BDAT %d%s\r\n%s" % (len(part), b"" if left else b" LAST",
                                                           part))
                    reply = s.read_reply()
                s.quit()
            self.tap.ok(reply.status.startswith(wanted), f"BDAT, {name}: {wanted}", reply)
            if reply.code == 250:
                message = self.sink.wait(self.mta.queue_id(reply))
                self.tap.ok(message and self.ends_with(message, OWN + b"\r\n" + BODY),
                            f"BDAT, {name}: delivered", message)

    def old_protocol(self):
        """milter_protocol = 2: an answer to each header, and nothing to ask for."""
        if self.mta.name != "postfix":
            self.tap.skip("milter_protocol = 2", "a Postfix thing")
            return
        with self.mta.session("127.0.1.1", ALICE, "OLD") as s:
            results = [self.whole(s, h,
                                  to=(OTHER, "<gone@policy.example>", "<moved@policy.example>"))
                       for h in (OWN, FOREIGN, b"", OWN)]
            s.quit()
        self.outcomes("milter_protocol = 2", "250, 550 5.7.1, 550 5.7.1, 250", *results)
        self.tap.equal(results[3][1].recipients, ["archive@sink.example", "y@other.example"],
                       "milter_protocol = 2: edits")

    def behind_a_proxy(self):
        """Postfix shows no filter what goes to smtpd_proxy_filter: that must not pass."""
        if self.mta.name != "postfix":
            self.tap.skip("smtpd_proxy_filter", "a Postfix thing")
            return
        since = self.filter.position()
        with self.mta.session("127.0.1.1", ALICE, "PROXY") as s:
            replies = transaction(s, f"<{ALICE}>", (OTHER,), OWN + b"\r\n" + BODY)
            s.quit()
        self.tap.equal([r.code for r in replies], [250, 250, 451], "smtpd_proxy_filter: deferred",
                       replies)
        line = self.filter.wait_event(since, {"rule": "fault"}) or {}
        self.tap.ok("smtpd_proxy_filter" in line.get("reason", ""), "and the log says why", line)
        self.reload(WITHOUT_HEADERS)
        with self.mta.session("127.0.1.1", ALICE, "PROXY") as s:
            replies = transaction(s, f"<{ALICE}>", ("<proxied@other.example>",),
                                  OWN + b"\r\n" + BODY)
            s.quit()
        self.tap.equal(replies[-1].code, 250, "smtpd_proxy_filter, nobody looks: passes", replies)
        self.sink.claim("proxied@other.example")
        self.reload(POLICY)

    # Configurations

    def reload(self, policy):
        self.filter.write_policy(policy)
        status, output = self.filter.reload()
        self.tap.equal(status, 0, "a reload", output)

    def own_name_as_id(self):
        """authserv_id left out: the name of the host, in the policy the filter prints."""
        self.reload(POLICY.replace('authserv_id = "', '# "'))
        name = socket.gethostname()
        with self.mta.session("127.0.1.1", PAT) as s:
            header = f"Authentication-Results: {name.upper()}; auth=pass\r\n".encode()
            kept = b"Authentication-Results: filter.test; auth=pass\r\n"
            status, message = self.whole(s, header + kept, f"<{PAT}>")
            s.quit()
        got = message.fields("Authentication-Results") if message else [status]
        self.tap.ok(len(got) == 2 and got[0].lower().startswith(name.lower().encode())
                    and got[0].endswith(b"smtp.mailfrom=pat@plain.example")
                    and got[1] == b"filter.test; auth=pass", "authserv_id left out", got)
        self.reload(POLICY)

    def switched_on(self):
        """Who was not asked for headers before is deferred at MAIL."""
        self.reload(WITHOUT_HEADERS)
        with self.mta.session("127.0.1.1", ALICE) as s:
            before = self.whole(s, FOREIGN)
            self.tap.ok(before[1] and not before[1].fields("Authentication-Results"),
                        "nobody looks at headers", before)
            s.mail(f"<{ALICE}>")
            s.rcpt(OTHER)
            since = self.filter.position()
            self.reload(POLICY)
            reply = send(s, FOREIGN + b"\r\n" + BODY)
            message = self.sink.wait(self.mta.queue_id(reply))
            self.tap.ok(reply.code == 250 and message, "a transaction ends under its configuration",
                        reply)
            self.outcomes("the next on this connection is deferred", "451 4.3.0, 451 4.3.0",
                          self.whole(s, OWN), self.whole(s, OWN))
            s.quit()
        line = self.filter.wait_event(since, {"event": "refusal"}) or {}
        self.tap.ok("headers are needed" in line.get("reason", ""), "the log says why", line)
        with self.mta.session("127.0.1.1", ALICE) as s:
            self.outcomes("a new connection works", "550 5.7.1, 250", self.whole(s, FOREIGN),
                          self.whole(s, OWN))
            s.quit()

    def switched_off(self):
        with self.mta.session("127.0.1.1", ALICE) as s:
            first = self.whole(s, FOREIGN)
            self.reload(WITHOUT_HEADERS)
            second = self.whole(s, FOREIGN)
            self.outcomes("headers switched off on an open connection", "550 5.7.1, 250", first,
                          second)
            self.tap.ok(second[1] and not second[1].fields("Authentication-Results"), "no field",
                        second)
            self.reload(POLICY)
            self.outcomes("and on again", "550 5.7.1, 250", self.whole(s, FOREIGN),
                          self.whole(s, OWN))
            s.quit()

    def edits_switched_on(self):
        """Headers were asked for, changes were not."""
        self.reload(GENERAL + INTERFACES + OUS)
        with self.mta.session("127.0.1.1", ALICE) as s:
            self.outcomes("no edits", "550 5.7.1, 250", self.whole(s, FOREIGN), self.whole(s, OWN))
            self.reload(POLICY)
            self.outcomes("edits, on the same connection: deferred", "451 4.3.0",
                          self.whole(s, OWN))
            s.quit()

    def global_monitor(self):
        self.reload(POLICY.replace("mode = enforce", "mode = monitor", 1))
        since = self.filter.position()
        with self.mta.session("127.0.1.1", ALICE) as s:
            self.outcomes("global monitor mode", "250", self.whole(s, FOREIGN))
            s.quit()
        line = self.filter.wait_event(since, {"event": "monitor", "would": "header-from"}) or {}
        self.tap.ok(line.get("stage") == "message" and line.get("header_from"),
                    "and a line in the log",
                    line)
        self.reload(POLICY)
