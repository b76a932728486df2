# SPDX-License-Identifier: BSD-2-Clause
"""A Postfix made of contrib/postfix, chrooted as there, and listeners beside its three.

DOVECOT are asked by Dovecot's protocol; each has a twin with "CYRUS-" before its
name that goes by Cyrus SASL and saslauthd's. SUBMISSION, SMTPS and MX are contrib's.
"""

import os
import re

from daemon import REPOSITORY, free_port
from mta_postfix import Postfix
from smtp_client import SmtpClient

CONTRIB = os.path.join(REPOSITORY, "contrib", "postfix")
SERVICES = {"smtp": "MX", "submission": "SUBMISSION", "submissions": "SMTPS"}
DOVECOT = ("TLS", "DISABLED", "ALLOW", "DENY", "MONITORED", "BARE", "OPEN")
MAPPED = ("HIDDEN", "SHOWN")

# What is peculiar to the test: MTA and clients share a machine and have no names.
OVERRIDE = """\
syslog_name = postfix
# Or a smtpd that found no gatepost-auth keeps the next from starting for a minute.
service_throttle_time = 1s
"""

LISTENER = """\
127.0.0.1:{port} inet n - y - - smtpd
  -o milter_macro_daemon_name={name}
  -o smtpd_sasl_service={name}
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_auth_only=no
"""
MAP = "  -o smtpd_discard_ehlo_keyword_address_maps=socketmap:unix:gatepost-auth/map.sock:ehlo.{name}\n"
CYRUS = """\
  -o smtpd_sasl_type=cyrus
  -o smtpd_sasl_path=smtpd
"""


def contrib(name):
    with open(os.path.join(CONTRIB, name), encoding="utf-8") as file:
        return file.read()


class ContribPostfix(Postfix):
    def __init__(self, folder, tls):
        super().__init__(folder, tls, "", "", "", ())
        self.milter_folder = os.path.join(folder, "spool", "gatepost")
        self.sockets = os.path.join(folder, "spool", "gatepost-auth")
        os.makedirs(self.milter_folder)
        os.makedirs(self.sockets)
        os.makedirs(os.path.join(folder, "etc", "sasl"))
        self._write("sasl/smtpd.conf", contrib("sasl-smtpd.conf"))
        with open(os.path.join(folder, "etc", "main.cf"), encoding="utf-8") as file:
            general = file.read()
        ours = contrib("main.cf")
        set_there = set(re.findall(r"^(\w+) =", ours, re.M))
        general = "".join(line + "\n" for line in general.splitlines()
                          if line.partition(" =")[0] not in set_there)
        self._write("main.cf", general + ours + OVERRIDE)
        with open(os.path.join(folder, "etc", "master.cf"), encoding="utf-8") as file:
            services = file.read()
        self._write("master.cf", self._contrib_listeners() + self._own_listeners() + services)

    def connect(self, listener="OPEN", client="127.0.0.1", **_):
        session = SmtpClient(self.ports[listener], wrapped=listener == "SMTPS")
        session.ehlo()
        session.xclient(NAME="[UNAVAILABLE]",
                        ADDR=f"IPV6:{client}" if ":" in client else client)
        return session

    def _contrib_listeners(self):
        text = contrib("master.cf")
        for service, name in SERVICES.items():
            self.ports[name] = free_port()
            text = re.sub(rf"^{service}( +inet)", rf"127.0.0.1:{self.ports[name]}\1", text,
                          flags=re.M)
        return text

    def _own_listeners(self):
        text = ""
        for name in DOVECOT + MAPPED:
            for kind in ("", "CYRUS-"):
                port = self.ports[kind + name] = free_port()
                text += LISTENER.format(port=port, name=name)
                text += MAP.format(name=name) if name in MAPPED else ""
                text += CYRUS if kind else ""
        return text
