# SPDX-License-Identifier: BSD-2-Clause
"""Relay hosts: listeners of a private Postfix that offer and refuse AUTH in different
ways, with Dovecot behind it, and small servers for what a Postfix cannot be told.

All but those whose name says so accept mail from everybody, so that mail that should have
waited for a login arrives without it.
"""

import os
import re
import socketserver
import threading

import mta_dovecot
import odd_server
from daemon import DaemonError, can_connect, free_port, wait_until
from mta_postfix import Postfix

ACCOUNT, PASSWORD = "relay@sasl.test", "Hush7-hush8-relay"
MORE_ACCOUNTS = {"a@sasl.test": PASSWORD + "-a", "b@sasl.test": PASSWORD + "-b"}

LISTENER = """\
{place} inet n - n - - smtpd
  -o smtpd_milters=
  -o smtpd_tls_cert_file={certificate}
  -o smtpd_tls_key_file={key}
  -o smtpd_tls_auth_only={tls_only}
"""

# What each listener has beside that.
LISTENERS = {
    "accept": "",
    "second": "",
    "clear": "",  # offers AUTH before TLS, too
    "no-auth": "  -o smtpd_sasl_auth_enable=no\n",
    "no-tls": "  -o smtpd_tls_security_level=none\n",
    "no-ehlo": "  -o smtpd_command_filter=regexp:{etc}/no-ehlo\n",
    "temporary": "  -o smtpd_sasl_path={closing}\n",
    "later": "  -o {{smtpd_recipient_restrictions=check_sasl_access static:{{450 4.2.0 later}}}}\n",
    "530": "  -o {{smtpd_recipient_restrictions=permit_sasl_authenticated,"
           "check_client_access static:{{530 5.7.0 authentication is required}}}}\n",
    "554": "  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject\n",
    "pix": "  -o smtpd_banner=*2*******************\n",
    "implicit": "  -o smtpd_tls_wrappermode=yes\n",
}
CERTIFICATES = ("wrong-name", "self-signed", "expired")
CLEAR = ("clear", "no-tls")
# Postfix goes by the port; the address is of this run.
IMPLICIT = f"127.{os.getpid() >> 16 & 63 | 64}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}:465"

ODD = {
    "drop": odd_server.DropsAfterAuth,
    "no-ehlo-in-tls": odd_server.RefusesEhloInTls,
    "long-ehlo": odd_server.LongEhlo,
    "no-starttls": odd_server.RefusesStarttls,
    "greeting-554": odd_server.RefusesAtOnce,
    "ehlo-220": odd_server.EhloBy220,
    "mail-501": odd_server.RefusesMail,
}

MAIN_CF = """\
myhostname = relay.test
enable_long_queue_ids = yes
smtpd_client_connection_rate_limit = 0
default_process_limit = 200
# Or a smtpd that Dovecot kept waiting keeps the next from starting for a minute.
service_throttle_time = 1s
"""

CLIENT = re.compile(r"smtpd\[\d+\]: (\w+): client=(?:.*sasl_username=(\S+))?")
MESSAGE_ID = re.compile(r"cleanup\[\d+\]: (\w+): message-id=<([^>]*)>")
QUEUED = re.compile(r"qmgr\[\d+\]: (\w+): from=<")


class _Closing(socketserver.StreamRequestHandler):
    """A SASL server that greets and ends the connection at the first login."""

    def handle(self):
        self.wfile.write(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\n"
                         b"COOKIE\t0123456789abcdef0123456789abcdef\nDONE\n")
        for line in self.rfile:
            if line.startswith(b"AUTH"):
                return


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 50


class _RelayPostfix(Postfix):
    def __init__(self, folder, certificates, sasl, closing):
        self.certificates = certificates
        self.closing = closing
        super().__init__(folder, certificates.folder, sasl, "", "", [*LISTENERS, *CERTIFICATES])
        self._write("no-ehlo", "/^EHLO / NOTHING\n")
        with open(os.path.join(folder, "etc", "main.cf"), "a", encoding="utf-8") as file:
            file.write(MAIN_CF)

    def _listeners(self, _narrow_milter):
        text = ""
        for name, port in self.ports.items():
            certificate, key = self.certificates.pair(name if name in CERTIFICATES else "good")
            place = IMPLICIT if name == "implicit" else f"127.0.0.1:{port}"
            text += LISTENER.format(place=place, certificate=certificate, key=key,
                                    tls_only="no" if name in CLEAR else "yes")
            text += LISTENERS.get(name, "").format(etc=os.path.join(self.folder, "etc"),
                                                   closing=self.closing)
        return text

    def _listening(self):
        places = [f"inet:{port}@127.0.0.1" for name, port in self.ports.items()
                  if name != "implicit"]
        return all(map(can_connect, places))

    def deliveries(self):
        """(message id, login or "") of each message that was queued."""
        logins, ids, queued = {}, {}, []
        for line in self.log().splitlines():
            if found := CLIENT.search(line):
                logins[found.group(1)] = found.group(2) or ""
            elif found := MESSAGE_ID.search(line):
                ids[found.group(1)] = found.group(2)
            elif (found := QUEUED.search(line)) and found.group(1) in logins:
                queued.append((ids.get(found.group(1), ""), logins.pop(found.group(1))))
        return queued


class RelayHosts:
    """All of them; `start` and `stop` as a daemon, `port` of each by its name."""

    def __init__(self, folder, certificates):
        self.closing_path = os.path.join(folder, "closing")
        self.closing = None
        logins = {ACCOUNT: PASSWORD, **MORE_ACCOUNTS}
        self.dovecot = mta_dovecot.Dovecot(os.path.join(folder, "dovecot"), logins)
        self.postfix = _RelayPostfix(os.path.join(folder, "postfix"), certificates,
                                     self.dovecot.socket, self.closing_path)
        self.odd = {name: odd_server.OddServer(free_port(), handler, certificates.pair("good"))
                    for name, handler in ODD.items()}

    def place(self, name):
        """As `hosts` of a relay has it."""
        if name == "implicit":
            return "[%s]:465" % IMPLICIT.partition(":")[0]
        if name == "nowhere":
            return "[relay.invalid]:587"
        return f"[localhost]:{self.port(name)}"

    def port(self, name):
        return self.odd[name].port if name in self.odd else self.postfix.ports[name]

    def start(self):
        self.closing = _UnixServer(self.closing_path, _Closing)
        os.chmod(self.closing_path, 0o666)
        threading.Thread(target=self.closing.serve_forever, daemon=True).start()
        for server in self.odd.values():
            server.start()
        self.dovecot.start()
        self.postfix.start()

    def stop(self):
        self.postfix.stop()
        self.dovecot.stop()
        for server in self.odd.values():
            server.stop()
        if self.closing:
            self.closing.shutdown()
            self.closing.server_close()

    def deliveries(self):
        """(message id, login or "") of all that any of them accepted."""
        found = self.postfix.deliveries()
        for server in self.odd.values():
            found += server.deliveries()
        return found

    def logins(self):
        """{message id: the logins of its deliveries}"""
        found = {}
        for identity, login in self.deliveries():
            found.setdefault(identity, []).append(login)
        return found

    def wait_logins(self, identities, seconds=5):
        """The same, once these are in it; a log is written a moment later."""
        try:
            wait_until(lambda: set(identities) <= set(self.logins()), seconds, "deliveries")
        except DaemonError:
            pass
        return self.logins()
