# SPDX-License-Identifier: BSD-2-Clause
"""A private Dovecot: its authentication service alone, for Postfix."""

import os
import shutil
import socket

from daemon import DaemonError, Process

CONFIGURATION = """\
base_dir = {folder}/base
state_dir = {folder}/state
instance_name = gatepost-test
log_path = {folder}/log
protocols = none
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
# Names reach Postfix as the client typed them, odd characters included.
auth_username_format = %u
auth_username_chars =
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/passwd
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home=/nonexistent
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0660
    user = postfix
  }}
}}
"""


def missing():
    """Why Dovecot cannot be used here, or an empty string."""
    return "" if shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin") else "no dovecot"


class Dovecot:
    def __init__(self, folder, logins):
        self.folder = folder
        self.socket = os.path.join(folder, "auth")
        self.process = None
        for name in ("", "base", "state"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        self._write("passwd", "".join(f"{n}:{{PLAIN}}{p}\n" for n, p in logins.items()))
        self._write("dovecot.conf", CONFIGURATION.format(folder=folder))

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)

    def start(self, attempts=3):
        """Its master listens long before the service answers; and where that one failed
        once, it may wait for a minute before it starts it again."""
        argv = ["dovecot", "-F", "-c", os.path.join(self.folder, "dovecot.conf")]
        self.process = Process("dovecot", argv, os.path.join(self.folder, "output"))
        try:
            self.process.wait_for(self._answers)
        except DaemonError:
            self.stop()
            if attempts == 1:
                raise
            self.start(attempts - 1)

    def _answers(self):
        """Does it say all that a client needs to begin with?"""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(self.socket)
                client.sendall(b"VERSION\t1\t2\nCPID\t1\n")
                said = b""
                while b"DONE\n" not in said:
                    more = client.recv(4096)
                    if not more:
                        return False
                    said += more
            except OSError:
                return False
        return True

    def stop(self):
        if self.process:
            self.process.stop()
