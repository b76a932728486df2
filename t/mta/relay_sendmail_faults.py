# SPDX-License-Identifier: BSD-2-Clause
"""gatepost-auth that is away, slow or strange while Sendmail sends; several accounts at
one host; and a long queue."""

import os
import re
import socketserver
import threading

from daemon import wait_until
from mta_sendmail import Unavailable
from relay_cases import section
from relay_daemon import RelayDaemon
from relay_hosts import ACCOUNT, PASSWORD
from relay_sendmail import RelayingSendmail, relay_config

AWAY = re.compile("gatepost-auth cannot be asked|socket map .*: No such file|"
                  "Connection refused|read timeout")
A, B = "a@sasl.test", "b@sasl.test"
MANY = 200

# A host that is no relay's, and one more mailer for the relays' host, which keeps
# connections for the next message.
DIRECT = """\
LOCAL_RULE_0
R$* < @ direct.test. > $*	$# direct $@ [127.0.0.1] $: $1 < @ direct.test. > $2
R$* < @ shared.test. > $*	$# shared $@ [localhost] $: $1 < @ shared.test. > $2
"""
MAILERS = """\
Mdirect,	P=[IPC], F=mDFMuXa8, S=EnvFromSMTP/HdrFromSMTP, R=MasqSMTP,
		E=\\r\\n, L=2040, T=DNS/RFC822/SMTP,
		A=TCP $h {direct}
Mshared,	P=[IPC], F=mDFMuXa8, S=EnvFromSMTP/HdrFromSMTP, R=MasqSMTP,
		E=\\r\\n, L=2040, T=DNS/RFC822/SMTP,
		A=TCP $h {shared}
"""


class Impostor(socketserver.ThreadingUnixStreamServer):
    """A socketmap server that has one answer to everything; None: it goes away."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self, path, answer):
        class Client(socketserver.StreamRequestHandler):
            def handle(self):
                while digits := self._digits():
                    self.rfile.read(int(digits) + 1)
                    if answer is None:
                        return
                    self.wfile.write(b"%d:%s," % (len(answer), answer))

            def _digits(self):
                digits = b""
                while (byte := self.rfile.read(1)) not in (b":", b""):
                    digits += byte
                return digits

        if os.path.exists(path):
            os.unlink(path)
        super().__init__(path, Client)
        self.path = path
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self):
        self.shutdown()
        self.server_close()
        os.unlink(self.path)


ANSWERS = {
    "TEMP": b"TEMP not now",
    "PERM": b"PERM never",
    "words that nobody knows": b"OK what is this",
    "an empty answer": b"OK ",
    "no status": b"hello",
    "the end of the connection": None,
}


class SendmailFaults:
    """`hosts` as in relay_hosts; `strict` is a server that the relays do not name."""

    def __init__(self, suite, certificates, hosts):
        self.suite, self.tap, self.hosts = suite, suite.tap, hosts
        self.certificates = certificates
        self.count = 0
        self.delivered = []

    # --- what the tests are made of ---

    def _set_up(self, name, relays, before="", logins=None):
        self.daemon = RelayDaemon(self.suite.subfolder(f"{name}-auth"),
                                  self.suite.subfolder(f"{name}-run"), relays)
        self.suite.daemons.append(self.daemon)
        self.suite.started(self.daemon)
        mailers = MAILERS.format(direct=self.hosts.port("second"),
                                 shared=self.hosts.port("accept"))
        self.sendmail = RelayingSendmail(
            self.suite.subfolder(name), self.certificates,
            relay_config(self.daemon.gatepost.config), before + DIRECT, mailers, logins)
        self.suite.started(self.sendmail)

    def _send(self, sender="x@senders.test", recipient="somebody@there.test", count=1):
        names = [f"{self.count + i}@faults" for i in range(count)]
        self.count += count
        self.sendmail.send((name, sender, recipient) for name in names)
        return names if count > 1 else names[0]

    def _logins(self, name):
        """By whom it was delivered; "" is nobody."""
        return [login for identity, login in self.hosts.deliveries() if identity == name]

    def _waits(self, name, reason, text):
        found = self.sendmail.queued().get(name)
        self.tap.ok(not self._logins(name) and found is not None and reason.search(found), text,
                    f"logins {self._logins(name)}, reason {found}\n{self.sendmail.said()[-3000:]}")

    def _arrives(self, name, login, text):
        self.tap.ok(self._logins(name) == [login] and name not in self.sendmail.queued(), text,
                    f"logins {self._logins(name)}, reason {self.sendmail.queued().get(name)}\n"
                    f"{self.sendmail.said()[-3000:]}")

    # --- the tests ---

    def run(self):
        smart = "define(`SMART_HOST', `gatepost-smart:[localhost]')dnl\n"
        self._set_up("faults", section("smart", [self._host()]), smart)
        self._away()
        for what, answer in ANSWERS.items():
            self._strange(what, answer)
        self._hangs()
        self._long_queue()
        self.sendmail.stop()
        self._fallback()
        self._set_up("accounts", self._accounts())
        self._several_accounts()
        self._shared_connections()
        self._odd_senders()
        self._new_relay()
        self.sendmail.stop()
        self._login_of_client()

    def _fallback(self):
        """A host of last resort would be asked to accept the account of another."""
        for option in ("confFALLBACK_MX", "confFALLBACK_SMARTHOST"):
            try:
                RelayingSendmail(self.suite.subfolder(option), self.certificates,
                                 relay_config(self.daemon.gatepost.config),
                                 f"define(`{option}', `mail.test')dnl\n")
            except Unavailable as error:
                self.tap.ok(f"gatepost: with {option}" in str(error),
                            f"with {option} there is no sendmail.cf", error)
            else:
                self.tap.ok(False, f"with {option} there is no sendmail.cf")

    def _host(self):
        return f"[localhost]:{self.hosts.port('accept')}"

    def _away(self):
        first = self._send()
        self.sendmail.run_queue()
        self._arrives(first, ACCOUNT, "one for all: it is delivered with the account")
        for end in (self.daemon.stop, self.daemon.kill):
            end()
            name, other = self._send(), self._send(recipient="somebody@direct.test")
            self.sendmail.run_queue()
            self._waits(name, AWAY, f"after {end.__name__}: mail for a relay host waits")
            self._arrives(other, "", f"after {end.__name__}: mail for others goes on")
            self.daemon.start()
            self.sendmail.run_queue()
            self._arrives(name, ACCOUNT, f"after {end.__name__} and a start: it goes, too")

    def _strange(self, what, answer):
        self.daemon.stop()
        impostor = Impostor(self.daemon.socket, answer)
        try:
            name = self._send()
            self.sendmail.run_queue()
            self.tap.ok(not self._logins(name) and self.sendmail.queued().get(name),
                        f"{what} from the socket: the mail waits, for a reason",
                        f"{self._logins(name)} {self.sendmail.queued()}\n"
                        f"{self.sendmail.said()[-3000:]}")
        finally:
            impostor.end()
        self.daemon.start()
        self.sendmail.run_queue()
        self._arrives(name, ACCOUNT, f"{what} from the socket: later it goes")

    def _hangs(self):
        name = self._send()
        self.daemon.pause()
        try:
            self.sendmail.run_queue()
            self._waits(name, AWAY, "gatepost-auth hangs: the mail waits")
        finally:
            self.daemon.resume()
        self.sendmail.run_queue()
        self._arrives(name, ACCOUNT, "gatepost-auth goes on: so does the mail")

    def _long_queue(self):
        names = self._send(count=MANY)
        interruptions = [self.daemon.kill, self.daemon.stop, self.daemon.kill]
        for interrupt in interruptions:
            self._interrupted_run(interrupt)
        self.sendmail.run_queue()
        found = {}
        for identity, login in self.hosts.deliveries():
            found.setdefault(identity, []).append(login)
        got = [found.get(name) for name in names]
        self.tap.ok(all(logins and set(logins) == {ACCOUNT} for logins in got),
                    f"{MANY} messages, gatepost-auth stopped and killed between: each comes, "
                    "and none without the account", str(got)[:2000])
        self.tap.ok(all(logins and len(logins) == 1 for logins in got), "each comes once")
        self.tap.equal(self.sendmail.queued(), {}, "and none waits any more")

    def _interrupted_run(self, interrupt):
        before = len(self.hosts.deliveries())
        run = self.sendmail.begin_queue_run()
        try:
            wait_until(lambda: len(self.hosts.deliveries()) >= before + 40 or not run.alive(),
                       30, "some deliveries")
            interrupt()
            wait_until(lambda: not run.alive(), 30, "the end of a queue run")
            left = len(self.sendmail.queued())
            self.tap.ok(left > 0, f"{interrupt.__name__} in a queue run: {left} messages wait")
        finally:
            run.stop()
            self.daemon.start()

    # --- accounts by sender ---

    def _accounts(self):
        hosts = [self._host()]
        return (section("a", hosts, senders="*@a.test", account=A, password=PASSWORD + "-a") +
                section("b", hosts, "enabled", senders="*@b.test", account=B,
                        password=PASSWORD + "-b") +
                section("c", hosts, "disabled", senders="*@c.test"))

    def _several_accounts(self):
        senders = {"a.test": A, "b.test": B, "c.test": ""}
        names = {self._send(f"{i}@{domain}"): login
                 for i in range(4) for domain, login in senders.items()}
        self.sendmail.run_queue()
        got = {name: self._logins(name) for name in names}
        self.tap.equal(got, {name: [login] for name, login in names.items()},
                       "senders of three relays, one host: each by its own account")

    def _shared_connections(self):
        """By a mailer that keeps connections: they are not for mail of others."""
        domains = {"a.test": A, "b.test": B, "c.test": "", "nobody.test": ""}
        names = {self._send(f"{i}@{domain}", "somebody@shared.test"): login
                 for i in range(4) for domain, login in domains.items()}
        self.sendmail.run_queue()
        got = {name: self._logins(name) for name in names}
        wrong = {name: logins for name, logins in got.items() if logins not in ([], [names[name]])}
        self.tap.equal(wrong, {}, "a mailer that shares connections: nobody gets the account "
                       "of others")
        reasons = self.sendmail.queued()
        lost = [name for name, logins in got.items() if not logins and name not in reasons]
        self.tap.equal(lost, [], "and nothing is lost")
        self.tap.ok(any("was opened for mail of others" in text for text in reasons.values()),
                    "what could not go waits, for that reason", reasons)
        self.sendmail.run_each()
        self.tap.equal({name: self._logins(name) for name in names},
                       {name: [login] for name, login in names.items()},
                       "by a connection of its own it goes, each by its own account", self.sendmail.queued())

    def _odd_senders(self):
        """Marks of the key, and of rules, in an address."""
        for local in ('"a! b"', '"x<TEMP>"', '"a\\\\"', '"$h $| !"', "a!b", "a%b", "l" * 64):
            for domain, login in (("a.test", A), ("b.test", B)):
                name = self._send(f"{local}@{domain}")
                self.sendmail.run_queue()
                self._arrives(name, login, f"the sender {local}@{domain}")

    def _new_relay(self):
        """Sendmail was not told of it."""
        self.daemon.rewrite(self._accounts() + section("new", [self._host()],
                                                       senders="*@new.test"))
        self.daemon.stop()
        self.daemon.start()
        try:
            name = self._send("x@new.test")
        except RuntimeError as refusal:
            self.tap.ok("451" in str(refusal) and "no mailer gatepost-new" in str(refusal),
                        "a relay that Sendmail has no mailer for: mail is not taken yet", refusal)
        else:
            self.tap.ok(False, "a relay that Sendmail has no mailer for", name)

    def _login_of_client(self):
        """Who logs in at Sendmail has not logged in at the relay host, nor does that one's
        TLS have anything to do with it, where one process takes a message and sends it. By
        mechanisms that gatepost-auth cannot try, so that this is for Sendmail to see."""
        hosts = {"waits": "no-auth", "no-tls": "no-tls", "goes": "accept"}
        mechanisms = '  mechanisms = { "PLAIN", "DIGEST-MD5" }\n  account'
        relays = "".join(section(name, [f"[localhost]:{self.hosts.port(host)}"],
                                 senders=f"{name}@senders.test")
                         .replace("  account", mechanisms)
                         for name, host in hosts.items())
        client = ("client@mail.test", "Hush7-hush8-client")
        mode = "define(`confDELIVERY_MODE', `interactive')dnl\n"
        self._set_up("client", relays, mode, dict([client]))
        names = {}
        for relay in hosts:
            names[relay] = f"{relay}@client"
            self.sendmail.send([(names[relay], f"{relay}@senders.test", "x@there.test")], client)
        self._waits(names["waits"], re.compile("has not authenticated us"),
                    "the login of a client is none at a relay host")
        self._waits(names["no-tls"], re.compile("no TLS with"), "nor is there TLS with it")
        self._arrives(names["goes"], ACCOUNT, "that of our own is, in the same process")
