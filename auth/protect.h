/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeping what is secret in this process. */
#ifndef GATEPOST_PROTECT_H
#define GATEPOST_PROTECT_H

#include <stdbool.h>

/* No limit on locked memory; needs privileges, and is nothing without them. */
void protect_allow_locking(void);

/* No core dumps, no debugger but root's, and no page to a swap device: false where
 * that is not allowed. To be called when the user is the last one. */
bool protect_memory(void);

#endif
