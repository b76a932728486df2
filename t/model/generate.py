# SPDX-License-Identifier: BSD-2-Clause
"""Random configurations, all of them valid.

Names come from small pools, so that logins, senders, recipients and lists meet
often.
"""

from canonical import Address, canonical_domain_entry, fold
from configuration import OU, Config, Interface, User
from model import Session

# Pools -----------------------------------------------------------------------

DOMAIN_ENTRIES = [
    "acme.example", ".acme.example", "sub.acme.example", ".sub.acme.example",
    "x.sub.acme.example", "beta.example", ".beta.example", "lists.beta.example",
    "corp.example", "bücher.example", ".bücher.example", "under_score.example",
    "lists.example", ".lists.example", "notacme.example",
]
DOMAINS = [
    "acme.example", "sub.acme.example", "x.sub.acme.example", "y.x.sub.acme.example",
    "other.acme.example", "beta.example", "lists.beta.example", "a.beta.example",
    "corp.example", "bücher.example", "shop.bücher.example", "under_score.example",
    "lists.example", "deep.lists.example", "notacme.example",
    "elsewhere.example", "partner.example", "example", "localhost",
]
UNOWNED_DOMAINS = ["elsewhere.example", "partner.example", "localhost"]
LITERALS = ["[192.0.2.1]", "[IPv6:2001:db8::1]"]
LOCAL_PARTS = ["alice", "bob", "printer", "news", "sales-eu", "o'brien", "josé", "a.b"]
EXTENSIONS = ["+x", "-list", "=tag", "+x+y", "+", "+x-list"]
BARE_NAMES = ["scanner", "printer", "svc-1", "alice", "root"]
REALMS = ["REALM.LOCAL", "mailhost", "corp.example", "elsewhere.example"]
OU_NAMES = ["acme", "Beta Ltd", "corp", "delta"]
INTERFACE_NAMES = ["submission", "smtps", "mx", "inside", "default"]
DAEMON_NAMES = ["SUBMISSION", "smtps", "MTA-v4"]
PORTS = [25, 465, 587, 10025]
CLIENTS = [
    "192.0.2.7", "192.0.2.10", "192.0.2.255", "192.0.3.1", "192.0.1.255", "10.1.2.3",
    "10.2.0.1", "10.11.2.3", "198.51.100.9", "127.0.0.1",
    "2001:db8::7", "2001:db8:0:1::9", "2001:db7:ffff::1", "2001:db9::1", "fe80::1",
]
CLIENT_PATTERNS = [
    "192.0.2.7", "192.0.2.10", "10.1.2.3", "2001:db8::7", "2001:DB8:0:0:0:0:0:7",
    "::ffff:192.0.2.7", "192.0.2.0/24", "192.0.2.8/29", "10.0.0.0/8", "0.0.0.0/0",
    "::ffff:192.0.2.0/120", "2001:db8::/32", "2001:db8::/64", "10.1.*.*", "10.1.*",
    "10.?.0.1", "192.0.2.*", "2001:db8:*", "2001:DB8:0:1:*", "*.7", "*", "*:*",
    r"/^10\.1\./", r"/^192\.0\.[23]\.1?[0-9]$/", "/^2001:db8:/", "/^2001:DB8:/i", "/::/",
]
HOST_NAMES = ["mail.partner.example", "mx1.partner.example", "client.acme.example",
              "partner.example", "badpartner.example"]
HOST_PATTERNS = ["*.partner.example", "mail.partner.example", "MX?.Partner.example",
                 "*.acme.example", r"/^mail\./i", "*partner.example"]
HELP = ["see https://mail.example/help", "ask the postmaster (ext. 42)"]
PASSWORD = ("$6$Jn1QfT0pQv$4G2b0Xb0hYw9j3b1S5q8nqHq0mZ7m4oW2yq4C8f0yZ0f3iVt5uE0b9r8Tz1aJxk3"
            "Lw2HqYb6Ue9Vd7Rk1Pm0/")


def chance(rng, percent):
    return rng.random() * 100 < percent


def some(rng, pool, low, high):
    return rng.sample(pool, min(len(pool), rng.randint(low, high)))


def shuffled_case(rng, text):
    """ASCII letters in another case; the meaning must stay."""
    change = rng.choice([str.upper, str.lower, str.title, str.swapcase])
    return "".join(change(c) if c.isascii() else c for c in text)


def maybe_case(rng, text, percent=15):
    return shuffled_case(rng, text) if chance(rng, percent) else text


def a_label(domain):
    return domain.encode("idna").decode("ascii") if not domain.isascii() else domain


def spelled_domain(rng, domain):
    """Another spelling of the same domain."""
    dot = "." if domain.startswith(".") else ""
    rest = domain.removeprefix(".")
    if chance(rng, 50):
        rest = a_label(rest)
    return dot + maybe_case(rng, rest)


# Patterns ----------------------------------------------------------------------

def name_pattern(rng, domains):
    """A pattern for logins and senders."""
    local, domain = rng.choice(LOCAL_PARTS), a_label(rng.choice(domains).removeprefix("."))
    escaped = domain.replace(".", r"\.")
    pattern = rng.choice([
        f"{local}@{domain}", f"*@{domain}", f"{local}*@{domain}", f"*@*.{domain}", f"{local}@*",
        f"?{local[1:]}@{domain}", rng.choice(BARE_NAMES), "*@*", "s*",
        f"/^{local}@/", f"/@{escaped}$/", f"/^[a-m][^@]*@{escaped}$/", "/^[^@]+$/", "/^PRINTER/i",
    ])
    return pattern if pattern.startswith("/") else maybe_case(rng, pattern)


def name_patterns(rng, domains):
    return [name_pattern(rng, domains) for _ in range(rng.randint(1, 4))]


def client_patterns(rng, low=1):
    return some(rng, CLIENT_PATTERNS, low, 4)


def moved_to_file(rng, config, directory, patterns):
    """The list, at times with a part of it in a file."""
    if not patterns or not chance(rng, 15):
        return patterns
    keep = rng.randrange(len(patterns))
    path = f"{directory}/list{len(config.files)}.txt"
    lines = ["# a list", ""] if chance(rng, 60) else []
    for pattern in patterns[keep:]:
        lines += [pattern] + (["  # more"] if chance(rng, 20) else [])
    config.files[path] = "\n".join(lines) + "\n"
    return patterns[:keep] + ["file:" + path]


# Sections ----------------------------------------------------------------------

def random_config(rng, directory):
    config = Config()
    ou_directory = f"{directory}/ou.d"
    if chance(rng, 40):
        config.options["ou_directory"] = ou_directory
    add_ous(rng, config)
    free = [entry for entry in DOMAIN_ENTRIES
            if entry not in [spelling for ou in config.ous for spelling in ou.domains]]
    if chance(rng, 50):
        config.options["local_domains"] = [
            spelled_domain(rng, entry) for entry in some(rng, free, 0, 3)]
    if chance(rng, 40):
        config.options["mode"] = "monitor" if chance(rng, 25) else "enforce"
    if chance(rng, 35):
        config.options["help"] = rng.choice(HELP)
    for name in some(rng, INTERFACE_NAMES, 0, 4):
        config.interfaces.append(random_interface(rng, config, name, directory))
    for ou in config.ous:
        fill_ou(rng, config, ou, ou_directory if ou.file else directory)
    return config


def add_ous(rng, config):
    """The OUs with their domains; no domain has two owners."""
    entries = rng.sample(DOMAIN_ENTRIES, len(DOMAIN_ENTRIES))
    for name in some(rng, OU_NAMES, 1, 4):
        ou = OU(name)
        if config.ou_directory and chance(rng, 60):
            ou.file = rng.choice(["10-tenants.conf", f"{name.split()[0].lower()}.conf"])
        ou.options["domains"] = [entries.pop() for _ in range(rng.randint(1, 3))]
        config.ous.append(ou)


def random_interface(rng, config, name, directory):
    interface = Interface(name)
    options = interface.options
    domains = DOMAINS[:14]

    def listed(patterns):
        return moved_to_file(rng, config, directory, patterns)

    if chance(rng, 35):
        options["daemon_names"] = [maybe_case(rng, n, 40) for n in some(rng, DAEMON_NAMES, 0, 2)]
    if chance(rng, 30):
        options["ports"] = some(rng, PORTS, 0, 3)
    if chance(rng, 35):
        patterns = client_patterns(rng, 0) + some(rng, HOST_PATTERNS, 0, 2)
        rng.shuffle(patterns)
        options["clients"] = listed(patterns)
    if chance(rng, 30):
        options["mode"] = "monitor" if chance(rng, 40) else "enforce"
    if chance(rng, 60):
        options["authentication"] = rng.choice(["disabled", "enabled", "enabled", "encrypted"])
    if chance(rng, 25):
        options["require_authentication"] = interface.authentication != "disabled"
    if chance(rng, 30):
        options["auth_ip_restriction"] = rng.choice(["disabled", "allow", "deny", "deny"])
    if chance(rng, 30):
        options["auth_ip_filter"] = listed(client_patterns(rng, 0))
    if chance(rng, 30):
        options["auth_username_restriction"] = rng.choice(["disabled", "allow", "deny", "deny"])
    if chance(rng, 30):
        options["auth_username_filter"] = listed(name_patterns(rng, domains))
    if chance(rng, 60):
        options["relay_check"] = chance(rng, 85)
    if chance(rng, 25):
        options["allow_relay_if_authenticated"] = chance(rng, 50)
    if chance(rng, 30):
        options["allow_relay_ous"] = [ou.name for ou in some(rng, config.ous, 0, 2)]
    if chance(rng, 25):
        options["relay_clients"] = listed(client_patterns(rng, 0))
    if chance(rng, 25):
        options["default_domain"] = spelled_domain(rng, rng.choice(DOMAINS))
    if chance(rng, 25):
        options["strip_realms"] = [maybe_case(rng, realm) for realm in some(rng, REALMS, 0, 3)]
    return interface


def fill_ou(rng, config, ou, directory):
    options = ou.options
    domains = list(options["domains"])

    def listed(patterns):
        return moved_to_file(rng, config, directory, patterns)

    if chance(rng, 30):
        options["mode"] = "monitor" if chance(rng, 40) else "enforce"
    if chance(rng, 10):
        options["help"] = "call the service desk"
    if chance(rng, 60):
        options["require_inbound_domain_authentication"] = rng.choice(
            ["no", "when_auth_enabled", "always", "always"])
    if chance(rng, 50):
        options["inbound_scope"] = rng.choice(["domain", "ou"])
    if chance(rng, 35):
        options["require_sending_domain_authentication"] = chance(rng, 60)
    if chance(rng, 60):
        options["match_auth_user"] = chance(rng, 80)
    if chance(rng, 70):
        options["recipient_delimiter"] = rng.choice(["+", "+", "+-", "-", "=", ""])
    if chance(rng, 40):
        options["accept_other_ous"] = chance(rng, 60)
    if chance(rng, 30):
        options["ip_exception_mode"] = rng.choice(["allow", "allow", "deny"])
    if chance(rng, 35):
        options["ip_exceptions"] = listed(client_patterns(rng, 0))
    if chance(rng, 30):
        options["auth_username_restriction"] = rng.choice(["disabled", "allow", "deny", "deny"])
    if chance(rng, 30):
        options["auth_username_filter"] = listed(name_patterns(rng, domains))
    for _ in range(rng.randint(0, 5)):
        user = random_user(rng, domains, listed)
        ou.users.append(user)
        if problems(config):
            ou.users.remove(user)
    options["domains"] = [spelled_domain(rng, domain) for domain in domains]


def random_user(rng, domains, listed):
    kind = rng.random()
    if kind < 0.2:
        name = rng.choice(BARE_NAMES)
    elif kind < 0.3:
        name = f"{rng.choice(LOCAL_PARTS)}@{rng.choice(UNOWNED_DOMAINS)}"
    else:
        entry = rng.choice(domains)
        below = rng.choice(["a", "x", "sub"]) if entry.startswith(".") else ""
        name = f"{rng.choice(LOCAL_PARTS)}@{spelled_domain(rng, below + entry)}"
    user = User(maybe_case(rng, name))
    kinds = ["off", "any_sender", "any_sender", "any_sender"]
    kinds += ["matching_sender", "matching_sender"] if "@" in name else []
    if chance(rng, 90):
        user.options["smtp_auth"] = rng.choice(kinds)
    if chance(rng, 15):
        user.options["password"] = PASSWORD
    if chance(rng, 45):
        user.options["senders"] = listed(name_patterns(rng, domains))
    if chance(rng, 20):
        user.options["clients"] = listed(client_patterns(rng, 0))
    return user


# Validity ------------------------------------------------------------------------

def duplicates(names):
    return sorted({name for name in names if names.count(name) > 1})


def owner_of(config, domain):
    session = Session(config, Interface("default"), None, {"from": "<>"})
    return session.owner(Address("", domain))


def problems(config):
    """What makes a configuration of these pieces an error."""
    found = []
    ou_names = [ou.name for ou in config.ous]
    entries = [canonical_domain_entry(entry) for ou in config.ous for entry in ou.domains]
    found += duplicates([fold(name) for name in ou_names])
    found += duplicates([fold(interface.name) for interface in config.interfaces])
    found += duplicates(entries)
    found += duplicates([user.login.key for _, user in config.users()])
    for interface in config.interfaces:
        found += [name for name in interface.allow_relay_ous if name not in ou_names]
        if interface.authentication == "disabled" and interface.require_authentication:
            found.append(f"{interface.name} can never pass mail")
    for ou, user in config.users():
        if owner_of(config, user.login.domain) not in (None, ou):
            found.append(f"{user.name} is under another OU's domain")
        if user.smtp_auth == "matching_sender" and not user.login.domain:
            found.append(f"{user.name} is no address")
    return found
