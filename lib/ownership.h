/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a login own an address? Each *source that a function has is set where a setting
 * of its own granted it, and left alone where none did. */
#ifndef GATEPOST_OWNERSHIP_H
#define GATEPOST_OWNERSHIP_H

#include "policy.h"

/* Is the address the login itself, as it is or without what follows ou's
 * recipient_delimiter? */
bool is_login(const struct policy *p, const struct address *address,
              const struct ou *ou);

/* Does ou's sender map list the login for the address? */
bool is_granted(const struct policy *p, const struct address *address,
                const struct ou *ou, struct source *source);

/* Does the login own an address of ou, by ou's match_auth_user? Where that is off, as
 * if it were owner. */
enum match owns(const struct policy *p, const struct address *address,
                const struct ou *ou, struct source *source);

/* May the login show this address, of whatever domain, as the author of a message? */
enum match may_show(const struct policy *p, const struct address *address);

/* Does ou know an address of its own: as a user, by a grant to anybody, or by
 * known_senders? */
enum match is_known(const struct policy *p, const struct address *address,
                    const struct ou *ou, struct source *source);

#endif
