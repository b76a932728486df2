# SPDX-License-Identifier: BSD-2-Clause
"""A queue of 1,000 messages for a relay where authentication is required, and a
gatepost-auth that goes away and comes back while they are delivered."""

import collections
import threading
import time

from daemon import DaemonError, wait_until
from relay_cases import section
from relay_daemon import RelayDaemon
from relay_hosts import ACCOUNT
from relay_postfix import RelayingPostfix
from smtp_client import SmtpClient

MESSAGES = 1000
SENDERS = 4
SECONDS = 90
# In the log of one that was accepted, perhaps, though nobody could tell.
UNSURE = ("message may be sent more than once", "local data error while talking to")


class RelayQueue:
    """The second host offers no AUTH and accepts everything: nothing may get there."""

    def __init__(self, suite, certificates, hosts):
        self.suite = suite
        self.tap = suite.tap
        self.hosts = hosts
        self.postfix = RelayingPostfix(suite.subfolder("queue"), certificates)
        self.daemon = RelayDaemon(
            suite.subfolder("queue-auth"), self.postfix.sockets,
            section("queue", [hosts.place("accept"), hosts.place("no-auth")]))
        suite.daemons.append(self.daemon)
        self.refused = []

    def run(self):
        printed = self.daemon.printed("--queue-directory", f"{self.postfix.folder}/spool")
        self.postfix.configure(printed, retry="1s")
        self.suite.started(self.daemon)
        self.suite.started(self.postfix)
        senders = [threading.Thread(target=self._send, args=(n,), daemon=True)
                   for n in range(SENDERS)]
        for sender in senders:
            sender.start()
        self._disturb()
        for sender in senders:
            sender.join(30)
        self._wait_until_empty()
        self._judge()
        self.postfix.stop()

    def _send(self, first):
        with SmtpClient(self.postfix.ports["IN"]) as session:
            for n in range(first, MESSAGES, SENDERS):
                answer = self.postfix.send_on(session, f"{n}@queue", "x@others.test",
                                              "somebody@far.test")
                if not isinstance(answer, str):
                    self.refused.append(answer)

    def _sent(self):
        return self.postfix.log().count("status=sent")

    def _disturb(self):
        """Each at some part of the way."""
        ways = (self._stop, self._kill, self._restart, self._pause)
        for part, way in enumerate(ways, 1):
            goal = MESSAGES * part // (len(ways) + 1)
            wait_until(lambda goal=goal: self._sent() >= goal, SECONDS, f"{goal} deliveries")
            way()
            self.tap.ok(self.daemon.process.alive(), f"after {goal}: {way.__doc__}")

    def _stop(self):
        """stopped for a second"""
        self.daemon.stop()
        time.sleep(1)
        self.daemon.start()

    def _kill(self):
        """killed, and started after a second"""
        self.daemon.kill()
        time.sleep(1)
        self.daemon.start()

    def _restart(self):
        """restarted"""
        self.daemon.stop()
        self.daemon.start()

    def _pause(self):
        """without a sign of life for three seconds"""
        self.daemon.pause()
        time.sleep(3)
        self.daemon.resume()

    def _wait_until_empty(self):
        def empty():
            self.postfix.run("postqueue", "-f")
            return not self.postfix.queued()
        try:
            wait_until(empty, SECONDS, "an empty queue")
        except DaemonError as error:
            self.tap.ok(False, "the queue becomes empty", error)

    def _judge(self):
        self.tap.equal(self.refused, [], "every message was accepted")
        names = {f"{n}@queue" for n in range(MESSAGES)}
        logins = {name: found for name, found in self.hosts.wait_logins(names).items()
                  if name in names}
        self.tap.equal(len(logins), MESSAGES, f"each of {MESSAGES} messages has arrived",
                       sorted(names - set(logins))[:20])
        strangers = [name for name, found in logins.items() if set(found) != {ACCOUNT}]
        self.tap.equal(strangers, [], "none of them without authentication")
        log = self.postfix.log()
        self.tap.ok("status=bounced" not in log, "none was given back")
        doubles = collections.Counter({name: len(found) for name, found in logins.items()
                                       if len(found) > 1})
        lines = [line for line in log.splitlines() if any(text in line for text in UNSURE)]
        queue_ids = {line.split("message-id=<")[1].rstrip(">"): line.split("]: ")[1].split(":")[0]
                     for line in log.splitlines() if "message-id=<" in line}
        unexplained = [name for name in doubles
                       if sum(queue_ids[name] in line for line in lines) < doubles[name] - 1]
        self.tap.equal(unexplained, [], f"{len(doubles)} arrived twice, all of them after the "
                       "map was lost in the middle of their session")
