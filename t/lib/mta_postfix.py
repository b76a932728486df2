# SPDX-License-Identifier: BSD-2-Clause
"""A private Postfix that accepts everything, so that only the filter refuses.

Clients of any address and name are made with XCLIENT.
"""

import glob
import os
import pwd
import shutil
import signal
import time

from daemon import Process, can_connect, free_port
from smtp_client import SmtpClient

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
myhostname = mail.test
mydomain = mail.test
myorigin = mail.test
mydestination = mail.test
inet_interfaces = 127.0.0.1
inet_protocols = all
# Everybody may relay: that is for the filter to judge here.
mynetworks = 0.0.0.0/0 [::]/0
disable_dns_lookups = yes
smtpd_peername_lookup = no
alias_maps =
alias_database =
local_recipient_maps =
local_transport = discard
default_transport = discard
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_reject_unlisted_recipient = no
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
smtpd_tls_cert_file = {tls}/server.pem
smtpd_tls_key_file = {tls}/server.key
smtpd_tls_CAfile = {tls}/ca.pem
smtpd_tls_security_level = may
smtpd_tls_ask_ccert = yes
smtpd_tls_auth_only = no
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_sasl_security_options = noanonymous
smtpd_milters = {milter}
milter_default_action = tempfail
milter_connect_timeout = 5s
milter_command_timeout = 15s
"""

LISTENER = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o milter_macro_daemon_name={name}
  -o smtpd_sasl_service={name}
"""

# What an administrator might leave of the macro lists.
NARROW = """\
  -o smtpd_milters={milter}
  -o milter_connect_macros=j
  -o milter_helo_macros=
  -o milter_mail_macros=i
  -o milter_rcpt_macros=
"""

SERVICES = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def missing():
    """Why Postfix cannot be used here, or an empty string."""
    if os.geteuid() != 0:
        return "Postfix has to be started by root"
    if not shutil.which("postfix", path="/usr/sbin") or not _daemon_directory():
        return "no postfix"
    return ""


def _daemon_directory():
    for folder in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix"):
        if os.path.exists(os.path.join(folder, "smtpd")):
            return folder
    return ""


def milter_spec(spec):
    """Postfix writes inet:HOST:PORT where libmilter writes inet:PORT@HOST."""
    kind, _, place = spec.partition(":")
    if kind != "inet":
        return spec
    port, _, host = place.partition("@")
    return f"inet:{host}:{port}"


class Postfix:
    """`listeners` are names for {daemon_name}; NARROW asks the second filter."""

    name = "postfix"

    def __init__(self, folder, tls, sasl, milter, narrow_milter, listeners):
        self.folder = folder
        self.process = None
        self.ports = {name: free_port() for name in listeners}
        self._make_folders()
        values = {"folder": folder, "daemons": _daemon_directory(), "tls": tls,
                  "sasl": sasl, "milter": milter_spec(milter)}
        self._write("main.cf", MAIN_CF.format(**values))
        self._write("master.cf", self._listeners(milter_spec(narrow_milter)) + SERVICES)

    def _make_folders(self):
        for name in ("etc", "spool", "data", "log"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
            os.chmod(os.path.join(self.folder, name), 0o755)
        owner = pwd.getpwnam("postfix")
        os.chown(os.path.join(self.folder, "data"), owner.pw_uid, -1)

    def _write(self, name, text):
        with open(os.path.join(self.folder, "etc", name), "w", encoding="utf-8") as file:
            file.write(text)

    def _listeners(self, narrow_milter):
        text = ""
        for name, port in self.ports.items():
            text += LISTENER.format(name=name, port=port)
            if name == "NARROW":
                text += NARROW.format(milter=narrow_milter)
        return text

    def start(self):
        argv = ["postfix", "-c", os.path.join(self.folder, "etc"), "start-fg"]
        self.process = Process("postfix", argv, os.path.join(self.folder, "output"))
        self.process.wait_for(self._listening, 30)

    def _listening(self):
        return all(can_connect(f"inet:{port}@127.0.0.1") for port in self.ports.values())

    def stop(self):
        if not self.process:
            return
        self.process.stop()
        self._end_services()

    def _end_services(self):
        """Services end by themselves when master is gone; this is the bound to it."""
        limit = time.monotonic() + 5
        while self._services():
            late = time.monotonic() > limit
            for pid in self._services():
                _signal(pid, signal.SIGKILL if late else signal.SIGTERM)
            time.sleep(0.05)

    def _services(self):
        """Postfix services run in our queue directory: that tells them from others'."""
        spool = os.path.join(self.folder, "spool")
        links = glob.glob("/proc/[0-9]*/cwd")
        return [int(link.split("/")[2]) for link in links if _points_into(link, spool)]

    def connect(self, listener="MX", client="127.0.0.1", client_name="", reverse_name=""):
        """A connection as from `client`, whose verified name is `client_name`."""
        session = SmtpClient(self.ports[listener])
        attributes = {"NAME": client_name or "[UNAVAILABLE]",
                      "ADDR": f"IPV6:{client}" if ":" in client else client}
        if reverse_name:
            attributes["REVERSE_NAME"] = reverse_name
        session.ehlo()
        session.xclient(**attributes)
        return session

    def queue_id(self, reply):
        """From "250 2.0.0 Ok: queued as 4XyZ..."."""
        return reply.text.rpartition("queued as ")[2]

    def log(self):
        path = os.path.join(self.folder, "log", "mail.log")
        with open(path, encoding="utf-8", errors="backslashreplace") as file:
            return file.read()


def _points_into(link, folder):
    try:
        path = os.readlink(link).removesuffix(" (deleted)")
        return (path + "/").startswith(folder + "/")
    except OSError:
        return False


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
