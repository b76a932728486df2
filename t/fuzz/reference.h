/* SPDX-License-Identifier: BSD-2-Clause */
/* Readers of our own for what the fuzz targets feed: plain, slow, and written without a
 * look at those that are tested. */
#ifndef GATEPOST_FUZZ_REFERENCE_H
#define GATEPOST_FUZZ_REFERENCE_H

#include "span.h"

/* RFC 4648 4: with padding, without anything else, the bits behind the end 0. out has
 * room for text.len bytes. */
bool reference_base64(struct span text, char *out, size_t *len);

/* Encodes; returns the length. out has room for 4 * (len / 3 + 1) bytes. */
size_t reference_to_base64(struct span bytes, char *out);

/* Is this name, as a client gave it, the canonical one? Exact for plain names; for
 * others (quotes, IDN, a dot at the end) only what has to be true in any case. realm
 * and domain, which may be "", are what the interface strips and adds. */
bool reference_is_name(struct span name, const char *canonical, const char *realm,
                       const char *domain);

#endif
