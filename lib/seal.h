/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealed values: secrets that may stand in a configuration which others can read, since
 * it takes a key to open them. "sealed:v1:" and base64 of a nonce of 12 bytes, the
 * secret, and a tag of 16, by AES-256-GCM (NIST SP 800-38D). */
#ifndef GATEPOST_SEAL_H
#define GATEPOST_SEAL_H

#include "base64.h"
#include "span.h"

#define SEAL_PREFIX "sealed:v1:"

enum {
    SEAL_KEY_BYTES = 32,
    SEAL_NONCE_BYTES = 12,
    SEAL_TAG_BYTES = 16,
    SEAL_SECRET_MAX = 500,
    SEAL_RAW_MAX = SEAL_NONCE_BYTES + SEAL_SECRET_MAX + SEAL_TAG_BYTES,
    SEAL_TEXT_SIZE = sizeof SEAL_PREFIX + BASE64_ENCODED(SEAL_RAW_MAX)
};

struct seal_key {
    unsigned char bytes[SEAL_KEY_BYTES];
};

/* Is it meant to be one? Any value is that begins with "sealed:". */
bool seal_is_sealed(struct span value);

/* NULL, or why no value like this was ever sealed. Needs no key. */
const char *seal_form_fault(struct span value);

/* NULL, or why this cannot be sealed: empty, too long, or with control characters. */
const char *seal_secret_fault(struct span secret);

/* Seals a secret without such a fault, with a NUL behind the text in out. ou_file is
 * the name of the one file of ou_directory that it may be used in; NULL: the main file,
 * and no such file. False if there is no memory or no randomness. */
bool seal_make(const struct seal_key *key, const char *ou_file, struct span secret,
               char out[SEAL_TEXT_SIZE]);

/* Opens a value without a fault of its form. *secret is then in out, with a NUL behind
 * it, and the caller's to wipe. False, with nothing in out, if it was sealed with
 * another key or for another file, or is not as it was sealed. */
bool seal_open(const struct seal_key *key, const char *ou_file, struct span value,
               char out[SEAL_SECRET_MAX + 1], struct span *secret);

#endif
