/* SPDX-License-Identifier: BSD-2-Clause */
/* Target sections while a configuration is loaded. */
#ifndef GATEPOST_TARGETS_H
#define GATEPOST_TARGETS_H

#include "load.h"

/* The struct of a new target of the OU, with defaults, in its list. */
struct target *target_begin(struct load *load, const struct statement *statement,
                            struct ou *ou);

/* All its options are known: do they make a target? */
void target_built(struct load *load, struct target *target);

#endif
