# SPDX-License-Identifier: BSD-2-Clause
"""A Sendmail made of contrib/sendmail, and listeners beside its three."""

import os
import re
import subprocess

from daemon import REPOSITORY, free_port
from mta_sendmail import SENDMAIL_MC, Sendmail
from smtp_client import SmtpClient

CONTRIB = os.path.join(REPOSITORY, "contrib", "sendmail")
SERVICES = {"smtp": "MX", "submission": "SUBMISSION", "smtps": "SMTPS"}
LISTENERS = ("TLS", "DISABLED", "ALLOW", "DENY", "MONITORED", "BARE", "OPEN")
WITHOUT = ("INPUT_MAIL_FILTER", "FEATURE(`no_default_msa')", "TRUST_AUTH_MECH",
           "define(`confAUTH_MECHANISMS'", "@listeners@")


def contrib(name):
    with open(os.path.join(CONTRIB, name), encoding="utf-8") as file:
        return file.read()


class ContribSendmail(Sendmail):
    """`sockets` is where gatepost's sockets are instead of below /run."""

    def __init__(self, root, folder, tls, sockets):
        self.sockets = sockets
        super().__init__(root, folder, tls, {}, "", LISTENERS)

    def _place(self, text):
        return text.replace("/run/gatepost-auth", self.sockets).replace("/run/gatepost",
                                                                        self.sockets)

    def _write_logins(self, _):
        self._write("sasl/Sendmail.conf", self._place(contrib("Sendmail.conf")))

    def _source(self):
        general = "".join(line + "\n" for line in SENDMAIL_MC.splitlines()
                          if not line.startswith(WITHOUT))
        return general + self._contrib_source()

    def _contrib_source(self):
        ours, own = self._place(contrib("gatepost.mc")), self._listeners()
        for service, name in SERVICES.items():
            self.ports[name] = free_port()
            ours = re.sub(rf"(Name={name}, )Port={service}\b",
                          rf"\1Addr=127.0.0.1, Port={self.ports[name]}, Family=inet", ours)
        return ours.replace("LOCAL_CONFIG", own + "LOCAL_CONFIG", 1)

    def features(self, listener, client):
        """What srv_features says of a client that cannot be made here, in letters."""
        done = subprocess.run(self._argv("-bt"),
                              input=f".D{{daemon_name}}{listener}\n.D{{client_addr}}{client}\n"
                              "srv_features x\n", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30)
        return re.search(r"srv_features +returns: (.*)", done.stdout).group(1)

    def connect(self, listener="OPEN", client="127.0.0.1", **_):
        return SmtpClient(self.ports[listener], source=client, wrapped=listener == "SMTPS")
