# SPDX-License-Identifier: BSD-2-Clause
"""Reads what the manual pages, the sources and the samples say."""

import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONFIGURATION_PAGE = "lib/gatepost.conf.5"
MILTER_PAGE = "milter/gatepost-milter.8"
AUTH_PAGE = "auth/gatepost-auth.8"
COMMAND_PAGE = "ctl/gatepost.8"
PAGES = (CONFIGURATION_PAGE, MILTER_PAGE, AUTH_PAGE, COMMAND_PAGE)
GLYPHS = {r"\-": "-", r"\(dq": '"', r"\(aq": "'", r"\(ga": "`", r"\(ha": "^", r"\(ti": "~",
          r"\e": "\\", r"\&": "", r"\ ": " "}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def page_lines(path):
    """The lines of a page, with the escapes of roff resolved."""
    return [_plain(line) for line in read(path).splitlines() if not line.startswith(r".\"")]


def _plain(line):
    return re.sub(r"\\(?:\(..|.)", lambda match: GLYPHS.get(match.group(), match.group()), line)


def sections(path, macro=".Ss"):
    """{heading: its lines}; ".Sh" ends a section of ".Ss"."""
    found, lines = {}, []
    for line in page_lines(path):
        if line.startswith((".Sh ", macro + " ")):
            lines = []
        if line.startswith(macro + " "):
            found[line[4:]] = lines
        lines.append(line)
    return found


def literal_blocks(lines):
    """The texts between .Bd -literal and .Ed."""
    return re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", "\n".join(lines) + "\n", re.M | re.S)


# --- the options of the configuration ---

def schema_options():
    """{(section, option): default} by the tables of lib/schema.c."""
    found = {}
    source = read("lib/schema.c").replace('GATEPOST_CONFIG_DIR "', '"/etc/gatepost')
    names = {table: name for name, table in
             re.findall(r'"([\w ]+)",\s*"[\w ]+",\s*\w+,\s*OPTIONS\((\w+)_options,', source)}
    tables = re.findall(r"option_spec (\w+)_options\[\w+\] = \{\n(.*?)^\};", source,
                        re.M | re.S)
    for table_name, table in tables:
        section = names[table_name].replace("the main file", "global")
        for entry in re.split(r"\n    (?=\{\")", "\n" + table.rstrip())[1:]:
            name, kind, rest = re.match(r'\{"(\w+)",\s*(TEXT|LIST)\((.*)', entry, re.S).groups()
            value = re.match(r'.*?,\s*(?:"([^"]*)"|NULL)\)', rest, re.S) if kind == "TEXT" else None
            found[section, name] = _default(kind, value)
    return found


def _default(kind, value):
    if kind == "LIST":
        return "empty"
    return "none" if value.group(1) is None else value.group(1)


def page_options():
    """The same by gatepost.conf(5), whose words need no quotes and whose texts have them.
    "by the url" is no default of the schema's.
    """
    found = {}
    for heading, lines in sections(CONFIGURATION_PAGE).items():
        section = heading.removeprefix("Section ").removesuffix(" options").lower()
        for tag, default in zip(lines, lines[1:]):
            option = re.match(r"\.It Ic (\w+) =", tag)
            if option:
                value = re.match(r"Default: (.*)\.$", default)
                text = value.group(1).strip('"') if value else default
                found[section, option.group(1)] = "none" if text == "by the url" else text
    return found


def known_options():
    return {name for _, name in schema_options()}


def used_options(text):
    """Options that a sample sets, those in comments too."""
    text = re.sub(r'"[^"\n]*"', '""', text)
    return set(re.findall(r"^[ \t]*(?:#[ \t]+)?(\w+)[ \t]*= ", text, re.M)) | \
        set(re.findall(r"\{ *(\w+) *= ", text))


# --- rules, replies, log ---

def _rule_names():
    """{RULE_X: name}"""
    return dict(re.findall(r'\[(RULE_\w+)\] = "([a-z-]+)"', read("lib/verdict.c")))


def mail_rules():
    """Those judged at MAIL, at RCPT and at the end of the message, in order."""
    names = _rule_names()
    files = ("rules_login", "rules_mail", "rules_rcpt", "policies", "rules_message")
    return [names[rule] for file in files
            for rule in re.findall(r"^    \{?(RULE_\w+),\s*OWNER_(?!NOBODY,\s*NULL)",
                                   read(f"lib/{file}.c"), re.M)]


def auth_rules():
    """Those judged at AUTH only, in no order."""
    return set(_rule_names().values()) - set(mail_rules()) - {"fault"}


def page_rules():
    lines = sections(CONFIGURATION_PAGE, ".Sh")["RULES"]
    return [line[7:] for line in lines if line.startswith(".It Ic ")]


def source_replies():
    """Every {"code", "enhanced", "text"} of lib/ and auth/."""
    paths = [f"{folder}/{name}" for folder in ("auth", "lib")
             for name in sorted(os.listdir(os.path.join(ROOT, folder))) if name.endswith(".c")]
    text = "".join(map(read, paths))
    return {" ".join(parts) for parts in
            re.findall(r'\{?\s*"(\d{3})",\s*"(\d\.\d\.\d)",\s*"([^"]+)"\}', text)}


def log_fields():
    source = read("milter/journal.c") + read("auth/journal.c")
    tables = "".join(re.findall(r"\bkeys\[\w*\] = \{(.*?)\};", source, re.S))
    return set(re.findall(r'"(\w+)"', tables)) | \
        set(re.findall(r'line_(?:text|string|number|boolean|list_start)\(&?\w+, "(\w+)"',
                       source))


def page_fields():
    """Words of the tags below LOG."""
    lines = sections(CONFIGURATION_PAGE, ".Sh")["LOG"]
    tags = [line[7:] for line in lines if line.startswith(".It Li ")]
    return {word for tag in tags for word in re.findall(r"\w+", tag)}


# --- the options of the programs ---

def help_options(text):
    """All -x and --long of a help text, but --help and --version."""
    return _without_common(re.findall(r"(?<![\w-])(-[a-z]|--[a-z][a-z-]*)", text))


def tagged_options(lines):
    """The same of the .It Fl lines of a page."""
    tags = " ".join(line for line in lines if line.startswith(".It Fl "))
    return _without_common("-" + name for name in re.findall(r"Fl (\S+)", tags))


def _without_common(names):
    return set(names) - {"--help", "--version", "-h"}
