# SPDX-License-Identifier: BSD-2-Clause
"""A run with a gatepost-auth that serves relays, or several."""

import os

from auth_daemon import auth_program
from suite import Suite


class RelaySuite(Suite):
    def __init__(self):
        super().__init__()
        self.daemons = []

    def run(self, missing, script):
        if not auth_program():
            self.tap.bail_out("no gatepost-auth; build it, or set GATEPOST_AUTH")
        super().run(missing, script)

    def finish(self):
        for daemon in self.daemons:
            name = os.path.basename(daemon.gatepost.folder)
            self.tap.equal(daemon.stop(), 0, f"gatepost-auth of {name} ends with status 0")
            self.tap.equal(daemon.trouble(), "", f"no sanitizer complains about it ({name})",
                           daemon.process.text()[-4000:])
        super().finish()
