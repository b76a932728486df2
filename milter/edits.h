/* SPDX-License-Identifier: BSD-2-Clause */
/* What a message that passed is changed by: policies of the site, and the field
 * Authentication-Results. */
#ifndef GATEPOST_EDITS_H
#define GATEPOST_EDITS_H

#include <libmilter/mfapi.h>

#include "headers.h"

/* A recipient that a policy keeps from the message. */
struct diversion {
    struct diversion *next;
    const struct site_policy *policy; /* redirect or discard */
    char recipient[];                 /* as the MTA gave it */
};

/* What the policies have in mind for a message, gathered from its recipients. */
struct edits {
    uint64_t marks[SITE_POLICIES_MAX / 64]; /* as in struct handling */
    struct diversion *diversions;
    unsigned long discarded;
};

/* Keeps what was decided about a recipient. False, and nothing is kept, when there is
 * no memory. */
bool edits_keep(struct edits *edits, const struct handling *handling,
                struct span recipient);
void edits_clear(struct edits *edits);

/* Has any recipient met this policy? */
bool edits_have(const struct edits *edits, const struct site_policy *policy);

/* What the MTA must let us do, where a snapshot edits_messages. */
#define EDITS_ACTIONS                                                                  \
    (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_ADDRCPT | SMFIF_DELRCPT | SMFIF_QUARANTINE)

/* At the end of the message. headers: NULL where none were asked for. False when the
 * MTA did not take one of them: the message must then be deferred. *discard: nobody is
 * left to get it. */
bool edits_apply(SMFICTX *ctx, const struct edits *edits, const struct policy *policy,
                 const struct headers *headers, unsigned long recipients,
                 bool *discard);

#endif
