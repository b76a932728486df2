/* SPDX-License-Identifier: BSD-2-Clause */
/* What the log says of a session: a line for each refusal, for what monitor mode held
 * back, and for each transaction. The keys are those that explain --batch reads. */
#ifndef GATEPOST_JOURNAL_H
#define GATEPOST_JOURNAL_H

#include "session.h"

/* A verdict on MAIL (to absent) or on one RCPT that is no plain pass. rcpt_addr only
 * where it disagrees with to. */
void journal_verdict(const struct session *session, struct span to,
                     struct span rcpt_addr, const struct verdict *verdict);

/* A verdict on the whole message that is no plain pass. */
void journal_message(const struct session *session, const struct verdict *verdict);

/* The end of a transaction: "message", "discard", "abort" or "disconnect". */
void journal_transaction(const struct session *session, const char *end);

#endif
