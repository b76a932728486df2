# SPDX-License-Identifier: BSD-2-Clause
"""Maps, logins and senders of test_senders, and why Postfix and gatepost differ there."""

import collections
import re

Case = collections.namedtuple("Case", "listener login sender")

# Listeners, and recipient_delimiter there. DOMAIN completes logins.
DELIMITERS = {"PLUS": "+", "DASH": "-+", "DOMAIN": "+"}

GATEPOST = """\
interface "domain" {
  daemon_names = { "DOMAIN" }
  default_domain = "acme.example"
}
interface "all" { }
ou "acme" {
  domains = { "acme.example" }
  require_sending_domain_authentication = true
  match_auth_user = owner
  recipient_delimiter = "+"
  senders_file = { @maps@ }
  user "ann@acme.example" { smtp_auth = any_sender senders = { "news@acme.example" } }
  user "one@acme.example" { smtp_auth = matching_sender }
  user "printer" { smtp_auth = any_sender }
}
ou "dash" {
  domains = { "dash.example" }
  require_sending_domain_authentication = true
  match_auth_user = owner
  recipient_delimiter = "-+"
  senders_file = { @maps@ }
}
ou "beta" {
  domains = { "beta.example", "new.example" }
  require_sending_domain_authentication = true
  match_auth_user = owner
  recipient_delimiter = "+"
  senders_file = { @maps@ }
}
"""
USERS = {"ann@acme.example", "one@acme.example", "printer"}
TENANTS = {"acme.example", "dash.example", "beta.example", "new.example"}

MAPS = {
    "fixed": """\
# A comment, then an entry for a domain
@acme.example           boss@acme.example, bob@acme.example
sales@acme.example      ann@acme.example one@acme.example
    # a comment inside of an entry

\tcid@beta.example,\tbob ,,
sales+eu@acme.example   eve@acme.example
Hidden@ACME.example     CID@beta.example
bob                     dan@outside.example,cid@beta.example
eve                     cid@beta.example
"quoted one"@acme.example  cid@beta.example
"plain"@acme.example    cid@beta.example
news@beta.example       ann@acme.example cid@beta.example dan@outside.example
@beta.example           cid@beta.example
list@free.example       bob@acme.example, ann@acme.example
sales@acme.example      dan@outside.example
owner@dash.example      cid@beta.example
@dash.example           bob@dash.example
team@dash.example       bob
""",
    "windows": """\
office@acme.example\tcid@beta.example\r
  bob@acme.example,\r
 eve@acme.example\r
\r
# \r
@free.example dan@outside.example\r
hidden@acme.example dan@outside.example\r
""",
}

LOGINS = {
    "PLUS": ["", "ann@acme.example", "one@acme.example", "printer", "bob@acme.example",
             "BOB@Acme.Example", "eve@acme.example", "eve+x@acme.example", "cid@beta.example",
             "dan@outside.example", "bob", "cid"],
    "DASH": ["", "bob@dash.example", "owner@dash.example", "bob-x@dash.example",
             "cid@beta.example", "bob"],
    "DOMAIN": ["", "bob", "EVE", "ann", "printer", "cid@beta.example"],
}
PLUS_LOCALS = ["bob", "Bob", "bob+x", "bob+x+y", "bob+", "+bob", "cid", "cid+x", "eve", "eve+x",
               "eve+y", "sales", "sales+eu", "SALES+us", "hidden", "hidden+x", "news", "news+x",
               "office", "list", "ann", "one+x", "other", '"quoted one"', '"Quoted one+x"',
               '"bob"', "plain", '"plain"']
DASH_LOCALS = ["bob", "bob-x", "bob-x+y", "bob+x-y", "owner-x", "x-request", "owner", "team-a",
               "team", "other-x", "bob-"]


def logins_of(listener):
    return LOGINS[listener]


def senders_of(listener):
    if listener == "DASH":
        return [f"<{local}@dash.example>" for local in DASH_LOCALS]
    return [f"<{local}@{domain}>" for local in PLUS_LOCALS
            for domain in ("acme.example", "ACME.Example", "beta.example", "new.example",
                           "free.example")] + \
        ["<@relay.example:bob@acme.example>", "<@relay.example:sales@acme.example>"]


def random_map(rng):
    """Keys of the pools, each with logins of the pools."""
    names = ["rnd", "rnd+x", "other", "cid", "cid+x", "bob+x", "x", "rnd-x", "one"]
    logins = sorted({login for names in LOGINS.values() for login in names if login})
    keys = [f"{name}@{domain}" for name in names for domain in sorted(TENANTS)]
    return "".join(f"{key} {rng.choice((', ', ' ', ',')).join(rng.sample(logins, 3))}\n"
                   for key in rng.sample(keys, 16))


# --- what the explanations ask ---

class Table:
    """The maps as one: {key: logins}, folded; the first of two entries stays."""

    def __init__(self, paths):
        self.entries = {}
        for path in paths:
            with open(path, encoding="utf-8") as file:
                for entry in _entries(file.read()):
                    key, rest = re.match(r'("[^"]*"\S*|\S+)\s(.*)', entry).groups()
                    self.entries.setdefault(key, re.split(r"[,\s]+", rest.strip(", ")))

    def lists(self, key, login):
        return login in self.entries.get(key, ())


def _entries(text):
    entries = []
    for line in text.lower().splitlines():
        if not line.strip() or line.strip().startswith("#"):
            continue
        if line[0] in " \t":
            entries[-1] += line
        else:
            entries.append(line)
    return entries


def address(case):
    """Local part and domain, canonical."""
    text = case.sender[1:-1].lower().rpartition(":")[2]
    local, _, domain = text.rpartition("@")
    return local.strip('"'), domain


def cut(case):
    """The local part without its extension, as gatepost has it."""
    local, _ = address(case)
    return re.split("[" + re.escape(DELIMITERS[case.listener]) + "]", local)[0] or local


def login(case):
    """Canonical."""
    name = case.login.lower()
    completed = case.listener == "DOMAIN" and name and "@" not in name and name not in USERS
    return name + "@acme.example" if completed else name


def forms(case):
    local, domain = address(case)
    return (f"{local}@{domain}", f"{cut(case)}@{domain}")


def bare_key(table, case):
    """The entry without a domain that Postfix finds for its own domains, or None."""
    if address(case)[1] not in ("acme.example", "dash.example"):
        return None
    return next((key for key in (address(case)[0], cut(case)) if key in table.entries), None)


def quoted_key(case):
    local, domain = address(case)
    return f'"{local}"@{domain}'


def keeps_extension(case):
    """Postfix does not cut these at a '-'."""
    local, _ = address(case)
    return case.listener == "DASH" and re.match("owner-|.*-request$", local) is not None


Explanation = collections.namedtuple("Explanation", "name postfix gatepost holds")

EXPLANATIONS = [
    Explanation("unauthenticated, and no entry: the ou asks for a login all the same",
                "pass", "refuse",
                lambda table, case: not case.login and address(case)[1] in TENANTS),
    Explanation("unauthenticated, and no ou owns the domain", "refuse", "pass",
                lambda table, case: not case.login and address(case)[1] not in TENANTS),
    Explanation("no ou owns the domain: any login but an internal user", "refuse", "pass",
                lambda table, case: case.login and address(case)[1] not in TENANTS
                and login(case) not in USERS),
    Explanation("an internal user stays in its ou, whatever a map says", "pass", "refuse",
                lambda table, case: login(case) in USERS and address(case)[1] != "acme.example"),
    Explanation("matching_sender: only its own address, whatever a map says", "pass", "refuse",
                lambda table, case: login(case) == "one@acme.example"),
    Explanation("any_sender without a domain: any address of its ou", "refuse", "pass",
                lambda table, case: case.login == "printer"
                and address(case)[1] == "acme.example"),
    Explanation("senders of the user", "refuse", "pass",
                lambda table, case: login(case) == "ann@acme.example"
                and "news@acme.example" in forms(case)),
    Explanation("a login owns its own address", "refuse", "pass",
                lambda table, case: "@" in case.login and login(case) in forms(case)),
    Explanation("default_domain completes a login, which owns its own address",
                "refuse", "pass",
                lambda table, case: "@" not in case.login and login(case) in forms(case)),
    Explanation("default_domain completes a login, which a map lists so", "refuse", "pass",
                lambda table, case: case.login and login(case) != case.login.lower()
                and any(table.lists(key, login(case))
                        for key in (*forms(case), "@" + address(case)[1]))),
    Explanation("default_domain completes a login, which is nobody's of another ou then",
                "pass", "refuse",
                lambda table, case: login(case) != case.login.lower()
                and address(case)[1] != "acme.example"
                and any(table.lists(key, case.login.lower()) for key in forms(case))),
    Explanation("an entry without a domain grants nothing", "pass", "refuse",
                lambda table, case: table.lists(bare_key(table, case), login(case))),
    Explanation("an entry without a domain hides nothing", "refuse", "pass",
                lambda table, case: bare_key(table, case)
                and table.lists("@" + address(case)[1], login(case))),
    Explanation("quotes that a key does not need do not matter: what it grants",
                "refuse", "pass",
                lambda table, case: table.lists(quoted_key(case), login(case))),
    Explanation("quotes that a key does not need do not matter: what it hides",
                "pass", "refuse",
                lambda table, case: quoted_key(case) in table.entries
                and " " not in address(case)[0]),
    Explanation("owner-x and x-request have an extension, too: what it hides",
                "pass", "refuse",
                lambda table, case: keeps_extension(case) and forms(case)[1] in table.entries),
    Explanation("owner-x and x-request have an extension, too: what it grants",
                "refuse", "pass",
                lambda table, case: keeps_extension(case)
                and table.lists(forms(case)[1], login(case))),
]
