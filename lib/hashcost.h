/* SPDX-License-Identifier: BSD-2-Clause */
/* What it would cost to check a password by a hash. */
#ifndef GATEPOST_HASHCOST_H
#define GATEPOST_HASHCOST_H

#include <stdbool.h>

/* A check cannot be broken off, so that one that takes too long takes a processor from
 * everybody. False for a hash of crypt(5) that asks for more than a second or so, or
 * for more than 64 MiB, or whose cost cannot be told. */
bool hash_is_affordable(const char *hash);

#endif
