# SPDX-License-Identifier: BSD-2-Clause
"""The MTA's side of the milter protocol: one class that speaks it on a socket.

Nothing in here knows what gatepost decides.  The client may be as polite as an
MTA (the step methods) or as rude as a test likes (send_raw).
"""

import collections
import socket
import struct

# What the MTA lets the filter do (SMFIF_*).
SETSYMLIST = 0x100
ALL_ACTIONS = 0x1ff

# Steps of the protocol that may be left out or left unanswered (SMFIP_*).
NO_CONNECT = 1 << 0
NO_HELO = 1 << 1
NO_MAIL = 1 << 2
NO_RCPT = 1 << 3
NO_BODY = 1 << 4
NO_HEADERS = 1 << 5
NO_EOH = 1 << 6
NR_HEADER = 1 << 7
NO_UNKNOWN = 1 << 8
NO_DATA = 1 << 9
SKIP = 1 << 10
RCPT_REJECTED = 1 << 11
NR_CONNECT = 1 << 12
NR_HELO = 1 << 13
NR_MAIL = 1 << 14
NR_RCPT = 1 << 15
NR_DATA = 1 << 16
NR_UNKNOWN = 1 << 17
NR_EOH = 1 << 18
NR_BODY = 1 << 19
HEADER_SPACE = 1 << 20

V1_STEPS = 0x3f

# What MTAs offer by protocol version (libmilter's own idea of each).
STEPS = {2: 0x7f, 3: 0x17f, 4: 0x37f, 5: 0x37f, 6: 0x1fffff}
ACTIONS = {2: 0x3f, 3: 0x3f, 4: 0x3f, 5: 0x3f, 6: ALL_ACTIONS}

# Stage numbers in a filter's macro lists (SMFIM_*), by the letter of the command.
SYMLIST_STAGES = {0: 'C', 1: 'H', 2: 'M', 3: 'R', 4: 'T', 5: 'E', 6: 'N'}

# command letter -> (step that leaves it out, step that leaves it unanswered)
STEP_BITS = {
    'C': (NO_CONNECT, NR_CONNECT), 'H': (NO_HELO, NR_HELO),
    'M': (NO_MAIL, NR_MAIL), 'R': (NO_RCPT, NR_RCPT),
    'T': (NO_DATA, NR_DATA), 'U': (NO_UNKNOWN, NR_UNKNOWN),
    'L': (NO_HEADERS, NR_HEADER), 'N': (NO_EOH, NR_EOH),
    'B': (NO_BODY, NR_BODY), 'E': (0, 0),
}

# Macros that an MTA sends of its own accord: Postfix's default lists.
DEFAULT_MACROS = {
    'C': {'j', '{daemon_name}', '{daemon_addr}', 'v', '_'},
    'H': {'{tls_version}', '{cipher}', '{cipher_bits}', '{cert_subject}',
          '{cert_issuer}'},
    'M': {'i', '{auth_type}', '{auth_authen}', '{auth_author}', '{mail_addr}',
          '{mail_host}', '{mail_mailer}'},
    'R': {'i', '{rcpt_addr}', '{rcpt_host}', '{rcpt_mailer}'},
}

MAX_PACKET = 1 << 20


class ProtocolError(Exception):
    """The filter broke the protocol."""


class Closed(ProtocolError):
    """The filter closed the connection."""


class Timeout(ProtocolError):
    """The filter did not answer in time."""


class Reply(collections.namedtuple('Reply', 'kind code status text raw')):
    """A reply: kind is the letter on the wire, text has "%%" turned back to "%"."""

    @property
    def passes(self):
        return self.kind in 'ca'

    @property
    def refuses(self):
        return self.kind == 'r' or (self.kind == 'y' and 500 <= self.code < 600)

    @property
    def defers(self):
        return self.kind == 't' or (self.kind == 'y' and 400 <= self.code < 500)

    @property
    def short(self):
        """`pass`, or code and enhanced status as in `550 5.7.1`."""
        if self.passes:
            return 'pass'
        if self.kind != 'y':
            return 'bare ' + self.kind
        return '%d %s' % (self.code, self.status)

    def __str__(self):
        return ('%s %s' % (self.short, self.text)).strip()


CONTINUE = Reply('c', 0, '', '', b'')


def undouble_percent(text):
    """A lone "%" is an error: MTAs take "%%" for one percent sign."""
    if text.replace('%%', '').find('%') >= 0:
        raise ProtocolError('a single %% in the reply text: %r' % text)
    return text.replace('%%', '%')


def parse_reply_text(data):
    """Bytes of an 'y' packet -> Reply.  Each line must carry the same code."""
    if not data.endswith(b'\0') or b'\0' in data[:-1]:
        raise ProtocolError('reply is not one C string: %r' % data)
    raw = data[:-1]
    codes, texts = set(), []
    for line in raw.decode('utf-8', 'surrogateescape').split('\r\n'):
        if len(line) < 4 or not line[:3].isdigit() or line[3] not in ' -':
            raise ProtocolError('reply line without a code: %r' % line)
        status, _, text = line[4:].partition(' ')
        if status.count('.') != 2:
            raise ProtocolError('reply without an enhanced status: %r' % line)
        codes.add((int(line[:3]), status))
        texts.append(undouble_percent(text))
    if len(codes) != 1:
        raise ProtocolError('one reply with several codes: %r' % raw)
    code, status = codes.pop()
    return Reply('y', code, status, '\n'.join(texts), raw)


def parse_symlists(data):
    """The tail of the filter's negotiation packet -> {stage letter: set of macros}."""
    lists = {}
    while data:
        if len(data) < 5 or b'\0' not in data[4:]:
            raise ProtocolError('macro list cut short: %r' % data)
        stage = SYMLIST_STAGES.get(struct.unpack('!I', data[:4])[0])
        names, _, data = data[4:].partition(b'\0')
        lists[stage] = set(names.decode().replace(',', ' ').split())
    return lists


def to_bytes(value):
    if isinstance(value, bytes):
        return value
    return value.encode('utf-8', 'surrogateescape')


def c_strings(values):
    return b''.join(to_bytes(v) + b'\0' for v in values)


def open_socket(address, timeout):
    """address: "unix:/path" or "inet:port@host", as in the configuration."""
    kind, _, rest = address.partition(':')
    if kind == 'unix':
        sock = socket.socket(socket.AF_UNIX)
        target = rest
    else:
        port, _, host = rest.partition('@')
        sock = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
        target = (host or '127.0.0.1', int(port))
    sock.settimeout(timeout)
    try:
        sock.connect(target)
    except OSError:
        sock.close()
        raise
    return sock


class Client:
    """One connection of an MTA to the filter."""

    def __init__(self, address, timeout=20):
        self.timeout = timeout
        self.sock = open_socket(address, timeout)
        self.version = self.actions = self.steps = 0
        self.symlists = {}

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    # Packets

    def send(self, command, data=b''):
        data = to_bytes(data)
        self.send_raw(struct.pack('!I', len(data) + 1) + to_bytes(command) + data)

    def send_raw(self, data):
        try:
            self.sock.sendall(data)
        except socket.timeout:
            raise Timeout('the filter does not read')
        except OSError as error:
            raise Closed(str(error))

    def _read(self, count):
        data = b''
        while len(data) < count:
            try:
                chunk = self.sock.recv(count - len(data))
            except socket.timeout:
                raise Timeout('no answer within %s s' % self.sock.gettimeout())
            except OSError as error:
                raise Closed(str(error))
            if not chunk:
                raise Closed('end of file')
            data += chunk
        return data

    def receive(self):
        """-> (command letter, data)"""
        length, = struct.unpack('!I', self._read(4))
        if not 1 <= length <= MAX_PACKET:
            raise ProtocolError('packet of %d bytes' % length)
        data = self._read(length)
        return chr(data[0]), data[1:]

    def reply(self):
        """The next reply; progress notes are passed over."""
        command, data = self.receive()
        while command == 'p':
            command, data = self.receive()
        if command == 'y':
            return parse_reply_text(data)
        if command not in 'cratds' or data:
            raise ProtocolError('unexpected reply %r %r' % (command, data))
        return Reply(command, 0, '', '', b'')

    def reply_within(self, seconds):
        """A reply, or None if none comes in time or the connection is closed."""
        self.sock.settimeout(seconds)
        try:
            return self.reply()
        except (Timeout, Closed):
            return None
        finally:
            self.sock.settimeout(self.timeout)

    def is_quiet(self, seconds=0.2):
        """True if the filter sends nothing: it owes no reply and gives none."""
        self.sock.settimeout(seconds)
        try:
            return self.sock.recv(1, socket.MSG_PEEK) == b''
        except socket.timeout:
            return True
        except OSError:
            return True
        finally:
            self.sock.settimeout(self.timeout)

    # Negotiation and macros

    def negotiate(self, version=6, actions=None, steps=None):
        """Offer; note what the filter wants, and check that it was on offer."""
        actions = ACTIONS[version] if actions is None else actions
        steps = STEPS[version] if steps is None else steps
        self.send('O', struct.pack('!III', version, actions, steps))
        command, data = self.receive()
        if command != 'O' or len(data) < 12:
            raise ProtocolError('no negotiation packet: %r %r' % (command, data))
        self.version, self.actions, self.steps = struct.unpack('!III', data[:12])
        self.symlists = parse_symlists(data[12:])
        if self.version > version:
            raise ProtocolError('version %d on an offer of %d' % (self.version, version))
        # An offer of 0 means the steps of protocol version 1.
        if self.actions & ~actions or self.steps & ~(steps or V1_STEPS):
            raise ProtocolError('the filter takes what was not offered')
        if self.symlists and not actions & SETSYMLIST:
            raise ProtocolError('macro lists though not offered')
        return self

    def macros(self, stage, values):
        """Send macros as they are; stage is the letter of the command they precede."""
        flat = [item for pair in dict(values).items() for item in pair]
        self.send('D', to_bytes(stage) + c_strings(flat))

    def mta_macros(self, stage, values):
        """Send those macros that an MTA would: the filter's list, else its default."""
        wanted = self.symlists.get(stage, DEFAULT_MACROS.get(stage, set()))
        self.macros(stage, {name: value for name, value in dict(values).items()
                            if name in wanted})

    # Commands

    def command(self, letter, data=b''):
        """Send a command unless negotiated away; read its reply unless NR_*."""
        left_out, unanswered = STEP_BITS[letter]
        if self.steps & left_out:
            return CONTINUE
        self.send(letter, data)
        if self.steps & unanswered:
            return CONTINUE
        return self.reply()

    def connect(self, host='client.example', address='192.0.2.7', port=40000,
                family=None):
        """family: '4', '6', 'L' (address is a path) or 'U'; guessed if not given."""
        if family is None:
            family = '6' if ':' in address else '4'
        data = to_bytes(host) + b'\0' + family.encode()
        if family != 'U':
            data += struct.pack('!H', port) + to_bytes(address) + b'\0'
        return self.command('C', data)

    def helo(self, name='client.example'):
        return self.command('H', c_strings([name]))

    def mail(self, sender, *parameters):
        return self.command('M', c_strings((sender,) + parameters))

    def rcpt(self, recipient, *parameters):
        return self.command('R', c_strings((recipient,) + parameters))

    def data(self):
        return self.command('T')

    def header(self, name, value):
        return self.command('L', c_strings([name, value]))

    def end_of_header(self):
        return self.command('N')

    def body(self, data):
        return self.command('B', data)

    def end_of_message(self, data=b''):
        return self.command('E', data)

    def unknown(self, line):
        return self.command('U', c_strings([line]))

    def message(self):
        """From DATA to the end of a small message; the last reply."""
        for reply in (self.data(), self.header('Subject', 'test'),
                      self.end_of_header(), self.body(b'test\r\n')):
            if not reply.passes and reply.kind != 's':
                return reply
        return self.end_of_message()

    def abort(self):
        self.send('A')

    def quit(self):
        self.send('Q')
        self.close()

    def quit_nc(self):
        """End of this SMTP session; another begins with connect(), not negotiate().

        libmilter heeds it after an accepted MAIL only, and then not without abort().
        """
        self.send('K')

    def close(self):
        self.sock.close()

    def reset_connection(self):
        """Close so that the filter sees the connection reset (inet), not ended."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack('ii', 1, 0))
        self.sock.close()


POSTFIX_VERSION = 'Postfix 3.7.11'
SENDMAIL_VERSION = '8.17.1.9'


def xtext(value):
    """RFC 3461 section 4, as Sendmail writes macro {auth_authen}."""
    return ''.join('+%02X' % byte if byte in b'+=' or not 0x21 <= byte <= 0x7e
                   else chr(byte) for byte in to_bytes(value))


class Mta(Client):
    """A client that sends what Postfix or Sendmail does, macros included.

    The session is open, with HELO done, once the object exists.
    """

    def __init__(self, address, kind='postfix', daemon='MTA', port='25',
                 client='192.0.2.7', family=None, name='client.example',
                 resolve='OK', tls=False, timeout=20, **offer):
        super().__init__(address, timeout)
        self.kind, self.tls = kind, tls
        self.negotiate(**offer)
        self.new_session(daemon, port, client, family, name, resolve)

    def new_session(self, daemon='MTA', port='25', client='192.0.2.7', family=None,
                    name='client.example', resolve='OK'):
        """CONNECT and HELO; daemon or port None: that macro is not sent."""
        values = {
            'j': 'mx.example', '_': '%s [%s]' % (name, client),
            'v': POSTFIX_VERSION if self.kind == 'postfix' else SENDMAIL_VERSION,
            '{daemon_addr}': '127.0.0.1', '{daemon_name}': daemon,
            '{daemon_port}': port, '{client_addr}': client,
            '{client_port}': '40000', '{client_name}': name,
            '{client_ptr}': name, '{client_resolve}': resolve,
        }
        if self.kind not in ('postfix', 'sendmail'):
            values['v'] = self.kind
        self.mta_macros('C', {k: v for k, v in values.items() if v is not None})
        self.connect(name, client, family=family)
        self.greet()

    def greet(self):
        """EHLO, with the TLS macros if the session is encrypted by now."""
        self.mta_macros('H', self.tls_macros())
        return self.helo()

    def tls_macros(self):
        if not self.tls:
            return {}
        return {'{tls_version}': 'TLSv1.3', '{cipher}': 'TLS_AES_256_GCM_SHA384',
                '{cipher_bits}': '256'}

    def mail_from(self, sender, login=None, macros=None):
        """MAIL with its macros; `macros` adds to them, a value None takes one away."""
        values = {'{mail_addr}': self.own_reading(sender), **self.tls_macros()}
        if login is not None:
            values['{auth_authen}'] = xtext(login) if self.kind == 'sendmail' else login
            values['{auth_type}'] = 'PLAIN'
        if self.kind == 'sendmail':
            values['i'] = '5AM0x1y2000001'
        values.update(macros or {})
        self.mta_macros('M', {k: v for k, v in values.items() if v is not None})
        return self.mail(sender)

    def rcpt_to(self, recipient, macros=None):
        values = {'{rcpt_addr}': self.own_reading(recipient), **(macros or {})}
        self.mta_macros('R', {k: v for k, v in values.items() if v is not None})
        return self.rcpt(recipient)

    @staticmethod
    def own_reading(argument):
        """The MTA's canonical form of an address that needs no parser."""
        return to_bytes(argument).decode('utf-8', 'surrogateescape').strip('<>')

    def transaction(self, sender, recipients=(), login=None):
        """Replies to MAIL and, if that passed, to each RCPT; ends with an abort."""
        replies = [self.mail_from(sender, login)]
        if replies[0].passes:
            replies += [self.rcpt_to(recipient) for recipient in recipients]
        self.abort()
        return replies
