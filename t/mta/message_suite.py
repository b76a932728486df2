# SPDX-License-Identifier: BSD-2-Clause
"""What test_messages_postfix and test_messages_sendmail share."""

import os
import sys

from daemon import Filter, free_port
from message_edits import Edits
from message_policy import POLICY
from message_sessions import Sessions
from message_table import Table
from smtp_sink import Sink
from suite import Suite

class MessageSuite(Suite):
    """One filter, and a sink at the far end."""

    def __init__(self):
        super().__init__()
        self.sink = Sink(free_port())
        self.held = set()             # queue ids of what is in quarantine

    def message_filter(self, milter_socket, **identities):
        gatepost = Filter(self.subfolder("filter"), milter_socket, POLICY, **identities)
        self.filters.append(gatepost)
        self.started(self.sink)
        return self.started(gatepost)

    def run_all(self, mta, gatepost):
        self.started(mta)
        for scenarios in (Table, Edits, Sessions):
            scenarios(self, mta, gatepost).run()
        waiting = [path for path in mta.queued()
                   if not any(os.path.basename(path).endswith(name) for name in self.held)]
        self.tap.ok(not waiting, "nothing waits in the queue but what was held", waiting)
        self.finish()

    def finish(self):
        """Nothing came but what was waited for."""
        stray = self.sink.unclaimed()
        self.tap.ok(not stray, "nothing else was delivered", "\n".join(map(repr, stray)))
        super().finish()


if __name__ == "__main__":
    sys.exit("run test_messages_postfix or test_messages_sendmail")
