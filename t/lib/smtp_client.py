# SPDX-License-Identifier: BSD-2-Clause
"""An SMTP client that sends what it is told and shows the replies as they came.

Nothing is validated or repaired on the way: MAIL and RCPT take raw arguments.
"""

import base64
import re
import socket
import ssl

TIMEOUT = 20
MESSAGE = "Subject: test\r\n\r\nA test message.\r\n"


class SmtpError(Exception):
    """The connection broke, or a step that had to succeed did not."""


class Reply:
    """One SMTP reply: `code` 550, `enhanced` "5.7.1", `text` without either."""

    def __init__(self, lines):
        self.lines = lines
        self.code = int(lines[0][:3])
        match = re.match(r"([245]\.\d{1,3}\.\d{1,3})\b ?", lines[0][4:])
        self.enhanced = match.group(1) if match else ""
        self.text = " ".join(self._text_of(line) for line in lines)

    def _text_of(self, line):
        text = line[4:]
        return text[len(self.enhanced):].strip() if text.startswith(self.enhanced) else text.strip()

    @property
    def status(self):
        """Code and enhanced status code: "550 5.7.1"."""
        return f"{self.code} {self.enhanced}".strip()

    @property
    def positive(self):
        return 200 <= self.code < 400

    @property
    def temporary(self):
        return 400 <= self.code < 500

    def __repr__(self):
        return " | ".join(self.lines)


class SmtpClient:
    """One connection. `source` is the local address to connect from; `wrapped` begins
    with TLS, as on port 465.
    """

    def __init__(self, port, host="127.0.0.1", source=None, timeout=TIMEOUT, wrapped=False):
        bind_to = (source, 0) if source else None
        self.socket = socket.create_connection((host, port), timeout, bind_to)
        self.buffer = b""
        if wrapped:
            self._wrap()
        self.transcript = []
        self.greeting = self.read_reply()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read_reply(self):
        lines = []
        while True:
            line = self._read_line()
            self.transcript.append(f"S: {line}")
            if not re.match(r"\d{3}([ -]|$)", line):
                raise SmtpError(f"not an SMTP reply: {line!r}")
            lines.append(line)
            if line[3:4] != "-":
                return Reply(lines)

    def _read_line(self):
        while b"\n" not in self.buffer:
            try:
                data = self.socket.recv(4096)
            except OSError as error:
                raise SmtpError(f"{error} after {self.transcript[-3:]}") from error
            if not data:
                raise SmtpError(f"connection closed after {self.transcript[-3:]}")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "backslashreplace")

    def command(self, line):
        self.transcript.append(f"C: {line}")
        try:
            self.socket.sendall(line.encode("utf-8") + b"\r\n")
        except OSError as error:
            raise SmtpError(f"{error} at {line!r}") from error
        return self.read_reply()

    def must(self, line):
        """A command that has to succeed for the test to make sense."""
        reply = self.command(line)
        if not reply.positive:
            raise SmtpError(f"{line!r} was answered {reply}")
        return reply

    def ehlo(self, name="client.test"):
        return self.must(f"EHLO {name}")

    def starttls(self, certificate=None, key=None):
        """Switches to TLS; the server's certificate is not the test's subject."""
        self.must("STARTTLS")
        self._wrap(certificate, key)

    def _wrap(self, certificate=None, key=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if certificate:
            context.load_cert_chain(certificate, key)
        self.buffer = b""
        self.socket = context.wrap_socket(self.socket)

    def auth_plain(self, login, password, authzid=""):
        response = "\0".join((authzid, login, password)).encode("utf-8")
        return self.command("AUTH PLAIN " + base64.b64encode(response).decode("ascii"))

    def xclient(self, **attributes):
        """XCLIENT; Postfix answers with a new greeting, so EHLO comes next."""
        pairs = " ".join(f"{name}={value}" for name, value in attributes.items())
        return self.must(f"XCLIENT {pairs}")

    def mail(self, raw, parameters=""):
        return self.command(f"MAIL FROM:{raw} {parameters}".rstrip())

    def rcpt(self, raw):
        return self.command(f"RCPT TO:{raw}")

    def data(self, message=MESSAGE):
        """DATA and the message; the reply to whichever of the two failed, or the last."""
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        return self.command(message + ".")

    def rset(self):
        return self.must("RSET")

    def quit(self):
        try:
            self.command("QUIT")
        except SmtpError:
            pass
        self.close()

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass
