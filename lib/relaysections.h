/* SPDX-License-Identifier: BSD-2-Clause */
/* Relay sections while a configuration is loaded. */
#ifndef GATEPOST_RELAYSECTIONS_H
#define GATEPOST_RELAYSECTIONS_H

#include "scan.h"
#include "schema.h"

/* NULL, after an error, if there are too many, or its name is no good. */
struct relay *relay_begin(struct load *load, const struct statement *statement);

/* Looks at what was given together: hosts, an account and its password. */
void relay_built(struct load *load, struct relay *relay);

/* Looks up the OUs that relays name, and finds those that claim the same mail. */
void check_relays(struct load *load);

#endif
