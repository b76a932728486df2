/* SPDX-License-Identifier: BSD-2-Clause */
/* How a transaction ends. */
#ifndef GATEPOST_ENDING_H
#define GATEPOST_ENDING_H

#include <libmilter/mfapi.h>

#include "session.h"

/* At DATA of an open transaction: defers what no filter will see, and returns what the
 * callback must return. */
sfsistat ending_data(SMFICTX *ctx, struct session *session);

/* At the end of the message of an open transaction: judges it, changes it, logs it, and
 * returns what the callback must return. */
sfsistat ending_message(SMFICTX *ctx, struct session *session);

/* Logs the end of a transaction, if one is open: one of the words of
 * journal_transaction(). */
void ending_transaction(SMFICTX *ctx, struct session *session, const char *end);

#endif
