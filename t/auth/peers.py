# SPDX-License-Identifier: BSD-2-Clause
"""The real servers that the tests ask, in one temporary folder."""

import base64
import glob
import os
import signal

import mta_dovecot
import mta_postfix
import slapd
from certificates import Certificates
from daemon import free_port
from mail_dovecot import MailDovecot
from target_postfix import TargetPostfix

RIGHT = {"alice@acme.example": "alice-secret", "bob@acme.example": 'b"o\\b \u00e9 %s',
         "carol@acme.example": "c" * 500}
ODD_NAMES = ("o*(x)\\,+y", 'q"q', "#lead", "semi;<a>=b", "j\u00fcrgen")


def _dn(name):
    return "uid=" + "".join(f"\\{byte:02x}" for byte in name.encode()) + ",ou=people,dc=test"


def _person(name, password, more=""):
    return (f"dn: {_dn(name)}\nobjectClass: inetOrgPerson\nobjectClass: extensibleObject\n"
            f"uid:{_value(name)}\ncn:{_value(name)}\nsn: person\nmail: {name.lower()}@x.test\n"
            f"userPassword:{_value(password)}\n{more}\n").replace("mail: j\u00fcrgen@x.test\n", "")


def _value(text):
    return ": " + base64.b64encode(text.encode()).decode()


def directory():
    locked = "pwdAccountLockedTime: 000001010000Z\n" if slapd.has_ppolicy() else ""
    text = """dn: dc=test
objectClass: dcObject
objectClass: organization
o: Test
dc: test

dn: ou=people,dc=test
objectClass: organizationalUnit
ou: people

dn: ou=deep,ou=people,dc=test
objectClass: organizationalUnit
ou: deep

dn: uid=deep,ou=deep,ou=people,dc=test
objectClass: inetOrgPerson
uid: deep
cn: deep
sn: person
userPassword: deep-secret

"""
    if slapd.has_ppolicy():
        text += ("dn: cn=default,dc=test\nobjectClass: device\nobjectClass: pwdPolicy\n"
                 "cn: default\npwdAttribute: userPassword\npwdLockout: TRUE\n\n")
    for login, password in RIGHT.items():
        text += _person(login.partition("@")[0], password)
    for name in ODD_NAMES:
        text += _person(name, "odd-secret")
    text += _person("locked", "locked-secret", locked)
    for name, kind, attribute in (("members", "groupOfNames", "member"),
                                  ("unique", "groupOfUniqueNames", "uniqueMember"),
                                  ("hidden", "groupOfNames", "member")):
        text += (f"dn: cn={name},dc=test\nobjectClass: {kind}\ncn: {name}\n"
                 f"{attribute}: {_dn('alice')}\n{attribute}: {_dn(ODD_NAMES[0])}\n\n")
    return text


HIDDEN = 'access to dn.base="cn=hidden,dc=test" by * none'


class Peers:
    def __init__(self, folder):
        self.folder = folder
        os.chmod(folder, 0o755)
        self.certificates = Certificates(self._path("tls"))
        good = self.certificates.pair("good")
        self.ldap = slapd.Slapd(self._path("ldap"), directory(), *good, access=HIDDEN)
        self.mail = MailDovecot(self._path("mail"), RIGHT, *good)
        self.sasl = MailDovecot(self._path("sasl"), RIGHT, *good, mechanisms="plain login")
        self.smtp = TargetPostfix(self._path("smtp"), self.certificates, self.sasl.socket)
        self.closed_port = free_port()

    def _path(self, name):
        return os.path.join(self.folder, name)

    def all(self):
        return self.ldap, self.mail, self.sasl, self.smtp

    def start(self):
        for peer in self.all():
            peer.start()

    def stop(self):
        for peer in self.all():
            peer.stop()


def missing():
    return slapd.missing() or mta_dovecot.missing() or mta_postfix.missing()


def family(pid):
    """A process and all that came from it."""
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.split("/")[2]))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


class Stopped:
    """A server whose processes are all stopped for a while."""

    def __init__(self, peer):
        self.pids = family(peer.process.pid)

    def __enter__(self):
        self._signal(signal.SIGSTOP)

    def __exit__(self, *_):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        for pid in self.pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
