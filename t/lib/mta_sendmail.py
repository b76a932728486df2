# SPDX-License-Identifier: BSD-2-Clause
"""A private Sendmail that queues everything, so that only the filter refuses.

Debian's package conflicts with Postfix: it is downloaded and unpacked into a
cache folder, never installed. Clients are told apart by source address
(127.x.y.z) and have the names of a private /etc/hosts.
"""

import glob
import os
import shutil
import subprocess

from daemon import Process, can_connect, free_port
from smtp_client import SmtpClient

REALM = "mail.test"
PACKAGES = ("sendmail-bin", "sendmail-cf", "sendmail-base")

# An unqualified host name makes Sendmail sleep a minute at its start, and its
# look-ups of client names must not leave the machine.
ENTER = """\
set -e
hostname mta.mail.test
mount --bind {folder}/hosts /etc/hosts
mount --bind {folder}/nsswitch.conf /etc/nsswitch.conf
exec "$@"
"""

SENDMAIL_MC = """\
divert(0)dnl
VERSIONID(`gatepost test')
define(`__OSTYPE__', `test')dnl
define(`confEBINDIR', `/bin')dnl
define(`LOCAL_MAILER_PATH', `/bin/false')define(`LOCAL_MAILER_ARGS', `false $u')dnl
define(`LOCAL_MAILER_FLAGS', `PSmn9')dnl
DOMAIN(`generic')dnl
undefine(`UUCP_RELAY')undefine(`BITNET_RELAY')dnl
define(`confDOMAIN_NAME', `mail.test')dnl
define(`confDELIVERY_MODE', `queueonly')dnl
define(`QUEUE_DIR', `@folder@/queue')dnl
define(`STATUS_FILE', `@folder@/statistics')dnl
define(`HELP_FILE', `@folder@/empty')dnl
define(`ALIAS_FILE', `@folder@/aliases')dnl
define(`confPID_FILE', `@folder@/sendmail.pid')dnl
define(`confCW_FILE', `@folder@/local-host-names')dnl
define(`confCT_FILE', `-o @folder@/empty')dnl
define(`confCR_FILE', `-o @folder@/empty')dnl
define(`confSERVICE_SWITCH_FILE', `@folder@/service.switch')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe,TrustStickyBit,GroupReadableKeyFile')dnl
define(`confDEF_USER_ID', `mail:mail')dnl
define(`confTO_IDENT', `0')dnl
define(`confLOG_LEVEL', `9')dnl
define(`confPRIVACY_FLAGS', `')dnl
define(`confREFUSE_LA', `100000')define(`confQUEUE_LA', `100000')define(`confDELAY_LA', `100000')dnl
define(`confBAD_RCPT_THROTTLE', `0')dnl
define(`confCACERT_PATH', `@tls@')dnl
define(`confCACERT', `@tls@/ca.pem')dnl
define(`confSERVER_CERT', `@tls@/server.pem')dnl
define(`confSERVER_KEY', `@tls@/server.key')dnl
define(`confCLIENT_CERT', `@tls@/server.pem')dnl
define(`confCLIENT_KEY', `@tls@/server.key')dnl
define(`confDH_PARAMETERS', `none')dnl
define(`confAUTH_MECHANISMS', `PLAIN')dnl
define(`confAUTH_REALM', `@realm@')dnl
TRUST_AUTH_MECH(`PLAIN')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`nocanonify')dnl
FEATURE(`promiscuous_relay')dnl
@listeners@
INPUT_MAIL_FILTER(`gatepost', `S=@milter@, F=T, T=C:5s;S:15s;R:15s;E:15s')dnl
@macros@
MAILER(`local')dnl
MAILER(`smtp')dnl
LOCAL_CONFIG
ESASL_CONF_PATH=@folder@/sasl
"""

LISTENER = "DAEMON_OPTIONS(`Name={name}, Addr=127.0.0.1, Port={port}, Family=inet, M=E')dnl"

# What an administrator might leave of the macro lists.
NARROW = """\
define(`confMILTER_MACROS_CONNECT', `j')dnl
define(`confMILTER_MACROS_HELO', `j')dnl
define(`confMILTER_MACROS_ENVFROM', `i')dnl
define(`confMILTER_MACROS_ENVRCPT', `i')dnl
"""

SASL_CONF = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/sasl/sasldb2
mech_list: PLAIN
"""


class Unavailable(Exception):
    """Sendmail cannot be used here; the text says why."""


def missing():
    """Why Sendmail cannot be used here, or an empty string."""
    if os.geteuid() != 0:
        return "Sendmail has to be started by root"
    for program in ("unshare", "mount", "m4", "saslpasswd2", "ldd"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            return f"no {program}"
    return _namespaces_missing()


def _namespaces_missing():
    try:
        _run("unshare", "--uts", "--mount", "true")
    except Unavailable as reason:
        return f"no private namespaces: {reason}"
    return ""


def obtain():
    """The folder of an unpacked Sendmail; from the cache, or downloaded into it."""
    if os.environ.get("GATEPOST_SENDMAIL_ROOT"):
        return _checked(os.environ["GATEPOST_SENDMAIL_ROOT"])
    if os.path.exists(_binary("/")) and os.path.exists(_cf("/")):
        return _checked("/")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    root = os.path.join(cache, "gatepost-test", "sendmail", "root")
    if not os.path.exists(_binary(root)) or not os.path.exists(_cf(root)):
        _download(os.path.dirname(root), root)
    return _checked(root)


def _binary(root):
    return os.path.join(root, "usr/libexec/sendmail/sendmail")


def _cf(root):
    return os.path.join(root, "usr/share/sendmail/cf/m4/cf.m4")


def _download(folder, root):
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Unavailable("no sendmail, and no apt-get and dpkg to fetch it with")
    os.makedirs(folder, exist_ok=True)
    _run("apt-get", "download", *PACKAGES, cwd=folder, seconds=90)
    for name in PACKAGES:
        newest = max(glob.glob(os.path.join(folder, f"{name}_*.deb")), key=os.path.getmtime)
        _run("dpkg", "-x", newest, root)


def _checked(root):
    """An unpacked program has nobody to see to the libraries it needs."""
    if not os.path.exists(_binary(root)):
        raise Unavailable(f"no sendmail below {root}")
    lost = [line.split()[0] for line in _run("ldd", _binary(root)).splitlines()
            if "not found" in line]
    if lost:
        raise Unavailable(f"sendmail lacks {', '.join(lost)}")
    return root


def _run(*argv, cwd=None, seconds=30, feed=""):
    try:
        done = subprocess.run(argv, cwd=cwd, timeout=seconds, text=True, input=feed,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{argv[0]}: {error}") from error
    if done.returncode:
        raise Unavailable(f"{argv[0]}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Sendmail:
    """`listeners` are names for {daemon_name}; `hosts` maps addresses to names."""

    name = "sendmail"

    def __init__(self, root, folder, tls, logins, milter, listeners, hosts=None, narrow=False):
        self.root = root
        self.folder = folder
        self.process = None
        self._enter = ENTER.format(folder=folder)
        self.ports = {name: free_port() for name in listeners}
        for name in ("", "queue", "sasl"):
            os.makedirs(os.path.join(folder, name), mode=0o700, exist_ok=True)
        self._copy_binary()
        self._write_files(hosts or {})
        self._write_logins(logins)
        self._write_configuration(tls, milter, narrow)

    def _copy_binary(self):
        """Without its setgid bit, else libsasl ignores SASL_CONF_PATH."""
        self.binary = self._path("sendmail")
        shutil.copyfile(_binary(self.root), self.binary)
        os.chmod(self.binary, 0o755)

    def _write_files(self, hosts):
        names = {"127.0.0.1": "localhost", **hosts}
        self._write("hosts", "".join(f"{address} {name}\n" for address, name in names.items()))
        self._write("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
        self._write("service.switch", "hosts files\naliases files\npasswd files\n")
        self._write("local-host-names", "mail.test\n")
        self._write("aliases", "postmaster: root\n")
        self._write("empty", "")
        self._write("statistics", "")

    def _write(self, name, text):
        path = self._path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)

    def _write_logins(self, logins):
        """A name without a realm gets the server's, as Sendmail asks for it."""
        self._write("sasl/Sendmail.conf", SASL_CONF.format(folder=self.folder))
        database = self._path("sasl/sasldb2")
        for login, password in logins.items():
            user, _, realm = login.partition("@")
            _run("saslpasswd2", "-p", "-c", "-f", database, "-u", realm or REALM, user,
                 feed=password)

    def _source(self):
        return SENDMAIL_MC

    def _listeners(self):
        return "".join(LISTENER.format(name=name, port=port) + "\n"
                       for name, port in self.ports.items())

    def _write_configuration(self, tls, milter, narrow):
        source = self._source()
        values = {"folder": self.folder, "tls": tls, "realm": REALM, "milter": milter,
                  "listeners": self._listeners(), "macros": NARROW if narrow else ""}
        for name, value in values.items():
            source = source.replace(f"@{name}@", value)
        self._write("sendmail.mc", source)
        cf = os.path.join(self.root, "usr/share/sendmail/cf/")
        self._write("sendmail.cf", _run("m4", f"-D_CF_DIR_={cf}", f"{cf}m4/cf.m4",
                                        self._path("sendmail.mc"), cwd=cf))

    def start(self):
        self._run_inside("-bi")
        self.process = Process("sendmail", self._argv("-bD"), self._path("output"))
        self.process.wait_for(self._listening)

    def _run_inside(self, *arguments):
        _run(*self._argv(*arguments))

    def _argv(self, *arguments):
        """Sendmail in namespaces of its own; every step there keeps the process id."""
        return ["unshare", "--uts", "--mount", "sh", "-c", self._enter, "sh",
                "env", f"SASL_CONF_PATH={self._path('sasl')}",
                self.binary, "-C", self._path("sendmail.cf"), *arguments]

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _listening(self):
        return all(can_connect(f"inet:{port}@127.0.0.1") for port in self.ports.values())

    def stop(self):
        if self.process:
            self.process.stop()

    def connect(self, listener="MX", client="127.0.0.1", **_):
        """A connection from the loopback address `client`."""
        return SmtpClient(self.ports[listener], source=client)

    def queue_id(self, reply):
        """From "250 2.0.0 3AM... Message accepted for delivery"."""
        return reply.text.split(" ")[0]
