# SPDX-License-Identifier: BSD-2-Clause
"""Runs texts of configuration through `gatepost check` and compares what it says.

A table row is (name, text that loads, text that does not, [(line, words), ...]):
each error stands beside the nearest text that is right.  Line None is any line.
"@DIR@" in a text is the folder of the file.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))

from filter import EX_CONFIG, gatepost, tap, temporary_folder

TIMEOUT = 60


class Folder:
    """Where one script's configurations are written, one after the other."""

    def __init__(self):
        self.path = temporary_folder()
        self.config = self.file('gatepost.conf')

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, name, text, mode=0o600):
        """Write a file below the folder, with folders on its way; -> its path."""
        path = self.file(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(text, str):
            text = text.replace('@DIR@', self.path).encode('utf-8', 'surrogateescape')
        with open(path, 'wb') as out:
            out.write(text)
        os.chmod(path, mode)
        return path

    def check(self, text, mode=0o600, timeout=TIMEOUT):
        self.write('gatepost.conf', text, mode)
        return gatepost('check', '-c', self.config, timeout=timeout)


def complete(text):
    """The default user need not exist where tests run: appended, so that lines keep
    their numbers."""
    if not isinstance(text, str) or 'run_as' in text:
        return text
    return text + '\nrun_as = ""\n'


def messages(result):
    """Lines of the form FILE:LINE: message -> [(file, line, message)]."""
    found = re.findall(r'^([^\n:]+):(\d+): (.*)$', result.err, re.M)
    return [(path, int(line), text) for path, line, text in found]


def is_warning(message):
    return message[2].startswith('warning:')


def matches(message, path, line, words):
    return (message[0] == path and line in (None, message[1])
            and words.lower() in message[2].lower())


def compare(result, found, wanted, path):
    """-> complaints: what is wanted and not there, what is there and not wanted."""
    complaints = ['missing: %s:%s: ... %s' % (path, line, words)
                  for line, words in wanted
                  if not any(matches(m, path, line, words) for m in found)]
    lines = {line for line, _ in wanted}
    complaints += ['unexpected: %s:%d: %s' % message for message in found
                   if None not in lines and (message[0] != path or message[1] not in lines)]
    if complaints:
        complaints.append(str(result))
    return complaints


def expect_good(result, name, warnings=None, path=None):
    """Loads; the warnings, if any are named, are those and no others."""
    found = messages(result)
    complaints = []
    if warnings is not None:
        complaints = compare(result, [m for m in found if is_warning(m)], warnings, path)
    tap.ok(result.status == 0 and 'configuration OK' in result.output and not complaints
           and all(is_warning(message) for message in found),
           'loads: %s' % name, '\n'.join(complaints) or result)


def expect_bad(result, name, errors, path):
    """Does not load: status 78 and these errors, warnings left aside."""
    found = [message for message in messages(result) if not is_warning(message)]
    complaints = compare(result, found, errors, path)
    tap.ok(result.status == EX_CONFIG and found and not complaints
           and 'configuration OK' not in result.output,
           'refused: %s' % name, '\n'.join(complaints) or result)


def run_table(folder, table):
    for name, good, bad, errors in table:
        if good is not None:
            expect_good(folder.check(complete(good)), name)
        expect_bad(folder.check(complete(bad)), name, errors, folder.config)


def run_warnings(folder, table):
    """Rows of (name, text without a warning, text with, [(line, words), ...])."""
    for name, silent, text, warnings in table:
        if silent is not None:
            expect_good(folder.check(complete(silent)), '%s: not warned of' % name, (),
                        folder.config)
        expect_good(folder.check(complete(text)), '%s: warned of' % name, warnings,
                    folder.config)
