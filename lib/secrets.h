/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of password options, in clear or sealed, while a configuration is loaded.
 */
#ifndef GATEPOST_SECRETS_H
#define GATEPOST_SECRETS_H

#include "schema.h"

struct secret;

/* Checks a value in clear and keeps it, or forgets it where load->secrets is NULL. The
 * text is gone afterwards. Absent: it is sealed, and this process may not read the key;
 * only with SECRETS_READABLE. Errors are told of by secret->line and ->option. */
typedef void secret_taker(struct load *load, const struct secret *secret,
                          struct span value);

/* A password option that was given. */
struct secret {
    secret_taker *take;
    void *section; /* that it belongs to */
    const char *option;
    unsigned line;
};

/* Takes a value in clear at once, and keeps a sealed one for secrets_open(). */
void secret_given(struct load *load, const struct secret *secret, struct span value);

/* The same for the value of an option in a file of configuration, which must not be
 * readable by others unless it is sealed. */
void secret_in_option(struct load *load, const struct secret *secret,
                      const char *value);

/* The same for the first line of a file, which must not be readable by others unless
 * all that it holds is a sealed value. */
struct textfile;
void secret_in_file(struct load *load, const struct secret *secret, const char *path,
                    const struct textfile *file);

/* When everything else is read: opens what was sealed, with the key of seal_key_file.
 */
void secrets_open(struct load *load);

#endif
