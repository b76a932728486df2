# SPDX-License-Identifier: BSD-2-Clause
"""Reference model of the sending policy.

An independent, slow and literal reading of the policy: given a configuration
and one transaction (the keys of `gatepost explain --batch`) it says what the
answer must be.  It shares no code with the program; the differential test
compares the two.
"""

import site_policies
from canonical import canonical_client, parse_path
from configuration import DEFAULT, Interface
from message_rules import MESSAGE_RULES, Message, concerned, is_given
from rules import MAIL_RULES, RCPT_RULES
from session import Fault, Session, select_interface

ANY = None              # an expected value that the policy does not fix
FREE_TEXT = " ... "     # in an expected reply: any text of the program's own
ADDED_TEXT = " ..? "    # in an expected reply: the same, or nothing

POLICY = "policy"
RULE_IDS = tuple(dict.fromkeys(
    [rule.id for rule in MAIL_RULES + RCPT_RULES] + [POLICY]
    + [rule.id for rule in MESSAGE_RULES]))
NEVER_HELD_BACK = ("bad-sender", "bad-recipient")


# Judging -------------------------------------------------------------------

def deciding_ou(session, rule):
    """The OU whose rule this is, or None for one of the interface's."""
    if rule.section == "interface":
        return None
    return session.user_ou if rule.section == "user" else getattr(session, rule.section)


def is_held_back(session, rule):
    ou = deciding_ou(session, rule)
    return rule.held_back and (session.config.monitored or session.interface.monitored
                               or ou is not None and ou.monitored)


def deciding_source(session, rule):
    return getattr(session, rule.section).source(rule.option)


def full_reply(config, reply):
    """The fixed parts: how it begins, and how it ends if that is certain."""
    ou_help = any(ou.help for ou in config.ous)
    return reply + FREE_TEXT + ("" if ou_help else config.help)


def verdict(session, rule=None, would=""):
    """The verdict V where `rule` refused, or where none did."""
    ou = deciding_ou(session, rule) if rule else None
    ou = ou or session.sender_ou
    answer = {"verdict": "pass", "rule": "", "reply": "",
              "interface": session.interface.name, "ou": ou.name if ou else "",
              "source": ANY if would else DEFAULT, "would": would}
    if rule:
        answer.update(verdict="refuse", rule=rule.id,
                      reply=full_reply(session.config, rule.reply(session)),
                      source=deciding_source(session, rule))
    return answer


def judge(session, rules, count, would=""):
    """The first rule that refuses decides; those held back are passed over."""
    for rule in rules:
        passes = rule.judge(session)
        if passes is None:
            continue
        if passes:
            count(rule.id, "passed")
        elif is_held_back(session, rule):
            count(rule.id, "held back")
            would = would or rule.id
        else:
            count(rule.id, "refused")
            return verdict(session, rule, would)
    return verdict(session, would=would)


def fault(config, transaction):
    session = Session(config, Interface("default"), None, transaction)
    ou = session.sender_ou
    return {"verdict": "defer", "rule": "fault", "reply": "451 4.3.0" + FREE_TEXT,
            "interface": "", "ou": ou.name if ou else "", "source": ANY, "would": ""}


def decide(config, transaction, count=lambda rule_id, outcome: None):
    """What `explain --batch` must answer.  `count` is told of each rule judged."""
    client = canonical_client(transaction.get("client"))
    try:
        interface = select_interface(config, transaction, client)
    except Fault:
        return {"mail": fault(config, transaction), "rcpt": []}
    session = Session(config, interface, client, transaction)
    mail = judge(session, MAIL_RULES, count)
    if mail["verdict"] != "pass":
        return {"mail": mail, "rcpt": []}
    answer = {"mail": mail, "rcpt": [judge_recipient(session, raw, count)
                                     for raw in transaction.get("to", [])]}
    if is_given(transaction):
        answer["message"] = judge_message(session, Message(transaction, session.sender),
                                          count)
    return answer


def judge_recipient(session, raw, count):
    session.recipient = parse_path(raw)
    answer = judge(session, RCPT_RULES, count)
    return judge_policies(session, answer, count) if answer["verdict"] == "pass" else answer


def judge_policies(session, answer, count):
    """The verdict of a recipient that the rules pass."""
    would = answer["would"]
    for policy, held_back in site_policies.deciding(session):
        if held_back:
            count(POLICY, "held back")
            would = would or POLICY
        elif policy.action in site_policies.REPLIES:
            count(POLICY, "refused")
            return policy_verdict(session, policy, would)
    if session.config.policies:
        count(POLICY, "passed")
    return verdict(session, would=would)


def policy_verdict(session, policy, would):
    """Its line is that of its section, and its value what is said."""
    code, config = site_policies.REPLIES[policy.action], session.config
    helps = [config.help, *(ou.help for ou in config.ous)]
    reply = full_reply(config, code) if policy.action == "refuse" else code + FREE_TEXT
    if policy.value and policy.action == "refuse" and any(helps):
        reply = reply.replace(FREE_TEXT, f" {policy.value}{ADDED_TEXT}")
    elif policy.value:
        reply = f"{code} {policy.value}"
    return dict(verdict(session, would=would), verdict=policy.action, rule=POLICY,
                reply=reply, source=policy.header)


def judge_message(session, message, count):
    session.message = message
    answer = verdict(session)
    for session.header_ou in concerned(session):
        answer = judge(session, MESSAGE_RULES, count, answer["would"])
        if answer["verdict"] != "pass":
            break
    return answer


# Comparing -----------------------------------------------------------------

def reply_agrees(expected, got):
    for mark, shortest in ((FREE_TEXT, " x"), (ADDED_TEXT, "")):
        beginning, found, ending = expected.partition(mark)
        if found:
            return (got.startswith(beginning + shortest[:1]) and got.endswith(ending)
                    and len(got) >= len(beginning + shortest + ending) and got.isprintable())
    return got == expected


def verdict_agrees(expected, got):
    """Each field is there and as expected; ANY agrees with every text."""
    def field_agrees(field, value):
        if not isinstance(got.get(field), str):
            return False
        if field == "reply":
            return reply_agrees(value, got[field])
        return value is ANY or got[field] == value
    return isinstance(got, dict) and all(field_agrees(*item) for item in expected.items())


def agrees(expected, got):
    """Whether the program's answer is one that the model allows."""
    return (isinstance(got, dict) and isinstance(got.get("rcpt"), list)
            and verdict_agrees(expected["mail"], got.get("mail"))
            and len(got["rcpt"]) == len(expected["rcpt"])
            and all(map(verdict_agrees, expected["rcpt"], got["rcpt"]))
            and ("message" in expected) == (got.get("message") is not None)
            and ("message" not in expected
                 or verdict_agrees(expected["message"], got["message"])))
