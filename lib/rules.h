/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules themselves, one predicate each, in the order they are judged. */
#ifndef GATEPOST_RULES_H
#define GATEPOST_RULES_H

#include "policy.h"

/* What a predicate found beside its outcome. */
struct finding {
    struct source source;
    const char *reason;
    const struct reply *reply; /* NULL: the rule's own */
    const char *detail;        /* for the text of the reply, or NULL */
    bool firm;                 /* monitor mode does not hold it back */
    bool temporary;            /* refused for now */
};

/* Whose rule it is: whose mode holds it back, and whose name goes with it. */
enum rule_owner {
    OWNER_INTERFACE,
    OWNER_SENDER_OU,
    OWNER_LOGIN_OU,
    OWNER_MESSAGE_OU, /* the one that a message is being judged for */
    OWNER_NOBODY,     /* never held back */
};

struct rule {
    enum rule_id id;
    enum rule_owner owner;
    enum outcome (*test)(const struct policy *, struct finding *);
    struct reply reply;
};

/* Each ends with a rule whose test is NULL. */
extern const struct rule rules_login[], rules_mail[], rules_rcpt[], rules_message[];

#endif
