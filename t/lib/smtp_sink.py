# SPDX-License-Identifier: BSD-2-Clause
"""Where an MTA under test delivers to: takes every message and keeps it as it came."""

import re
import socketserver
import threading
import time

ENDS = {b"QUIT": b"221 2.0.0 bye\r\n", b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"}
QUEUE_ID = re.compile(rb"^Received:.*?\bid ([0-9A-Za-z]+)", re.M | re.S)


class Delivered:
    """One message. `data` is what stood behind DATA, without dots doubled."""

    def __init__(self, sender, recipients, data):
        self.sender = sender
        self.recipients = recipients
        self.data = data
        self.header, _, self.body = data.partition(b"\r\n\r\n")
        found = QUEUE_ID.search(self.header)
        self.queue_id = found.group(1).decode("ascii") if found else ""

    def fields(self, name=None):
        """The fields in their order as (name, value as it is, folds and all); or the
        values of those of one name."""
        unfolded = re.split(rb"\r\n(?![ \t])", self.header)
        pairs = [line.partition(b":")[::2] for line in unfolded]
        if name is None:
            return pairs
        wanted = name.lower().encode("ascii")
        return [value.strip() for key, value in pairs if key.strip().lower() == wanted]

    def __repr__(self):
        return f"{self.sender} {self.recipients} {self.data[:3000]!r}"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 sink ESMTP\r\n")
        sender, recipients = b"", []
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"MAIL":
                sender, recipients = _argument(line), []
            elif verb == b"RCPT":
                recipients.append(_argument(line))
            elif verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.keep(Delivered(sender, recipients, self._message()))
            self.wfile.write(ENDS.get(verb, b"250 2.0.0 ok\r\n"))
            if verb == b"QUIT":
                return

    def _message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


def _argument(line):
    """The address in angle brackets, quotes minded."""
    found = re.search(rb'<((?:"(?:[^"\\]|\\.)*"|[^">])*)>', line)
    return found.group(1).decode("utf-8", "backslashreplace") if found else ""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request, client_address):
        """A client that goes away in the middle has delivered nothing."""


class Sink:
    """`start` and `stop` it as a daemon; `port` is free before that."""

    def __init__(self, port):
        self.port = port
        self.server = None
        self.messages = []
        self.claimed = set()
        self.changed = threading.Condition()

    def start(self):
        self.server = _Server(("127.0.0.1", self.port), _Handler)
        self.server.keep = self._keep
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def _keep(self, message):
        with self.changed:
            self.messages.append(message)
            self.changed.notify_all()

    def wait(self, queue_id, seconds=10):
        """What came of a queue file: one Delivered with the recipients of all; or None."""
        limit = time.monotonic() + seconds
        with self.changed:
            while True:
                found = [m for m in self.messages if m.queue_id == queue_id]
                if found or not self.changed.wait(limit - time.monotonic()):
                    break
            self.claimed.add(queue_id)
        if not found:
            return None
        return Delivered(found[0].sender, sorted(r for m in found for r in m.recipients),
                         found[0].data)

    def claim(self, recipient):
        """What came for a recipient may stay, though it has no queue id."""
        with self.changed:
            self.messages = [m for m in self.messages if m.recipients != [recipient]]

    def unclaimed(self):
        """What nobody waited for: it should not have come."""
        with self.changed:
            return [m for m in self.messages if m.queue_id not in self.claimed]
