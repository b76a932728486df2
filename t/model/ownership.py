# SPDX-License-Identifier: BSD-2-Clause
"""Who owns an address: the login itself, the `senders` of its user, the OU's sender map."""

import functools
import re

from canonical import Address, canonical_domain, parse_login, parse_mailbox

QUOTED_OR_BLANK = re.compile(r'"(?:[^"\\]|\\.)*"|[ \t]')


# The map ---------------------------------------------------------------------

def logical_lines(text):
    """The lines of a map: a line that starts with a blank continues the one before."""
    lines = []
    for line in text.split("\n"):
        if not line.strip() or line.strip().startswith("#"):
            continue
        if line[0] in " \t" and lines:
            lines[-1] += line
        else:
            lines.append(line.strip())
    return lines


def split_key(line):
    """The key, which ends at the first blank outside of quotes, and the rest."""
    for token in QUOTED_OR_BLANK.finditer(line):
        if token.group() in " \t":
            return line[:token.start()], line[token.end():]
    return line, ""


def canonical_key(text):
    """An Address; its local part is "" for all addresses of its domain."""
    if text.startswith("@"):
        return Address("", canonical_domain(text[1:]))
    return parse_mailbox(text)


@functools.lru_cache(maxsize=64)
def read_map(text):
    """[(key, logins)] of one file."""
    entries = []
    for line in logical_lines(text):
        key, logins = split_key(line)
        names = [name for name in re.split(r"[ \t,]+", logins) if name]
        entries.append((canonical_key(key), [parse_login(name) for name in names]))
    return entries


def sender_map(session, ou):
    """The logins by address; the first of two entries with the same key stays.  A key
    in another OU's domain grants nothing, one in nobody's matters to headers only."""
    found = {}
    for path in ou.senders_file:
        for key, logins in read_map(session.config.files[path]):
            if key.domain and session.owner(key) in (ou, None):
                found.setdefault(key.key, logins)
    return found


def granted(session, ou, address):
    """The logins of the first entry found, or None where there is none."""
    entries = sender_map(session, ou)
    whole_domain = Address("", address.domain)
    for form in [*with_and_without_extension(address, ou), whole_domain]:
        if form.key in entries:
            return entries[form.key]
    return None


def is_meant(session, ou, login):
    """Whether a login of the OU's map is the session's.  One without a domain is also
    what default_domain completed to a domain of the OU."""
    if login.key == session.login.key:
        return True
    return (session.bare_name is not None and login.key == session.bare_name.key
            and session.owner(session.login) is ou)


def map_lists(session, ou, address):
    logins = granted(session, ou, address) or []
    return any(is_meant(session, ou, login) for login in logins)


# Addresses -------------------------------------------------------------------

def with_and_without_extension(address, ou):
    """The address, then its local part cut at the first delimiter."""
    yield address
    delimiters = ou.recipient_delimiter if ou else ""
    found = [index for index, sign in enumerate(address.local) if sign in delimiters]
    if found and found[0] > 0:
        yield Address(address.local[:found[0]], address.domain)


def is_own_address(session, address, ou):
    return any(form.key == session.login.key
               for form in with_and_without_extension(address, ou))


def patterns_match(session, patterns, address, ou):
    return any(session.name_in(patterns, form.text)
               for form in with_and_without_extension(address, ou))


def is_listed_sender(session, address, ou):
    """The user's `senders`, which count for addresses of the user's OU only."""
    return (session.user is not None and session.user_ou is ou
            and patterns_match(session, session.user.senders, address, ou))


def is_same_local_part(session, address, ou):
    """A login without a domain owns its name in every domain of the OU."""
    return not session.login.domain and any(
        Address(form.local).key == session.login.key
        for form in with_and_without_extension(address, ou))


def owns(session, address, ou):
    return (is_own_address(session, address, ou)
            or is_listed_sender(session, address, ou)
            or map_lists(session, ou, address))


def matching(ou):
    """The value of match_auth_user: False, or how a login and a sender must agree."""
    return "owner" if ou.match_auth_user is True else ou.match_auth_user


def agrees(session, address, ou, mode):
    """Setting 11 in one of its modes."""
    if mode == "exact":
        return is_own_address(session, address, ou)
    return (owns(session, address, ou)
            or mode == "domain" and session.login.domain == address.domain
            or mode == "local_part" and is_same_local_part(session, address, ou))


def may_show(session, mailbox):
    """Whether the login owns a mailbox of a header."""
    ou, user = session.owner(mailbox), session.user
    if user and user.smtp_auth == "matching_sender":
        return is_own_address(session, mailbox, ou or session.login_ou)
    if ou is None:
        return may_show_foreign(session, mailbox)
    if user and session.user_ou is not ou:
        return False
    if user and not session.login.domain:
        return True
    return agrees(session, mailbox, ou, matching(ou) or "owner")


def may_show_foreign(session, mailbox):
    """A mailbox in no OU, whose map it would be is the login's OU's."""
    ou = session.login_ou
    return (is_own_address(session, mailbox, ou)
            or is_listed_sender(session, mailbox, ou)
            or ou is not None and map_lists(session, ou, mailbox))


def is_known(session, address, ou):
    """Whether anybody may send as this address of the OU, by what is configured."""
    names = [user.login.key for user in ou.users]
    patterns = [pattern for user in ou.users for pattern in user.senders]
    return (any(form.key in names for form in with_and_without_extension(address, ou))
            or granted(session, ou, address) is not None
            or patterns_match(session, patterns + list(ou.known_senders), address, ou))
