/* SPDX-License-Identifier: BSD-2-Clause */
/* Policy sections while a configuration is loaded. */
#ifndef GATEPOST_SITEPOLICIES_H
#define GATEPOST_SITEPOLICIES_H

#include "scan.h"
#include "schema.h"

/* NULL, after an error, if there are too many. */
struct site_policy *policy_begin(struct load *load, const struct statement *statement);

/* Looks at what was given together: an action, and the value that it needs. */
void policy_built(struct load *load, struct site_policy *policy);

/* Looks up the interfaces and OUs that policies name. */
void check_policies(struct load *load);

#endif
