# SPDX-License-Identifier: BSD-2-Clause
"""gatepost-milter and gatepost-auth with one configuration and one log file."""

import os
import shutil
import signal

from daemon import DaemonError, Filter, Process, SANITIZER, find_program, wait_until


def auth_program():
    return find_program("GATEPOST_AUTH", "auth/gatepost-auth")


class Gatepost(Filter):
    """The milter; `sockets` is the folder of gatepost-auth's, `owner` who gets them.
    The milter's own is in `milter_folder`, or there, too.

    The configuration and the log are for `run_as` of gatepost-auth, too.
    """

    def __init__(self, folder, sockets, policy, owner="", auth_run_as="", socket_group="",
                 milter_folder=None):
        self.sockets = sockets
        self.owner = owner
        self.auth_run_as = auth_run_as
        super().__init__(folder, f"unix:{milter_folder or sockets}/milter.sock", policy, "",
                         socket_group)
        with open(self.log, "a", encoding="utf-8"):
            os.chmod(self.log, 0o666)

    def _head(self):
        return super()._head() + f'''auth_socket = "{self.sockets}/auth.sock"
saslauthd_socket = "{self.sockets}/saslauthd.sock"
map_socket = "{self.sockets}/map.sock"
auth_socket_owner = "{self.owner}"
auth_run_as = "{self.auth_run_as}"
'''

    def write_policy(self, policy):
        super().write_policy(policy)
        if self.auth_run_as:
            shutil.chown(self.config, group=self.auth_run_as.split(":")[1])
            os.chmod(self.config, 0o640)

    def wait_lines(self, since, text, count):
        """The log lines with a text, once there are so many; fewer after 5 s."""
        def find():
            return [line for line in self.lines(since) if text in line]
        try:
            return wait_until(lambda: len(find()) >= count and find(), 5, text)
        except DaemonError:
            return find()

    def events(self, since=0, kinds=("transaction", "refusal", "monitor", "login")):
        return super().events(since, kinds)


class LoginDaemon:
    """The gatepost-auth of a Gatepost."""

    def __init__(self, gatepost):
        self.gatepost = gatepost
        self.process = None
        self.errors = os.path.join(gatepost.folder, "auth-stderr")

    def start(self):
        self.process = Process("gatepost-auth", [auth_program(), "-c", self.gatepost.config],
                               self.errors)
        # Published last; each socket appears when it is ready.
        last = os.path.join(self.gatepost.sockets, "map.sock")
        born = self._inode(last)
        self.process.wait_for(lambda: self._inode(last) not in (None, born))

    @staticmethod
    def _inode(path):
        try:
            return os.stat(path).st_ino, os.stat(path).st_ctime_ns
        except FileNotFoundError:
            return None

    def stop(self):
        """SIGTERM; returns the exit status."""
        self.resume()
        return self.process.stop(30) if self.process else 0

    def kill(self):
        self.process.kill()

    def pause(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self):
        if self.process and self.process.alive():
            os.kill(self.process.pid, signal.SIGCONT)

    def trouble(self):
        return "\n".join(line for line in self.process.text().splitlines()
                         if SANITIZER.search(line))
