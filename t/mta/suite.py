# SPDX-License-Identifier: BSD-2-Clause
"""What test_postfix and test_sendmail share: a bounded run that cleans up behind itself."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

from cases import POLICY
from daemon import Filter, control_program, filter_program, free_port
from mta_certificates import make_certificates
from sessions import Sessions
from table import Table
from tap import Tap

SECONDS = 170


class Stopped(BaseException):
    """The time is up, or somebody stops the script: nothing may swallow that."""


class Suite:
    """Gives an MTA's script a temporary folder, certificates and two filters."""

    def __init__(self):
        self.tap = Tap()
        self.cleanup = contextlib.ExitStack()
        self.filters = []

    def run(self, missing, script):
        """`script(suite)` runs everything; `missing` is a reason to skip it all."""
        if missing:
            self.tap.skip_all(missing)
        if not filter_program() or not control_program():
            self.tap.bail_out("no gatepost-milter or no gatepost; "
                              "build them, or set GATEPOST_MILTER and GATEPOST")
        signal.signal(signal.SIGALRM, _interrupted)
        signal.signal(signal.SIGTERM, _interrupted)
        signal.alarm(SECONDS)
        try:
            with self.cleanup:
                self._prepare()
                script(self)
        except (Exception, KeyboardInterrupt, Stopped):  # pylint: disable=broad-except
            self.tap.ok(False, "the script ran to its end", traceback.format_exc())
        self.tap.done()

    def _prepare(self):
        self.folder = tempfile.mkdtemp(prefix="gatepost-mta-")
        os.chmod(self.folder, 0o755)
        self.cleanup.callback(self._remove_folder)
        self.certificates = os.path.join(self.folder, "tls")
        make_certificates(self.certificates)

    def _remove_folder(self):
        if os.environ.get("GATEPOST_TEST_KEEP"):
            self.tap.diag(f"kept {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def subfolder(self, name):
        """A folder that users other than root can pass through."""
        path = os.path.join(self.folder, name)
        os.makedirs(path)
        os.chmod(path, 0o755)
        return path

    def started(self, daemon):
        """Starts something that has start() and stop(); it is stopped at the end."""
        self.cleanup.callback(daemon.stop)
        daemon.start()
        return daemon

    def filter(self, name, milter_socket, other_port, run_as="", socket_group="",
               policy=POLICY):
        folder = self.subfolder(name)
        if run_as:
            shutil.chown(folder, *run_as.split(":"))
        gatepost = Filter(folder, milter_socket, policy.replace("@other_port@", str(other_port)),
                          run_as, socket_group)
        if run_as:
            shutil.chown(gatepost.config, *run_as.split(":"))
        self.filters.append(gatepost)
        return self.started(gatepost)

    def inet_socket(self):
        return f"inet:{free_port()}@127.0.0.1"

    def unix_socket(self, name):
        return f"unix:{self.folder}/{name}/milter.sock"

    def run_shared(self, mta, gatepost):
        """All that both MTAs run on the first filter."""
        Table(self.tap, mta, gatepost, self.certificates).run()
        Sessions(self.tap, mta, gatepost, self.certificates, gatepost.policy).run()

    def run_narrowed(self, mta, gatepost, listener):
        Table(self.tap, mta, gatepost, self.certificates).run_narrowed(listener)

    def finish(self):
        """The filters' own ends: their status, and no sanitizer has complained."""
        for gatepost in self.filters:
            name = os.path.basename(gatepost.folder)
            self.tap.equal(gatepost.stop(), 0, f"the {name} filter ends with status 0")
            self.tap.equal(gatepost.trouble(), "",
                           f"no sanitizer complains about the {name} filter",
                           gatepost.output()[-4000:])


def _interrupted(number, _):
    signal.alarm(0)
    raise Stopped(f"{signal.Signals(number).name}: the script took too long or was stopped")


def other_group():
    """The group of the user nobody: nogroup or nobody."""
    return subprocess.run(["id", "-gn", "nobody"], check=True, timeout=10, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


if __name__ == "__main__":
    sys.exit("run test_postfix or test_sendmail")
