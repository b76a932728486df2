/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rules have in common: how they conclude, exemptions, replies. */
#ifndef GATEPOST_FINDING_H
#define GATEPOST_FINDING_H

#include "rules.h"

extern const char not_authenticated[], no_sender_ou[];

/* Each writes the reason, which must be static, and returns its outcome. */
enum outcome unconcerned(struct finding *f, const char *reason);
enum outcome passes(struct finding *f, const char *reason);
enum outcome refuses(struct finding *f, const char *reason);
enum outcome fault(struct finding *f);

/* By an allow or deny list. allow: only what matches passes; deny: only what does
 * not. */
enum outcome restricted(struct finding *f, int restriction, enum match match);

/* The client's address in a list that holds no host names. */
enum match client_matches(const struct policy *p, const struct client_list *list);

/* Settings 12 and 13. */
enum match is_exempt(const struct policy *p, const struct ou *ou);

/* The OU would refuse, unless the client is exempt. */
enum outcome refuses_unless_exempt(const struct policy *p, const struct ou *ou,
                                   struct finding *f, const char *reason);

/* It could not be told, which does not matter if the client is exempt. */
enum outcome fault_unless_exempt(const struct policy *p, const struct ou *ou,
                                 struct finding *f);

/* The reply to who is not authenticated, where it is not the rule's own (NULL). */
const struct reply *reply_for_stranger(const struct policy *p);

#endif
