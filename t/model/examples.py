# SPDX-License-Identifier: BSD-2-Clause
"""Hand-written examples: how their rows are written, and how they are judged.

A row is (settings, transaction, expected) or (settings, transaction, fields, expected).

settings     SECTION.OPTION=VALUE, separated by "; ".  SECTION is `global`, the
             OU `acme` (acme.example) or `beta` (beta.example, sub.acme.example),
             OU:USER for a user, policy:NAME for a policy, else an interface; `in` is
             there already, the last one, and selects nothing.  Entries of lists are
             separated by spaces; `file:NAME` is one of the test's lists.  OU.map and
             OU.map2 are the text of its files of senders.
transaction  login | from | to & to ... | session.  Empty columns mean: not
             authenticated, ALICE, OUTSIDE, and CLIENT without TLS.
fields       "Name: value" of the message.  MAIL passes, and what is expected is the
             verdict at the end of the message.
expected     MAIL's verdict, then " / " and those of the recipients, if they
             matter.  A verdict is `pass` or a rule and its reply's beginning,
             then would=, ou=, interface=, source= and text= where they matter; source
             is SECTION.OPTION of the settings, a SECTION itself, or `default`; text is
             all that the reply says, with _ for blanks.

Every row is judged by the model and, if it is built, by gatepost.
"""

import itertools
import os
import tempfile

import configuration
import generate
import model
import program
import render

ALICE = "<alice@acme.example>"
OUTSIDE = "<bob@elsewhere.example>"
CLIENT = "198.51.100.9"
MOST_SHOWN = 400        # characters of a transaction
FIELDS = {"From": "header_from", "Sender": "header_sender", "Resent-From": "resent_from",
          "Resent-Sender": "resent_sender"}


# Reading the notation --------------------------------------------------------

class Settings:
    """The configuration of a row, and its sections by their names there."""

    def __init__(self, text, directory, lists):
        self.directory = directory
        self.lists = lists
        acme = configuration.OU("acme", domains=["acme.example"])
        beta = configuration.OU("beta", domains=["beta.example", "sub.acme.example"])
        self.config = configuration.Config(ous=[acme, beta])
        self.sections = {"global": self.config, "acme": acme, "beta": beta}
        without_interfaces = text == "global.interfaces=none"
        for setting in filter(None, [] if without_interfaces else text.split("; ")):
            self.set(*setting.split("=", 1))
        if not without_interfaces:
            self.config.interfaces += [self.sections.setdefault("in", configuration.Interface("in"))]

    def set(self, name, value):
        section_name, _, option = name.rpartition(".")
        section = self.sections.get(section_name) or self.add(section_name)
        if option in ("map", "map2"):
            self.add_map(section, f"{section_name}.{option}.txt", value)
            return
        section.options[option] = self.value(section.DEFAULTS[option], option, value)
        if isinstance(section.options[option], list):
            section.options[option] = [self.entry(entry) for entry in section.options[option]]

    def add_map(self, ou, name, text):
        path = os.path.join(self.directory, name)
        self.config.files[path] = text + "\n"
        ou.options.setdefault("senders_file", []).append(path)

    def add(self, name):
        kind, colon, own_name = name.partition(":")
        if kind == "policy":
            section = configuration.Policy(own_name)
            self.config.policies.append(section)
        elif colon:
            section = configuration.User(own_name)
            self.sections[kind].users.append(section)
        else:
            section = configuration.Interface(name)
        if not colon and name != "in":      # which is the last one
            self.config.interfaces.append(section)
        self.sections[name] = section
        return section

    def entry(self, entry):
        """A list's entry; a file is given its path."""
        kind, _, name = str(entry).partition(":")
        if kind != "file":
            return entry
        path = os.path.join(self.directory, name)
        self.config.files[path] = self.lists[name]
        return f"file:{path}"

    @staticmethod
    def value(default, option, text):
        if isinstance(default, bool):
            return {"true": True, "false": False}.get(text, text)
        if option == "ports":
            return [int(port) for port in text.split()]
        return text.split() if isinstance(default, list) else text

    def source(self, text):
        if text in self.sections:
            return self.sections[text].header
        section, _, option = text.rpartition(".")
        return self.sections[section].source(option) if section else text


def read_transaction(text):
    login, sender, recipients, session = (text.split("|") + [""] * 3)[:4]
    transaction = {"client": CLIENT, "from": sender or ALICE,
                   "to": [to.strip() for to in (recipients or OUTSIDE).split(" & ")]}
    if login:
        transaction["login"] = login
    for item in session.split():
        key, _, value = item.partition("=")
        transaction[key] = {"port": int, "tls": lambda _: True}.get(key, str)(value)
    return transaction


def read_verdict(settings, text):
    """The fields that the row speaks of."""
    words = text.split()
    rule = words.pop(0)
    fields = {"verdict": "pass", "rule": "", "reply": ""}
    if rule != "pass":
        code, status = words.pop(0), words.pop(0)
        refused = code.startswith("5")
        reply = f"{code} {status}" + model.FREE_TEXT + (settings.config.help if refused else "")
        fields = {"verdict": "refuse" if refused else "defer", "rule": rule, "reply": reply}
    for word in words:
        field, _, value = word.partition("=")
        if field == "text":
            fields["reply"] = f"{code} {status} {value.replace('_', ' ')}"
            continue
        fields[field] = settings.source(value) if field == "source" else value
    return fields


def with_fields(transaction, fields):
    lists = {key: [] for key in FIELDS.values()}
    for field in fields:
        name, _, value = field.partition(": ")
        lists[FIELDS[name]].append(value)
    return {**transaction, **lists}


def read_expected(settings, text, of_message):
    if of_message:
        return {"mail": {"verdict": "pass"}, "rcpt": [],
                "message": read_verdict(settings, text)}
    mail, _, recipients = text.partition(" / ")
    return {"mail": read_verdict(settings, mail),
            "rcpt": [read_verdict(settings, v) for v in recipients.split(" & ") if v]}


# Judging ---------------------------------------------------------------------

def fits(expected, answer):
    """Whether the answer has what the row speaks of."""
    if not isinstance(answer, dict):
        return False
    if not model.verdict_agrees(expected["mail"], answer.get("mail")):
        return False
    if "message" in expected:
        return model.verdict_agrees(expected["message"], answer.get("message"))
    if not expected["rcpt"]:
        return (answer["rcpt"] == []) == (expected["mail"]["verdict"] != "pass")
    return (len(expected["rcpt"]) == len(answer["rcpt"])
            and all(map(model.verdict_agrees, expected["rcpt"], answer["rcpt"])))


def point(tap, by, heading, row, expected, answer):
    settings, *transaction, wanted = row
    shown = "; ".join(map(repr, transaction))
    if len(shown) > MOST_SHOWN:
        shown = f"{shown[:MOST_SHOWN]}... ({len(shown)} characters)"
    name = f"{by}: {heading}: [{settings}] {shown}: {wanted}".replace("\n", "\\n")
    passed = fits(expected, answer)
    tap.point(passed, name)
    if not passed:
        tap.comment(f"expected {expected}\ngot      {answer}")


def with_headings(rows):
    heading = ""
    for row in rows:
        if isinstance(row, str):
            heading = row
        else:
            yield heading, row


def transaction_of(row):
    transaction = read_transaction(row[1])
    return with_fields(transaction, row[2]) if len(row) == 4 else transaction


def run_rows(tap, path_of_program, settings, rows, by_model):
    """Rows of the same settings, each with its heading: one run of the program."""
    if generate.problems(settings.config):
        raise SystemExit(f"{rows[0][1][0]}: {generate.problems(settings.config)}")
    config_path = os.path.join(settings.directory, "gatepost.conf")
    render.write(settings.config, config_path)
    transactions = [transaction_of(row) for _, row in rows]
    expected = [read_expected(settings, row[-1], of_message=len(row) == 4)
                for _, row in rows]
    if by_model:
        for (heading, row), wanted, transaction in zip(rows, expected, transactions):
            point(tap, "model", heading, row, wanted,
                  model.decide(settings.config, transaction))
    if path_of_program:
        answers = program.explain(path_of_program, config_path, transactions)
        for n, ((heading, row), wanted) in enumerate(zip(rows, expected)):
            point(tap, "gatepost", heading, row, wanted,
                  answers.failure or answers.answers[n])


def run(rows, lists=None, program_only_rows=()):
    """Judges them all; the exit status."""
    tap, path_of_program = program.Tap(), program.find()
    tap.comment(f"program {path_of_program or 'not built: the model alone is tested'}")
    with tempfile.TemporaryDirectory(prefix="gatepost-") as directory:
        for chosen, by_model in ((rows, True), (program_only_rows, False)):
            for text, group in itertools.groupby(with_headings(chosen),
                                                 key=lambda item: item[1][0]):
                settings = Settings(text, directory, lists or {})
                run_rows(tap, path_of_program, settings, list(group), by_model)
    return tap.finish()
