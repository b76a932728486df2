# SPDX-License-Identifier: BSD-2-Clause
"""Writes a configuration as libconfuse text, in varied style, and keeps the line
of each option: that is the `source` a verdict must name."""

import os

from configuration import SECTION

class Writer:
    """Writes one file and keeps the line of each option.  `rng` varies the
    style; without it the plainest style is taken."""

    WORDS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    COMMENTS = ["# comment", "// comment", "/* comment */", "/* a comment of\n * two lines\n */",
                "# mode = monitor", "# } {", "// it's \"quoted", "#"]

    def __init__(self, path, rng=None):
        self.path = path
        self.rng = rng
        self.text = ""
        self.depth = 0

    def varied(self, percent):
        return self.rng is not None and self.rng.random() * 100 < percent

    def quoted(self, value):
        if self.is_word(value) and self.varied(25):
            return value
        if "'" not in value and not value.endswith("\\") and self.varied(30):
            return f"'{value}'"
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def is_word(self, value):
        return bool(value) and value[0].isalpha() and self.WORDS.issuperset(value)

    def value(self, option, value):
        if isinstance(value, bool):
            words = ["true", "yes", "on"] if value else ["false", "no", "off"]
            return self.rng.choice(words) if self.rng else words[0]
        if isinstance(value, int):
            return str(value)
        if option == "senders_file" and len(value) == 1 and self.varied(50):
            return self.quoted(value[0])
        if isinstance(value, list):
            return self.list(option, value)
        is_keyword = self.is_word(value) and option not in ("help", "default_domain", "value")
        return value if is_keyword and not self.varied(15) else self.quoted(value)

    def list(self, option, values):
        words = [self.value(option, v) if isinstance(v, int) else self.quoted(v) for v in values]
        if not words:
            return self.rng.choice(["{}", "{ }"]) if self.rng else "{ }"
        if self.varied(25):
            pad = "\n" + "  " * (self.depth + 2)
            comment = f"  {self.rng.choice(self.COMMENTS)}" if self.varied(40) else ""
            return "{" + comment + pad + ("," + pad).join(words) + "\n" + "  " * self.depth + "}"
        return "{ " + ", ".join(words) + " }"

    def line(self, text):
        self.text += "  " * self.depth + text + "\n"

    def here(self):
        return f"{self.path}:{self.text.count(chr(10)) + 1}"

    def comment(self):
        if self.varied(12):
            self.line(self.rng.choice(self.COMMENTS))
        if self.varied(10):
            self.line("")

    def option(self, section, option, value):
        self.comment()
        section.lines[option] = self.here()
        equals = self.rng.choice([" = ", " = ", "=", "   = "]) if self.rng else " = "
        tail = f"  {self.rng.choice(self.COMMENTS[:3])}" if self.varied(8) else ""
        self.line(option + equals + self.value(option, value) + tail)

    def options(self, section, others=()):
        """The section's options and what else stands in it, in random order."""
        parts = [lambda o=o, v=v: self.option(section, o, v) for o, v in section.options.items()]
        parts += others
        if self.rng:
            self.rng.shuffle(parts)
        for part in parts:
            part()

    def section(self, kind, section, others=()):
        self.comment()
        section.lines[SECTION] = self.here()
        self.line(f"{kind} {self.quoted(section.name)} {{")
        self.depth += 1
        self.options(section, others)
        self.comment()
        self.depth -= 1
        self.line("}")

    def user(self, user):
        self.section("user", user)

    def ou(self, ou):
        self.section("ou", ou, [lambda u=u: self.user(u) for u in ou.users if not u.file])

    def users_file(self, users):
        """One user a line; its last two fields are left out where they are empty."""
        for user in users:
            if self.varied(20):
                self.line(self.rng.choice(["", "# a comment", "  # x:y:any_sender"]))
            lists = [self.listed(user.senders), self.listed(user.clients)]
            text = ":".join([user.name, user.password, user.smtp_auth] + lists)
            if not self.varied(30):
                text = text.removesuffix(":").removesuffix(":")
            user.lines = dict.fromkeys(["smtp_auth", *user.options], self.here())
            self.line(text)

    def listed(self, patterns):
        return (self.rng.choice([",", " ", ", "]) if self.rng else ",").join(patterns)


def render(config, path, rng=None, fixed=()):
    """The text of each file of the configuration, whose main file is `path`; `fixed`
    are lines of it that no section has."""
    for section in sections(config):
        section.lines = {}
    texts = dict(config.files)
    main = Writer(path, rng)
    others = [lambda ou=ou: main.ou(ou) for ou in config.ous if not ou.file]
    in_order = iter(config.interfaces)
    others += [lambda: main.section("interface", next(in_order))] * len(config.interfaces)
    policies = iter(config.policies)
    others += [lambda: main.section("policy", next(policies))] * len(config.policies)
    others += [lambda line=line: main.line(line) for line in fixed]
    if rng and not fixed:
        others += unrelated_options(main, rng)
    main.options(config, others)
    texts[path] = main.text
    for name in sorted({ou.file for ou in config.ous if ou.file}):
        writer = Writer(f"{config.ou_directory}/{name}", rng)
        for ou in config.ous:
            if ou.file == name:
                writer.ou(ou)
        texts[writer.path] = writer.text
    for ou in config.ous:
        if ou.users_file:
            writer = Writer(ou.users_file, rng)
            writer.users_file([user for user in ou.users if user.file])
            texts[writer.path] = writer.text
    return texts


def sections(config):
    users = [user for _, user in config.users()]
    return [config] + config.interfaces + config.ous + users + config.policies


def unrelated_options(writer, rng):
    """Options that no verdict depends on."""
    lines = ['milter_socket = "inet:8891@127.0.0.1"', 'run_as = ""', "mta = auto",
             'control_socket = "/run/gatepost/control.sock"',
             "log { target = stderr level = error }",
             "log {\n  format = json\n  level = info # or more\n}"]
    chosen = rng.sample(lines, rng.randint(0, 3))
    if sum(line.startswith("log") for line in chosen) > 1:
        chosen = [line for line in chosen if not line.startswith("log")]
    return [lambda line=line: writer.line(line) for line in chosen]


def write(config, path, rng=None, fixed=()):
    """Writes the files; a file with a password only its owner may read."""
    texts = render(config, path, rng, fixed)
    if config.ou_directory:
        os.makedirs(config.ou_directory, exist_ok=True)
        remove_files(config.ou_directory)
        texts[f"{config.ou_directory}/README"] = "{ This is no configuration.\n"
        texts[f"{config.ou_directory}/old.conf.bak"] = 'ou "acme" {\n'
    for name, text in texts.items():
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o600)
    return texts


def remove_files(directory):
    for name in os.listdir(directory):
        os.unlink(os.path.join(directory, name))
