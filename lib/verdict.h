/* SPDX-License-Identifier: BSD-2-Clause */
/* What was decided about a MAIL or RCPT command, or a message, and why. */
#ifndef GATEPOST_VERDICT_H
#define GATEPOST_VERDICT_H

#include "snapshot.h"

/* No zero: a verdict that nobody set is not a pass. */
enum verdict_kind { VERDICT_DEFER = 1, VERDICT_REFUSE, VERDICT_PASS };

/* In the order in which they are judged. */
enum rule_id {
    RULE_NONE,
    RULE_AUTH_DISABLED,
    RULE_AUTH_ENCRYPTION,
    RULE_AUTH_IP,
    RULE_AUTH_USERNAME,
    RULE_OU_AUTH_USERNAME,
    RULE_USER_OFF,
    RULE_USER_CLIENT,
    RULE_AUTH_REQUIRED,
    RULE_BAD_SENDER,
    RULE_SENDING_DOMAIN_AUTH,
    RULE_CROSS_OU,
    RULE_USER_SENDER,
    RULE_SENDER_MISMATCH,
    RULE_UNKNOWN_SENDER,
    RULE_BAD_RECIPIENT,
    RULE_INBOUND_DOMAIN_AUTH,
    RULE_RELAY_DENIED,
    RULE_POLICY,
    RULE_BAD_HEADER_FROM,
    RULE_HEADER_FROM,
    RULE_HEADER_ALIGNED,
    RULE_DISPLAY_NAME,
    /* of gatepost-auth, beside those above */
    RULE_LOGIN_MALFORMED,
    RULE_LOGIN_UNKNOWN,
    RULE_LOGIN_LIMIT,
    RULE_LOGIN_PASSWORD,
    RULE_FAULT,
    RULE_COUNT
};

/* "" for RULE_NONE. */
const char *rule_name(enum rule_id id);
const char *verdict_name(enum verdict_kind kind);

/* What monitor mode held back of one owner: the first of its rules that would have
 * refused, as it would if its owner alone were switched to enforce. */
struct held_back {
    enum rule_id rule;
    const struct ou *ou; /* NULL: a rule of the interface, or of login_limits */
};

/* One of the interface, the login's OU and the sender's, and the OUs of a message; more
 * are not kept. */
enum { VERDICT_HELD_MAX = 4 };

/* Points into the snapshot it was made with. */
struct verdict {
    enum verdict_kind kind;
    enum rule_id rule;                 /* RULE_NONE on pass */
    enum rule_id would;                /* the first rule that monitor mode held back */
    const struct interface *interface; /* NULL: none could be chosen */
    const struct ou *ou;       /* whose rule decided, else the sender's; or NULL */
    struct source source;      /* of the setting that decided (or would have) */
    const struct reply *reply; /* NULL on pass */
    const char *detail;        /* what is wrong, in the reply's text; or NULL */
    const char *help;          /* ends the text; "" is nothing */
    const char *reason;        /* for the log and for explain, never NULL */
    unsigned held_count;
    struct held_back held[VERDICT_HELD_MAX];
};

/* Monitor mode holds back a rule of this OU, or of none. If it is the first of all it
 * becomes would, source and reason. reason must outlive the verdict. */
void verdict_hold_back(struct verdict *verdict, enum rule_id rule, const struct ou *ou,
                       struct source source, const char *reason);

/* Makes it a temporary failure, whatever it was. reason must outlive it. */
void verdict_fault(struct verdict *verdict, struct source source, const char *reason);

enum { REPLY_TEXT = 900 };

/* The text of the reply, help included, with a NUL; "" on pass. Returns out. */
const char *verdict_text(const struct verdict *verdict, char out[REPLY_TEXT]);

/* "550 5.7.1 text"; "" on pass. */
const char *verdict_reply(const struct verdict *verdict, char out[REPLY_TEXT]);

#endif
