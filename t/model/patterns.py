# SPDX-License-Identifier: BSD-2-Clause
"""Patterns for clients and for names, each recognised by its look."""

import functools
import re

from canonical import canonical_client, canonical_network, fold


def expand(patterns, files):
    """The patterns of a list, those of its files included."""
    for pattern in patterns:
        if pattern.startswith("file:"):
            lines = (line.strip() for line in files[pattern[5:]].splitlines())
            yield from (line for line in lines if line and not line.startswith("#"))
        else:
            yield pattern


def is_regex(pattern):
    return pattern.startswith("/") and pattern.endswith(("/", "/i"))


def is_wildcard(pattern):
    return "*" in pattern or "?" in pattern


@functools.lru_cache(maxsize=None)
def compiled_regex(pattern, always_fold):
    body = pattern[1:pattern.rindex("/")].encode()
    flags = re.IGNORECASE if always_fold or pattern.endswith("i") else 0
    return re.compile(body, flags)


@functools.lru_cache(maxsize=None)
def compiled_wildcard(pattern):
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(c) or re.escape(c) for c in fold(pattern)), re.DOTALL)


def name_matches(pattern, name):
    """A pattern for logins, senders and host names."""
    if is_regex(pattern):
        return bool(compiled_regex(pattern, True).search(name.encode()))
    if is_wildcard(pattern):
        return bool(compiled_wildcard(pattern).fullmatch(fold(name)))
    return fold(pattern) == fold(name)


def address_matches(pattern, address):
    """A pattern for addresses of clients; an unknown address matches none."""
    if address is None:
        return False
    if is_regex(pattern):
        return bool(compiled_regex(pattern, False).search(str(address).encode()))
    if is_wildcard(pattern):
        return bool(compiled_wildcard(pattern).fullmatch(str(address)))
    if "/" in pattern:
        return address in canonical_network(pattern)
    return address == canonical_client(pattern)


def is_host_name_pattern(pattern):
    return re.search("[A-Za-z]", pattern) is not None and ":" not in pattern


def domain_matches(entry, domain):
    return domain.endswith(entry) if entry.startswith(".") else domain == entry
