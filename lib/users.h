/* SPDX-License-Identifier: BSD-2-Clause */
/* Internal users while a configuration is loaded. */
#ifndef GATEPOST_USERS_H
#define GATEPOST_USERS_H

#include "secrets.h"

/* A user of the OU in the file being read, not yet known by its name. NULL if name is
 * none (see address_parse_login). */
struct user *user_new(struct load *load, const struct ou *ou, struct span name,
                      unsigned line);

/* Makes it known. Returns the user who has that name already, NULL if there is none. */
const struct user *user_add(struct load *load, struct user *user);

/* Takes the crypt(5) hash of a user: a secret_taker. Programs without use for it forget
 * it here. One that is too weak, or none at all, never lets in anybody: a warning. */
void user_take_hash(struct load *load, const struct secret *secret, struct span hash);

#endif
