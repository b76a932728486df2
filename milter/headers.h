/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept of the header of a message: who it says wrote it, and which of its
 * fields are forgeries of our own. */
#ifndef GATEPOST_HEADERS_H
#define GATEPOST_HEADERS_H

#include "policy.h"

struct headers;

/* What is kept of who wrote the message: fields, and bytes of all their values. */
enum { HEADERS_FIELDS_MAX = 64, HEADERS_BYTES_MAX = 32 * 1024 };

/* NULL when there is no memory. The caller ends it with headers_free(). */
struct headers *headers_new(void);
void headers_free(struct headers **headers);

/* Looks at the next field, in the order of the message. More authors than can be kept
 * make the message incomplete. False when there is no memory. */
bool headers_add(struct headers *headers, const struct snapshot *snapshot,
                 const char *name, const char *value);

/* Who the message says wrote it. Valid until headers_free(). */
const struct message *headers_message(const struct headers *headers);

/* Each takes an MTA a walk over the header, and Postfix gives up after some thousands.
 */
enum { FORGERIES_MAX = 100 };

/* Calls remove() for each forgery, the last of a name first: the number counts the
 * fields of this name from 1. False when remove() is, or when there are more forgeries
 * than an MTA can bear to remove. */
bool headers_forgeries(const struct headers *headers, const struct snapshot *snapshot,
                       bool (*remove)(void *context, const char *name, unsigned number),
                       void *context);

#endif
