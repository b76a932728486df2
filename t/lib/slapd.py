# SPDX-License-Identifier: BSD-2-Clause
"""A private slapd in a temporary folder, with ldap:// (and StartTLS) and ldaps://."""

import os
import shutil
import subprocess

from daemon import Process, can_connect, free_port

SUFFIX = "dc=test"
ROOT_DN = "cn=root,dc=test"
ROOT_PASSWORD = "root-secret"

CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/slapd.pid
modulepath {modules}
moduleload back_mdb.la
{ppolicy_module}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
TLSVerifyClient never
access to attrs=userPassword by anonymous auth by * none
{access}
access to * by * read
database mdb
maxsize 10485760
suffix "dc=test"
rootdn "cn=root,dc=test"
rootpw root-secret
directory {folder}/data
{ppolicy}
"""

PPOLICY = """\
overlay ppolicy
ppolicy_default "cn=default,dc=test"
ppolicy_use_lockout
"""


def _modules():
    for folder in ("/usr/lib/ldap", "/usr/libexec/openldap", "/usr/local/libexec/openldap"):
        if os.path.exists(os.path.join(folder, "back_mdb.la")):
            return folder
    return ""


def missing():
    """Why slapd cannot be used here, or an empty string."""
    search = "/usr/sbin:/usr/local/sbin:/usr/libexec"
    if not shutil.which("slapd", path=search) or not shutil.which("slapadd", path=search):
        return "no slapd"
    return "" if _modules() else "no modules of slapd"


def has_ppolicy():
    return os.path.exists(os.path.join(_modules(), "ppolicy.la"))


class Slapd:
    """`ldif` is what the directory holds; `access` are rules before the general ones."""

    def __init__(self, folder, ldif, certificate, key, access=""):
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.process = None
        os.makedirs(os.path.join(folder, "data"), exist_ok=True)
        ppolicy = has_ppolicy()
        self.config = os.path.join(folder, "slapd.conf")
        text = CONFIGURATION.format(
            folder=folder, modules=_modules(), certificate=certificate, key=key, access=access,
            ppolicy_module="moduleload ppolicy.la" if ppolicy else "",
            ppolicy=PPOLICY if ppolicy else "")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)
        subprocess.run(["/usr/sbin/slapadd", "-q", "-f", self.config], input=ldif, check=True,
                       text=True, timeout=30, stdout=subprocess.DEVNULL)

    def start(self):
        urls = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        self.process = Process("slapd", ["/usr/sbin/slapd", "-d", "0", "-h", urls,
                                         "-f", self.config], os.path.join(self.folder, "output"))
        self.process.wait_for(lambda: can_connect(f"inet:{self.port}@127.0.0.1")
                              and can_connect(f"inet:{self.tls_port}@127.0.0.1"))

    def stop(self):
        if self.process:
            self.process.stop()
