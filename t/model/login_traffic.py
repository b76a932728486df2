# SPDX-License-Identifier: BSD-2-Clause
"""Random requests to gatepost-auth that fit a configuration, and some that nearly do."""

from canonical import QUOTED_LOCAL_PART, canonical_domain, parse_login
from configuration import Interface
from generate import DAEMON_NAMES, chance, maybe_case
from login_generate import PASSWORDS, hashes
from login_model import Request
from traffic import Traffic

NO_CLIENTS = [None, "", "unknown", "192.0.2", "192.0.2.7x", "x", "192.0.2.7/24", "::g",
              "192.0.2.256", "1.2.3.4.5", "[192.0.2.7]"]


def has_settled_quotes(name):
    """False where the policy does not say what is inside of quotes: `"a"b@c`, `"a@b`."""
    quoted = QUOTED_LOCAL_PART.match(name)
    return not name.startswith('"') or quoted and name[quoted.end():][:1] in ("", "@")


class LoginTraffic(Traffic):
    """Draws requests that fit one configuration."""

    def __init__(self, rng, config):
        super().__init__(rng, config)
        self.passwords = {user.name: hashes()[user.password].password
                          for _, user in config.users() if user.password}

    def request(self):
        kind = self.rng.random()
        service = self.service()
        if kind < 0.12:
            return Request("map", service or "", self.map_client())
        login = self.login()
        interface = self.interface_of(service)
        name, password = self.spelled(login, interface), self.password(login)
        if kind < 0.32:
            return self.saslauthd(service or "", name, password)
        return self.dovecot(service, name, password)

    def dovecot(self, service, name, password):
        authzid = b""
        if chance(self.rng, 8):
            authzid = name if chance(self.rng, 70) else self.rng.choice([b"root", name + b"x"])
        mechanism = "LOGIN" if chance(self.rng, 35) else "PLAIN"
        initial = chance(self.rng, 75)
        if mechanism == "LOGIN":
            authzid, initial = b"", initial and name != b""
        elif b"\0" in name + password:
            name, password = name.replace(b"\0", b"\x01"), password.replace(b"\0", b"\x02")
            authzid = b""
        return Request("dovecot", service, self.client_or_none(), chance(self.rng, 60), name,
                       b"", password, authzid, mechanism, initial)

    def saslauthd(self, service, name, password):
        """Cyrus splits at the last @, or not at all."""
        login, at, realm = name.rpartition(b"@")
        if not at or not login or chance(self.rng, 30):
            login, realm = name, b""
        return Request("saslauthd", service, name=login, realm=realm, password=password)

    # Listeners and clients

    def service(self):
        """Mostly the name that one of the interfaces selects."""
        if chance(self.rng, 8):
            return self.rng.choice(["", None])
        aimed = self.rng.choice(self.config.interfaces or [Interface("default")])
        names = aimed.daemon_names or DAEMON_NAMES + ["smtp"]
        if chance(self.rng, 12):
            names = DAEMON_NAMES + ["smtp", "other", "25", "SUBMISSION2"]
        return maybe_case(self.rng, self.rng.choice(names), 20)

    def interface_of(self, service):
        """One that may well be chosen."""
        named = [i for i in self.config.interfaces if not i.daemon_names
                 or (service or "").lower() in [name.lower() for name in i.daemon_names]]
        return named[0] if named else Interface("default")

    def client_or_none(self):
        return self.rng.choice(NO_CLIENTS) if chance(self.rng, 6) else self.client()

    def map_client(self):
        return self.client_or_none() or "unknown"

    # Names

    def login(self):
        if self.passwords and chance(self.rng, 60):
            return self.rng.choice(sorted(self.passwords))
        return super().login()

    def spelled(self, login, interface):
        """As bytes, in one of the many ways to write it."""
        local, at, domain = login.partition("@")
        default = canonical_domain(interface.default_domain) if interface.default_domain else ""
        if at and default and canonical_domain(domain) == default and chance(self.rng, 50):
            login = local
        if chance(self.rng, 6):
            return self.odd_name(login)
        if chance(self.rng, 35) and parse_login(login):
            return login.encode()
        spelled = self.spelled_login(login)
        return (spelled if has_settled_quotes(spelled) else login).encode()

    def odd_name(self, login):
        local, _, domain = login.partition("@")
        domain = domain or self.domain()
        return self.rng.choice([
            b"", b"\xff", b"\xc0\xaf@acme.example", b"\xed\xa0\x80@acme.example", b"al\xc3",
            local.encode() + b"\xff@" + domain.encode(), local.encode("utf-8") + b"\0",
            local.encode() + b"\0@" + domain.encode(), b"\0", b"\xf4\x90\x80\x80",
            *[text.encode() for text in filter(has_settled_quotes, [
                f'"{local}@x"@{domain}', f'"{login}"', f'"\\"{local}\\""@{domain}',
                f"{local}@{domain}@REALM.LOCAL",
                f'"{local}@{domain}"@REALM.LOCAL', f"{local}@{domain}..", f"{local}@.{domain}",
                f"{local}@{'a' * 64}.example", f"{local}@{'a.' * 126}aa", "x" * 300,
                f"{'x' * 300}@{domain}", f"<{local}@{domain}>", f" {local}@{domain}",
                f"{local}@{domain} ", f"{local}%{domain}", f"{domain}!{local}",
                f"{domain}\\{local}", f"{local}\u0301@{domain}", f"\\{local}@{domain}",
                f'"\\{local}"@{domain}', f"@{local}@{domain}", f"{local}+x@{domain}",
                f"@{domain}:{local}@{domain}", f"{local},x@{domain}", f"{local}@[192.0.2.1",
                f"{local}@{domain}:25", f"{local}@-{domain}", f"{local}@{domain}/",
            ])]])

    # Passwords

    def password(self, login):
        right = self.passwords.get(login) or self.rng.choice(PASSWORDS)
        if chance(self.rng, 68):
            return right
        if chance(self.rng, 30):
            return self.rng.choice([
                b"", b"\xff", right + b"\n", b"\x1f" + right, b"\x7f", b"y" * 512, b"y" * 600,
                b"\xc3", right + b"\xed\xa0\x80", right + b"\0", b"\0", right + b"\0x",
                right + b"\xc0\x80", right + bytes([self.rng.randrange(32)])])
        return self.rng.choice([
            right + b"x", right[:-1] or b"b", right.swapcase(), b" " + right, b"x" + right[1:],
            *PASSWORDS, "\u00e9".encode() * 200, b"*", b"!"])[:511]
