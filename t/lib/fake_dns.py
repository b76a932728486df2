# SPDX-License-Identifier: BSD-2-Clause
"""A name server of the test's own, for programs that look up names by resolv.conf.

    with FakeDns({('x.test', 'MX'): [(10, 'mx.x.test')], ('mx.x.test', 'A'): ['127.0.0.1']}) as dns:
        subprocess.run(dns.around(['gatepost', ...]))

Names without records are unknown; a value may also be bytes, which are sent in place of
a whole answer, or SILENT. The program sees the server by a mount of its own.
"""

import os
import socket
import struct
import subprocess
import tempfile
import threading

ADDRESS = "127.53.53.53"
TYPES = {1: "A", 15: "MX", 28: "AAAA"}
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
SILENT = object()
FAILS = object()


def missing():
    """Why it cannot be used here, or an empty string."""
    if os.geteuid() != 0:
        return "a mount of one's own takes root"
    try:
        done = subprocess.run(["unshare", "-m", "mount", "--bind", "/etc/hosts",
                               "/etc/resolv.conf"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as test:
            test.bind((ADDRESS, 53))
    except OSError as error:
        return f"no name server of one's own: {error}"
    return "" if done.returncode == 0 else "no mount of one's own"


def encode(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def data_of(kind, value):
    if kind == "MX":
        return struct.pack("!H", value[0]) + encode(value[1])
    return socket.inet_pton(socket.AF_INET, value)


class FakeDns:
    def __init__(self, records):
        self.records = records
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ADDRESS, 53))
        self.file = tempfile.NamedTemporaryFile("w", prefix="resolv.", encoding="utf-8")
        self.file.write(f"nameserver {ADDRESS}\noptions timeout:1 attempts:1\n")
        self.file.flush()
        os.chmod(self.file.name, 0o644)
        self.socket.settimeout(0.1)
        self.running = True
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running = False
        self.thread.join()
        self.socket.close()
        self.file.close()

    def around(self, argv):
        return ["unshare", "-m", "sh", "-c",
                f'mount --bind {self.file.name} /etc/resolv.conf && exec "$@"', "sh", *argv]

    def _serve(self):
        while self.running:
            try:
                query, peer = self.socket.recvfrom(4096)
            except socket.timeout:
                continue
            answer = self._answer(query)
            if answer:
                self.socket.sendto(answer, peer)

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace").lower())
            at += 1 + query[at]
        name, kind = ".".join(labels), TYPES.get(struct.unpack("!H", query[at + 1:at + 3])[0])
        found = self.records.get((name, kind), [])
        if found is SILENT:
            return None
        if isinstance(found, bytes):
            return query[:2] + found
        code = NOERROR if any(key[0] == name for key in self.records) else NXDOMAIN
        if found is FAILS:
            code, found = SERVFAIL, []
        answers = b"".join(
            b"\xc0\x0c" + query[at + 1:at + 5] + struct.pack("!IH", 60, len(data)) + data
            for data in (data_of(kind, value) for value in found))
        return (query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(found), 0, 0) +
                query[12:at + 5] + answers)
