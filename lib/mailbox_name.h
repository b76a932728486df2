/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of a mailbox: decoded, and whether a reader could be misled by it. */
#ifndef GATEPOST_MAILBOX_NAME_H
#define GATEPOST_MAILBOX_NAME_H

#include "mailbox.h"

/* Decodes words and comments into the name of box. odd: they hold what makes it
 * uncertain where they end. NULL, or why such a name is refused. */
const char *mailbox_name_decode(struct span words, struct span comments, bool odd,
                                struct mailbox *box);

/* Is there an @ in it, or what looks like one? */
bool mailbox_name_has_at(struct span name);

#endif
