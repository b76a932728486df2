/* SPDX-License-Identifier: BSD-2-Clause */
/* Internal users while a configuration is loaded. */
#ifndef GATEPOST_USERS_H
#define GATEPOST_USERS_H

#include "schema.h"

/* A user of the OU in the file being read, not yet known by its name. NULL if name is
 * none (see address_parse_login). */
struct user *user_new(struct load *load, const struct ou *ou, struct span name,
                      unsigned line);

/* Makes it known. Returns the user who has that name already, NULL if there is none. */
const struct user *user_add(struct load *load, struct user *user);

/* Keeps a crypt(5) hash, or forgets it where this program has no use for it. One that
 * is too weak, or none at all, never lets in anybody: then returns why, in words that
 * stay valid. */
const char *user_set_hash(struct load *load, struct user *user, struct span hash);

#endif
