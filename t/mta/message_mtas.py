# SPDX-License-Identifier: BSD-2-Clause
"""Postfix and Sendmail that hand every message to a sink, where it can be looked at.

How they ask the filter is contrib's: milter_* of main.cf, from a chroot, and
INPUT_MAIL_FILTER.
"""

import glob
import os
import re

import auth_postfix
import auth_sendmail
from mta_postfix import Postfix
from mta_sendmail import SENDMAIL_MC, Sendmail
from smtp_client import SmtpClient, SmtpError

POSTFIX = """\
default_transport = smtp:[127.0.0.1]:{sink}
local_transport = smtp:[127.0.0.1]:{sink}
smtp_destination_recipient_limit = 5000
smtp_tls_security_level = none
smtpd_sasl_auth_enable = no
smtpd_recipient_limit = 5000
smtpd_tls_security_level = none
header_size_limit = 200000
local_header_rewrite_clients =
virtual_alias_maps = inline:{{ team@alias.example=one@alias.example }}
"""

ODD_LISTENERS = {"PROXY": "  -o smtpd_proxy_filter=127.0.0.1:{sink}\n",
                 "OLD": "  -o milter_protocol=2\n"}

# What takes the place of the general test's queue-only delivery.
SENDMAIL = """\
define(`confDELIVERY_MODE', `interactive')dnl
define(`SMART_HOST', `[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h @sink@')dnl
define(`SMTP_MAILER_MAXRCPTS', `5000')dnl
define(`RELAY_MAILER_MAXRCPTS', `5000')dnl
define(`confMAX_RCPTS_PER_MESSAGE', `5000')dnl
define(`confMAX_HEADERS_LENGTH', `200000')dnl
"""
WITHOUT = ("define(`confDELIVERY_MODE'", "INPUT_MAIL_FILTER")


def xtext(text):
    """RFC 3461 section 4, for the value of an XCLIENT attribute."""
    return "".join(chr(b) if 0x21 <= b <= 0x7e and b not in b"+=" else f"+{b:02X}"
                   for b in text.encode("utf-8"))


class SinkPostfix(Postfix):
    """A login is XCLIENT's here: any name does."""

    def __init__(self, folder, tls, milter, sink, listeners):
        self.sink_port = sink
        super().__init__(folder, tls, "none", milter, "", listeners + tuple(ODD_LISTENERS))
        with open(os.path.join(folder, "etc", "main.cf"), encoding="utf-8") as file:
            general = file.read()
        contrib = re.findall(r"^(?:milter|message|non_smtpd)_.*\n", auth_postfix.contrib("main.cf"),
                             re.M)
        ours = POSTFIX.format(sink=sink) + "".join(contrib)
        ours_set = set(re.findall(r"^(\w+) =", ours, re.M))
        kept = [line for line in general.splitlines()
                if line.partition(" =")[0] not in ours_set]
        self._write("main.cf", "\n".join(kept) + "\n" + ours)

    def _listeners(self, narrow_milter):
        text = super()._listeners(narrow_milter).replace(" inet n - n ", " inet n - y ")
        for name, options in ODD_LISTENERS.items():
            line = f"  -o milter_macro_daemon_name={name}\n"
            text = text.replace(line, line + options.format(sink=self.sink_port))
        return text

    def session(self, client, login="", listener="MX"):
        session = SmtpClient(self.ports[listener])
        session.ehlo()
        attributes = {"NAME": "[UNAVAILABLE]", "ADDR": client}
        if login:
            attributes["LOGIN"] = xtext(login)
        session.xclient(**attributes)
        session.ehlo()
        return session

    def held(self, queue_id):
        """Why a message is in quarantine; None if it is not."""
        if not os.path.exists(os.path.join(self.folder, "spool", "hold", queue_id)):
            return None
        found = re.search(rf"{queue_id}: milter-hold:.*?: milter triggers HOLD action[^;]*;|"
                          rf"{queue_id}: .*HOLD.*", self.log())
        return found.group(0) if found else ""

    def queued(self):
        """Queue files of mail that waits, for whatever reason."""
        return [path for name in ("incoming", "active", "deferred", "hold", "maildrop", "corrupt")
                for path in glob.glob(os.path.join(self.folder, "spool", name, "**"),
                                      recursive=True) if os.path.isfile(path)]


class SinkSendmail(Sendmail):
    def __init__(self, root, folder, tls, logins, milter, sink, listeners):
        self.sink = sink
        super().__init__(root, folder, tls, logins, milter, listeners)
        self._write("aliases", "postmaster: root\nteam: one@alias.example\n"
                               "group: one@alias.example, two@alias.example\n")

    def _source(self):
        general = "".join(line + "\n" for line in SENDMAIL_MC.splitlines()
                          if not line.startswith(WITHOUT))
        line = re.search(r"^INPUT_MAIL_FILTER.*\n", auth_sendmail.contrib("gatepost.mc"), re.M)
        ours = SENDMAIL.replace("@sink@", str(self.sink))
        ours += line.group(0).replace("unix:/run/gatepost/milter.sock", "@milter@")
        return general.replace("FEATURE(`no_default_msa')", ours + "FEATURE(`no_default_msa')", 1)

    def session(self, client, login="", listener="MX"):
        session = SmtpClient(self.ports[listener], source=client)
        session.ehlo()
        if login:
            reply = session.auth_plain(login, self.password(login))
            if reply.code != 235:
                raise SmtpError(f"AUTH as {login} was answered {reply}")
        return session

    @staticmethod
    def password(login):
        return "pw-" + login.partition("@")[0]

    def held(self, queue_id):
        """Quarantined: its queue file is named hf, and has the reason in line q."""
        try:
            with open(self._path(f"queue/hf{queue_id}"), encoding="utf-8",
                      errors="backslashreplace") as file:
                return re.search(r"^q(.*)$", file.read(), re.M).group(1)
        except FileNotFoundError:
            return None

    def queued(self):
        return [path for path in glob.glob(self._path("queue/*"))
                if os.path.basename(path)[:2] in ("qf", "hf", "Qf")]
