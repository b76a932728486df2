# SPDX-License-Identifier: BSD-2-Clause
"""From, Sender and their Resent- forms: RFC 5322 with its obsolete forms, RFC 6532 and,
in display names, RFC 2047."""

import base64
import binascii
import dataclasses
import functools
import itertools
import quopri
import re

from canonical import Address, canonical_domain, unquote

FOLD = re.compile(r"\r?\n(?=[ \t])")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
TOKEN = re.compile(r"""
      (?P<blank>[ \t]+)
    | (?P<word>(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+)
    | (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<literal>\[[^\[\]\\]*\])
    | (?P<special>[<>@,;:.])""", re.VERBOSE)
COMMENT_PART = re.compile(r"[()]|\\.|[^()\\]+")
ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9-]+)\?([BbQq])\?([!->@-~]*)\?=")
ADDRESS = re.compile(r"""([^\s<>()\[\],;:"\\@]+)@([^\s<>()\[\],;:"\\@'!/=]+)""")
DOMAIN = re.compile(r"@((?:[A-Za-z0-9._-]|[^\x00-\x7f])+)")
BRACKETS = "<>"
IN_ENCODED_WORDS = BRACKETS + ",;:"
IN_COMMENTS = IN_ENCODED_WORDS + "()"
BLANKS_IN_ADDRESS = re.compile(r"(?:\([^()]*\)|[ \t])*([.@])(?:\([^()]*\)|[ \t])*")
MOST_MAILBOXES = 32
MOST_BYTES = 64 * 1024


class Malformed(Exception):
    """It does not parse."""


@dataclasses.dataclass(frozen=True)
class Mailbox:
    address: Address
    name: str = ""      # decoded, then the comments


@dataclasses.dataclass(frozen=True)
class Field:
    """One field.  `mailboxes` is None if it does not parse; `domains` is what it shows."""
    raw: str
    mailboxes: tuple
    domains: tuple


@functools.lru_cache(maxsize=4096)
def read_field(raw):
    try:
        mailboxes = tuple(Reader(raw).mailboxes())
    except Malformed:
        return Field(raw, None, shown_domains(raw))
    return Field(raw, mailboxes, tuple(mailbox.address.domain for mailbox in mailboxes))


# Tokens ----------------------------------------------------------------------

@dataclasses.dataclass
class Token:
    kind: str
    text: str
    after_blank: bool


def tokens_of(raw):
    """The tokens, and the comments with the number of tokens before each."""
    text = FOLD.sub("", raw)
    if CONTROL.search(text):
        raise Malformed
    tokens, comments, position, after_blank = [], [], 0, False
    while position < len(text):
        if text[position] == "(":
            end = end_of_comment(text, position)
            comments.append((len(tokens), text[position + 1:end - 1]))
            position, after_blank = end, True
            continue
        found = TOKEN.match(text, position)
        if not found:
            raise Malformed
        position = found.end()
        if found.lastgroup == "blank":
            after_blank = True
        else:
            tokens.append(Token(found.lastgroup, found.group(), after_blank))
            after_blank = False
    return tokens, comments


def end_of_comment(text, position):
    depth = 0
    while True:
        part = COMMENT_PART.match(text, position)
        if not part:
            raise Malformed
        depth += {"(": 1, ")": -1}.get(part.group(), 0)
        position = part.end()
        if depth == 0:
            return position


# Grammar ---------------------------------------------------------------------

class Reader:
    def __init__(self, raw):
        self.tokens, self.comments = tokens_of(raw)
        self.position = 0

    @property
    def next(self):
        """A special's sign, else the kind of the next token, "" at the end."""
        if self.position == len(self.tokens):
            return ""
        token = self.tokens[self.position]
        return token.text if token.kind == "special" else token.kind

    def take(self, *kinds):
        if self.next not in kinds:
            raise Malformed
        self.position += 1
        return self.tokens[self.position - 1]

    def mailboxes(self):
        """The whole field."""
        found, any_element = self.list("")
        if not any_element:
            raise Malformed
        return found

    def list(self, end):
        """Elements up to `end`; empty ones between commas are obsolete and legal."""
        found, any_element = [], False
        while self.next != end:
            if self.next != ",":
                found += self.element(in_group=end == ";")
                any_element = True
            if self.next != end:
                self.take(",")
        return found, any_element

    def element(self, in_group):
        first = self.position
        words = self.words()
        if self.next == ":" and not in_group and is_phrase(words):
            self.take(":")
            members, _ = self.list(";")
            self.take(";")
            return members
        if self.next == "<" and (not words or is_phrase(words)):
            return [self.named(words, self.in_angles(), first)]
        return [self.named([], self.address(words), first)]

    def named(self, words, address, first):
        """The mailbox with its name and the comments since its first token."""
        name, was_encoded = display_name(words)
        comments = [text for index, text in self.comments if first <= index <= self.position]
        if is_ambiguous(name, address, IN_ENCODED_WORDS if was_encoded else BRACKETS):
            raise Malformed
        if any(is_ambiguous(decoded_text(text), address, IN_COMMENTS) for text in comments):
            raise Malformed
        return Mailbox(address, " ".join([name] * bool(name) + [decoded_text(text)
                                                               for text in comments]))

    def words(self):
        first = self.position
        while self.next in ("word", "quoted", "."):
            self.position += 1
        return self.tokens[first:self.position]

    def in_angles(self):
        self.take("<")
        if self.next == "@":
            self.route()
        address = self.address(self.words())
        self.take(">")
        return address

    def route(self):
        self.take("@")
        self.domain()
        while self.next == ",":
            self.take(",")
            if self.next == "@":
                self.take("@")
                self.domain()
        self.take(":")

    def address(self, words):
        """`words` are its local part; they alternate with dots."""
        for index, token in enumerate(words):
            if (token.text == ".") != (index % 2 == 1):
                raise Malformed
        if len(words) % 2 == 0:
            raise Malformed
        self.take("@")
        return Address("".join(unquote(token.text) for token in words), self.domain())

    def domain(self):
        if self.next == "literal":
            text = self.take("literal").text
        else:
            text = self.take("word").text
            while self.next == ".":
                self.take(".")
                text += "." + self.take("word").text
        domain = canonical_domain(text)
        if not domain:
            raise Malformed
        return domain


def is_phrase(words):
    """Its first word is one; dots may follow, which is obsolete."""
    return bool(words) and words[0].text != "."


# Display names ---------------------------------------------------------------

def display_name(tokens):
    """The decoded name, and whether a part of it was encoded.  Encoded words next to
    each other belong together."""
    words = []
    for token in tokens:
        if words and not token.after_blank and "quoted" not in (token.kind, words[-1][0]):
            words[-1] = ("word", words[-1][1] + token.text)
        else:
            words.append((token.kind, token.text))
    name, was_encoded, any_encoded = "", False, False
    for kind, text in words:
        encoded = ENCODED_WORD.fullmatch(text) if kind != "quoted" else None
        any_encoded = any_encoded or ENCODED_WORD.search(text) is not None
        blank = "" if not name or was_encoded and encoded else " "
        name += blank + (decoded(encoded) if encoded else decoded_text(unquote(text)))
        was_encoded = bool(encoded)
    return name, any_encoded


def is_ambiguous(name, address, signs):
    """Whether mail programs may read another mailbox in it than we do."""
    others = [other for other in addresses_in(name) if other.key != address.key]
    return bool(others) and any(sign in name for sign in signs)


def decoded_text(text):
    """A comment or quotes, whose encoded words many programs decode."""
    return ENCODED_WORD.sub(decoded, re.sub(r"(\?=)[ \t]+(?==\?)", r"\1", text))


def decoded(encoded_word):
    charset, encoding, text = encoded_word.groups()
    try:
        if encoding in "Bb":
            content = base64.b64decode(text)
        else:
            content = quopri.decodestring(text.replace("_", "=20"))
        return content.decode(charset)
    except (LookupError, UnicodeDecodeError, binascii.Error):
        return encoded_word.group()


def addresses_in(name):
    """The addresses that a display name carries."""
    found = []
    if "@" not in name:     # the expression tries each place up to the end
        return found
    for match in ADDRESS.finditer(name):
        domain = canonical_domain(match.group(2).rstrip(".?"))
        if domain:
            found.append(Address(match.group(1), domain))
    return found


def shown_domains(raw):
    """Every "@domain" of a field that does not parse, as it is and decoded."""
    unfolded = FOLD.sub("", raw)
    closed = BLANKS_IN_ADDRESS.sub(r"\1", unfolded)
    texts = [closed, unfolded, decoded_text(unfolded)]
    domains = [canonical_domain(match.group(1).strip("."))
               for text in texts for match in DOMAIN.finditer(text)]
    return tuple(dict.fromkeys(domain for domain in domains if domain))


def quotable(text):
    return re.sub(r'(["\\])', r"\\\1", text)


def plainer(raw):
    """Shorter fields of the same kind: what differs may need less than it has."""
    mailboxes = read_field(raw).mailboxes
    if mailboxes:
        plain = [mailbox.address.text for mailbox in mailboxes]
        named = [f'"{quotable(mailbox.name)}" <{mailbox.address.text}>' if mailbox.name
                 else mailbox.address.text for mailbox in mailboxes]
        yield from (", ".join(part) for number in range(1, len(plain) + 1)
                    for part in itertools.combinations(plain, number)
                    if len(", ".join(part)) < len(raw))
        yield from (text for text in (", ".join(named), *named)
                    if text != raw and len(text) < len(raw))
    parts = re.split(r"([ \t\r\n,;<>()]+)", raw)
    for index in range(len(parts)):
        shorter = "".join(parts[:index] + parts[index + 1:])
        if len(shorter) < len(raw):
            yield shorter
