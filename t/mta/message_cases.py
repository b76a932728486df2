# SPDX-License-Identifier: BSD-2-Clause
"""Headers that are refused, each beside the nearest that passes, for both MTAs."""

from dataclasses import dataclass
from typing import Tuple

ALICE = "alice@acme.example"
JOE = "joe@beta.example"
GINA = "gina@gamma.example"
DORA = "dora@delta.example"
OLGA = "olga@omega.example"
PAT = "pat@plain.example"
FAR = "x@far.example"

EXEMPT = "127.0.22.1"
MONITORED = "127.0.19.1"


@dataclass(frozen=True)
class Case:
    """One message. `rule` refuses it at its end; "" and it is delivered as it was sent.

    The header is text with plain line ends. `mail` is the login's address if left out.
    """
    name: str
    header: str
    rule: str = ""
    login: str = ALICE
    mail: str = None
    to: Tuple[str, ...] = ("<y@other.example>",)
    client: str = "127.0.1.1"
    would: str = ""              # what monitor mode held back
    only: str = ""               # the one MTA that can run it
    why: str = ""                # ... because

    @property
    def sender(self):
        return f"<{self.login or FAR}>" if self.mail is None else self.mail

    @property
    def bytes(self):
        return self.header.replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def own(field="From"):
    return f"{field}: {ALICE}\n"


REWRITES = {"only": "postfix", "why": "Sendmail writes this form anew"}
NOBODY = {"login": ""}
AS_JOE = {"login": JOE}
AS_PAT = {"login": PAT}

FROM = (
    Case("the own address", own()),
    Case("another's", "From: victim@acme.example\n", "header-from"),
    Case("a foreign one", f"From: {FAR}\n", "header-from"),
    Case("for two recipients", f"From: {FAR}\n", "header-from",
         to=("<y@other.example>", "<z@other.example>")),
    Case("in capitals", "FROM: ALICE@Acme.Example\n"),
    Case("with a name", f"From: Alice <{ALICE}>\n"),
    Case("another's with the own as its name", f'From: "{ALICE}" <victim@acme.example>\n',
         "header-from"),
    Case("folded before the address", f"From: Alice\n <{ALICE}>\n"),
    Case("folded, another's behind the fold", "From: Alice\n <victim@acme.example>\n",
         "header-from"),
    Case("another's behind two folds", f"From: {ALICE},\n\tvictim@acme.example\n", "header-from"),
    Case("comments", f"From: (one) {ALICE} (two (three))\n"),
    Case("the own in a comment", f"From: ({ALICE}) victim@acme.example\n", "header-from"),
    Case("an encoded name", f"From: =?utf-8?q?Al=C3=ADce?= <{ALICE}>\n"),
    Case("a name of UTF-8", f"From: Al\u00edce <{ALICE}>\n"),
    Case("an encoded address", "From: =?utf-8?q?alice=40acme.example?=\n", "bad-header-from"),
    Case("an encoded name before another's", "From: =?utf-8?q?Alice?= <victim@acme.example>\n",
         "header-from"),
    Case("a quoted local part", 'From: "alice"@acme.example\n'),
    Case("a sub-address", "From: alice+list@acme.example\n"),
    Case("a sub-address of another", "From: victim+alice@acme.example\n", "header-from"),
    Case("an obsolete form", "From: alice (a) @ acme . example\n", **REWRITES),
    Case("two mailboxes, the second another's", f"From: {ALICE}, victim@acme.example\n",
         "header-from"),
    Case("two mailboxes, the first another's", f"From: victim@acme.example, {ALICE}\n",
         "header-from"),
    Case("the own twice", f"From: Alice <{ALICE}>, {ALICE}\n"),
    Case("a group", f"From: us: {ALICE};\n"),
    Case("a group with another's", f"From: us: {ALICE}, victim@acme.example;\n", "header-from"),
    Case("an empty group", "From: us:;\n", "bad-header-from"),
    Case("no From", "Subject: none\n", "bad-header-from"),
    Case("an empty From", "From:\nSubject: none\n", "bad-header-from"),
    Case("two From fields", own() + own(), "bad-header-from"),
    Case("two From fields, one is From :", own() + "From : victim@acme.example\n",
         "bad-header-from"),
    Case("no header at all", "", "bad-header-from"),
    Case("no header at all, nobody logged in", "", **NOBODY),
    Case("From in the body only", f"\nFrom: {ALICE}\n", "bad-header-from"),
    Case("another's in the body", own() + "\nFrom: victim@acme.example\n"),
    Case("no comma", f"From: {ALICE} victim@acme.example\n", "bad-header-from"),
    Case("text behind the address", f"From: <{ALICE}> x\n", "bad-header-from"),
    Case("brackets in brackets", f"From: <{ALICE} <victim@acme.example>>\n", "bad-header-from"),
    Case("no bracket", f"From: Alice <{ALICE}\n", "bad-header-from"),
    Case("a control", f"From: Al\x01ice <{ALICE}>\n", "bad-header-from"),
    Case("bytes that are no text", f"From: Al\udcff <{ALICE}>\n", "bad-header-from"),
    Case("a line of blanks", f"From: {ALICE}\n  \n , victim@acme.example\n", "bad-header-from"),
    Case("33 mailboxes", "From: " + ",\n ".join([ALICE] * 33) + "\n", "bad-header-from"),
    Case("32 mailboxes", "From: " + ",\n ".join([ALICE] * 32) + "\n"),
    Case("Sender does not help", f"From: {FAR}\nSender: {ALICE}\n", "header-from"),
    Case("a foreign Sender does not matter", own() + f"Sender: {FAR}\n"),
    Case("a name that is From in the end", own() + "X-From: victim@acme.example\n"),
    Case("the null sender, the own From", own(), mail="<>"),
    Case("the null sender, another's From", "From: victim@acme.example\n", "header-from",
         mail="<>"),
    Case("an exempt client", f"From: {FAR}\n", client=EXEMPT),
    Case("an exempt client, no From", "Subject: none\n", client=EXEMPT),
    Case("nobody logged in", "From: victim@acme.example\n", **NOBODY),
    Case("nobody logged in, two From", own() + own(), **NOBODY),
    Case("an own pattern", "From: desk-4@acme.example\n", login="printer@acme.example"),
    Case("not an own pattern", own(), "header-from", login="printer@acme.example"),
    Case("a device", own(), login="device", mail="<boss@acme.example>"),
    Case("a device shows a foreign one", f"From: {FAR}\n", "header-from", login="device",
         mail="<boss@acme.example>"),
    Case("a login of an OU that does not ask", f"From: {FAR}\n", **AS_PAT),
    Case("it shows an address of one that does", own(), "header-from", **AS_PAT),
    Case("it shows one in a From that cannot be read", f"From: Alice <{ALICE}\n", "header-from",
         **AS_PAT),
)

RESENT = (
    Case("Resent-From is the own", own() + own("Resent-From")),
    Case("Resent-From is another's", own() + "Resent-From: victim@acme.example\n", "header-from"),
    Case("two of Resent-From", own() + own("Resent-From") * 2),
    Case("the second Resent-From is another's",
         own() + own("Resent-From") + "Resent-From: victim@acme.example\n", "header-from"),
    Case("a foreign From, the own Resent-From", f"From: {FAR}\n" + own("Resent-From"),
         "header-from"),
    Case("Resent-From cannot be read", own() + "Resent-From: <a\n", "bad-header-from"),
    Case("a foreign Resent-Sender", own() + own("Resent-From") + f"Resent-Sender: {FAR}\n"),
)

FROM_OR_SENDER = (
    Case("the own From", f"From: {JOE}\n", **AS_JOE),
    Case("a foreign From", f"From: {FAR}\n", "header-from", **AS_JOE),
    Case("with the own Sender", f"From: {FAR}\nSender: {JOE}\n", **AS_JOE),
    Case("with a folded Sender", f"From: {FAR}\nSender: Joe\n <{JOE}>\n", **AS_JOE),
    Case("with a foreign Sender", f"From: {FAR}\nSender: {FAR}\n", "header-from", **AS_JOE),
    Case("with two in Sender", f"From: {FAR}\nSender: {JOE}, {FAR}\n", "header-from", **AS_JOE),
    Case("two of Sender", f"From: {FAR}\nSender: {JOE}\nSender: {JOE}\n", "bad-header-from",
         **AS_JOE),
    Case("a From of an OU that asks", f"From: {ALICE}\nSender: {JOE}\n", "header-from", **AS_JOE),
    Case("no From", f"Sender: {JOE}\n", "bad-header-from", **AS_JOE),
    Case("Resent-Sender for Resent-From",
         f"From: {JOE}\nResent-From: {FAR}\nResent-Sender: {JOE}\n", **AS_JOE),
    Case("Sender is not for Resent-From", f"From: {JOE}\nResent-From: {FAR}\nSender: {JOE}\n",
         "header-from", **AS_JOE),
)

ALIGNED = (
    Case("a From of the OU", f"From: {GINA}\n", "header-aligned", **NOBODY),
    Case("a foreign one", f"From: {FAR}\n", **NOBODY),
    Case("with a login", f"From: {GINA}\n", login=GINA),
    Case("with another's login", f"From: {GINA}\n", **AS_PAT),
    Case("one of two", f"From: {FAR}, {GINA}\n", "header-aligned", **NOBODY),
    Case("in the second field", f"From: {FAR}\nFrom: {GINA}\n", "header-aligned", **NOBODY),
    Case("in a group", f"From: us: {GINA};\n", "header-aligned", **NOBODY),
    Case("behind a fold", f"From: Gina\n\t<{GINA}>\n", "header-aligned", **NOBODY),
    Case("in Resent-From", f"From: {FAR}\nResent-From: {GINA}\n", "header-aligned", **NOBODY),
    Case("in Sender", f"From: {FAR}\nSender: {GINA}\n", **NOBODY),
    Case("in a field that cannot be read", f"From: <{FAR}> <{GINA}\n", "header-aligned", **NOBODY),
    Case("encoded in such a field", "From: <=?utf-8?q?gina=40gamma.example?=\n",
         "header-aligned", **NOBODY),
    Case("another in such a field", f"From: <{FAR}\n", login="", **REWRITES),
    Case("the null sender", f"From: {GINA}\n", "header-aligned", mail="<>", **NOBODY),
    Case("an exempt client", f"From: {GINA}\n", client=EXEMPT, **NOBODY),
    Case("no From", "Subject: none\n", mail="<>", **NOBODY),
)

NAMES = (
    Case("an address of the OU", f'From: "{DORA}" <{FAR}>\n', "display-name", **NOBODY),
    Case("the same address", f'From: "{DORA}" <{DORA}>\n', login=DORA),
    Case("another of the same OU", f'From: "boss@delta.example" <{DORA}>\n', "display-name",
         login=DORA),
    Case("one of another OU", f'From: "{ALICE}" <{DORA}>\n', "display-name", login=DORA),
    Case("a foreign one", f'From: "{FAR}" <{DORA}>\n', login=DORA),
    Case("its own, of nobody here", f'From: "{FAR}" <{FAR}>\n', **NOBODY),
    Case("encoded", f"From: =?utf-8?q?dora=40delta.example?= <{FAR}>\n", "display-name", **NOBODY),
    Case("encoded and folded", f"From: =?utf-8?q?dora=40?=\n =?utf-8?b?ZGVsdGEuZXhhbXBsZQ==?=\n"
         f" <{FAR}>\n", "display-name", **NOBODY),
    Case("in a comment", f"From: {FAR} ({DORA})\n", "display-name", **NOBODY),
    Case("of an OU that does not ask", f'From: "{ALICE}" <{FAR}>\n', **NOBODY),
    Case("only a name", f'From: "Dora, delta" <{FAR}>\n', **NOBODY),
)

MONITOR = (
    Case("the OU's, a foreign From", f"From: {FAR}\n", would="header-from", login=OLGA),
    Case("the OU's, no From", "Subject: none\n", would="bad-header-from", login=OLGA),
    Case("the OU's, nobody logged in", f"From: {OLGA}\n", would="header-aligned", **NOBODY),
    Case("the OU's, a display name", f'From: "{OLGA}" <{FAR}>\n', would="display-name", **NOBODY),
    Case("the OU's, another OU's address", own(), "header-from", login=OLGA),
    Case("the interface's", f"From: {FAR}\n", would="header-from", client=MONITORED),
    Case("nothing to hold back", own(), client=MONITORED),
)

GROUPS = (("match_header_from", FROM), ("Resent", RESENT), ("from_or_sender", FROM_OR_SENDER),
          ("require_aligned", ALIGNED), ("display name", NAMES), ("monitor", MONITOR))
