# SPDX-License-Identifier: BSD-2-Clause
"""`policy` sections, looked at for each recipient after the rules."""

from canonical import NULL_SENDER

REPLIES = {"refuse": "550 5.7.1", "defer": "451 4.7.1"}
FINAL = ("accept", "discard")       # nothing after them is looked at


def applies(session, policy):
    """All conditions given must hold."""
    return (in_state(session, policy.authentication_state)
            and is_in(session.interface, policy.interfaces)
            and is_in(session.login_ou if session.authenticated else session.sender_ou,
                      policy.ous)
            and (not policy.clients or session.client_or_name_in(policy.clients))
            and (not policy.senders
                 or session.name_in(policy.senders, text_of(session.sender)))
            and (not policy.recipients
                 or session.name_in(policy.recipients, session.recipient.text)))


def in_state(session, state):
    return state == "any" or session.authenticated == (state == "authenticated")


def is_in(section, names):
    return not names or section is not None and section.name in names


def text_of(sender):
    return "<>" if sender == NULL_SENDER else sender.text


def is_held_back(session, policy):
    """What is done to the message or the recipient is; marks are not."""
    return (policy.action in ("refuse", "defer", "discard", "quarantine", "redirect")
            and (session.config.monitored or session.interface.monitored))


def deciding(session):
    """The policies that apply in order, each with whether it is held back, up to the
    one that decides."""
    for policy in session.config.policies:
        if not applies(session, policy):
            continue
        held_back = is_held_back(session, policy)
        yield policy, held_back
        if policy.action in (*FINAL, *REPLIES) and not held_back:
            return
