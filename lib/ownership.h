/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a login own an address? */
#ifndef GATEPOST_OWNERSHIP_H
#define GATEPOST_OWNERSHIP_H

#include "policy.h"

/* The login owns the sender if it equals it or a pattern of senders (NULL: none)
 * matches: as it is, or without what follows ou's recipient_delimiter. */
enum match owns(const struct policy *p, const struct ou *ou,
                const struct name_list *senders);

#endif
