# SPDX-License-Identifier: BSD-2-Clause
"""A private Dovecot that serves IMAP and POP3, with and without TLS, and Postfix.

It listens at two addresses: a client whose address is the server's own counts as
encrypted for Dovecot, one that comes from 127.0.0.1 to ELSEWHERE does not.
"""

import os

from daemon import Process, can_connect, free_port

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"

CONFIGURATION = """\
base_dir = {folder}/base
state_dir = {folder}/state
instance_name = gatepost-mail-test
log_path = {folder}/log
protocols = imap pop3
listen = 127.0.0.1, 127.0.0.2
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
ssl_dh =
disable_plaintext_auth = yes
auth_mechanisms = {mechanisms}
auth_username_format = %u
auth_username_chars =
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/passwd
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u allow_all_users=yes
}}
first_valid_uid = 1
# Or each refusal makes the next answer later.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0660
    user = postfix
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
"""


class MailDovecot:
    def __init__(self, folder, logins, certificate, key, mechanisms="plain"):
        self.folder = folder
        self.socket = os.path.join(folder, "auth")
        self.ports = {name: free_port() for name in ("imap", "imaps", "pop3", "pop3s")}
        self.process = None
        for name in ("", "base", "state", "mail"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        os.chmod(os.path.join(folder, "mail"), 0o777)
        self._write("passwd", "".join(f"{n}:{{PLAIN}}{p}\n" for n, p in logins.items()))
        self._write("dovecot.conf", CONFIGURATION.format(
            folder=folder, certificate=certificate, key=key, mechanisms=mechanisms,
            **self.ports))

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)

    def start(self):
        argv = ["dovecot", "-F", "-c", os.path.join(self.folder, "dovecot.conf")]
        self.process = Process("dovecot", argv, os.path.join(self.folder, "output"))
        places = [f"inet:{port}@{HERE}" for port in self.ports.values()]
        self.process.wait_for(lambda: all(can_connect(place) for place in
                                          [f"unix:{self.socket}", *places]))

    def stop(self):
        if self.process:
            self.process.stop()
