# SPDX-License-Identifier: BSD-2-Clause
"""Logs of a real gatepost-milter, in both formats, and what becomes of them: rotated,
compressed, passed on by syslog, cut.
"""

import bz2
import gzip
import json
import lzma
import os
import shutil
import subprocess

from filter import Filter, gatepost, tap, temporary_folder
from wire import Mta

FORMATS = ('json', 'text')

# What syslog daemons, journalctl and the like put before a line.
PREFIXES = ('Nov 22 10:00:00 host gatepost-milter[12]: ',
            'Nov  2 10:00:00 host.example gatepost-milter: ',
            '<22>Nov 22 10:00:00 host gatepost-milter[12]: ',
            '2026-11-22T10:00:00.123456+01:00 host gatepost-milter[12]: ',
            '2026-11-22 10:00:00 host gatepost-milter[12]: ',
            '<22>1 2026-11-22T10:00:00Z host gatepost-milter 12 - - ',
            'Sun 2026-11-22 10:00:00 UTC host gatepost-milter[12]: ')

FOREIGN = (b'Nov 22 10:00:00 host postfix/smtpd[1]: connect from x[192.0.2.7]\n'
           b'Nov 22 10:00:00 host postfix/smtpd[1]: helo=<gatepost-milter[1]: '
           b'time=2026-11-22T10:00:00.000Z event=refusal client=192.0.2.7>\n'
           b'{"level": "info", "msg": "another"}\n'
           b'{no json\n'
           b'time="2026-11-22" level=info msg="another"\n'
           b'\n'
           b'\x00\xff\n')


def acme(options='match_auth_user = true', senders='"sales@acme.example"'):
    return '''
ou "acme" {
  domains = { "acme.example" }
  require_inbound_domain_authentication = always
  %s
  user "alice@acme.example" { smtp_auth = any_sender senders = { %s } }
}
''' % (options, senders)


GLOBEX = 'ou "globex" { domains = { "globex.example" } %s }\n'
INTERFACES = '''
interface "mx" { daemon_names = { "MTA" } %s }
interface "submission" { daemon_names = { "SUBMISSION" } %s }
'''
OLD = INTERFACES % ('', 'require_authentication = true') + acme() + GLOBEX % ''
ALICE = 'alice@acme.example'


def sessions(filter_):
    """Six mails, of which two are refused, and one of their seven recipients."""
    with Mta(filter_.address, daemon='SUBMISSION', client='192.0.2.33') as mta:
        mta.transaction('<alice@acme.example>', ['<b@far.example>', '<c@far.example>'],
                        login=ALICE)
        mta.transaction('<Sales@ACME.example>', ['<b@far.example>'], login=ALICE)
        mta.transaction('<ceo@acme.example>', login=ALICE)
        mta.transaction('<x@far.example>')
    with Mta(filter_.address, client='2001:db8::7') as mta:
        mta.transaction('<bob@acme.example>', ['<alice@acme.example>', '<b@far.example>'])
        mta.transaction('<u@globex.example>', ['<v@globex.example>', '<b@far.example>'])


def make_log(body, sessions, log_format='json', **settings):
    """The bytes that a filter with this configuration logs of the sessions."""
    with Filter(body, log={'format': log_format}, **settings) as filter_:
        sessions(filter_)
    return mails_of(filter_.log_bytes())


def mails_of(data):
    """Without the daemon's messages."""
    return b''.join(line for line in data.splitlines(True)
                    if b'"event":"message"' not in line and b' event=message ' not in line)


def write(name, data, folder=None):
    path = os.path.join(folder or temporary_folder(), name)
    with open(path, 'wb') as file:
        file.write(data)
    return path


def write_config(body, name='candidate.conf'):
    path = os.path.join(temporary_folder(), name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write('ou_directory = ""\n' + body)
    os.chmod(path, 0o600)
    return path


def with_prefix(data, prefix):
    return b''.join(prefix.encode() + line for line in data.splitlines(True))


def packers():
    """{ending: function from bytes to bytes}"""
    found = {'.gz': gzip.compress, '.xz': lzma.compress, '.bz2': bz2.compress}
    if shutil.which('zstd'):
        found['.zst'] = lambda data: subprocess.run(
            ['zstd', '-q', '-c'], input=data, stdout=subprocess.PIPE, check=True).stdout
    return found


def replay(body, *logs, data=None, options=('--json',)):
    """-> (result of the command, its JSON or None)"""
    done = gatepost('replay', '-c', write_config(body), *options, *logs, data=data)
    try:
        return done, json.loads(done.out)
    except ValueError:
        return done, None


def track(*arguments, data=None):
    """-> (result of the command, the objects it printed)"""
    done = gatepost('track', '--json', *arguments, data=data)
    return done, [json.loads(line) for line in done.out.splitlines()]


def fits(done, what):
    """Nothing is wider than a terminal, or not ASCII."""
    bad = [line for line in done.out.splitlines()
           if len(line) > 80 or not (line.isascii() and line.isprintable())]
    tap.ok(done.out and not bad, '%s: 80 columns of ASCII' % what, '\n'.join(bad))
