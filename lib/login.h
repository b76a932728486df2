/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is it that logged in? */
#ifndef GATEPOST_LOGIN_H
#define GATEPOST_LOGIN_H

#include "address.h"
#include "snapshot.h"

/* Reads a SASL login name to its canonical form on this interface: a realm of
 * strip_realms goes, default_domain comes where there is no domain and no user of
 * the bare name. *completed: that came. False if it is no name (see
 * address_parse_login). */
bool login_canonical(const struct snapshot *snapshot, const struct interface *interface,
                     struct span name, struct address *login, bool *completed);

/* Decodes Sendmail's xtext (RFC 3461 4). out needs text.len bytes. False where "+" is
 * not followed by two hexadecimal digits. */
bool login_decode_xtext(struct span text, char *out, size_t *len);

/* Could xtext be hidden here: is there a "+" before two hexadecimal digits? */
bool login_has_xtext(struct span text);

#endif
