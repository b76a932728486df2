# SPDX-License-Identifier: BSD-2-Clause
"""Random configurations for logins: those of the generator, with more listeners that are
chosen by name, users with passwords, and users in files."""

import dataclasses
import functools

import generate
from auth import crypt
from canonical import canonical_domain
from configuration import User
from generate import (BARE_NAMES, CLIENT_PATTERNS, DAEMON_NAMES, DOMAINS, LOCAL_PARTS, PORTS,
                      chance, maybe_case, name_patterns, some, spelled_domain)

PASSWORDS = [b"Hush7-hush8-one", b"two words", "p\u00e4ssw\u00f6rt".encode(), b"a",
             b"co:lon#\"'\\{}", b"%s$HOME ", "\U0001f511 \u9375".encode(), b"x" * 72, b"Z" * 511]
BCRYPT_LIMIT = 71       # bytes; it does not look at what follows the next one

GOOD = ["$6$rounds=1000$saltsalt", "$2b$04$abcdefghijklmnopqrstuu", "$y$j75$saltsalt"]
WEAK = ["ab", "$1$saltsalt"]

ODD_LOCAL_PARTS = ["news+x", "\u00fc", "a\"b", "x.", "100%", "a..b", "=", "O'Brien", "{x}", "a/b",
                   "\\", "*", "a\\b", "\u00c9mile"]
ODD_BARE_NAMES = ["\u00fc", "a\"b", "svc.1", "DOMAIN\\user", "*", "host/name", "4711"]


@dataclasses.dataclass(frozen=True)
class Hash:
    """What may stand as a user's password."""
    text: str
    password: bytes     # what it was made of
    lets_in: bool = True


@functools.lru_cache(maxsize=None)
def good_hashes():
    return [Hash(crypt(password, setting), password) for password in PASSWORDS
            for setting in GOOD if len(password) <= BCRYPT_LIMIT or setting[1] != "2"]


@functools.lru_cache(maxsize=None)
def useless_hashes():
    word = PASSWORDS[0]
    texts = [crypt(word, setting) for setting in WEAK]
    texts += ["!" + good_hashes()[0].text, "*", "!", word.decode(), good_hashes()[0].text[:20]]
    return [Hash(text, word, lets_in=False) for text in texts]


@functools.lru_cache(maxsize=None)
def hashes():
    """All of them by their text."""
    return {known.text: known for known in good_hashes() + useless_hashes()}


@functools.lru_cache(maxsize=None)
def secrets():
    """The password of each hash, None where none is right."""
    return {known.text: known.password if known.lets_in else None
            for known in hashes().values()}


def random_login_config(rng, directory):
    config = generate.random_config(rng, directory)
    for interface in config.interfaces:
        vary_interface(rng, config, interface)
    for ou in config.ous:
        fill_ou(rng, config, ou, config.ou_directory if ou.file else directory)
    return config


def vary_interface(rng, config, interface):
    """More of them have a name, fewer only ports, and domains that users have."""
    options = interface.options
    if not interface.daemon_names and chance(rng, 65):
        options["daemon_names"] = [maybe_case(rng, name, 40) for name in some(
            rng, DAEMON_NAMES + ["smtp"], 1, 2)]
    if interface.ports and chance(rng, 30):
        del options["ports"]
    if chance(rng, 12):     # this one is out of reach at AUTH
        options["ports"] = some(rng, PORTS, 1, 2)
        options.pop("daemon_names", None)
    if interface.clients and chance(rng, 30):
        del options["clients"]
    if chance(rng, 50 if interface.monitored else 10):
        options["auth_username_restriction"] = rng.choice(["allow", "deny"])
        options["auth_username_filter"] = name_patterns(rng, DOMAINS[:14])
    owned = [entry for ou in config.ous for entry in ou.domains if not entry.startswith(".")]
    if owned and chance(rng, 35):
        options["default_domain"] = spelled_domain(rng, rng.choice(owned))
    if chance(rng, 12) and interface.default_domain:
        options.setdefault("strip_realms", []).append(options["default_domain"])
        options["strip_realms"] = unique_domains(options["strip_realms"])


def unique_domains(domains):
    return list({canonical_domain(domain): domain for domain in domains}.values())


def fill_ou(rng, config, ou, directory):
    for _ in range(rng.randint(0, 3)):
        add(rng, config, ou, random_user(rng, ou))
    for user in ou.users:
        set_password(rng, user)
        if chance(rng, 55) and user.smtp_auth == "off":
            user.options["smtp_auth"] = "any_sender"
        if chance(rng, 12):
            user.options["clients"] = some(rng, CLIENT_PATTERNS, 1, 3)
    if chance(rng, 45):
        move_to_file(rng, config, ou, f"{directory}/users{config.ous.index(ou)}.list")


def add(rng, config, ou, user):
    ou.users.append(user)
    if generate.problems(config):
        ou.users.remove(user)


def random_user(rng, ou):
    if chance(rng, 30):
        return User(rng.choice(BARE_NAMES + ODD_BARE_NAMES), smtp_auth="any_sender")
    entry = rng.choice(ou.domains)
    below = rng.choice(["a", "x"]) if entry.startswith(".") else ""
    local = rng.choice(ODD_LOCAL_PARTS + LOCAL_PARTS)
    return User(f"{local}@{below}{entry}", smtp_auth="any_sender")


def set_password(rng, user):
    user.options.pop("password", None)
    if chance(rng, 78):
        user.options["password"] = rng.choice(good_hashes()).text
    elif chance(rng, 40):
        user.options["password"] = rng.choice(useless_hashes()).text


def move_to_file(rng, config, ou, path):
    """Some of the users; the file's lines cannot hold all that a section can."""
    moved = [user for user in ou.users if chance(rng, 60) and fits_line(user)]
    for user in moved:
        user.file = path
        if chance(rng, 8):
            user.options.pop("smtp_auth", None)
    ou.options["users_file"] = path


def fits_line(user):
    texts = [user.name] + user.senders
    return (not any(":" in text for text in texts) and not user.name.startswith("#")
            and not any(text.startswith("file:") for text in user.senders + user.clients))
