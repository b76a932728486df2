# SPDX-License-Identifier: BSD-2-Clause
"""gatepost-auth as one that serves relays, and what relay-config prints of them."""

import os
import subprocess

from auth_daemon import Gatepost, LoginDaemon, auth_program
from daemon import Process, can_connect, control_program

HEAD = """\
relay_socket = "{socket}"
relay_socket_owner = "postfix"
"""


class RelayDaemon(LoginDaemon):
    """`sockets` is a folder that Postfix can pass through; `relays` are sections."""

    def __init__(self, folder, sockets, relays):
        self.socket = os.path.join(sockets, "relay.sock")
        super().__init__(Gatepost(folder, folder, self._policy(relays)))

    def _policy(self, relays):
        return HEAD.format(socket=self.socket) + relays

    def rewrite(self, relays):
        self.gatepost.write_policy(self._policy(relays))

    def start(self):
        self.process = Process("gatepost-auth", [auth_program(), "-c", self.gatepost.config],
                               self.errors)
        self.process.wait_for(lambda: can_connect(f"unix:{self.socket}"))

    def printed(self, *options):
        """The output of gatepost relay-config postfix."""
        done = subprocess.run([control_program(), "relay-config", "postfix", "-c",
                               self.gatepost.config, *options], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"relay-config: {done.returncode}\n{done.stderr}")
        return done.stdout

    def log_text(self):
        return self.gatepost.output() + self.process.text()
