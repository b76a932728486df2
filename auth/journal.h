/* SPDX-License-Identifier: BSD-2-Clause */
/* What the log says of an attempt to log in: one line, never with a secret. */
#ifndef GATEPOST_AUTH_JOURNAL_H
#define GATEPOST_AUTH_JOURNAL_H

#include "attempt.h"

/* found: NULL while another thread may still write it. ms: how long it took. */
void journal_login(const struct attempt *attempt, const struct attempt_found *found,
                   int64_t ms);

#endif
