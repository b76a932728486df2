/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this the password of that hash? */
#ifndef GATEPOST_PASSWORD_H
#define GATEPOST_PASSWORD_H

#include <stdbool.h>

/* crypt(3) takes that many bytes, with the NUL. */
enum { PASSWORD_MAX = 512 };

/* Costs what the hash asks for, whatever the answer is. False for a hash that is none.
 * May be called by any number of threads at once. */
bool password_matches(const char *password, const char *hash);

#endif
