# SPDX-License-Identifier: BSD-2-Clause
"""Runs the table of relay_cases: one message for each cell, all at once."""

import base64
import json
import re

from relay_cases import cases, section, told
from relay_daemon import RelayDaemon
from relay_hosts import ACCOUNT, PASSWORD
from relay_postfix import HOSTILE, RelayingPostfix
from daemon import free_port

SECONDS = 60


class RelayTable:
    """`gentle` is a Postfix for what does not authenticate: there, main.cf may have its
    say. It finds the socket by its whole path."""

    def __init__(self, suite, certificates, hosts):
        self.suite = suite
        self.tap = suite.tap
        self.hosts = hosts
        self.certificates = certificates
        self.cases = cases()
        self.postfix = RelayingPostfix(suite.subfolder("table"), certificates)
        self.gentle = RelayingPostfix(suite.subfolder("gentle"), certificates)
        self.daemon = RelayDaemon(suite.subfolder("table-auth"), self.postfix.sockets,
                                  "".join(map(self._section, self.cases)))
        suite.daemons.append(self.daemon)

    def _section(self, case):
        return section(case.name, [self.hosts.place(case.row.host)], case.mode,
                       f"{case.name}@senders.test", case.row.tls,
                       self.certificates.path("ca.pem"), password=case.row.password)

    def _start(self):
        spool = f"{self.postfix.folder}/spool"
        hostile = HOSTILE % (free_port(), self.certificates.path("other-ca.pem"))
        self.postfix.configure(self.daemon.printed("--queue-directory", spool), hostile)
        self.gentle.configure(self.daemon.printed("--queue-directory", "/nonexistent"))
        for process in (self.daemon, self.postfix, self.gentle):
            self.suite.started(process)

    def _sender(self, case):
        return self.gentle if case.mode == "disabled" else self.postfix

    def run(self):
        self._start()
        sent = {case: self._sender(case).send(f"{case.name}@cases", f"{case.name}@senders.test")
                for case in self.cases}
        statuses = {}
        for postfix in (self.postfix, self.gentle):
            statuses.update(postfix.wait_statuses(
                [sent[case] for case in self.cases if self._sender(case) is postfix], SECONDS))
        logins = self.hosts.wait_logins(
            [f"{case.name}@cases" for case in self.cases
             if statuses.get(sent[case], [("", "")])[-1][0] == "sent"])
        for case in self.cases:
            self._judge(case, sent[case], statuses.get(sent[case], []),
                        logins.get(f"{case.name}@cases", []))
        self._look_for_reasons()
        self._look_for_secrets()
        self.postfix.stop()
        self.gentle.stop()

    def _judge(self, case, queue_id, statuses, logins):
        status, reason = statuses[-1] if statuses else ("nothing", "")
        got = {"sent": "login" if logins == [ACCOUNT] else "plain" if logins == [""] else logins,
               "deferred": "waits", "bounced": "returned"}.get(status, status)
        right = got == case.wanted and len(statuses) == 1 and (got in ("login", "plain")) == bool(logins)
        if got in ("waits", "returned"):
            right = right and bool(re.search(case.row.words, reason))
        tls = f", tls = {case.row.tls}" if case.row.tls else ""
        wrong = ", wrong password" if case.row.password != PASSWORD else ""
        self.tap.ok(right, f"{case.row.host}{wrong}, {case.mode}{tls}: {case.wanted}",
                    f"got {got}, {statuses}, logins {logins}\n"
                    f"{self._sender(case).why(queue_id)}")

    def _look_for_reasons(self):
        """Why mail waits, or goes without authentication, as far as gatepost can know."""
        log = [json.loads(line).get("message", "") for line in self.daemon.gatepost.lines()]
        for case in self.cases:
            if wanted := told(case):
                mine = [message for message in log if f'relay "{case.name}": mail ' in message]
                self.tap.ok(any(re.search(wanted, message) for message in mine),
                            f"{case.name}: the log of gatepost says why", f"{wanted}\n{mine}")

    def _look_for_secrets(self):
        """main.cf wants to log sessions with these hosts, and to mail transcripts."""
        plain = base64.b64encode(f"\0{ACCOUNT}\0{PASSWORD}".encode()).decode()
        for text, name in ((self.postfix.log(), "Postfix"), (self.daemon.log_text(), "gatepost")):
            self.tap.ok(PASSWORD not in text and plain not in text,
                        f"no password is in the log of {name}")
        self.tap.ok("from=<double-bounce@" not in self.postfix.log(), "nor in a mail to postmaster")
