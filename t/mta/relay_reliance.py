# SPDX-License-Identifier: BSD-2-Clause
"""What gatepost-auth relies on in Postfix, asked of Postfix itself. A test server stands in
for gatepost-auth. Where one of these fails after an update of Postfix, what it says there
has changed, and auth/relayreplies.c, auth/relaymaps.c or ctl/relayconfig_postfix.c have to
follow before anybody uses that Postfix."""

import os

import odd_server
from daemon import free_port
from relay_cases import section
from relay_daemon import RelayDaemon
from relay_postfix import RelayingPostfix
from socketmap_server import SocketmapServer

CREDENTIALS = "OK somebody@sasl.test:Hush7-hush8-test"
SENDER = "Some.Body@senders.test"
SECONDS = 20
CHANGED = "Postfix has changed: "


class RelayReliance:
    def __init__(self, suite, certificates, _hosts):
        self.suite = suite
        self.tap = suite.tap
        self.postfix = RelayingPostfix(suite.subfolder("reliance"), certificates)
        self.servers = {
            name: suite.started(odd_server.OddServer(free_port(), handler,
                                                     certificates.pair("good")))
            for name, handler in (("good", odd_server.Handler), ("no-auth", odd_server.NoAuth),
                                  ("long", odd_server.LongEhlo),
                                  ("drop", odd_server.DropsAfterAuth),
                                  ("no-ehlo", odd_server.RefusesEhloInTls))}
        sections = "".join(
            section(name, [self._place(name)], "enabled" if name == "drop" else "required",
                    f"{name}@example.test") for name in self.servers)
        self.printed = RelayDaemon(suite.subfolder("reliance-auth"), self.postfix.sockets,
                                   sections).printed("--queue-directory",
                                                     f"{self.postfix.folder}/spool")
        self.maps = SocketmapServer(os.path.join(self.postfix.sockets, "relay.sock"),
                                    self._answer, "postfix")
        self.filters = {}
        self.ehlo = "NOTFOUND "
        self.passwords = {}
        self.count = 0

    def _place(self, name):
        return f"[localhost]:{self.servers[name].port}"

    def _answer(self, name, key):
        kind, _, relay = name.partition(".")
        if kind == "tls":
            return "OK encrypt"
        if kind == "password":
            return self.passwords.get(key, "NOTFOUND ")
        if kind == "ehlo":
            return self.ehlo
        return self.filters.get(relay, lambda _: "NOTFOUND ")(key)

    def run(self):
        # The relays are for senders; here, the way is by the recipient.
        routes = "".join(f"    {{ {name}.test = gatepost-{name}:{self._place(name)} }}\n"
                         for name in self.servers)
        more = ("sender_dependent_default_transport_maps =\n"
                f"transport_maps = inline:{{\n{routes}    }}\n")
        self.postfix.configure(self.printed, more)
        self.suite.started(self.maps)
        self.suite.started(self.postfix)
        self._lines()
        self._early_line()
        self._refusal()
        self._failure()
        self._keys()
        self._sessions()
        self._fallback()
        self.postfix.stop()

    def _send(self, name):
        """(status, reason, logins, requests) of a message through that relay."""
        self.count += 1
        before = len(self.maps.requests)
        identity = f"{self.count}@reliance"
        queue_id = self.postfix.send(identity, SENDER, f"somebody@{name}.test")
        found = self.postfix.wait_statuses([queue_id], SECONDS).get(queue_id)
        status, reason = found[-1] if found else ("nothing", "")
        logins = [login for kept, login in self.servers[name].deliveries() if kept == identity]
        return status, reason, logins, self.maps.requests[before:]

    def _ok(self, right, name, changed, got):
        self.tap.ok(right, name, f"{CHANGED}{changed}\n{got}")

    def _lines(self):
        self.filters["no-auth"] = (
            lambda line: f"OK {line}\n250-GATEPOST\n250-AUTH" if line.startswith("250 ")
            else "NOTFOUND ")
        self.passwords = {self._place("no-auth"): CREDENTIALS}
        got = status, reason, logins, requests = self._send("no-auth")
        self._ok(status == "deferred" and "no compatible authentication mechanisms" in reason
                 and logins == [], "lines that the filter adds to a reply to EHLO are keywords",
                 "lines behind the first of a smtp_reply_filter's answer are not parsed as "
                 "keywords of EHLO, so that authentication cannot be made to be required", got)
        lines = [r.key for r in requests if r.map == "reply.no-auth"]
        wanted = ["220 odd.test ESMTP", "250-odd.test", "250-STARTTLS", "250-8BITMIME",
                  "250 SIZE", "220 2.0.0 go on", "250-odd.test", "250-8BITMIME", "250 SIZE"]
        self._ok(lines[:len(wanted)] == wanted, "the filter is asked about each line, in order",
                 "the lines of replies come in another way to smtp_reply_filter", lines)
        self._ok(len({r.connection for r in requests}) == 1,
                 "all maps of a process share one connection",
                 "socketmaps of one server have connections of their own, so that requests for "
                 "passwords and replies may overtake each other", requests)

    def _early_line(self):
        self.filters["long"] = (
            lambda line: f"OK {line}\n250-GATEPOST\n250-AUTH" if "KEYWORD-05" in line
            else "NOTFOUND ")
        self.passwords = {self._place("long"): CREDENTIALS}
        got = status, reason, logins, _ = self._send("long")
        self._ok(status == "deferred" and "no compatible authentication mechanisms" in reason
                 and logins == [], "so are those behind a line in the middle of a long reply",
                 "lines that are put into the middle of a reply to EHLO are not parsed", got)

    def _refusal(self):
        self.filters["no-ehlo"] = (lambda line: "OK 421 4.7.0 no EHLO" if line.startswith("5")
                                   else "NOTFOUND ")
        got = status, reason, logins, _ = self._send("no-ehlo")
        self._ok(status == "deferred" and "421 4.7.0 no EHLO" in reason and logins == [],
                 "421 as the reply to EHLO keeps Postfix from HELO",
                 "421 does not end the session any more: mail goes out by HELO, without "
                 "authentication", got)

    def _failure(self):
        self.filters["good"] = lambda line: ("TEMP no" if line.startswith("250-") else "NOTFOUND ")
        got = status, reason, logins, _ = self._send("good")
        self.filters["good"] = lambda _: "NOTFOUND "
        self._ok(status == "deferred" and "local data error" in reason and logins == [],
                 "mail waits where the filter cannot answer",
                 "a smtp_reply_filter that fails is ignored", got)
        self.ehlo = "TEMP no"
        got = status, reason, logins, _ = self._send("good")
        self.ehlo = "NOTFOUND "
        self._ok(status == "deferred" and "local data error" in reason and logins == [],
                 "and where the map that is asked at EHLO cannot",
                 "smtp_discard_ehlo_keyword_address_maps that fail are ignored", got)
        self.passwords = dict.fromkeys((SENDER, "localhost", self._place("good")), "TEMP no")
        got = status, reason, logins, _ = self._send("good")
        self._ok(status == "deferred" and "local data error" in reason and logins == [],
                 "and where the password cannot be told",
                 "smtp_sasl_password_maps that fail are ignored", got)

    def _keys(self):
        self.passwords = {self._place("good"): CREDENTIALS}
        got = status, _, logins, requests = self._send("good")
        keys = [r.key for r in requests if r.map == "password.good"]
        self._ok(keys == [SENDER, "localhost", self._place("good")] and status == "sent" and
                 logins == ["somebody@sasl.test"],
                 "the password is asked for by the sender, the host, the nexthop",
                 "smtp_sasl_password_maps is asked by other keys, or in another order", got)
        maps = [r.map if r.map != "reply.good" else r.key[:3] for r in requests]
        wanted = ["tls.good", "220", "250", "250", "250", "250", "ehlo.good", "220", "250", "250",
                  "250", "ehlo.good", "password.good", "password.good", "password.good", "235"]
        self._ok(maps[:len(wanted)] == wanted,
                 "TLS before the greeting, and the password right before AUTH",
                 "the maps are asked at other moments of a session", maps)

    def _sessions(self):
        tls = [r.key for _ in range(2) for r in self._send("good")[3] if r.map == "tls.good"]
        self._ok(tls == [self._place("good")] * 2, "TLS is asked about for each message",
                 "the answer of smtp_tls_policy_maps is kept over messages, or asked by another "
                 "key", tls)

    def _fallback(self):
        port = self.servers["drop"].port
        plainly = f"[localhost]:0{port}"
        self.passwords = {self._place("drop"): CREDENTIALS}
        got = status, _, logins, requests = self._send("drop")
        keys = [r.key for r in requests if r.map == "tls.drop"]
        self._ok(keys == [self._place("drop"), plainly] and status == "sent" and logins == [""],
                 "the same host again, by its port with a leading zero",
                 "smtp_fallback_relay does not take a port with a leading zero, or changes it, "
                 "so that the try without a password cannot be told from the other", got)
        keys = [r.key for r in requests if r.map == "password.drop"]
        self._ok(keys == ["localhost", self._place("drop"), "localhost", plainly] or
                 keys == [SENDER, "localhost", self._place("drop"), SENDER, "localhost", plainly],
                 "and the password is asked for by that nexthop",
                 "smtp_sasl_password_maps is not asked by the nexthop of smtp_fallback_relay",
                 keys)
