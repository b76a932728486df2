# SPDX-License-Identifier: BSD-2-Clause
"""Random transactions with the fields that say who a message is from.

The fields are made from mailboxes, so that what they hold is known before anything
reads them.
"""

import base64

import headers
import ownership
from canonical import Address, canonical_domain
from generate import (EXTENSIONS, LOCAL_PARTS, a_label, chance, maybe_case, shuffled_case,
                      spelled_domain)
from traffic import Traffic

SIMPLE_BLANKS = [" ", " ", " ", "  ", "\t", "\n ", "\r\n\t", " (a comment) "]
BLANKS = SIMPLE_BLANKS + [
    ' (with (another) and \\) "one) ', "\n (it's\n folded) "]
ROUTES = ["@relay.example:", "@relay.example,@a.example:", "@relay.example,:"]
PHRASES = ["Alice", "Al Ice", "Alice B. Smith", "Jos\u00e9", "M\u00fcller, Jos\u00e9"]
MALFORMED = [
    "", " ", ",", " , ,", "Alice", "{local}", "@{domain}", "{local}@", "Alice <>", "<>",
    "{a} {b}", "<{a}> <{b}>", "{a} Alice", "Alice <{a}", "Alice {a}>", '"Alice <{a}>',
    "Alice (x <{a}>", "Alice) <{a}>", "<{a}> (x", "Alice <{a}>, bob@", "{local}@{domain}@{other}",
    "{local}@{other}@{domain}", "Alice <<{a}>>", "Friends: {a}", "Friends: {a}, More: {b};;",
    "{a};", "Alice, <{a}>", "Alice <{a}>, Bob", "{a}; {b}", ":{a};", "Al\x01ice <{a}>",
    "Al\x00ice <{a}>", '"Al\x7fice" <{a}>', "Alice <{a}>\nBob", "Alice\r <{a}>", "A\\lice <{a}>",
    "Alice <{local}@[192.0.2.1>, {a}", "=?utf-8?Q?x=40{ascii}?= <", "<{local}> {a}",
    "<{a}", "{a}>", "{a}, {b}>", "[{a}]", "Alice <{a}> x", "Alice <{a}> <", "Alice [x] <{a}>",
]


# What is much longer with its name is no mailbox any more, for Sendmail would cut it.
LONGEST = 450


def encoded_q(text):
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(chr(byte) if chr(byte) in plain else "_" if byte == 32 else f"={byte:02X}"
                   for byte in text.encode())


def encoded_b(text):
    return base64.b64encode(text.encode()).decode()


class HeaderTraffic(Traffic):
    """Transactions that may have a message."""

    def __init__(self, rng, config):
        super().__init__(rng, config)
        self.mapped, self.map_logins = [], []
        for ou in config.ous:
            for path in ou.senders_file:
                for key, logins in ownership.read_map(config.files[path]):
                    local = key.local or rng.choice(LOCAL_PARTS)
                    self.mapped += [f"{local}@{key.domain}"] if key.domain else []
                    self.map_logins += [login.text for login in logins]

    def address(self):
        """A plain address; some are those of a sender map."""
        if self.mapped and chance(self.rng, 25):
            address = self.rng.choice(self.mapped)
            return address if " " not in address else super().address()
        return super().address()

    def login(self):
        if self.map_logins and chance(self.rng, 25):
            login = self.rng.choice(self.map_logins)
            return login if " " not in login else super().login()
        return super().login()

    def transaction(self):
        transaction = super().transaction()
        if chance(self.rng, 60):
            transaction.update(self.fields(transaction))
        return transaction

    def fields(self, transaction):
        """The keys of a message's fields."""
        near = [address for address in (transaction.get("login", ""),
                                        transaction["from"].strip("<>"))
                if address.count("@") == 1 and not set(' "\t\r\n,:') & set(address)
                and all(address.split("@")) and headers.read_field(address).mailboxes]
        keys = {"header_from": self.some_fields(near, 93, 6)}
        if chance(self.rng, 35):
            keys["header_sender"] = self.some_fields(near, 88, 5, single=True)
        if chance(self.rng, 15):
            keys["resent_from"] = self.some_fields(near, 92, 20)
        if chance(self.rng, 12):
            keys["resent_sender"] = self.some_fields(near, 92, 20, single=True)
        return keys

    def some_fields(self, near, one, more, single=False):
        """A field as a string; a list of them; none at all."""
        if not chance(self.rng, one):
            return self.rng.choice([[], [], None])
        field = self.field(near, single)
        if chance(self.rng, more):
            return [field, self.field(near, single)]
        return field if chance(self.rng, 80) else [field]

    def field(self, near, single):
        if chance(self.rng, 8):
            return self.malformed()
        number = 1 if single else self.rng.choice([1, 1, 1, 1, 2, 2, 3])
        mailboxes = [self.mailbox(near) for _ in range(number)]
        text = self.listed([raw for raw, _ in mailboxes], single)
        readable = all(mailbox for _, mailbox in mailboxes)
        blanks = BLANKS if readable and not any(shown for _, (_, shown) in mailboxes) \
            else SIMPLE_BLANKS
        if chance(self.rng, 15):
            text = self.rng.choice(blanks) + text
        if chance(self.rng, 10):
            text += self.rng.choice(blanks).rstrip() if chance(self.rng, 50) else " "
        check(text, [mailbox for _, mailbox in mailboxes] if readable else None)
        return text

    def listed(self, texts, single):
        if single:
            return texts[0]
        comma = self.rng.choice([",", ", ", " ,\n ", ", , ", ",\t,"])
        if chance(self.rng, 10):
            cut = self.rng.randint(0, len(texts))
            group = f"{self.rng.choice(['Friends', 'Our friends', '=?utf-8?Q?Fr?='])}:" \
                + comma.join(texts[:cut]) + ";"
            return comma.join([group] + texts[cut:])
        return comma.join(texts)

    def malformed(self):
        address, other = self.address(), self.address()
        local, _, domain = address.partition("@")
        text = self.rng.choice(MALFORMED).format(a=address, b=other, local=local, domain=domain,
                                                 ascii=a_label(domain),
                                                 other=other.partition("@")[2])
        check(text, None)
        return text

    # Mailboxes

    def shown_address(self, near):
        if near and chance(self.rng, 55):
            address = self.rng.choice(near)
            local, _, domain = address.partition("@")
            if chance(self.rng, 12):
                local += self.rng.choice(EXTENSIONS)
            elif chance(self.rng, 10):
                local = self.rng.choice(LOCAL_PARTS)
            elif chance(self.rng, 8):
                domain = self.domain()
            return local, domain
        return self.address().split("@")

    def mailbox(self, near):
        """How a mailbox is written, and (address, addresses in its name); None instead
        where what is written could be read in two ways."""
        local, domain = self.shown_address(near)
        address = Address(local, canonical_domain(domain))
        raw = self.spelled(local, domain)
        name, shown, readable = self.name(address)
        if not name:
            return raw if chance(self.rng, 50) else f"<{raw}>", (address, shown)
        route = self.rng.choice(ROUTES) if chance(self.rng, 4) else ""
        inside = self.rng.choice([" ", "(x)", "\n "]) if chance(self.rng, 5) else ""
        blanks = BLANKS if not shown else SIMPLE_BLANKS
        blank = self.rng.choice(blanks) if chance(self.rng, 95) else ""
        written = f"{name}{blank}<{inside}{route}{raw}{inside}>"
        if len(written.encode()) > LONGEST:
            return f"<{raw}>", (address, [])
        return written, (address, shown) if readable else None

    def spelled(self, local, domain):
        if chance(self.rng, 15):
            local = shuffled_case(self.rng, local)
        if chance(self.rng, 25):
            domain = spelled_domain(self.rng, domain)
        if chance(self.rng, 8):
            local = f'"{local}"'
        elif chance(self.rng, 4):
            local = local.replace(".", " . ")
        if chance(self.rng, 4) and not domain.startswith("["):
            domain = domain.replace(".", self.rng.choice([" .", ". ", ".(x)"]))
        at = self.rng.choice([" @", "@ ", "(x)@"]) if chance(self.rng, 4) else "@"
        return local + at + domain

    def name(self, address):
        """A display name as it is written, the addresses it carries, and whether it
        can be read in one way only."""
        if chance(self.rng, 25):
            return "", [], True
        if chance(self.rng, 55):
            return self.written_name(self.rng.choice(PHRASES)), [], True
        shown = self.address() if chance(self.rng, 70) else address.text
        local, _, domain = shown.partition("@")
        if domain.startswith("["):
            return "", [], True
        shown = f"{maybe_case(self.rng, local)}@{maybe_case(self.rng, domain)}"
        text = self.rng.choice(["{}", "Alice {}", "Alice ({})", "Alice <{}>", "{} via the list",
                                "{}, Alice", "Alice: {}"]).format(shown)
        written, carried = self.written_name(text), Address(local, canonical_domain(domain))
        signs = "<,:" if "=?" in written else "<"
        return written, [carried], carried.key == address.key or not set(signs) & set(text)

    def written_name(self, text):
        kind = self.rng.choice(["plain", "quoted", "q", "b", "split"])
        if kind == "plain" and not set(text) & set('@<>(),:"'):
            return text
        if kind in ("plain", "quoted"):
            return f'"{text}"' if chance(self.rng, 90) else f'"\\{text}"'
        if kind == "split":
            cut = self.rng.randint(1, len(text) - 1)
            blank = self.rng.choice([" ", "\n ", "\t"])
            return f"=?utf-8?Q?{encoded_q(text[:cut])}?={blank}=?UTF-8?B?{encoded_b(text[cut:])}?="
        word = encoded_q(text) if kind == "q" else encoded_b(text)
        return f"=?utf-8?{kind if chance(self.rng, 50) else kind.upper()}?{word}?="


def check(raw, mailboxes):
    """The model's parser must find what the field was made of."""
    found = headers.read_field(raw).mailboxes
    if found is not None:
        found = [(mailbox.address.key, [a.key for a in headers.addresses_in(mailbox.name)])
                 for mailbox in found]
    if mailboxes is not None:
        mailboxes = [(address.key, [a.key for a in shown]) for address, shown in mailboxes]
    if found != mailboxes:
        raise SystemExit(f"the model reads {raw!r} as {found} where it was made of {mailboxes}")
