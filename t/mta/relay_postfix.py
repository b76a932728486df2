# SPDX-License-Identifier: BSD-2-Clause
"""The Postfix that relays: made of what `gatepost relay-config postfix` prints."""

import os
import re
import subprocess

from daemon import DaemonError, wait_until
from mta_postfix import Postfix
from smtp_client import SmtpClient

GENERAL = """\
mydestination = mail.test, senders.test
smtpd_sasl_auth_enable = no
enable_long_queue_ids = yes
inet_protocols = ipv4
default_process_limit = 200
minimal_backoff_time = {retry}
maximal_backoff_time = {retry}
queue_run_delay = {retry}
transport_retry_time = {retry}
"""

# Each option that could break a promise has a bad value: the services where somebody
# authenticates are not to care.
HOSTILE = """\
smtp_sasl_auth_enable = no
smtp_sasl_password_maps = static:nobody:nothing
smtp_sasl_security_options =
smtp_sasl_tls_security_options = noplaintext
smtp_sasl_tls_verified_security_options = noplaintext
smtp_sasl_auth_soft_bounce = no
smtp_sender_dependent_authentication = yes
smtp_discard_ehlo_keywords = auth, starttls
smtp_discard_ehlo_keyword_address_maps = static:auth,starttls
smtp_never_send_ehlo = yes
smtp_skip_5xx_greeting = no
smtp_delivery_status_filter = regexp:{{/^4(.*)/ 5$$1}}
smtp_fallback_relay = [127.0.0.1]:%d
smtp_connection_cache_destinations = localhost
smtp_tls_security_level = none
smtp_tls_per_site = static:NONE
smtp_tls_connection_reuse = yes
smtp_tls_trust_anchor_file = %s
smtp_reply_filter = static:{250 filtered}
line_length_limit = 512
notify_classes = resource, software, protocol, data, delay, policy
debug_peer_list = 127.0.0.1
"""
# Postfix 3.10 takes the second field for a wish to do without its TLS policies.
MESSAGE = "Message-ID: <{}>\r\nTLS-Required: no\r\nSubject: test\r\n\r\nHello.\r\n"
STATUS = re.compile(r" (\w+): to=<[^>]*>.*? status=(sent|deferred|bounced) \((.*)\)$")


class RelayingPostfix(Postfix):
    """`configure` it before it is started."""

    def __init__(self, folder, certificates):
        super().__init__(folder, certificates.folder, "unused", "", "", ["IN"])
        self.sockets = os.path.join(folder, "spool", "gatepost-auth")
        os.makedirs(self.sockets)
        self.general = [self._text("main.cf"), self._text("master.cf")]

    def _listeners(self, _narrow_milter):
        return f"127.0.0.1:{self.ports['IN']} inet n - n - - smtpd\n  -o smtpd_milters=\n"

    def _text(self, name):
        with open(os.path.join(self.folder, "etc", name), encoding="utf-8") as file:
            return file.read()

    def configure(self, printed, more="", retry="300s"):
        """`printed` is what relay-config has printed; `more` stands behind it in main.cf."""
        services, _, lines = printed.partition("\n# main.cf\n")
        self._write("main.cf", _without_doubles(
            self.general[0] + GENERAL.format(retry=retry) + lines + more))
        self._write("master.cf", self.general[1] + services)

    def run(self, program, *arguments):
        done = subprocess.run([program, "-c", os.path.join(self.folder, "etc"), *arguments],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60, text=True, check=False)
        return done.stdout

    def send(self, identity, sender, recipient="somebody@elsewhere.test"):
        """The queue id, or the reply that refused it."""
        with SmtpClient(self.ports["IN"]) as session:
            return self.send_on(session, identity, sender, recipient)

    @staticmethod
    def send_on(session, identity, sender, recipient):
        if not session.transcript[1:]:
            session.ehlo()
        for reply in (session.mail(f"<{sender}>"), session.rcpt(f"<{recipient}>")):
            if not reply.positive:
                return reply
        reply = session.data(MESSAGE.format(identity))
        return reply.text.rpartition("queued as ")[2]

    def statuses(self, since=0):
        """{queue id: [(status, reason)...]} of all deliveries that the log tells of."""
        found = {}
        for line in self.log()[since:].splitlines():
            if match := STATUS.search(line):
                found.setdefault(match.group(1), []).append(match.groups()[1:])
        return found

    def wait_statuses(self, queue_ids, seconds, since=0):
        """What statuses() has of these, once there is something of each; or after that
        time, of fewer."""
        def find():
            found = self.statuses(since)
            return all(queue_id in found for queue_id in queue_ids) and found
        try:
            return wait_until(find, seconds, "deliveries")
        except DaemonError:
            return self.statuses(since)

    def queued(self):
        """The queue ids of what is in the queue."""
        return re.findall(r'"queue_id": "(\w+)"', self.run("postqueue", "-j"))

    def why(self, queue_id):
        """The lines of the log about a message."""
        return "\n".join(line for line in self.log().splitlines() if queue_id in line)


def _without_doubles(text):
    """Only the last of the settings of a name: Postfix would warn of the others."""
    settings = re.split(r"\n(?=\w+ =)", "\n" + text)
    last = {setting.partition(" ")[0]: setting for setting in settings}
    return "\n".join(last.values()) + "\n"
