# SPDX-License-Identifier: BSD-2-Clause
"""A small producer of TAP, the Test Anything Protocol (version 12)."""

import sys


class Tap:
    """Counts test points and prints one TAP line for each."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stdout
        self.count = 0
        self.failed = 0

    def ok(self, condition, name, detail=""):
        """One test point; `detail` is shown only where it failed."""
        self.count += 1
        self._line(f"{'ok' if condition else 'not ok'} {self.count} - {_plain(name)}")
        if not condition:
            self.failed += 1
            self.diag(detail)
        return bool(condition)

    def equal(self, got, wanted, name, detail=""):
        return self.ok(got == wanted, name, f"got    {got!r}\nwanted {wanted!r}\n{detail}")

    def skip(self, name, reason):
        self.count += 1
        self._line(f"ok {self.count} - {_plain(name)} # SKIP {reason}")

    def diag(self, text):
        for line in str(text).splitlines():
            if line.strip():
                self._line(f"# {line}")

    def done(self):
        """Prints the plan and ends the program, with status 1 on any failure."""
        self._line(f"1..{self.count}")
        if self.failed:
            self.diag(f"{self.failed} of {self.count} failed")
        sys.exit(1 if self.failed else 0)

    def skip_all(self, reason):
        self._line(f"1..0 # SKIP {reason}")
        sys.exit(0)

    def bail_out(self, reason):
        self._line(f"Bail out! {reason}")
        sys.exit(1)

    def _line(self, text):
        print(text, file=self.stream, flush=True)


def _plain(name):
    """A '#' in a name would start a TAP directive."""
    return str(name).replace("#", "\\#").replace("\n", " ")
