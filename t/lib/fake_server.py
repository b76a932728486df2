# SPDX-License-Identifier: BSD-2-Clause
"""Servers on free ports: one plays a script, however little sense it makes, one passes
on what a real server says.

A script is a list of steps: bytes are sent; LINE and SOME read; STALL waits until the
client has gone; Trickle, Flood and Tls say what they do. Then the connection ends.
"""

import selectors
import socket
import ssl
import threading
import time

LINE, SOME, STALL = "line", "some", "stall"


class Trickle:
    """Sends bytes one by one."""

    def __init__(self, data, pause=0.2):
        self.data, self.pause = data, pause


class Flood:
    """Sends the same again and again."""

    def __init__(self, data):
        self.data = data


class Tls:
    """The server's side of a handshake, with that certificate and key."""

    def __init__(self, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)


class Listener:
    """Listens on loopback, and has _serve() called in a thread of its own."""

    def __init__(self, place=("127.0.0.1", 0)):
        self.listener = socket.create_server(place)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.thread.join(10)


class FakeServer(Listener):
    def __init__(self, script, *place):
        self.script = script
        self.heard = b""
        super().__init__(*place)

    def _serve(self):
        self.listener.settimeout(10)
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        connection.settimeout(10)
        try:
            for step in self.script:
                connection = self._play(connection, step)
        except (OSError, EOFError):
            pass
        finally:
            connection.close()

    def _play(self, connection, step):
        if step == LINE:
            while not self._hear(connection.recv(1)).endswith(b"\n"):
                pass
        elif step == SOME:
            self._hear(connection.recv(65536))
        elif step == STALL:
            while True:
                self._hear(connection.recv(65536))
        elif isinstance(step, Trickle):
            for byte in step.data:
                connection.sendall(bytes([byte]))
                time.sleep(step.pause)
        elif isinstance(step, Flood):
            while True:
                connection.sendall(step.data)
        elif isinstance(step, Tls):
            return step.context.wrap_socket(connection, server_side=True)
        else:
            connection.sendall(step)
        return connection

    def _hear(self, data):
        if not data:
            raise EOFError
        self.heard += data
        return data


class Relay(Listener):
    """Stands before a real server for one connection; calls `action` before it passes on
    what has `word` in it."""

    def __init__(self, port, word, action):
        self.server_port, self.word, self.action = port, word, action
        super().__init__()

    def _serve(self):
        self.listener.settimeout(10)
        client, _ = self.listener.accept()
        with client, socket.create_connection(("127.0.0.1", self.server_port)) as server:
            selector = selectors.DefaultSelector()
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in selector.select(10):
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    if self.word in data:
                        self.action()
                    key.data.sendall(data)
