# SPDX-License-Identifier: BSD-2-Clause
"""Private daemons in a temporary folder, and the gatepost-milter among them.

Whatever is started here is stopped by its process id, within a bound.
"""

import glob
import json
import os
import re
import signal
import socket
import subprocess
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SANITIZER = re.compile(r"(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error:")


class DaemonError(Exception):
    """A daemon did not start, did not stop, or refused an order."""


def wait_until(condition, seconds, what):
    """Polls until `condition` gives something true, and returns it."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise DaemonError(f"waited {seconds} s in vain for {what}")


_ports_given = set()


def free_port():
    """A free loopback port below the range the kernel uses for clients."""
    start = 20000 + os.getpid() * 37 % 10000
    for port in range(start, start + 2000):
        if port in _ports_given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _ports_given.add(port)
        return port
    raise DaemonError("no free port")


def can_connect(spec):
    """Whether something listens at `unix:PATH` or `inet:PORT@HOST`."""
    kind, _, place = spec.partition(":")
    family = socket.AF_UNIX if kind == "unix" else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(2)
        try:
            probe.connect(place if kind == "unix" else _host_and_port(place))
        except OSError:
            return False
        return True


def _host_and_port(place):
    port, _, host = place.partition("@")
    return host, int(port)


class Process:
    """One child process in a session of its own, its output kept in a file."""

    def __init__(self, name, argv, output, environment=None):
        self.name = name
        self.output = output
        with open(output, "ab") as log:
            self.child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(os.environ, **(environment or {})), start_new_session=True)

    @property
    def pid(self):
        return self.child.pid

    def alive(self):
        return self.child.poll() is None

    def wait_for(self, condition, seconds=15):
        """Waits for readiness; a process that ends meanwhile is an error."""
        def ready_or_dead():
            return condition() or not self.alive()
        wait_until(ready_or_dead, seconds, f"{self.name}:\n{self.text()}")
        if not self.alive():
            raise DaemonError(f"{self.name} ended with {self.child.returncode}:\n{self.text()}")

    def stop(self, seconds=15):
        """SIGTERM, a bounded wait, then SIGKILL; returns the exit status."""
        if self.alive():
            self.child.terminate()
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self._end_group()
        return self.child.returncode

    def kill(self):
        if self.alive():
            self.child.kill()
        self.child.wait()
        self._end_group()

    def _end_group(self):
        """Children that outlive their parent are in the session we made."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def text(self):
        with open(self.output, encoding="utf-8", errors="backslashreplace") as log:
            return log.read()


def find_program(variable, relative):
    """The program an environment variable names, else one from a build folder."""
    if os.environ.get(variable):
        return os.environ[variable]
    patterns = (f"build/*/{relative}", f"build/{relative}")
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(REPOSITORY, pattern))):
            if os.access(path, os.X_OK):
                return path
    return None


def filter_program():
    return find_program("GATEPOST_MILTER", "milter/gatepost-milter")


def control_program():
    return find_program("GATEPOST", "ctl/gatepost")


class Filter:
    """A gatepost-milter with a generated configuration.

    `policy` is the part of the configuration that decides; sockets, run_as and
    the log are written in front of it.
    """

    def __init__(self, folder, milter_socket, policy, run_as="", socket_group=""):
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        self.folder = folder
        self.socket = milter_socket
        self.run_as = run_as
        self.socket_group = socket_group
        self.config = os.path.join(folder, "gatepost.conf")
        self.log = os.path.join(folder, "file.log")
        self.control = os.path.join(folder, "control.sock")
        self.process = None
        self.write_policy(policy)

    def write_policy(self, policy):
        self.policy = policy
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(self._head() + policy)
        os.chmod(self.config, 0o600)

    def _head(self):
        return f'''milter_socket = "{self.socket}"
milter_socket_mode = "0660"
milter_socket_group = "{self.socket_group}"
control_socket = "{self.control}"
run_as = "{self.run_as}"
ou_directory = ""
log {{
  target = "{self.log}"
  format = json
  level  = debug
}}
'''

    def start(self):
        argv = [filter_program(), "-c", self.config]
        self.process = Process("gatepost-milter", argv, os.path.join(self.folder, "stderr"))
        self.process.wait_for(lambda: can_connect(self.socket) and os.path.exists(self.control))

    def stop(self):
        """SIGTERM; returns the exit status."""
        return self.process.stop(30) if self.process else 0

    def kill(self):
        self.process.kill()

    def reload(self):
        """`gatepost reload`; returns (exit status, output)."""
        return self.run_control("reload")

    def run_control(self, command, *arguments, feed=None):
        result = subprocess.run(
            [control_program(), command, "-c", self.config, *arguments],
            input=feed, stdin=None if feed is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, text=True)
        self._note(result.stderr)
        output = result.stdout if feed is not None else result.stdout + result.stderr
        return result.returncode, output

    def _note(self, text):
        """The commands' messages are kept beside the daemon's, for `trouble`."""
        with open(os.path.join(self.folder, "stderr"), "a", encoding="utf-8") as file:
            file.write(text)

    def trouble(self):
        """Sanitizer reports, as text; empty if all is well."""
        lines = [line for line in self.output().splitlines() if SANITIZER.search(line)]
        return "\n".join(lines)

    def output(self):
        return "".join(_read(os.path.join(self.folder, name)) for name in ("stderr", "file.log"))

    def position(self):
        """Where the log's last complete line ends, for `events`.

        A line that is being written may be visible up to a page's end only.
        """
        if not os.path.exists(self.log):
            return 0
        with open(self.log, "rb") as file:
            return file.read().rfind(b"\n") + 1

    def lines(self, since=0):
        """The complete log lines after a position."""
        with open(self.log, "rb") as file:
            file.seek(since)
            data = file.read()
        return data[:data.rfind(b"\n") + 1].decode("utf-8", "backslashreplace").splitlines()

    def events(self, since=0, kinds=("transaction", "refusal", "monitor")):
        """The log lines after a position, as dictionaries."""
        parsed = [json.loads(line) for line in self.lines(since)]
        return [event for event in parsed if event.get("event") in kinds]

    def wait_event(self, since, wanted, seconds=5):
        """The first event after a position with all these values, or None."""
        def find():
            return [e for e in self.events(since) if wanted.items() <= e.items()]
        try:
            return wait_until(find, seconds, "a log line")[0]
        except DaemonError:
            return None


def _read(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read()
