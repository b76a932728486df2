/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzz_wire knows of the message of a transaction: the fields that it sent, and
 * what the policies have in mind for the recipients that were accepted. */
#ifndef GATEPOST_WIRE_MESSAGE_H
#define GATEPOST_WIRE_MESSAGE_H

#include "policy.h"
#include "stub_milter.h"

struct wire_field {
    char *name, *value;
};

struct wire_diversion {
    char *recipient;
    const struct site_policy *policy;
};

/* All of it is owned; {0} is an empty one. */
struct wire_message {
    struct wire_field *fields;
    size_t field_count;
    struct wire_diversion *diversions;
    size_t diversion_count;
    unsigned recipients, discarded;
    uint64_t marks[SITE_POLICIES_MAX / 64];
};

void wire_message_clear(struct wire_message *message);
void wire_message_field(struct wire_message *message, const char *name,
                        const char *value);
/* One that was accepted, with what was decided about it. */
void wire_message_recipient(struct wire_message *message, const char *recipient,
                            const struct handling *handling);

/* What the end of the message has to say, by policy_message(). */
void wire_message_judge(const struct wire_message *message, const struct policy *policy,
                        struct verdict *verdict);

/* Are all recipients to get nothing? */
bool wire_message_is_discarded(const struct wire_message *message);

/* Are there more forged fields than one removes? */
bool wire_message_is_overdone(const struct wire_message *message,
                              const struct snapshot *snapshot);

/* The changes are these, and no others. */
void wire_message_check_edits(const struct wire_message *message,
                              const struct policy *policy, const SMFICTX *context);

#endif
