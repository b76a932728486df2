/* SPDX-License-Identifier: BSD-2-Clause */
/* The canonical form of a mail domain. */
#ifndef GATEPOST_DOMAIN_H
#define GATEPOST_DOMAIN_H

#include "span.h"

/* RFC 1035 2.3.4, without the trailing dot. */
enum { DOMAIN_MAX = 253, LABEL_MAX = 63 };

/* Writes the canonical form of a domain (RFC 5321 4.1.2, RFC 5890): lower-case
 * A-labels without a trailing dot, or an address literal in its brackets. Labels
 * may hold underscores. Returns its length, or 0 if this is no domain. Writes no
 * NUL. Allocates only for a name with bytes above ASCII. */
size_t domain_canonical(struct span text, char out[DOMAIN_MAX]);

#endif
