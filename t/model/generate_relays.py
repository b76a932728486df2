# SPDX-License-Identifier: BSD-2-Clause
"""Random sites with relays, and what may be asked of them. Names come from small pools,
so that claims meet often."""

import ipaddress

from generate import a_label, chance, maybe_case, some, spelled_domain
from relays import NULL, Host, Relay, Site

ENTRIES = ["acme.example", ".acme.example", "sub.acme.example", "beta.example",
           ".beta.example", "bücher.example"]
DOMAINS = ["acme.example", "sub.acme.example", "x.acme.example", "beta.example",
           "y.beta.example", "bücher.example", "elsewhere.example"]
OUS = ["acme", "Beta Ltd", "corp"]
LOCAL_PARTS = ["alice", "bob", "news", "josé"]
REGEXES = [r"/^alice@/", r"/@acme\.example$/", r"/^[a-m][^@]*@/"]
NAMES = ["smtp.example.net", "mx.example.org", "example.org", "192.0.2.1", "2001:db8::1"]
NO_HOSTS = ["", "[]", "[smtp.example.net", "smtp.example.net]:587", "[smtp.example.net]:0",
            "[smtp.example.net]:00587", "[smtp.example.net]:65536", "2001:db8::1", "192.0.2.1",
            "[ipv6:smtp.example.net]", "smtp:[smtp.example.net]", "*", "[192.0.2.256]"]
SERVERS = NAMES + ["mx1.example.org", "evil.example"]


def a_labels(address):
    local, at, domain = address.rpartition("@")
    return local + at + a_label(domain)


# Sites -----------------------------------------------------------------------------

def random_host(rng):
    name = rng.choice(NAMES)
    by_mx = name in ("example.org", "mx.example.org") and chance(rng, 50)
    return Host(name, rng.choice([25, 587, 587]), by_mx)


def random_pattern(rng):
    local, domain = rng.choice(LOCAL_PARTS), a_label(rng.choice(DOMAINS))
    return rng.choice([
        f"{local}@{domain}", f"{local}@{domain}", f"{local}@{domain}", f"*@{domain}",
        f"*@{domain}", f"{local[0]}*@{domain}", f"*@*.{domain}", f"{local}@*",
        NULL, "*@*", "*", rng.choice(REGEXES),
    ])


def random_relay(rng, name, ous):
    relay = Relay(name, list(dict.fromkeys(random_host(rng) for _ in range(rng.randint(1, 3)))))
    if chance(rng, 40):
        relay.ous = some(rng, ous, 1, 2)
    if chance(rng, 60):
        relay.senders = list(dict.fromkeys(
            random_pattern(rng) for _ in range(rng.randint(1, 3))))
    relay.authentication = rng.choice(["required", "enabled", "disabled"])
    relay.tls = rng.choice(["", "", "require", "verify"])
    relay.account = f"{name}@provider.example"
    relay.password = f"{name}:pass word"
    return relay


def random_site(rng):
    entries = rng.sample(ENTRIES, len(ENTRIES))
    ous = {name: [entries.pop() for _ in range(rng.randint(0, 2))]
           for name in some(rng, OUS, 1, 3)}
    relays = [random_relay(rng, f"r{n}", list(ous)) for n in range(rng.randint(1, 6))]
    return Site({name: [a_label(entry) if entry[0] != "." else "." + a_label(entry[1:])
                        for entry in owned] for name, owned in ous.items()}, relays)


# Spellings -------------------------------------------------------------------------

def spelled_name(rng, name):
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return maybe_case(rng, name, 30) + rng.choice(["", "", "."])
    if address.version == 4:
        return rng.choice([name, "::ffff:" + name])
    return rng.choice([name, name.upper(), address.exploded])


def spelled_host(rng, host, plainly=False):
    name = spelled_name(rng, host.name)
    if ":" in name and chance(rng, 30):
        name = rng.choice(["ipv6:", "IPv6:"]) + name
    port = f"0{host.port}" if plainly else host.port
    return Host(name, by_mx=host.by_mx).written(
        "" if port == 25 and chance(rng, 50) else port)


def spelled_sender(rng, sender):
    """The same address, as a configuration or a client may write it."""
    if "@" not in sender or sender == NULL:
        return sender
    local, _, domain = sender.rpartition("@")
    local = f'"{local}"' if chance(rng, 15) and local.isascii() else local
    return f"{maybe_case(rng, local)}@{spelled_domain(rng, domain)}"


def spelled_pattern(rng, pattern):
    if pattern.startswith("/") or pattern == NULL:
        return pattern
    return maybe_case(rng, pattern) if "*" in pattern else spelled_sender(rng, pattern)


def quoted(word):
    return "'%s'" % word.replace("\\", "\\\\") if "\\" in word or '"' in word else f'"{word}"'


def braces(words):
    return "{ %s }" % ", ".join(quoted(word) for word in words)


def relay_line(rng, relay):
    """One section in one line."""
    options = ["hosts = " + braces(spelled_host(rng, host) for host in relay.hosts)]
    if relay.ous:
        options.append("ous = " + braces(maybe_case(rng, name, 30) for name in relay.ous))
    if relay.senders:
        options.append("senders = " + braces(spelled_pattern(rng, p) for p in relay.senders))
    if relay.authentication != "required" or chance(rng, 50):
        options.append(f"authentication = {relay.authentication}")
    if relay.tls:
        options.append(f"tls = {relay.tls}")
    if relay.authentication != "disabled":
        options += [f'account = "{relay.account}"', f'password = "{relay.password}"']
    rng.shuffle(options)
    return f'relay "{relay.name}" {{ {" ".join(options)} }}'


def lines(rng, site):
    """The relays in their order, the OUs anywhere between them."""
    relays = [relay_line(rng, relay) for relay in site.relays]
    for name, owned in site.ous.items():
        domains = [spelled_domain(rng, entry) for entry in owned]
        relays.insert(rng.randint(0, len(relays)),
                      f'ou "{maybe_case(rng, name)}" {{ domains = {braces(domains)} }}')
    return relays


# Questions -------------------------------------------------------------------------

def random_sender(rng):
    return rng.choice([NULL, "postmaster@elsewhere.example"] + [
        f"{rng.choice(LOCAL_PARTS)}@{a_label(rng.choice(DOMAINS))}" for _ in range(8)])


def random_sender_key(rng):
    """As Postfix asks, parts of an address too; and what is none."""
    sender = random_sender(rng)
    return rng.choice([spelled_sender(rng, sender)] * 6 + [
        "@" + sender.rpartition("@")[2], "alice", "alice@", "a b@acme.example",
        "alice@acme..example"])
