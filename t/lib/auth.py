# SPDX-License-Identifier: BSD-2-Clause
"""Clients for the three protocols of gatepost-auth, and a gatepost-auth of the test's
own, in a folder of its own.

    with Auth(auth.ou('acme', auth.user('a@acme.example', auth.cheap('secret')))) as daemon:
        daemon.login('a@acme.example', 'secret').ok
        daemon.saslauthd('a@acme.example', 'secret')        # 'OK', 'NO' or None
        daemon.look_up('ehlo.smtp', '192.0.2.7')            # 'NOTFOUND ', 'OK auth', None
        daemon.wait_login(login='a@acme.example', rule='')
"""

import base64
import ctypes
import ctypes.util
import json
import os
import resource
import socket
import struct
import subprocess

import filter as filter_module
from filter import Filter, find_program, tap, wait_for

AUTH = find_program('GATEPOST_AUTH', 'auth/gatepost-auth')

# Passwords of tests begin with it: no log may ever hold it, in base64 neither.
SECRET = 'Hush7-hush8-'


def require_auth(*more):
    """End a test script politely where what it needs has not been built."""
    if not AUTH:
        tap.skip_all('gatepost-auth is not built')
    if not os.access(AUTH, os.X_OK):
        tap.bail_out('%s cannot be run' % AUTH)
    if more:
        filter_module.require_programs(*more)


def to_bytes(value):
    if isinstance(value, bytes):
        return value
    return value.encode('utf-8', 'surrogateescape')


# Hashes and configuration

_libcrypt = None


def crypt(password, setting):
    """crypt(3), which Python is about to lose."""
    global _libcrypt
    if _libcrypt is None:
        _libcrypt = ctypes.CDLL(ctypes.util.find_library('crypt') or 'libcrypt.so.1')
        _libcrypt.crypt.restype = ctypes.c_char_p
    made = _libcrypt.crypt(to_bytes(password), to_bytes(setting))
    if not made or made.startswith(b'*'):
        raise ValueError('crypt does not know %r' % setting)
    return made.decode()


def cheap(password, salt='saltsalt'):
    """A hash that costs next to nothing: yescrypt with its least parameters."""
    return crypt(password, '$y$j75$' + salt)


def sha512(password, rounds=1000, salt='saltsalt'):
    return crypt(password, '$6$rounds=%d$%s' % (rounds, salt))


def bcrypt(password, cost=4):
    return crypt(password, '$2b$%02d$abcdefghijklmnopqrstuu' % cost)


def yescrypt(password, cost='9', salt='saltsalt'):
    """cost 5 is the default of Debian; each one more doubles it."""
    return crypt(password, '$y$j%sT$%s' % (cost, salt))


def user(name, password_hash=None, smtp_auth='any_sender', **options):
    """A user section; what is None is left out."""
    options = {'smtp_auth': smtp_auth, 'password': password_hash, **options}
    return 'user "%s" {\n%s}\n' % (name, ''.join(
        '  ' + filter_module.setting(*item) for item in options.items()
        if item[1] is not None))


def ou(name, body='', domains=None, **options):
    """An ou section, of the domain NAME.example unless domains says otherwise."""
    options = {'domains': ['%s.example' % name] if domains is None else domains, **options}
    return 'ou "%s" {\n%s%s}\n' % (name, ''.join(
        filter_module.setting(*item) for item in options.items()), body)


def interface(name, **options):
    return 'interface "%s" {\n%s}\n' % (name, ''.join(
        filter_module.setting(*item) for item in options.items()))


def relay(name, **options):
    """A relay section; what is None is left out."""
    return 'relay "%s" {\n%s}\n' % (name, ''.join(
        '  ' + filter_module.setting(*item) for item in options.items()
        if item[1] is not None))


def traces(secret):
    """The secret and what base64 makes of it, wherever in a message it begins."""
    found = [to_bytes(secret)]
    for before in range(3):
        code = base64.b64encode(b'-' * before + found[0])
        found.append(code[(before * 8 + 5) // 6:len(code) // 4 * 4 - 4])
    return found


# Clients

class Closed(Exception):
    """The daemon ended the connection: "try again" in two of the three protocols."""


class TimedOut(Exception):
    """No answer within the time."""


class Stream:
    """A connection to a unix socket."""

    def __init__(self, path, timeout=15):
        self.sock = socket.socket(socket.AF_UNIX)
        self.received = b''
        # Where the queue of a listener is full, a non-blocking connect() fails at once.
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO,
                             struct.pack('ll', int(timeout), int(timeout % 1 * 1000000)))
        try:
            self.sock.connect(path)
            self.sock.settimeout(timeout)
        except OSError:
            self.sock.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, data):
        try:
            self.sock.sendall(to_bytes(data))
        except socket.timeout:
            raise TimedOut('the daemon does not read') from None
        except OSError as error:
            raise Closed(str(error)) from None

    def _more(self):
        try:
            data = self.sock.recv(65536)
        except socket.timeout:
            raise TimedOut('no answer within %s s' % self.sock.gettimeout()) from None
        except OSError as error:
            raise Closed(str(error)) from None
        if not data:
            raise Closed('end of file')
        self.received += data

    def read(self, count):
        while len(self.received) < count:
            self._more()
        data, self.received = self.received[:count], self.received[count:]
        return data

    def read_until(self, end):
        while end not in self.received:
            self._more()
        data, _, self.received = self.received.partition(end)
        return data

    def rest(self):
        """All that comes until the daemon ends the connection."""
        try:
            while True:
                self._more()
        except Closed:
            data, self.received = self.received, b''
            return data

    def closes(self, seconds=5):
        """True if the daemon ends the connection without another byte."""
        self.sock.settimeout(seconds)
        try:
            return self.rest() == b''
        except TimedOut:
            return False

    def is_quiet(self, seconds=0.2):
        """True if the daemon says nothing and keeps the connection."""
        before = self.sock.gettimeout()
        self.sock.settimeout(seconds)
        try:
            self._more()
            return False
        except TimedOut:
            return True
        except Closed:
            return False
        finally:
            self.sock.settimeout(before)


class Reply:
    """One line of the Dovecot protocol: word is OK, FAIL or CONT."""

    def __init__(self, line):
        self.line = line
        fields = line.split('\t')
        self.word = fields[0]
        self.id = fields[1] if len(fields) > 1 else ''
        self.fields = fields[2:]

    @property
    def ok(self):
        return self.word == 'OK'

    @property
    def failed(self):
        return self.word == 'FAIL'

    @property
    def user(self):
        return next((f[5:] for f in self.fields if f.startswith('user=')), None)

    @property
    def challenge(self):
        """Of a CONT, decoded."""
        return base64.b64decode(self.fields[0] if self.fields else '', validate=True)

    def __repr__(self):
        return repr(self.line)


class Temporary(Reply):
    """The connection was ended instead of an answer: 454 at the client."""

    def __init__(self):
        super().__init__('(closed)')
        self.word = 'closed'


def plain(name, password, authzid=''):
    """The message of PLAIN, in base64."""
    return base64.b64encode(b'\0'.join(map(to_bytes, (authzid, name, password)))).decode()


def encode(text):
    return base64.b64encode(to_bytes(text)).decode()


class Dovecot(Stream):
    """A client such as Postfix: greeted and ready for requests."""

    def __init__(self, path, timeout=15, greet=True):
        super().__init__(path, timeout)
        self.greeting = []
        self.last_id = 0
        if greet:
            self.send('VERSION\t1\t0\nCPID\t%d\n' % os.getpid())
            self.read_greeting()

    def read_greeting(self):
        while not self.greeting or self.greeting[-1] != 'DONE':
            self.greeting.append(self.line())
        return self.greeting

    def line(self):
        return self.read_until(b'\n').decode('utf-8', 'surrogateescape')

    def reply(self):
        """The next line; a Temporary if the connection ends instead."""
        try:
            return Reply(self.line())
        except Closed:
            return Temporary()

    def next_id(self):
        self.last_id += 1
        return self.last_id

    def send_auth(self, mechanism='PLAIN', response=None, client='192.0.2.7', service='smtp',
                  secured=True, identity=None, more=()):
        """Sends an AUTH line as Postfix does; what is None is left out. Returns its id."""
        identity = self.next_id() if identity is None else identity
        fields = ['AUTH', str(identity), mechanism]
        if service is not None:
            fields.append('service=' + service)
        fields += ['nologin', 'lip=127.0.0.1']
        if client is not None:
            fields.append('rip=' + client)
        if secured:
            fields.append('secured')
        fields += more
        if response is not None:
            fields.append('resp=' + response)
        self.send('\t'.join(fields) + '\n')
        return identity

    def auth(self, *arguments, **options):
        """send_auth(), and the reply."""
        self.send_auth(*arguments, **options)
        return self.reply()

    def cont(self, identity, response):
        self.send('CONT\t%s\t%s\n' % (identity, response))
        return self.reply()

    def login(self, name, password, mechanism='PLAIN', **options):
        """One login, from its AUTH to its answer; options as of send_auth()."""
        if mechanism == 'PLAIN':
            return self.auth(mechanism, plain(name, password), **options)
        reply = self.auth(mechanism, **options)
        for message in (name, password):
            if reply.word != 'CONT':
                break
            reply = self.cont(reply.id, encode(message))
        return reply


def saslauthd_field(value):
    value = to_bytes(value)
    return struct.pack('!H', len(value)) + value


def saslauthd_request(name, password, service='smtp', fifth=None):
    """u@dom is sent as login u, realm dom, split at the last @ as Cyrus does."""
    login, at, realm = to_bytes(name).rpartition(b'@')
    if not at:
        login, realm = realm, b''
    fields = [login, password, service, realm] + ([] if fifth is None else [fifth])
    return b''.join(map(saslauthd_field, fields))


def read_saslauthd(stream):
    """'OK' or 'NO', as the reply begins; None if the connection ends without one."""
    try:
        length, = struct.unpack('!H', stream.read(2))
        return stream.read(length).decode()[:2]
    except Closed:
        return None


class SocketMap(Stream):
    """A client such as Postfix."""

    def send_request(self, text):
        text = to_bytes(text)
        self.send(b'%d:%s,' % (len(text), text))

    def read_reply(self):
        """The text of the next reply; None if the connection ends instead."""
        try:
            length = int(self.read_until(b':'))
            text = self.read(length + 1)
        except Closed:
            return None
        if text[-1:] != b',':
            raise ValueError('not a netstring: %r' % text)
        return text[:-1].decode()

    def look_up(self, name, key):
        self.send_request(to_bytes(name) + b' ' + to_bytes(key))
        return self.read_reply()


# The daemon

class Auth(Filter):
    """One gatepost-auth. body and settings as for Filter; stays who it is unless
    auth_run_as says otherwise. Sockets that are not wanted: auth_socket='' and so on;
    relay_socket is there only if it is given.
    """

    def __init__(self, body='', folder=None, name='gatepost', mode=0o600, log=None,
                 environment=None, limits=None, **settings):
        """limits: RLIMIT_*: (soft, hard)."""
        folder = folder or filter_module.temporary_folder()
        self.config_mode = mode
        self.environment = environment
        self.limits = limits or {}

        def path(suffix):
            return os.path.join(folder, name + suffix)
        settings = {'auth_socket': path('.auth'), 'saslauthd_socket': path('.mux'),
                    'map_socket': path('.map'), 'auth_run_as': '', **settings}
        super().__init__(body, folder=folder, name=name, log=log, **settings)

    @property
    def auth_socket(self):
        return self.settings['auth_socket']

    @property
    def saslauthd_socket(self):
        return self.settings['saslauthd_socket']

    @property
    def map_socket(self):
        return self.settings['map_socket']

    @property
    def relay_socket(self):
        return self.settings.get('relay_socket', '')

    @property
    def auth_control(self):
        return self.control + '-auth'

    def write_raw(self, text):
        """Not readable by others: there are hashes in it."""
        with open(self.config + '.new', 'w', encoding='utf-8') as out:
            out.write(text)
        os.chmod(self.config + '.new', self.config_mode)
        os.rename(self.config + '.new', self.config)

    def launch(self, *arguments):
        with open(self.stderr_path, 'ab') as stderr:
            self.process = subprocess.Popen(
                [AUTH, '-c', self.config, *arguments], stdin=subprocess.DEVNULL,
                stderr=stderr, env={**os.environ, **(self.environment or {})},
                preexec_fn=self._set_limits if self.limits else None)
        return self

    def _set_limits(self):
        for which, values in self.limits.items():
            resource.setrlimit(which, values)

    def serves(self):
        """True if a connection is accepted at every socket there is."""
        for path in (self.auth_socket, self.saslauthd_socket, self.map_socket,
                     self.relay_socket, self.auth_control):
            try:
                if path:
                    Stream(path).close()
            except OSError:
                return False
        return True

    # The control socket, without the gatepost command

    def ask_control(self, request):
        """The decoded answer to "status" or "reload"; {} if there is none."""
        try:
            with Stream(self.auth_control, 60) as stream:
                stream.send(request + '\n')
                return json.loads(stream.rest())
        except (OSError, ValueError, Closed, TimedOut):
            return {}

    def status(self):
        return self.ask_control('status')

    def reload(self, body=None, **settings):
        """The answer to a reload, with the new body if there is one."""
        if body is not None:
            self.write(body, **settings)
        return self.ask_control('reload')

    # Clients

    def dovecot(self, **options):
        return Dovecot(self.auth_socket, **options)

    def login(self, name, password, **options):
        """One login over the Dovecot protocol on a connection of its own."""
        with self.dovecot() as client:
            return client.login(name, password, **options)

    def saslauthd(self, name, password, **options):
        """'OK', 'NO', or None if the connection was closed without a reply."""
        with Stream(self.saslauthd_socket) as stream:
            stream.send(saslauthd_request(name, password, **options))
            return read_saslauthd(stream)

    def look_up(self, name, key):
        with SocketMap(self.map_socket) as client:
            return client.look_up(name, key)

    def relay_map(self, **options):
        """A connection to relay_socket."""
        return SocketMap(self.relay_socket, **options)

    def ask_relay(self, name, key):
        with self.relay_map() as client:
            return client.look_up(name, key)

    # The log

    def wait(self, timeout):
        status = super().wait(timeout)
        said = self.error_text().encode() + self.log_bytes()
        if any(trace in said for trace in traces(SECRET)) or b'$y$' in said or b'$6$' in said:
            tap.ok(False, 'no password and no hash in the log', self.config)
        return status

    def logins(self, **wanted):
        """The login lines with the values wanted (format json)."""
        return self.log(event='login', **wanted)

    def wait_login(self, timeout=10, **wanted):
        """The last of them as soon as there is one, else None."""
        found = wait_for(lambda: self.logins(**wanted), timeout)
        return found[-1] if found else None
