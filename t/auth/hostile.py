# SPDX-License-Identifier: BSD-2-Clause
"""Servers that do not keep to their protocol: what they play, and what may come of it."""

import base64

from fake_server import LINE, SOME, STALL, Flood, Tls, Trickle

LOGIN, PASSWORD = "alice@acme.example", "Tr0ub4dor-3"
PLAIN = base64.b64encode(f"\0{LOGIN}\0{PASSWORD}".encode())
KINDS = ("ldap", "smtp", "imap", "pop3")

GREETING = {"smtp": b"220 fake ESMTP\r\n", "imap": b"* OK fake\r\n", "pop3": b"+OK fake\r\n"}
# The dialogue up to our login command.
EHLO = [GREETING["smtp"], LINE, b"250-fake\r\n250 AUTH PLAIN\r\n"]
EHLO_LOGIN = [GREETING["smtp"], LINE, b"250-fake\r\n250 auth login\r\n"]
EHLO_TLS = [GREETING["smtp"], LINE, b"250-fake\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"]
CAPABILITY = [GREETING["imap"], LINE, b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\na1 OK\r\n"]
CAPABILITY_GO_ON = [GREETING["imap"], LINE, b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK done\r\n"]
CAPABILITY_LOGIN = [GREETING["imap"], LINE, b"* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"]
CAPABILITY_TLS = [GREETING["imap"], LINE, b"* CAPABILITY STARTTLS AUTH=PLAIN\r\na1 OK done\r\n"]
CAPA = [GREETING["pop3"], LINE, b"+OK\r\nSASL PLAIN\r\n.\r\n"]
CAPA_USER = [GREETING["pop3"], LINE, b"-ERR what?\r\n"]
CAPA_TLS = [GREETING["pop3"], LINE, b"+OK\r\nSTLS\r\nUSER\r\nSASL PLAIN\r\n.\r\n"]


def ldap(tag, code, message=1, text=b""):
    """An LDAPResult: 0x61 answers a bind, 0x78 an extended operation."""
    result = b"\x0a\x01" + bytes([code]) + b"\x04\x00\x04" + bytes([len(text)]) + text
    body = bytes([2, 1, message, tag, len(result)]) + result
    return bytes([0x30, len(body)]) + body


def answers():
    """Whole dialogues: (name, kind, script, answer, part of the reply)."""
    yes, no, untold = "accepted", "refused", "untold"
    for code, answer in ((235, yes), (525, no), (534, no), (535, no), (200, untold),
                         (220, untold), (250, untold), (334, untold), (354, untold),
                         (421, untold), (432, untold), (454, untold), (500, untold),
                         (502, untold), (504, untold), (530, untold), (538, untold),
                         (550, untold), (554, untold)):
        yield f"{code} to AUTH PLAIN", "smtp", EHLO + [LINE, b"%d said so\r\n" % code, STALL], \
            answer, str(code)
        yield f"{code} to AUTH LOGIN", "smtp", EHLO_LOGIN + [
            LINE, b"334 VXNlcm5hbWU6\r\n", LINE, b"334 UGFzc3dvcmQ6\r\n", LINE,
            b"%d said so\r\n" % code, STALL], answer, str(code)
    for name, text, answer in (
            ("235 in many lines", b"235-yes\r\n235-yes\r\n235 yes\r\n", yes),
            ("235 alone", b"235\r\n", yes),
            ("235 after another code", b"535-no\r\n235 yes\r\n", untold),
            ("another code after 235", b"235-yes\r\n535 no\r\n", untold),
            ("2350", b"2350 yes\r\n", untold), ("235x", b"235x\r\n", untold),
            ("two digits", b"23 yes\r\n", untold), ("a space first", b" 235 yes\r\n", untold),
            ("a bare LF", b"235 yes\n", untold), ("a CR within", b"535 no\r235 yes\r\n", untold),
            ("a NUL", b"235 y\0s\r\n", untold)):
        yield f"{name} to AUTH PLAIN", "smtp", EHLO + [LINE, text, STALL], answer, ""
    for text, answer in ((b"OK yes", yes), (b"NO no", no), (b"NO [AUTHENTICATIONFAILED] no", no),
                         (b"ok yes", yes), (b"BAD what?", untold), (b"OKAY", untold),
                         (b"PREAUTH hello", untold), (b"", untold)) + tuple(
                             (b"NO [%s] later" % code, untold) for code in (
                                 b"UNAVAILABLE", b"INUSE", b"LIMIT", b"SERVERBUG",
                                 b"ContactAdmin", b"PRIVACYREQUIRED")):
        shown = text.decode()
        yield f"'{shown}' to AUTHENTICATE", "imap", CAPABILITY + [
            LINE, b"* 1 EXISTS\r\na2 " + text + b"\r\n", STALL], answer, ""
        yield f"'{shown}' to AUTHENTICATE in two steps", "imap", CAPABILITY_GO_ON + [
            LINE, b"+ \r\n", LINE, b"a2 " + text + b"\r\n", STALL], answer, ""
        yield f"'{shown}' to LOGIN", "imap", CAPABILITY_LOGIN + [
            LINE, b"a2 " + text + b"\r\n", STALL], answer, ""
    for text, answer in ((b"+OK yes", yes), (b"-ERR no", no), (b"-ERR [AUTH] no", no),
                         (b"-ERR", no), (b"+OKAY", untold), (b"OK", untold), (b"+ ", untold),
                         (b"-err no", no), (b"", untold), (b" +OK", untold)) + tuple(
                             (b"-ERR [%s] later" % code, untold) for code in (
                                 b"SYS/TEMP", b"SYS/PERM", b"IN-USE", b"login-delay")):
        shown = text.decode()
        yield f"'{shown}' to PASS", "pop3", CAPA_USER + [
            LINE, b"+OK\r\n", LINE, text + b"\r\n", STALL], answer, ""
        yield f"'{shown}' to AUTH PLAIN", "pop3", CAPA + [
            LINE, b"+ \r\n", LINE, text + b"\r\n", STALL], answer, ""
    yield "-ERR to USER", "pop3", CAPA_USER + [LINE, b"-ERR who?\r\n"], no, "who?"
    yield "-ERR [SYS/TEMP] to USER", "pop3", CAPA_USER + [LINE, b"-ERR [SYS/TEMP] x\r\n"], \
        untold, "SYS/TEMP"
    for code in range(0, 81):
        if code not in (14,):  # SASL in progress is for libldap
            answer = {0: yes, 49: no}.get(code, untold)
            yield f"result {code} to a bind", "ldap", [SOME, ldap(0x61, code), STALL], answer, ""


def wrong_places():
    """The word for yes, but not to our login command: none of it is an answer."""
    early = "before it was asked"
    return [
        ("235 as the greeting", "smtp", "none", [b"235 yes\r\n", STALL], "235"),
        ("235 to EHLO", "smtp", "none", [GREETING["smtp"], LINE, b"235 yes\r\n", STALL], "235"),
        ("235 sent with the greeting", "smtp", "none",
         [GREETING["smtp"] + b"250 AUTH PLAIN\r\n235 yes\r\n", STALL], early),
        ("235 sent with the reply to EHLO", "smtp", "none",
         EHLO[:2] + [EHLO[2] + b"235 yes\r\n", STALL], early),
        ("235 to a mere AUTH LOGIN", "smtp", "none", EHLO_LOGIN + [LINE, b"235 yes\r\n", STALL],
         "235"),
        ("235 to the name alone", "smtp", "none",
         EHLO_LOGIN + [LINE, b"334 x\r\n", LINE, b"235 yes\r\n", STALL], "235"),
        ("AUTH as the server's name only", "smtp", "none",
         [GREETING["smtp"], LINE, b"250 AUTH PLAIN\r\n", STALL], "does not offer AUTH"),
        ("the old AUTH= only", "smtp", "none",
         [GREETING["smtp"], LINE, b"250-x\r\n250 AUTH=PLAIN\r\n", STALL], "does not offer AUTH"),
        ("no AUTH at all", "smtp", "none", [GREETING["smtp"], LINE, b"250 x\r\n", LINE,
                                             b"235 yes\r\n"], "does not offer AUTH"),
        ("STARTTLS not offered", "smtp", "starttls", EHLO + [LINE, b"235 yes\r\n"],
         "does not offer STARTTLS"),
        ("STARTTLS refused", "smtp", "starttls", EHLO_TLS + [LINE, b"454 no TLS\r\n", LINE,
                                                              b"235 yes\r\n"], "454"),
        ("bytes behind the reply to STARTTLS", "smtp", "starttls",
         EHLO_TLS + [LINE, b"220 go\r\n250-x\r\n250 AUTH PLAIN\r\n235 yes\r\n", STALL], early),
        ("PREAUTH", "imap", "none", [b"* PREAUTH hello\r\n", STALL], "PREAUTH"),
        ("BYE as the greeting", "imap", "none", [b"* BYE bye\r\n", STALL], "BYE"),
        ("our tag as the greeting", "imap", "none", [b"a1 OK yes\r\n", STALL], "a1 OK"),
        ("our tags sent with the greeting", "imap", "none",
         [b"* OK\r\n* CAPABILITY AUTH=PLAIN\r\na1 OK\r\na2 OK\r\n", STALL], early),
        ("our tag sent with the capabilities", "imap", "none",
         CAPABILITY[:2] + [CAPABILITY[2] + b"a2 OK yes\r\n", STALL], early),
        ("another tag", "imap", "none", CAPABILITY + [LINE, b"a22 OK yes\r\n", STALL], "IMAP"),
        ("an untagged OK", "imap", "none", CAPABILITY + [LINE, b"* OK yes\r\n", STALL], "in time"),
        ("BYE to AUTHENTICATE", "imap", "none",
         CAPABILITY + [LINE, b"* BYE\r\na2 OK yes\r\n", STALL], "BYE"),
        ("a literal that holds our tag", "imap", "none",
         CAPABILITY + [LINE, b"* X {9}\r\na2 OK yes\r\n", STALL], "{9}"),
        ("OK before the password was asked for", "imap", "none",
         CAPABILITY_GO_ON + [LINE, b"a2 OK yes\r\n", STALL], "OK"),
        ("NO before the password was asked for", "imap", "none",
         CAPABILITY_GO_ON + [LINE, b"a2 NO no\r\n", STALL], "NO"),
        ("LOGINDISABLED", "imap", "none", [GREETING["imap"], LINE,
         b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na1 OK\r\n", LINE, b"a2 OK\r\n"], "neither"),
        ("capabilities of the greeting alone", "imap", "starttls",
         [b"* OK [CAPABILITY STARTTLS AUTH=PLAIN] hi\r\n", LINE, b"a1 OK\r\n", STALL],
         "does not offer STARTTLS"),
        ("STARTTLS refused", "imap", "starttls", CAPABILITY_TLS + [LINE, b"a2 NO\r\n"], "NO"),
        ("bytes behind the reply to STARTTLS", "imap", "starttls",
         CAPABILITY_TLS + [LINE, b"a2 OK\r\n* CAPABILITY\r\na3 OK\r\na4 OK\r\n", STALL], early),
        ("-ERR as the greeting", "pop3", "none", [b"-ERR go away\r\n", STALL], "go away"),
        ("+OK sent with the greeting", "pop3", "none", [b"+OK\r\n+OK\r\n.\r\n+OK\r\n", STALL],
         early),
        ("+OK sent with the reply to USER", "pop3", "none",
         CAPA_USER + [LINE, b"+OK\r\n+OK yes\r\n", STALL], early),
        ("+OK to a mere AUTH PLAIN", "pop3", "none", CAPA + [LINE, b"+OK yes\r\n", STALL], "+OK"),
        ("neither SASL nor USER", "pop3", "none",
         [GREETING["pop3"], LINE, b"+OK\r\nTOP\r\n.\r\n", LINE, b"+OK\r\n"], "neither"),
        ("STLS not offered", "pop3", "starttls", CAPA + [LINE, b"+OK\r\n"], "does not offer STLS"),
        ("STLS, and no CAPA", "pop3", "starttls", CAPA_USER + [LINE, b"+OK\r\n"],
         "does not offer STLS"),
        ("bytes behind the reply to STLS", "pop3", "starttls",
         CAPA_TLS + [LINE, b"+OK\r\n+OK\r\n.\r\n+OK\r\n", STALL], early),
        ("a yes to StartTLS only", "ldap", "starttls", [SOME, ldap(0x78, 0), STALL], "in time"),
        ("a yes to a bind with the one to StartTLS", "ldap", "starttls",
         [SOME, ldap(0x78, 0) + ldap(0x61, 0, 2), STALL], early),
        ("a yes to a bind instead of StartTLS", "ldap", "starttls",
         [SOME, ldap(0x61, 0), STALL], "StartTLS"),
        ("StartTLS refused", "ldap", "starttls", [SOME, ldap(0x78, 2), LINE], "(2)"),
        ("another type of message", "ldap", "none", [SOME, ldap(0x65, 0), STALL], "bind"),
        ("a yes to another request", "ldap", "none", [SOME, ldap(0x61, 0, 7), STALL], "in time"),
        ("an unsolicited yes", "ldap", "none", [SOME, ldap(0x61, 0, 0), STALL], ""),
    ]


def faults(certificates):
    """Servers that stall, babble or break off, at every step: never an answer."""
    hello = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + b"\x55" * 300
    after_tls = Tls(*certificates.pair("good"))
    bind = b"\x30\x84\x00\x00\x00\x0c"
    until_login = {"ldap": [], "smtp": EHLO, "imap": CAPABILITY, "pop3": CAPA_USER}
    until_tls = {"ldap": [SOME, ldap(0x78, 0)], "smtp": EHLO_TLS + [LINE, b"220 go\r\n"],
                 "imap": CAPABILITY_TLS + [LINE, b"a2 OK\r\n"],
                 "pop3": CAPA_TLS + [LINE, b"+OK\r\n"]}
    list_item = {"smtp": b"250-x\r\n", "imap": b"* CAPABILITY X\r\n", "pop3": b"+OK\r\n"}
    for kind in KINDS:
        for tls, start in (("implicit", []), ("starttls", until_tls[kind])):
            for name, steps in (("stalls before", [STALL]), ("stalls within", [hello[:90], STALL]),
                                ("trickles in", [Trickle(hello)]), ("babbles in", [Flood(b"x")]),
                                ("ends before", []), ("ends within", [SOME, hello[:90]]),
                                ("stalls after", [after_tls, STALL])):
                yield f"{name} the handshake, {tls}", kind, tls, start + steps
        for name, steps in (
                ("stalls", [STALL]), ("babbles", [Flood(b"\xff\x00\x80garbage" * 99)]),
                ("ends", []), ("sends NULs", [Flood(b"\0" * 999)])):
            yield f"{name} at once", kind, "none", steps
            yield f"{name} at the login command", kind, "none", until_login[kind] + [SOME] + steps
        if kind == "ldap":
            continue
        greeting, item = GREETING[kind], list_item[kind]
        yield "trickles its greeting", kind, "none", [Trickle(greeting * 9)]
        yield "sends an endless line", kind, "none", [greeting, LINE, Flood(item[:-2] * 99)]
        yield "sends endless lines", kind, "none", [greeting, LINE, Flood(item * 99)]
        for n in range(1, len(until_login[kind])):
            yield f"ends after {n} steps", kind, "none", until_login[kind][:n]
    yield "trickles its reply", "ldap", "none", [SOME, Trickle(bind + ldap(0x61, 0)[2:])]
    yield "announces 2 GiB", "ldap", "none", [SOME, b"\x30\x84\x7f\xff\xff\xff", Flood(b"x")]
    yield "sends endless messages", "ldap", "none", [SOME, Flood(ldap(0x78, 0, 0))]
    yield "sends endless entries", "ldap", "none", [SOME, Flood(ldap(0x64, 0))]


def echoes():
    """Refusals that quote what was sent: (name, kind, script). The reply is blanked."""
    password, coded = PASSWORD.encode(), base64.b64encode(PASSWORD.encode())
    for name, text in (("the password", password), ("it in base64", coded),
                       ("the credentials", PLAIN), ("it in capitals", password.upper()),
                       ("the credentials without padding", PLAIN.rstrip(b"="))):
        yield name, "smtp", EHLO + [LINE, b"535 bad: " + text + b"!\r\n"]
        yield name, "imap", CAPABILITY + [LINE, b"a2 NO bad: " + text + b"!\r\n"]
        yield name, "pop3", CAPA_USER + [LINE, b"+OK\r\n", LINE, b"-ERR bad: " + text + b"!\r\n"]
        yield name, "ldap", [SOME, ldap(0x61, 49, text=b"bad: " + text)]
