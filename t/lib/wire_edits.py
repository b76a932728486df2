# SPDX-License-Identifier: BSD-2-Clause
"""An MTA on the wire that sends headers, and takes what the filter changes of a message."""

import struct

from wire import ALL_ACTIONS, Mta, ProtocolError, c_strings

ADD_HEADERS = 0x01
CHANGE_BODY = 0x02
ADD_RECIPIENTS = 0x04
DELETE_RECIPIENTS = 0x08
CHANGE_HEADERS = 0x10
QUARANTINE = 0x20
EDITS = ADD_HEADERS | ADD_RECIPIENTS | DELETE_RECIPIENTS | CHANGE_HEADERS | QUARANTINE

# letter on the wire -> (name, the right that it needs, whether a number comes first)
PACKETS = {'h': ('add', ADD_HEADERS, False), 'i': ('insert', ADD_HEADERS, True),
           'm': ('change', CHANGE_HEADERS, True), '+': ('add recipient', ADD_RECIPIENTS, False),
           '-': ('delete recipient', DELETE_RECIPIENTS, False),
           'q': ('quarantine', QUARANTINE, False), 'b': ('body', CHANGE_BODY, False),
           'e': ('sender', 0x40, False), '2': ('add recipient', 0x80, False)}


class Editor(Mta):
    """`edits` is what the filter changed since the last message: tuples of a name, a
    number where there is one, and texts.
    """

    def __init__(self, *arguments, **options):
        self.edits = []
        self.at_end = False
        super().__init__(*arguments, **options)

    def receive(self):
        letter, data = super().receive()
        while letter in PACKETS:
            self.edits.append(self._parse(letter, data))
            letter, data = super().receive()
        return letter, data

    def _parse(self, letter, data):
        name, right, numbered = PACKETS[letter]
        if not self.at_end:
            raise ProtocolError('%s before the end of the message' % name)
        if not self.actions & right & ALL_ACTIONS:
            raise ProtocolError('%s without the right to' % name)
        number = struct.unpack('!I', data[:4]) if numbered else ()
        texts = data[4:] if numbered else data
        if not texts.endswith(b'\0'):
            raise ProtocolError('%s is not of C strings: %r' % (name, data))
        return (name, *number, *(text.decode('utf-8', 'surrogateescape')
                                 for text in texts[:-1].split(b'\0')))

    def headers(self, fields):
        for name, value in fields:
            self.header(name, value)

    def header_packets(self, fields):
        """Many of them at once: no answer is read."""
        packets = (c_strings(field) for field in fields)
        self.send_raw(b''.join(struct.pack('!I', len(p) + 1) + b'L' + p for p in packets))

    def end(self):
        """The end of the message: its reply."""
        self.end_of_header()
        self.edits, self.at_end = [], True
        try:
            return self.end_of_message()
        finally:
            self.at_end = False

    def message_of(self, sender, recipients, fields, login=None):
        """A whole transaction; the last reply."""
        reply = self.mail_from(sender, login)
        if not reply.passes:
            return reply
        for recipient in recipients:
            self.rcpt_to(recipient)
        self.headers(fields)
        return self.end()
