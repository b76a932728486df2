/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy sections of a site, at each recipient. */
#ifndef GATEPOST_POLICIES_H
#define GATEPOST_POLICIES_H

#include "policy.h"

/* Goes through the policies for the recipient that was judged last, and passed: may
 * change the verdict, and fills policy->handling. */
void policies_apply(struct policy *policy, struct verdict *verdict,
                    const struct trace *trace);

#endif
