/* SPDX-License-Identifier: BSD-2-Clause */
/* From a verdict to what libmilter sends. */
#ifndef GATEPOST_REPLY_H
#define GATEPOST_REPLY_H

#include <libmilter/mfapi.h>

#include "verdict.h"

/* Sets the reply of a verdict and returns what the callback must return. Never
 * SMFIS_ACCEPT: at RCPT that would let the other recipients go unchecked. */
sfsistat reply_verdict(SMFICTX *ctx, const struct verdict *verdict);

#endif
