/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking another server whether a password is right. */
#ifndef GATEPOST_TARGET_H
#define GATEPOST_TARGET_H

#include <stdint.h>

#include "address.h"
#include "snapshot.h"

/* No zero: an answer that nobody gave is none. */
enum target_answer {
    TARGET_UNTOLD = 1, /* not reached, no answer in time, or none that can be used */
    TARGET_REFUSED,    /* its explicit no to our login command */
    TARGET_ACCEPTED,   /* its explicit yes to our login command */
};

enum { TARGET_REPLY = 256 };

struct target_result {
    enum target_answer answer;
    /* What the server said, or what went wrong: printable ASCII for the log, never
     * with a secret. */
    char reply[TARGET_REPLY];
};

/* The trusted certificates of a target, read once for each configuration. */
struct tls_trust;

/* "" is what the system trusts. NULL with the reason in error[] on failure. */
struct tls_trust *tls_trust_new(const char *ca_file, char *error, size_t size);
void tls_trust_free(struct tls_trust **trust);

/* Puts login and password before one server of a target. Blocks, but not beyond
 * deadline (milliseconds of CLOCK_MONOTONIC) by more than the look-up of a host name
 * takes. trust may be NULL: then no TLS can be had. password is not empty, has no NUL
 * and no controls, and is followed by a NUL that its len does not count. May be called
 * by any number of threads at once. */
void target_ask(const struct target *target, const struct target_url *url,
                const struct tls_trust *trust, const struct address *login,
                struct span password, int64_t deadline, struct target_result *result);

#endif
