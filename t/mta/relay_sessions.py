# SPDX-License-Identifier: BSD-2-Clause
"""Relays for senders, wrong routes, a gatepost-auth that is away."""

from daemon import free_port
from relay_cases import section
from relay_daemon import RelayDaemon
from relay_hosts import ACCOUNT, MORE_ACCOUNTS
from relay_postfix import RelayingPostfix

# Routes that somebody has made by hand.
ROUTES = """\
transport_maps = inline:{{
    {{ misrouted.test = gatepost-tenant-a:[localhost]:{other} }}
    {{ crossed.test = gatepost-tenant-a:[localhost]:{port} }}
    {{ plainly.test = smtp:[localhost]:{port} }}
    {{ spelled.test = smtp:localhost:{port} }}
    {{ tenant-b.test = gatepost-tenant-b:[localhost]:{port} }}
    {{ anybody.test = gatepost-anybody:[localhost]:{port} }}
    {{ elsewhere.test = discard: }}
    }}
"""
SECONDS = 30


class RelaySessions:
    def __init__(self, suite, certificates, hosts):
        self.suite = suite
        self.tap = suite.tap
        self.hosts = hosts
        self.port, self.other = hosts.port("second"), hosts.port("accept")
        self.postfix = RelayingPostfix(suite.subfolder("sessions"), certificates)
        self.tenant_a = self._tenant("a")
        self.others = "".join((
            section("several", [f"[localhost]:{free_port()}", hosts.place("accept")],
                    senders="*@several.test"),
            # Without DNS a name without brackets is that of a host, too.
            section("by-name", [f"localhost:{self.other}"], senders="*@by-name.test"),
            section("by-name-enabled", [f"localhost:{hosts.port('no-auth')}"], "enabled",
                    senders="*@by-name-enabled.test"),
            section("anybody", [hosts.place("second")]),
            self._once("disabled")))
        self.daemon = RelayDaemon(suite.subfolder("sessions-auth"), self.postfix.sockets,
                                  self.tenant_a + self._tenant("b") + self.others)
        suite.daemons.append(self.daemon)
        self.count = 0

    def _tenant(self, name):
        account = f"{name}@sasl.test"
        return section(f"tenant-{name}", [self.hosts.place("second")], senders=f"*@{name}.test",
                       account=account, password=MORE_ACCOUNTS[account])

    def _once(self, mode):
        """Postfix is told of it while authentication is disabled there."""
        return section("once", [self.hosts.place("no-auth")], mode, senders="*@once.test")

    def run(self):
        printed = self.daemon.printed("--queue-directory", f"{self.postfix.folder}/spool")
        self.postfix.configure(printed, ROUTES.format(port=self.port, other=self.other))
        self.suite.started(self.daemon)
        self.suite.started(self.postfix)
        self._senders()
        self._wrong_routes()
        self._away()
        self._unknown()
        self._told_before()
        self.postfix.stop()

    def _send(self, sender, domain="far.test"):
        """The message id, and the queue id or a refusal."""
        self.count += 1
        identity = f"{self.count}@sessions"
        return identity, self.postfix.send(identity, sender, f"somebody@{domain}")

    def _delivered(self, sent, account, name, since=0):
        """`sent` is what _send() gave."""
        identity, queue_id = sent
        statuses = self.postfix.wait_statuses([queue_id], SECONDS, since).get(queue_id, [])
        logins = self.hosts.wait_logins([identity]).get(identity)
        self.tap.ok(bool(statuses) and statuses[-1][0] == "sent" and logins == [account], name,
                    f"{statuses}, logins {logins}\n{self.postfix.why(queue_id)}")

    def _waits(self, sent, reason, name, since=0):
        identity, queue_id = sent
        statuses = self.postfix.wait_statuses([queue_id], SECONDS, since).get(queue_id, [])
        right = bool(statuses) and statuses[-1][0] == "deferred" and reason in statuses[-1][1]
        self.tap.ok(right and queue_id in self.postfix.queued() and
                    identity not in self.hosts.logins(), name,
                    f"{statuses}\n{self.postfix.why(queue_id)}")

    def _senders(self):
        kinds = (("x@a.test", "a@sasl.test", "the mail of a tenant by the account of a tenant"),
                 ("X@B.Test", "b@sasl.test", "that of another by another, at the same host"),
                 ("", ACCOUNT, "a bounce by the account for anybody's mail"),
                 ("x@others.test", ACCOUNT, "so does the mail of others"),
                 ("x@several.test", ACCOUNT, "the first host is down: by the second"),
                 ("x@by-name.test", ACCOUNT, "a host without brackets"),
                 ("x@by-name-enabled.test", "", "and one where nobody can authenticate"))
        sent = [self._send(sender) for sender, _, _ in kinds]
        for message, (_, account, name) in zip(sent, kinds, strict=True):
            self._delivered(message, account, name)

    def _wrong_routes(self):
        kinds = (("x@a.test", "misrouted.test", "client TLS configuration problem",
                  "a host that is not the relay's waits"),
                 ("x@b.test", "crossed.test", "local data error",
                  "a sender whom the relay is not for waits"),
                 ("x@a.test", "plainly.test", "client TLS configuration problem",
                  "another transport to the host waits"),
                 ("x@others.test", "spelled.test", "client TLS configuration problem",
                  "and so it does without brackets"))
        sent = [self._send(sender, domain) for sender, domain, _, _ in kinds]
        for message, (_, _, reason, name) in zip(sent, kinds, strict=True):
            self._waits(message, reason, name)
        self.tap.ok("relay-tenant-a-requires-authentication" in self.postfix.log(),
                    "the log names the relay that the host belongs to")

    def _flush(self):
        """What is in the log before is not looked at again."""
        since = len(self.postfix.log())
        self.postfix.run("postqueue", "-f")
        return since

    def _away(self):
        self.daemon.stop()
        kinds = (("x@a.test", "far.test"), ("x@others.test", "anybody.test"),
                 ("x@a.test", "plainly.test"))
        sent = [self._send(sender, domain) for sender, domain in kinds]
        for message, (_, domain) in zip(sent, kinds, strict=True):
            self._waits(message, "", f"gatepost-auth is down: mail to {domain} waits")
        self.daemon.start()
        since = self._flush()
        self._delivered(sent[0], "a@sasl.test", "and is delivered when it is back", since)
        self._delivered(sent[1], ACCOUNT, "and for anybody", since)
        # Postfix may remember for a while that it could not tell the way.
        self._waits(sent[2], "", "but not past the guard", since)

    def _unknown(self):
        self.daemon.rewrite(self.tenant_a + self.others)
        self.tap.equal(self.daemon.gatepost.reload()[0], 0, "a relay section is taken out")
        sent = self._send("x@b.test", "tenant-b.test")
        self._waits(sent, "client TLS configuration problem", "mail for an unknown relay waits")
        self.daemon.rewrite(self.tenant_a + self._tenant("b") + self.others)
        self.tap.equal(self.daemon.gatepost.reload()[0], 0, "it is put in again")
        self._delivered(sent, "b@sasl.test", "and the mail is delivered", self._flush())

    def _told_before(self):
        self._delivered(self._send("x@once.test"), "", "authentication is disabled")
        sections = self.tenant_a + self._tenant("b") + self.others
        self.daemon.rewrite(sections.replace(self._once("disabled"), self._once("required")))
        self.tap.equal(self.daemon.gatepost.reload()[0], 0, "and required after a reload")
        self._waits(self._send("x@once.test"), "client TLS configuration problem",
                    "mail waits until Postfix is told, too")
        self.tap.ok("see gatepost relay-config" in self.daemon.log_text(), "which the log says")
        sections = sections.replace('relay "anybody" {', 'relay "anybody" { senders = { "x@y" }')
        self.daemon.rewrite(sections)
        self.tap.equal(self.daemon.gatepost.reload()[0], 0, "one for all is for some now")
        self._waits(self._send("x@others.test"), "local data error",
                    "mail of others waits until Postfix is told")
