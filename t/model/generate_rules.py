# SPDX-License-Identifier: BSD-2-Clause
"""Random sender maps, rules of the message's header, and policies, for the
configurations of the generator."""

from canonical import canonical_domain_entry
from configuration import Policy
from generate import (BARE_NAMES, DOMAINS, EXTENSIONS, HOST_PATTERNS, LOCAL_PARTS,
                      UNOWNED_DOMAINS, chance, client_patterns, maybe_case, moved_to_file,
                      name_pattern, name_patterns, some, spelled_domain)

MATCHING = [True, True, False, "exact", "owner", "domain", "domain", "local_part", "local_part"]
POLICY_NAMES = ["first", "Second one", "scanners", "night", "lists"]
ACTIONS = ["accept", "refuse", "refuse", "refuse", "defer", "defer", "discard", "quarantine",
           "add_header", "redirect", "log"]
VALUES = {
    "refuse": ["", "no such mail here", "ask the \"postmaster\"; 100%"],
    "defer": ["", "come back later"],
    "add_header": ["X-Site: from %{login} at %{client}", "X-Scan: %{ou} %{interface} %{sender}"],
    "redirect": ["abuse@acme.example", "hold@partner.example"],
    "quarantine": ["looked at by hand"],
    "log": ["seen", "seen %{login}"],
}


def add_rules(rng, config, directory):
    """Adds to a configuration what says who owns an address, and what depends on it."""
    maps = sender_maps(rng, config, config.ou_directory or directory)
    for ou in config.ous:
        folder = config.ou_directory if ou.file else directory
        add_ownership(rng, config, ou, maps, folder)
        add_header_rules(rng, ou)
    for name in some(rng, POLICY_NAMES, 0, 4) if chance(rng, 60) else []:
        config.policies.append(random_policy(rng, config, name, directory))


# Sender maps -------------------------------------------------------------------

def sender_maps(rng, config, directory):
    """The paths of a few; any OU may name any of them."""
    paths = []
    for number in range(rng.choice([0, 1, 1, 2, 3])):
        paths.append(f"{directory}/senders{number}.txt")
        config.files[paths[-1]] = map_text(rng, config)
    return paths


def map_text(rng, config):
    text = "".join(map_line(rng, config) for _ in range(rng.randint(0, 14)))
    return text if chance(rng, 80) else text.rstrip("\n")


def map_line(rng, config):
    if chance(rng, 8):
        return rng.choice(["\n", " \t\n", "# alice@acme.example bob@acme.example\n", "  # x\n"])
    logins = [login(rng, config) for _ in range(rng.randint(1, 4))]
    text = key(rng, config) + rng.choice([" ", "\t", "   ", "\n  ", "\n# between\n\t"])
    for index, name in enumerate(logins):
        text += (rng.choice([",", ", ", " ", "\t", " ,\n ", ",\n\t"]) if index else "") + name
    return text + rng.choice(["", "", "", " ", ","]) + "\n"


def any_domain(rng, config):
    """Mostly one of an OU's, with what stands for those below it."""
    entries = [canonical_domain_entry(entry) for ou in config.ous for entry in ou.domains]
    if not entries or chance(rng, 12):
        return rng.choice(DOMAINS)
    entry = rng.choice(entries)
    return rng.choice(["a", "x", "sub"]) + entry if entry.startswith(".") else entry


def key(rng, config):
    domain = spelled_domain(rng, any_domain(rng, config))
    if chance(rng, 30):
        return "@" + domain
    if chance(rng, 5):
        return rng.choice(BARE_NAMES)
    local = rng.choice(LOCAL_PARTS) + (rng.choice(EXTENSIONS) if chance(rng, 20) else "")
    if chance(rng, 8):
        local = rng.choice([f'"{local}"', '"two words"', f'"{local} x"'])
    return maybe_case(rng, local) + "@" + domain


def login(rng, config):
    users = [user.name for _, user in config.users()]
    if users and chance(rng, 40):
        return rng.choice(users)
    if chance(rng, 30):
        return maybe_case(rng, rng.choice(BARE_NAMES + LOCAL_PARTS))
    domain = spelled_domain(rng, any_domain(rng, config))
    return f"{maybe_case(rng, rng.choice(LOCAL_PARTS))}@{domain}"


# Options of an OU ----------------------------------------------------------------

def add_ownership(rng, config, ou, maps, directory):
    options = ou.options
    domains = [canonical_domain_entry(entry) for entry in ou.domains]
    usable = [path for path in maps if not ou.file or path.startswith(config.ou_directory)]
    if usable and chance(rng, 65):
        options["senders_file"] = some(rng, usable, 1, 3)
    if chance(rng, 60):
        options["match_auth_user"] = rng.choice(MATCHING)
    if chance(rng, 30):
        options["refuse_unknown_senders"] = chance(rng, 80)
    if chance(rng, 25):
        options["known_senders"] = moved_to_file(rng, config, directory,
                                                 name_patterns(rng, domains))


def add_header_rules(rng, ou):
    options = ou.options
    if chance(rng, 55):
        options["match_header_from"] = rng.choice(["no", "from", "from", "from_or_sender",
                                                   "from_or_sender"])
    if chance(rng, 40):
        options["require_aligned"] = chance(rng, 80)
    if chance(rng, 40):
        options["refuse_address_in_display_name"] = chance(rng, 80)


# Policies ------------------------------------------------------------------------

def random_policy(rng, config, name, directory):
    policy = Policy(name)
    options = policy.options

    def listed(patterns):
        return moved_to_file(rng, config, directory, patterns)

    if chance(rng, 45):
        options["authentication_state"] = rng.choice(["any", "authenticated", "unauthenticated"])
    if chance(rng, 20):
        options["interfaces"] = [i.name for i in some(rng, config.interfaces, 0, 2)]
    if chance(rng, 30):
        options["ous"] = [ou.name for ou in some(rng, config.ous, 0, 2)]
    if chance(rng, 25):
        options["clients"] = listed(client_patterns(rng) + some(rng, HOST_PATTERNS, 0, 2))
    if chance(rng, 35):
        senders = name_patterns(rng, DOMAINS) + (["<>"] if chance(rng, 40) else [])
        options["senders"] = listed(senders[rng.randrange(len(senders)):])
    if chance(rng, 60):
        options["recipients"] = listed(recipient_patterns(rng))
    options["action"] = rng.choice(ACTIONS)
    value = rng.choice(VALUES.get(options["action"], [""]))
    if value:
        options["value"] = value
    return policy


def recipient_patterns(rng):
    return [name_pattern(rng, DOMAINS + UNOWNED_DOMAINS * 3) for _ in range(rng.randint(1, 3))]
