/* SPDX-License-Identifier: BSD-2-Clause */
/* What was decided about a MAIL or RCPT command, and why. */
#include "verdict.h"

#include <stdio.h>

const char *rule_name(enum rule_id id)
{
    static const char *const names[RULE_COUNT] = {
        [RULE_NONE] = "",
        [RULE_AUTH_DISABLED] = "auth-disabled",
        [RULE_AUTH_ENCRYPTION] = "auth-encryption",
        [RULE_AUTH_IP] = "auth-ip",
        [RULE_AUTH_USERNAME] = "auth-username",
        [RULE_OU_AUTH_USERNAME] = "ou-auth-username",
        [RULE_USER_OFF] = "user-off",
        [RULE_USER_CLIENT] = "user-client",
        [RULE_AUTH_REQUIRED] = "auth-required",
        [RULE_BAD_SENDER] = "bad-sender",
        [RULE_SENDING_DOMAIN_AUTH] = "sending-domain-auth",
        [RULE_CROSS_OU] = "cross-ou",
        [RULE_USER_SENDER] = "user-sender",
        [RULE_SENDER_MISMATCH] = "sender-mismatch",
        [RULE_UNKNOWN_SENDER] = "unknown-sender",
        [RULE_BAD_RECIPIENT] = "bad-recipient",
        [RULE_INBOUND_DOMAIN_AUTH] = "inbound-domain-auth",
        [RULE_RELAY_DENIED] = "relay-denied",
        [RULE_POLICY] = "policy",
        [RULE_BAD_HEADER_FROM] = "bad-header-from",
        [RULE_HEADER_FROM] = "header-from",
        [RULE_HEADER_ALIGNED] = "header-aligned",
        [RULE_DISPLAY_NAME] = "display-name",
        [RULE_LOGIN_MALFORMED] = "login-malformed",
        [RULE_LOGIN_LIMIT] = "login-limit",
        [RULE_LOGIN_UNKNOWN] = "login-unknown",
        [RULE_LOGIN_PASSWORD] = "login-password",
        [RULE_FAULT] = "fault",
    };
    return names[id];
}

const char *verdict_name(enum verdict_kind kind)
{
    switch (kind) {
    case VERDICT_PASS:
        return "pass";
    case VERDICT_REFUSE:
        return "refuse";
    case VERDICT_DEFER:
        break;
    }
    return "defer";
}

void verdict_hold_back(struct verdict *v, enum rule_id rule, const struct ou *ou,
                       struct source source, const char *reason)
{
    bool known = false;
    for (unsigned i = 0; i < v->held_count; i++)
        known = known ||
                (v->held[i].ou == ou &&
                 (v->held[i].rule == RULE_LOGIN_LIMIT) == (rule == RULE_LOGIN_LIMIT));
    if (!known && v->held_count < VERDICT_HELD_MAX)
        v->held[v->held_count++] = (struct held_back){rule, ou};
    if (v->would != RULE_NONE)
        return;
    v->would = rule;
    v->source = source;
    v->reason = reason;
}

void verdict_fault(struct verdict *v, struct source source, const char *reason)
{
    static const struct reply reply = {
        "451", "4.3.0", "Temporary failure in the policy check, please try again"};
    v->kind = VERDICT_DEFER;
    v->rule = RULE_FAULT;
    v->source = source;
    v->reply = &reply;
    v->detail = NULL;
    v->help = "";
    v->reason = reason;
}

const char *verdict_text(const struct verdict *v, char out[REPLY_TEXT])
{
    const char *help = v->help && *v->help ? v->help : NULL;
    if (!v->reply)
        out[0] = '\0';
    else
        snprintf(out, REPLY_TEXT, "%s%s%s%s%s%s", v->reply->text, v->detail ? " (" : "",
                 v->detail ? v->detail : "", v->detail ? ")" : "", help ? "; " : "",
                 help ? help : "");
    return out;
}

const char *verdict_reply(const struct verdict *v, char out[REPLY_TEXT])
{
    char text[REPLY_TEXT];
    if (!v->reply)
        out[0] = '\0';
    else
        snprintf(out, REPLY_TEXT, "%s %s %.800s", v->reply->code, v->reply->enhanced,
                 verdict_text(v, text));
    return out;
}
