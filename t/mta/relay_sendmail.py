# SPDX-License-Identifier: BSD-2-Clause
"""The Sendmail that relays: made of what `gatepost relay-config sendmail` prints."""

import glob
import os
import re
import subprocess

import mta_sendmail
from daemon import Process, control_program, wait_until
from mta_sendmail import SENDMAIL_MC, Sendmail

# Each message is tried anew, whatever became of the one before it. Mail comes without
# a filter; what comes back is for nobody.
GENERAL = """\
define(`confTO_HOSTSTATUS', `0s')dnl
define(`confTO_INITIAL', `20s')define(`confTO_STARTTLS', `20s')define(`confTO_AUTH', `20s')dnl
"""
MESSAGE_ID = re.compile(r"^H.*?Message-ID: <([^>]*)>", re.M | re.I)
REASON = re.compile(r"^M(.*)$", re.M)


def relay_config(config):
    """The output of gatepost relay-config sendmail."""
    done = subprocess.run([control_program(), "relay-config", "sendmail", "-c", config],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"relay-config: {done.returncode}\n{done.stderr}")
    return done.stdout


class RelayingSendmail(Sendmail):
    """`printed` is the output of relay-config; `before` and `behind` are more lines of
    sendmail.mc."""

    def __init__(self, folder, certificates, printed, before="", behind="", logins=None):
        self.printed = printed
        self.before = before
        self.behind = behind
        super().__init__(mta_sendmail.obtain(), folder, certificates.folder, logins or {}, "",
                         ("MX",))

    def _source(self):
        general = "".join(line + "\n" for line in SENDMAIL_MC.splitlines()
                          if not line.startswith("INPUT_MAIL_FILTER"))
        general = general.replace("@tls@/server", "@tls@/good")
        general = general.replace("MAILER(`local')", GENERAL + self.before + "MAILER(`local')")
        return general + self.printed + self.behind

    def send(self, messages, login=None):
        """Queues messages, each (identity, sender, recipient); login: name and password."""
        with self.connect() as session:
            session.ehlo()
            if login and session.auth_plain(*login).code != 235:
                raise RuntimeError("the test's own login was refused")
            for identity, sender, recipient in messages:
                for reply in (session.mail(f"<{sender}>"),
                              session.rcpt(f"<{recipient}> NOTIFY=NEVER"),
                              session.data(f"Message-ID: <{identity}>\r\n\r\nHello.\r\n")):
                    if reply.code // 100 != 2:
                        raise RuntimeError(f"{identity}: {reply}")

    def begin_queue_run(self, *options):
        """A process that tries all of the queue once."""
        return Process("sendmail -q", self._argv(*(options or ("-q",)), "-v"), self._path("queue-run"))

    def run_queue(self, processes=1, seconds=60):
        runs = [self.begin_queue_run() for _ in range(processes)]
        self._wait(runs, seconds)

    def run_each(self, seconds=60):
        """A process of its own for each message."""
        for path in glob.glob(self._path("queue/qf*")):
            self._wait([self.begin_queue_run(f"-qI{os.path.basename(path)[2:]}")], seconds)

    @staticmethod
    def _wait(runs, seconds):
        try:
            wait_until(lambda: not any(run.alive() for run in runs), seconds,
                       "the end of a queue run")
        finally:
            for run in runs:
                run.stop()

    def queued(self):
        """{identity: reason} of what waits."""
        found = {}
        for path in glob.glob(self._path("queue/[qQh]f*")):
            try:
                with open(path, encoding="utf-8", errors="backslashreplace") as file:
                    text = file.read()
            except FileNotFoundError:
                continue
            identity, reason = MESSAGE_ID.search(text), REASON.search(text)
            if identity:
                found[identity.group(1)] = reason.group(1) if reason else ""
        return found

    def said(self):
        """What all queue runs said to whom."""
        path = self._path("queue-run")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8", errors="backslashreplace") as file:
            return file.read()
