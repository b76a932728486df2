/* SPDX-License-Identifier: BSD-2-Clause */
/* The key that opens sealed values: a file of 64 hexadecimal digits. */
#ifndef GATEPOST_SEALKEY_H
#define GATEPOST_SEALKEY_H

#include <limits.h>

#include "seal.h"

enum seal_key_state {
    SEAL_KEY_READ,
    SEAL_KEY_ABSENT, /* there is no such file */
    SEAL_KEY_DENIED, /* this process may not read it */
    SEAL_KEY_BAD     /* others can read it, or there is no key in it */
};

/* Where a key is. */
struct seal_key_place {
    char path[PATH_MAX];
    bool credential; /* systemd's, who lets the service's group read it */
};

/* That of systemd's credentials if there is one, else the option's. */
void seal_key_find(const char *seal_key_file, struct seal_key_place *place);

/* False if the text is anything but a key, and a newline. */
bool seal_key_parse(struct span text, struct seal_key *key);

/* Without SEAL_KEY_READ, reason says why in words, with the path. The caller wipes the
 * key. */
enum seal_key_state seal_key_read(const struct seal_key_place *place,
                                  struct seal_key *key, char *reason, size_t size);

/* Makes a key file for its owner alone, where there is none. */
bool seal_key_create(const char *path, char *reason, size_t size);

/* The key that this process keeps, in memory that is not swapped where that is allowed:
 * later it may be unable to read the file. Recall gives false if there is none. */
void seal_key_remember(const struct seal_key *key);
bool seal_key_recall(struct seal_key *key);

#endif
