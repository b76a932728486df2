# SPDX-License-Identifier: BSD-2-Clause
"""Random transactions that fit a configuration, and some that nearly do."""

from configuration import Interface
from generate import (BARE_NAMES, CLIENTS, DAEMON_NAMES, DOMAINS, EXTENSIONS, HOST_NAMES, LITERALS,
                      LOCAL_PARTS, PORTS, REALMS, UNOWNED_DOMAINS, chance, maybe_case,
                      shuffled_case, spelled_domain)


class Traffic:
    """Draws transactions that fit one configuration."""

    def __init__(self, rng, config):
        self.rng = rng
        self.config = config
        self.users = [user.name for _, user in config.users()]
        self.domains = [self.concrete(entry) for ou in config.ous for entry in ou.domains]
        self.realms = [r for interface in config.interfaces for r in interface.strip_realms]
        self.realms += REALMS[:1]

    def concrete(self, entry):
        return self.rng.choice(["a", "x", "sub", "deep.er"]) + entry \
            if entry.startswith(".") else entry

    def transaction(self):
        login = self.login() if chance(self.rng, 60) else ""
        sender = self.sender(login)
        transaction = {"from": self.path(sender) if sender else self.odd_sender()}
        number = self.rng.choice([1, 1, 2, 3, 4])
        transaction["to"] = [self.recipient(sender) for _ in range(number)]
        transaction.update(self.session())
        if login:
            transaction["login"] = self.spelled_login(login)
        elif chance(self.rng, 10):
            transaction["login"] = ""
        return transaction

    def session(self):
        session = self.listener()
        client = self.client()
        if client:
            session["client"] = client
        if chance(self.rng, 40):
            session["client_name"] = maybe_case(self.rng, self.rng.choice(HOST_NAMES))
        if chance(self.rng, 55):
            session["tls"] = chance(self.rng, 85)
        return session

    def listener(self):
        """Mostly what one of the interfaces selects."""
        if chance(self.rng, 6):
            return {}
        aimed = self.rng.choice(self.config.interfaces or [Interface("default")])
        names, ports = aimed.daemon_names or DAEMON_NAMES, aimed.ports or PORTS
        if chance(self.rng, 25):
            names, ports = DAEMON_NAMES + ["other"], PORTS
        both = {"daemon_name": maybe_case(self.rng, self.rng.choice(names)),
                "port": self.rng.choice(ports)}
        if chance(self.rng, 20):
            del both[self.rng.choice(["daemon_name", "port"])]
        return both

    def client(self):
        if chance(self.rng, 5):
            return self.rng.choice(["", "unknown"])
        client = self.rng.choice(CLIENTS)
        if ":" not in client and chance(self.rng, 20):
            return self.rng.choice(["::ffff:", "::FFFF:", "0:0:0:0:0:ffff:"]) + client
        return client.upper() if chance(self.rng, 20) else client

    def domain(self):
        if self.domains and chance(self.rng, 75):
            return self.rng.choice(self.domains)
        return self.rng.choice(DOMAINS)

    def address(self):
        """A plain address; some are those of users."""
        addresses = [user for user in self.users if "@" in user]
        if addresses and chance(self.rng, 35):
            return self.rng.choice(addresses)
        return f"{self.rng.choice(LOCAL_PARTS)}@{self.domain()}"

    def login(self):
        kind = self.rng.random()
        if self.users and kind < 0.45:
            return self.rng.choice(self.users)
        if kind < 0.85:
            return self.address()
        return self.rng.choice(BARE_NAMES)

    def spelled_login(self, login):
        if chance(self.rng, 4):
            return self.malformed_login(login)
        local, at, domain = login.partition("@")
        if at and chance(self.rng, 4):
            local = f'"{local}"'
        if at and chance(self.rng, 4):
            domain += "."
        if not at and chance(self.rng, 40):
            at, domain = "@", maybe_case(self.rng, self.rng.choice(self.realms))
        if at and chance(self.rng, 2):
            domain = self.rng.choice(LITERALS)
        return maybe_case(self.rng, local) + at + maybe_case(self.rng, domain)

    def malformed_login(self, login):
        local = login.partition("@")[0]
        return self.rng.choice([
            "@acme.example", f"{local}@", "@", f"{local}@acme.example@beta.example",
            f"{local} @acme.example", f"{local}\t", f"{local}\r\n@acme.example", f"{local}\x7f",
            f"{local}@@acme.example", f"{local}@acme..example", " "])

    def sender(self, login):
        """A plain address, or None for one that is none."""
        if chance(self.rng, 15):
            return None
        if "@" in login and chance(self.rng, 55):
            return self.varied_sender(login)
        return self.address()

    def varied_sender(self, login):
        local, _, domain = login.partition("@")
        if chance(self.rng, 20):
            return f"{self.rng.choice(LOCAL_PARTS)}@{domain}"
        if chance(self.rng, 10):
            return f"{local}@{self.domain()}"
        if chance(self.rng, 30):
            local += self.rng.choice(EXTENSIONS)
        return f"{local}@{domain}"

    def odd_sender(self):
        if chance(self.rng, 50):
            return "<>"
        return self.odd_path()

    def odd_path(self):
        local, domain = self.rng.choice(LOCAL_PARTS), self.domain()
        return self.rng.choice([
            "", "<root>", f"<{local}>", f"<{local}@{self.rng.choice(LITERALS)}>",
            f"<{local}@{domain}@partner.example>", f"<{local}@partner.example@{domain}>",
            f'<"{local}@{domain}"@partner.example>', f'<"{local}@partner.example"@{domain}>',
            f"<@partner.example,@[192.0.2.1]:{local}@{domain}>",
            f"<@{domain}:{local}@partner.example>",
            f"<{local}%partner.example@{domain}>", f"<partner.example!{local}@{domain}>",
            f"<{local}..x@{domain}>", f"<.{local}@{domain}>", f"<{local}.@{domain}>",
            f'<"{local} x"@{domain}>', f'<"{local}\\"x"@{domain}>', f'<"\\{local}"@{domain}>',
            f"<{local} x@{domain}>", f"<{local}@{domain} >", f"<{local},x@{domain}>",
            f"<{local}@{domain}..>", f"<{local}@.{domain}>", f"<{local}@-{domain}>",
            f"<{local}@{'a' * 64}.example>", f"<{local}@{'a' * 63}.example>", f"<{local}@>",
            f"<@{domain}>", f"<{local}@{domain}", f"{local}@{domain}>", f"<<{local}@{domain}>>",
            f"<{local}\x01@{domain}>", f"<{local}@{domain}\t>", f"<{local}@under_score.example>",
            f"<{local}@{'a.' * 126}aa>", f"<{local}@{'a.' * 126}a>", f"<+x@{domain}>",
        ])

    def path(self, address):
        """An address as an MTA may give it."""
        local, _, domain = address.partition("@")
        if chance(self.rng, 15):
            local = shuffled_case(self.rng, local)
        if chance(self.rng, 25):
            domain = spelled_domain(self.rng, domain)
        if chance(self.rng, 6):
            local = f'"{local}"'
        if chance(self.rng, 8):
            domain += "."
        route = "@relay.example,@a.example:" if chance(self.rng, 4) else ""
        text = f"{route}{local}@{domain}"
        return text if chance(self.rng, 10) else f"<{text}>"

    def recipient(self, sender):
        if chance(self.rng, 8):
            return self.rng.choice(["<>", self.odd_path(), self.odd_path()])
        if sender and chance(self.rng, 35):
            return self.path(f"{self.rng.choice(LOCAL_PARTS)}@{sender.partition('@')[2]}")
        if chance(self.rng, 35):
            return self.path(f"{self.rng.choice(LOCAL_PARTS)}@{self.rng.choice(UNOWNED_DOMAINS)}")
        return self.path(self.address())
