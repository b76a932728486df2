# SPDX-License-Identifier: BSD-2-Clause
"""What test_auth_postfix and test_auth_sendmail share: both daemons, and a target."""

import os
import sys

import mta_dovecot
import slapd
from auth_daemon import Gatepost, LoginDaemon, auth_program
from auth_policy import TARGET_USERS, policy
from daemon import free_port
from mail_dovecot import MailDovecot
from suite import Suite

LDIF = """\
dn: dc=test
objectClass: dcObject
objectClass: organization
o: Test
dc: test

"""
PERSON = """\
dn: uid={uid},dc=test
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: {uid}
mail: {mail}
userPassword: {password}

"""
TLS = "    tls = starttls\n"
BY_SEARCH = TLS + """\
    search_base = "dc=test"
    search_filter = "(mail=%u)"
"""


class AuthSuite(Suite):
    def __init__(self):
        super().__init__()
        self.daemons = []

    def run(self, missing, script):
        if not auth_program():
            self.tap.bail_out("no gatepost-auth; build it, or set GATEPOST_AUTH")
        super().run(missing or target_missing(), script)

    def server_pair(self):
        return [os.path.join(self.certificates, f"server.{part}") for part in ("pem", "key")]

    def imap_target(self):
        """The lines of a target: a Dovecot, with STARTTLS."""
        logins = {name: password for name, (password, _) in TARGET_USERS.items()}
        server = self.started(MailDovecot(self.subfolder("target"), logins, *self.server_pair()))
        return f"imap://127.0.0.1:{server.ports['imap']}", TLS

    def ldap_target(self):
        """The same of a slapd, if there is one."""
        if slapd.missing():
            return self.imap_target()
        people = "".join(PERSON.format(uid=name.split("@")[0], mail=name, password=password)
                         for name, (password, _) in TARGET_USERS.items())
        server = self.started(slapd.Slapd(self.subfolder("target"), LDIF + people,
                                          *self.server_pair()))
        return f"ldap://127.0.0.1:{server.port}", BY_SEARCH

    def both(self, sockets, target, **identities):
        """gatepost-milter and gatepost-auth, started."""
        text = policy(*target, os.path.join(self.certificates, "ca.pem"), free_port())
        gatepost = Gatepost(self.subfolder("gatepost"), sockets, text, **identities)
        self.filters.append(gatepost)
        self.started(gatepost)
        daemon = LoginDaemon(gatepost)
        self.daemons.append(daemon)
        return gatepost, self.started(daemon)

    def finish(self):
        for daemon in self.daemons:
            self.tap.equal(daemon.stop(), 0, "gatepost-auth ends with status 0")
            self.tap.equal(daemon.trouble(), "", "no sanitizer complains about gatepost-auth",
                           daemon.process.text()[-4000:])
        super().finish()


def target_missing():
    return mta_dovecot.missing() if slapd.missing() else ""


if __name__ == "__main__":
    sys.exit("run test_auth_postfix or test_auth_sendmail")
