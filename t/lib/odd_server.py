# SPDX-License-Identifier: BSD-2-Clause
"""A small SMTP server that behaves in ways no real one can be told to, and honestly keeps
what it accepts: who had logged in, and what came."""

import base64
import re
import socketserver
import ssl
import threading

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]*)>", re.M | re.I)


class Handler(socketserver.StreamRequestHandler):
    """One connection to a server that behaves well; the classes below do not."""

    timeout = 60
    keywords = ["8BITMIME", "AUTH PLAIN LOGIN"]

    def setup(self):
        super().setup()
        self.login = ""
        self.in_tls = False
        self.open = True

    def handle(self):
        self.greet()
        while self.open:
            line = self.rfile.readline().rstrip(b"\r\n").decode("latin-1")
            if not line:
                return
            verb, _, argument = line.partition(" ")
            getattr(self, "do_" + verb.lower(), self.do_other)(argument)

    def say(self, *lines):
        self.wfile.write("".join(line + "\r\n" for line in lines).encode("latin-1"))

    def greet(self):
        self.say("220 odd.test ESMTP")

    def do_ehlo(self, _):
        keywords = ([] if self.in_tls else ["STARTTLS"]) + self.keywords
        lines = ["odd.test", *keywords]
        self.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")

    def do_helo(self, _):
        self.say("250 odd.test")

    def do_starttls(self, _):
        self.say("220 2.0.0 go on")
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.rfile = self.request.makefile("rb")
        self.wfile = self.request.makefile("wb", buffering=0)
        self.in_tls = True

    def do_auth(self, argument):
        _, _, response = argument.partition(" ")
        self.login = base64.b64decode(response).split(b"\0")[1].decode()
        self.say("235 2.7.0 welcome")

    def do_data(self, _):
        self.say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        else:
            return
        found = MESSAGE_ID.search(b"".join(lines))
        self.server.keep(found.group(1).decode() if found else "", self.login)
        self.say("250 2.0.0 kept")

    def do_quit(self, _):
        self.say("221 2.0.0 bye")
        self.open = False

    def do_other(self, _):
        self.say("250 2.0.0 ok")

    def finish(self):
        try:
            super().finish()
            self.request.close()
        except (OSError, ValueError):
            pass


class NoAuth(Handler):
    keywords = ["8BITMIME", "SIZE"]


class DropsAfterAuth(Handler):
    def do_auth(self, argument):
        self.open = False


class RefusesEhloInTls(Handler):
    def do_ehlo(self, argument):
        if self.in_tls:
            self.say("554 5.5.1 no more of that")
        else:
            super().do_ehlo(argument)


class LongEhlo(Handler):
    """The reply is longer than what Postfix keeps of one; nobody can authenticate."""

    keywords = [f"X-KEYWORD-{n:02} " + "x" * 80 for n in range(40)]


class RefusesStarttls(Handler):
    def do_starttls(self, _):
        self.say("554 5.7.0 not today")


class RefusesAtOnce(Handler):
    def greet(self):
        self.say("554 5.7.1 no service here")
        self.open = False


class RefusesMail(Handler):
    def do_mail(self, _):
        self.say("501 5.5.4 not like that")


class EhloBy220(Handler):
    """Its replies to EHLO have the code of a greeting, and nobody can authenticate."""

    keywords = ["8BITMIME"]

    def do_ehlo(self, argument):
        self.say("220-odd.test", "220 8BITMIME" if self.in_tls else "220 STARTTLS")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request, client_address):
        """A client that goes away in the middle has delivered nothing."""


class OddServer:
    """`start` and `stop` it as a daemon; `port` is free before that. Its address may be ""
    for all there are."""

    def __init__(self, port, handler, certificate, address="127.0.0.1"):
        self.port = port
        self.address = address
        self.handler = handler
        self.certificate = certificate
        self.server = None
        self.kept = []
        self.lock = threading.Lock()

    def start(self):
        self.server = _Server((self.address, self.port), self.handler)
        self.server.keep = self._keep
        self.server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.tls.load_cert_chain(*self.certificate)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def _keep(self, message_id, login):
        with self.lock:
            self.kept.append((message_id, login))

    def deliveries(self):
        """(message id, login or "") of each message that was accepted."""
        with self.lock:
            return list(self.kept)
