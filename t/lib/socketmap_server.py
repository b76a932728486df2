# SPDX-License-Identifier: BSD-2-Clause
"""A socketmap server that answers as a test says, and remembers who asked what."""

import collections
import os
import shutil
import socketserver
import threading

# `connection` numbers the connections from 0.
Request = collections.namedtuple("Request", "connection map key")


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        connection = self.server.count()
        while True:
            size = b""
            while not size.endswith(b":"):
                byte = self.rfile.read(1)
                if not byte:
                    return
                size += byte
            text = self.rfile.read(int(size[:-1])).decode("utf-8", "backslashreplace")
            self.rfile.read(1)
            answer = self.server.answer(Request(connection, *text.split(" ", 1))).encode()
            self.wfile.write(b"%d:%s," % (len(answer), answer))


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 50

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is none of the test's."""


class SocketmapServer:
    """`reply(map, key)` gives "OK ...", "NOTFOUND " or "TEMP ..."."""

    def __init__(self, path, reply, owner):
        self.path = path
        self.reply = reply
        self.owner = owner
        self.server = None
        self.requests = []
        self.connections = 0
        self.lock = threading.Lock()

    def start(self):
        self.server = _Server(self.path, _Handler)
        self.server.answer = self._answer
        self.server.count = self._count
        shutil.chown(self.path, self.owner)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None
            os.unlink(self.path)

    def _count(self):
        with self.lock:
            self.connections += 1
            return self.connections - 1

    def _answer(self, request):
        with self.lock:
            self.requests.append(request)
        return self.reply(request.map, request.key)
