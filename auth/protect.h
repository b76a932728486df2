/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeping what is secret in this process. */
#ifndef GATEPOST_PROTECT_H
#define GATEPOST_PROTECT_H

/* No limit on locked memory; needs privileges, and is nothing without them. */
void protect_allow_locking(void);

/* No core dumps, no debugger but root's, and no page to a swap device where that is
 * allowed. To be called when the user is the last one. */
void protect_memory(void);

#endif
