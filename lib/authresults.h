/* SPDX-License-Identifier: BSD-2-Clause */
/* Authentication-Results fields (RFC 8601). */
#ifndef GATEPOST_AUTHRESULTS_H
#define GATEPOST_AUTHRESULTS_H

#include "policy.h"

#define AUTHRESULTS_FIELD "Authentication-Results"

enum { AUTHRESULTS_MAX = 2048 };

/* Does a field with this value speak in the name of id for any reader, however lenient,
 * or can nobody tell? Ids are compared with ASCII case folded; blanks, comments and
 * quotes are none of them, wherever they stand. */
bool authresults_claims(struct span value, const char *id);

/* Writes the value, with a NUL, of the field that says who logged in for this mail:
 * auth=pass with smtp.auth and smtp.mailfrom, or auth=none. What is no token nor an
 * address stands in quotes, and its odd bytes as \xNN. */
void authresults_format(const struct policy *policy, char out[AUTHRESULTS_MAX]);

#endif
