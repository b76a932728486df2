# SPDX-License-Identifier: BSD-2-Clause
"""What the benchmarks share: programs, rows, configurations, a clean end."""

import atexit
import collections
import ctypes
import ctypes.util
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "t", "lib"))

BUILD = os.environ.get("BENCH_BUILD", os.path.join(ROOT, "build", "bench"))
MILTER = os.path.join(BUILD, "milter", "gatepost-milter")
GATEPOST = os.path.join(BUILD, "ctl", "gatepost")
NOOP = os.path.join(BUILD, "t", "bench", "noop")
AUTH = os.path.join(BUILD, "auth", "gatepost-auth")
LOGINLOAD = os.path.join(BUILD, "t", "bench", "loginload")
WIRELOAD = os.path.join(BUILD, "t", "bench", "wireload")
ROUNDS = 5
SMOKE = "--smoke" in sys.argv[1:]


def row(what, value, beside="", ratio=""):
    print("row", what, value, beside, ratio, sep="\t", flush=True)


def skip(what, reason):
    print("skip", what, reason, sep="\t", flush=True)


def goal_row(what, value, beside, ratio, met):
    """A row of something that has a goal."""
    row(what, value, beside, f"{ratio} {'met' if met else 'missed'}")


def median(values):
    return statistics.median(values)


def temporary_folder():
    """In memory if possible, so that no disk is measured; open to the MTA's users."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="gatepost-bench-", dir=place)
    os.chmod(folder, 0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _interrupted(number, _frame):
    sys.exit(128 + number)


signal.signal(signal.SIGTERM, _interrupted)
signal.signal(signal.SIGINT, _interrupted)


# Configurations

def tenant(number, users=1, options=""):
    """Two domains, four typical options, and users."""
    name = f"t{number}.example"
    text = (f'ou "tenant{number}" {{\n'
            f'  domains = {{ "{name}", ".{name}" }}\n'
            '  match_auth_user = true\n'
            '  require_sending_domain_authentication = true\n'
            '  require_inbound_domain_authentication = always\n'
            f'  recipient_delimiter = "+"\n{options}')
    for user in range(users):
        text += f'  user "printer{user}@{name}" {{\n    smtp_auth = any_sender\n  }}\n'
    return text + '}\n'


def write_tenants(folder, count, in_a_file, users=1, options=""):
    os.makedirs(folder)
    for start in range(0, count, in_a_file):
        numbers = range(start, min(start + in_a_file, count))
        with open(os.path.join(folder, f"{start:06}.conf"), "w", encoding="utf-8") as file:
            file.write("".join(tenant(number, users, options) for number in numbers))


def write_config(path, folder, body="", **settings):
    values = {"milter_socket": f"unix:{folder}/gatepost.sock",
              "control_socket": f"{folder}/control.sock",
              "run_as": "", "ou_directory": "", **settings}
    with open(path, "w", encoding="utf-8") as file:
        for name, value in values.items():
            file.write(f'{name} = "{value}"\n')
        file.write(f'log {{\n  target = "{folder}/gatepost.log"\n}}\n{body}')


# Processes

class Server:
    """A filter, ended by its process id. `abrupt` spares us the five seconds that
    libmilter takes to stop."""

    def __init__(self, argv, socket, output, abrupt=True):
        self.socket = socket
        self.abrupt = abrupt
        with open(output, "ab") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        atexit.register(self.stop)
        limit = time.monotonic() + 20
        while not os.path.exists(socket):
            if self.process.poll() is not None or time.monotonic() > limit:
                sys.exit(f"{argv[0]} does not start: see {output}")
            time.sleep(0.02)
        os.chmod(socket, 0o666)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if self.abrupt else signal.SIGTERM)
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def start_gatepost(folder, config, program=MILTER):
    return Server([program, "-c", config], f"{folder}/gatepost.sock",
                  f"{folder}/gatepost.out", abrupt=False)


def start_noop(folder, name, *options):
    socket = f"{folder}/{name}.sock"
    return Server([NOOP, *options, f"unix:{socket}"], socket, f"{folder}/{name}.out")


# The wire

Mails = collections.namedtuple("Mails", "rate p50 p99 refused")


def wire_load(socket, sessions, rate, seconds, *options):
    """Runs wireload; rate 0 is as fast as it can. The times are those of a whole
    transaction, in microseconds."""
    argv = [WIRELOAD, "-c", str(sessions), "-s", str(seconds), "-r", str(rate), *options,
            f"unix:{socket}"]
    output = subprocess.run(argv, check=True, timeout=60, stdout=subprocess.PIPE).stdout
    numbers = [float(word) for word in output.split()]
    return Mails(numbers[1] / numbers[2], numbers[7], numbers[8], numbers[9])


# Logins

Logins = collections.namedtuple("Logins", "rate p50 p99 passed refused deferred")


def crypt(password, setting):
    """crypt(3), which Python is about to lose."""
    library = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    return library.crypt(password.encode(), setting.encode()).decode()


def write_auth_config(path, folder, body):
    """Of a gatepost-auth; others must not be able to read what has hashes in it."""
    with open(path, "w", encoding="utf-8", opener=_private) as file:
        file.write(f'auth_socket = "{folder}/auth.sock"\n'
                   f'control_socket = "{folder}/control.sock"\n'
                   f'milter_socket = "unix:{folder}/gatepost.sock"\n'
                   f'auth_run_as = ""\nrun_as = ""\n'
                   f'log {{\n  target = "{folder}/auth.log"\n}}\n{body}')


def _private(path, flags):
    return os.open(path, flags, 0o600)


def write_users(path, count, domain, password_hash):
    with open(path, "w", encoding="utf-8", opener=_private) as file:
        file.writelines(f"user{i}@{domain}:{password_hash}:any_sender\n"
                        for i in range(count))


def start_auth(folder, config):
    return Server([AUTH, "-c", config], f"{folder}/auth.sock", f"{folder}/auth.out",
                  abrupt=False)


def login_load(socket, name, connections, seconds, users=1, rate=0, password="secret"):
    return login_result(start_login_load(socket, name, connections, seconds, users, rate,
                                         password), seconds)


def start_login_load(socket, name, connections, seconds, users=1, rate=0,
                     password="secret"):
    argv = [LOGINLOAD, "-c", str(connections), "-s", str(seconds), "-n", name,
            "-u", str(users), "-r", str(rate), "-p", password, socket]
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def login_result(process, seconds):
    output = process.communicate(timeout=seconds + 60)[0]
    if process.returncode != 0:
        sys.exit("loginload failed")
    numbers = [float(word) for word in output.split()]
    return Logins(numbers[1] / numbers[2], *numbers[3:])


def medians(results):
    """Of each field of several results."""
    return type(results[0])(*(median(column) for column in zip(*results)))
