/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusals take the same time, whatever they are for: each waits for as long as the
 * slower kind of its OU took last, by a hash or by a target. For one thread alone. */
#ifndef GATEPOST_DELAY_H
#define GATEPOST_DELAY_H

#include "attempt.h"

/* A concluded attempt: how long did a refusal after a look at the password take? */
void delay_learn(const struct attempt *attempt);

/* Milliseconds that the answer to a concluded attempt has to wait. */
int64_t delay_needed(const struct attempt *attempt);

#endif
