# SPDX-License-Identifier: BSD-2-Clause
"""The rules that are judged at the end of the message, of one OU after the other."""

import headers
import ownership
from rules import Rule

HEADER_KEYS = ("header_from", "header_sender", "resent_from", "resent_sender")


class Message:
    """The fields of one transaction that the rules read."""

    def __init__(self, transaction, sender):
        self.authors, self.senders, self.resent_authors, self.resent_senders = (
            [headers.read_field(raw) for raw in values_of(transaction, key)]
            for key in HEADER_KEYS)
        self.implied = [] if any(field.raw.strip() for field in self.authors) else \
            implied_author(sender)

    @property
    def named(self):
        """All fields, whose display names a reader sees."""
        return (self.authors + self.senders + self.resent_authors + self.resent_senders
                + self.implied)

    @property
    def showing(self):
        """The fields whose mailboxes a reader takes for the authors."""
        return self.authors + self.resent_authors + self.implied


def implied_author(sender):
    """Where nothing is shown, MTAs and mail programs show the sender."""
    if not getattr(sender, "domain", None):
        return []
    return [headers.Field("", (headers.Mailbox(sender),), (sender.domain,))]


def values_of(transaction, key):
    value = transaction.get(key)
    return [value] if isinstance(value, str) else value or []


def is_given(transaction):
    return any(transaction.get(key) is not None for key in HEADER_KEYS)


def mailboxes_of(fields):
    return [mailbox for field in fields for mailbox in field.mailboxes or ()]


def foreign_addresses(message):
    """The addresses in display names, each with the mailbox that is another one."""
    return [(address, mailbox.address)
            for mailbox in mailboxes_of(message.named)
            for address in headers.addresses_in(mailbox.name)
            if address.key != mailbox.address.key]


def concerned(session):
    """The OUs whose rules are judged, in their order."""
    message = session.message
    ous = [session.login_ou, session.sender_ou]
    ous += [session.owner(mailbox.address) for mailbox in mailboxes_of(message.named)]
    ous += [session.owner(address) for address, _ in foreign_addresses(message)]
    ous += [owner_of(session, domain) for field in message.showing for domain in field.domains]
    return [ou for index, ou in enumerate(ous) if ou and ou not in ous[:index]]


def owner_of(session, domain):
    return session.owner(headers.Address("", domain))


# Rules -----------------------------------------------------------------------

def is_of_session(session):
    return session.header_ou in (session.login_ou, session.sender_ou)


def good_header_from(session):
    ou, message = session.header_ou, session.message
    if not session.authenticated or not is_of_session(session) or ou.match_header_from == "no":
        return None
    return (session.exempt_of(ou)
            or len(message.authors) == 1 and bool(message.authors[0].mailboxes)
            and is_of_fair_size(message.authors[0]) and len(message.senders) <= 1
            and all(field.mailboxes is not None for field in
                    message.senders + message.resent_authors + message.resent_senders))


def is_of_fair_size(field):
    return (len(field.mailboxes) <= headers.MOST_MAILBOXES
            and len(field.raw.encode()) <= headers.MOST_BYTES)


def header_from(session):
    ou, message = session.header_ou, session.message
    if not session.authenticated or ou.match_header_from == "no":
        return None
    if not is_of_session(session) and not shown_of(session, ou):
        return None
    if session.exempt_of(ou):
        return True
    if not is_of_session(session):
        return shows_only_owned(session, ou)
    return (is_authored(session, ou, message.authors + message.implied, message.senders)
            and is_authored(session, ou, message.resent_authors, message.resent_senders))


def is_authored(session, ou, shown, senders):
    """Every mailbox shown is owned or, with from_or_sender, the one Sender."""
    if all(ownership.may_show(session, mailbox.address) for mailbox in mailboxes_of(shown)):
        return True
    return (ou.match_header_from == "from_or_sender" and len(mailboxes_of(senders)) == 1
            and ownership.may_show(session, mailboxes_of(senders)[0].address))


def shown_of(session, ou):
    """The domains shown that the OU owns."""
    return [domain for field in session.message.showing for domain in field.domains
            if owner_of(session, domain) is ou]


def shows_only_owned(session, ou):
    """For an OU that is neither the login's nor the sender's."""
    return not hides(session, ou) and all(ownership.may_show(session, mailbox.address)
               for mailbox in mailboxes_of(session.message.showing)
               if session.owner(mailbox.address) is ou)


def hides(session, ou):
    """Whether a field that does not parse shows a domain of the OU all the same."""
    return any(field.mailboxes is None and owner_of(session, domain) is ou
               for field in session.message.showing for domain in field.domains)


def header_aligned(session):
    ou = session.header_ou
    if session.authenticated or not ou.require_aligned:
        return None
    return session.exempt_of(ou) or not shown_of(session, ou)


def honest_display_name(session):
    ou = session.header_ou
    if not ou.refuse_address_in_display_name:
        return None
    return session.exempt_of(ou) or not hides(session, ou) and not any(
        session.owner(address) is ou
        or session.is_local(address.domain)
        and (is_of_session(session) or session.owner(mailbox) is ou)
        for address, mailbox in foreign_addresses(session.message))


MESSAGE_RULES = (
    Rule("bad-header-from", good_header_from, "header_ou", "match_header_from"),
    Rule("header-from", header_from, "header_ou", "match_header_from"),
    Rule("header-aligned", header_aligned, "header_ou", "require_aligned"),
    Rule("display-name", honest_display_name, "header_ou", "refuse_address_in_display_name"),
)
