# SPDX-License-Identifier: BSD-2-Clause
"""Starts gatepost-milter with a configuration of the test's own, in a folder of
its own, and ends it by its process id; runs the gatepost command beside it.
"""

import atexit
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import wire
from tap import Tap

tap = Tap()     # the one count of a test script

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
START_TIMEOUT = 20
STOP_TIMEOUT = 20

EX_USAGE = 64
EX_CONFIG = 78

SANITIZER = re.compile(
    r'ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|SUMMARY: \w+Sanitizer')


def find_program(variable, path):
    """The program named by an environment variable, else the first one built."""
    if os.environ.get(variable):
        return os.path.abspath(os.environ[variable])
    candidates = sorted(glob.glob(os.path.join(ROOT, 'build', '*', path)))
    candidates.append(os.path.join(ROOT, 'build', path))
    return next((c for c in candidates if os.access(c, os.X_OK)), None)


MILTER = find_program('GATEPOST_MILTER', 'milter/gatepost-milter')
GATEPOST = find_program('GATEPOST', 'ctl/gatepost')


def require_programs(*names):
    """End a test script politely where what it needs has not been built."""
    programs = {'gatepost-milter': MILTER, 'gatepost': GATEPOST}
    for name in names or programs:
        if not programs[name]:
            tap.skip_all('%s is not built' % name)
        if not os.access(programs[name], os.X_OK):
            tap.bail_out('%s cannot be run' % programs[name])


def run_tests(tests, *arguments):
    """Call each test; one that raises is a failure, and the next has its turn."""
    for test in tests:
        try:
            test(*arguments)
        except Exception:
            tap.ok(False, '%s comes to its end' % test.__name__, traceback.format_exc())


def sanitizer_lines(text):
    return [line for line in text.splitlines() if SANITIZER.search(line)]


def wait_for(condition, timeout=10.0, interval=0.02):
    """Poll; the condition's value as soon as it is true, else its last value."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(interval)


class Result:
    """What a finished command left: status, out, err."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out.decode('utf-8', 'backslashreplace')
        self.err = err.decode('utf-8', 'backslashreplace')
        self.output = self.out + self.err

    def __str__(self):
        return 'status %s\n%s' % (self.status, self.output.strip())


def run(*command, timeout=60, data=None, cwd=None):
    """Run a command to its end; a hang is status None, a sanitizer report a failure."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, cwd=cwd)
    try:
        out, err = process.communicate(data, timeout)
        status = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        status = None
    result = Result(status, out, err)
    report = sanitizer_lines(result.err)
    if report:
        tap.ok(False, 'no sanitizer report from %s' % ' '.join(command), result.err)
    return result


def gatepost(*arguments, **options):
    return run(GATEPOST, *arguments, **options)


def setting(name, value):
    """One line of configuration."""
    if isinstance(value, bool):
        value = 'true' if value else 'false'
    elif isinstance(value, str):
        value = '"%s"' % value.replace('\\', '\\\\').replace('"', '\\"')
    elif isinstance(value, (list, tuple)):
        value = '{ %s }' % ', '.join('"%s"' % v for v in value)
    return '%s = %s\n' % (name, value)


def temporary_folder():
    """A short path that any user may search: sockets are made in it."""
    folder = tempfile.mkdtemp(prefix='gatepost-test-')
    if len(folder) > 60:
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix='gatepost-test-', dir='/tmp')
    os.chmod(folder, 0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Filter:
    """One gatepost-milter.

    body: interface and ou sections.  settings: options of the top level, in place
    of the defaults made here.  log: the log section's options.
    """

    def __init__(self, body='', folder=None, log=None, start=True, stderr=None,
                 name='gatepost', **settings):
        self.folder = folder or temporary_folder()
        self.config = os.path.join(self.folder, name + '.conf')
        self.logfile = os.path.join(self.folder, name + '.log')
        self.stderr_path = os.path.join(self.folder, name + '.stderr')
        self.control = os.path.join(self.folder, name + '.control')
        self.stderr = stderr
        self.settings = {
            'milter_socket': 'unix:' + os.path.join(self.folder, name + '.sock'),
            'control_socket': self.control, 'run_as': '', 'ou_directory': '',
        }
        self.log_options = {'target': self.logfile, 'format': 'json', 'level': 'info'}
        self.settings.update(settings)
        self.log_options.update(log or {})
        self.process = None
        self.reported = False
        self.write(body)
        atexit.register(self.end)
        if start:
            self.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    # Configuration

    @property
    def address(self):
        return self.settings['milter_socket']

    @property
    def socket_path(self):
        return self.address.partition(':')[2]

    def render(self, body):
        options = ''.join(setting(*item) for item in self.settings.items())
        log = ''.join('  ' + setting(*item) for item in self.log_options.items())
        return '%slog {\n%s}\n%s' % (options, log, body)

    def write(self, body, **settings):
        """Replace the configuration file, in one step."""
        self.settings.update(settings)
        self.write_raw(self.render(body))

    def write_raw(self, text):
        with open(self.config + '.new', 'w') as out:
            out.write(text)
        os.chmod(self.config + '.new', 0o644)
        os.rename(self.config + '.new', self.config)

    # Life

    @property
    def pid(self):
        return self.process.pid

    @property
    def alive(self):
        return self.process is not None and self.process.poll() is None

    def launch(self, *arguments):
        """Start the program without waiting until it serves."""
        command = [MILTER, '-c', self.config, *arguments]
        if self.stderr is not None:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                            stderr=self.stderr)
            return self
        with open(self.stderr_path, 'ab') as stderr:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                            stderr=stderr)
        return self

    def start(self):
        self.launch()
        if not wait_for(lambda: not self.alive or self.serves(), START_TIMEOUT) \
                or not self.alive:
            status = self.process.poll()
            self.end()
            raise RuntimeError('gatepost-milter does not serve (status %s): %s'
                               % (status, self.error_text()))
        return self

    def serves(self):
        """True if a connection to the milter socket is accepted and negotiated."""
        try:
            with wire.Client(self.address, timeout=START_TIMEOUT) as client:
                client.negotiate()
            return True
        except (OSError, wire.ProtocolError):
            return False

    def signal(self, number):
        os.kill(self.pid, number)

    def stop(self):
        """SIGTERM; -> exit status, or None if it had to be killed."""
        if self.alive:
            self.process.terminate()
        return self.wait(STOP_TIMEOUT)

    def wait(self, timeout):
        """-> exit status, or None and killed after so many seconds."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.end()
            return None
        self.check_sanitizer()
        return status

    def kill(self):
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        self.process.wait()
        self.check_sanitizer()

    def end(self):
        if self.alive:
            self.kill()

    def close(self):
        """Stop, and fail the test if it did not end well."""
        if self.process is None:
            return
        died = not self.alive
        status = self.stop()
        if died or status != 0:
            tap.ok(False, 'gatepost-milter ends when told, with status 0',
                   '%s status %s\n%s' % ('died' if died else '', status,
                                         self.error_text()))

    def check_sanitizer(self):
        """A failure for a report on standard error, once."""
        if not self.reported and sanitizer_lines(self.error_text()):
            self.reported = True
            tap.ok(False, 'no sanitizer report', self.error_text())

    def error_text(self):
        if self.stderr is not None or not os.path.exists(self.stderr_path):
            return ''
        with open(self.stderr_path, encoding='utf-8', errors='backslashreplace') as f:
            return f.read()

    def said(self):
        """Standard error and log, whichever a message went to."""
        return self.error_text() + self.log_bytes().decode('utf-8', 'backslashreplace')

    # The control socket

    def ctl(self, *arguments, **options):
        command, rest = arguments[0], arguments[1:]
        return gatepost(command, '-c', self.config, *rest, **options)

    def reload(self, body=None, **settings):
        if body is not None:
            self.write(body, **settings)
        return self.ctl('reload')

    def status(self):
        """`gatepost status --json`, decoded; {} if it cannot be."""
        result = self.ctl('status', '--json')
        try:
            return json.loads(result.out) if result.status == 0 else {}
        except ValueError:
            return {}

    def generation(self):
        return self.status().get('config', {}).get('generation', -1)

    # The log

    def log_bytes(self, path=None):
        try:
            with open(path or self.logfile, 'rb') as f:
                return f.read()
        except FileNotFoundError:
            return b''

    def log(self, **wanted):
        """The log's objects whose keys have the values wanted."""
        entries = []
        for line in self.log_bytes().split(b'\n')[:-1]:
            try:
                entry = json.loads(line.decode('utf-8'))
            except ValueError:
                entry = {'event': 'unreadable', 'message': repr(line)}
            if all(entry.get(key) == value for key, value in wanted.items()):
                entries.append(entry)
        return entries

    def wait_log(self, timeout=10, **wanted):
        """The same, as soon as there is one."""
        return wait_for(lambda: self.log(**wanted), timeout)

    def wait_message(self, pattern, timeout=10):
        """A log object whose message matches, or None."""
        def found():
            return next((e for e in self.log()
                         if re.search(pattern, str(e.get('message', '')), re.I)), None)
        return wait_for(found, timeout)


def on_terminate(_number, _frame):
    sys.exit(1)


signal.signal(signal.SIGTERM, on_terminate)
