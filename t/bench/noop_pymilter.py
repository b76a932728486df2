# SPDX-License-Identifier: BSD-2-Clause
"""A filter of python3-milter that does nothing. noop_pymilter.py [-r] SOCKET

-r refuses every recipient.
"""

import os
import sys

import Milter

REFUSE = "-r" in sys.argv[1:-1]


class Nothing(Milter.Base):
    def connect(self, hostname, family, hostaddr):
        return Milter.CONTINUE

    def hello(self, hostname):
        return Milter.CONTINUE

    def envfrom(self, f, *_parameters):
        return Milter.CONTINUE

    def envrcpt(self, to, *_parameters):
        if not REFUSE:
            return Milter.CONTINUE
        self.setreply("550", "5.7.1", "Refused")
        return Milter.REJECT

    def header(self, field, value):
        return Milter.CONTINUE

    def eoh(self):
        return Milter.CONTINUE

    def body(self, chunk):
        return Milter.CONTINUE

    def eom(self):
        return Milter.CONTINUE


os.umask(0)
Milter.factory = Nothing
Milter.runmilter("nothing", sys.argv[-1], 600)
