/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 of RFC 4648, strictly. */
#ifndef GATEPOST_BASE64_H
#define GATEPOST_BASE64_H

#include "span.h"

/* Room for len bytes encoded, with a NUL. */
#define BASE64_ENCODED(len) (((len) + 2) / 3 * 4 + 1)

/* Decodes into out, which needs text.len bytes. False, with out wiped, for anything
 * but the one encoding of some bytes; "" is of none. */
bool base64_decode(struct span text, char *out, size_t *len);

/* Encodes with a NUL; out needs BASE64_ENCODED(bytes.len). Returns the length. */
size_t base64_encode(struct span bytes, char *out);

#endif
