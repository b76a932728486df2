/* SPDX-License-Identifier: BSD-2-Clause */
/* A transaction and its message as they were logged, or as a program describes them. */
#ifndef GATEPOST_CTL_TXN_H
#define GATEPOST_CTL_TXN_H

#include "policy.h"
#include "record.h"

/* All of it but the recipients. Returns NULL, or what is wrong with the record. Points
 * into the record. */
const char *txn_from_record(const struct record *record, struct txn *txn);

/* Fields of a message that are judged, at most. */
enum { TXN_FIELDS = 256 };

struct txn_message {
    struct originator_field fields[TXN_FIELDS];
    struct message message; /* points into fields */
};

/* Is anything said of who wrote the message? */
bool txn_has_message(const struct record *record);

/* Returns NULL, or what is wrong with the record. Points into both. */
const char *txn_message_from_record(const struct record *record,
                                    struct txn_message *message);

#endif
