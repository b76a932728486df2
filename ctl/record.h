/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of the daemons' log, read back: what lib/daemon/line.c wrote, text or JSON,
 * with or without what syslog put in front of it. */
#ifndef GATEPOST_RECORD_H
#define GATEPOST_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "span.h"

enum record_event {
    EVENT_REFUSAL,
    EVENT_MONITOR,
    EVENT_TRANSACTION,
    EVENT_LOGIN,
    EVENT_POLICY,  /* what a policy has logged of a mail */
    EVENT_MESSAGE, /* of a daemon itself */
    EVENTS
};

/* In the order in which the daemons write them, see gatepost.conf(5). */
enum record_field {
    FIELD_TIME,
    FIELD_EVENT,
    FIELD_SESSION,
    FIELD_GENERATION,
    FIELD_INTERFACE,
    FIELD_PROTOCOL,
    FIELD_MTA,
    FIELD_DAEMON_NAME,
    FIELD_PORT,
    FIELD_CLIENT,
    FIELD_CLIENT_NAME,
    FIELD_HELO,
    FIELD_TLS,
    FIELD_TLS_VERSION,
    FIELD_MECHANISM,
    FIELD_LOGIN,
    FIELD_FROM,
    FIELD_MAIL_ADDR,
    FIELD_TO,
    FIELD_RECIPIENTS,
    FIELD_RCPT_ADDR,
    FIELD_STAGE,
    FIELD_HEADER_FROM,
    FIELD_HEADER_SENDER,
    FIELD_RESENT_FROM,
    FIELD_RESENT_SENDER,
    FIELD_HEADERS_CUT,
    FIELD_POLICIES,
    FIELD_POLICY,
    FIELD_TEXT,
    FIELD_OU,
    FIELD_VERDICT,
    FIELD_RULE,
    FIELD_REPLY,
    FIELD_SOURCE,
    FIELD_WOULD,
    FIELD_MODE,
    FIELD_REASON,
    FIELD_TARGET,
    FIELD_SERVER,
    FIELD_MS,
    FIELD_END,
    FIELD_QUEUE_ID,
    RECORD_FIELDS
};

enum record_kind { KIND_STRING, KIND_NUMBER, KIND_BOOLEAN, KIND_LIST };

/* MAIL, RCPT, or the end of the message. */
enum record_stage { STAGE_MAIL, STAGE_RCPT, STAGE_MESSAGE };

struct record_list {
    size_t start, count; /* in items */
};

/* All zero before the first line; ended with record_clear(). Texts point into the line
 * or into object, and stay until the next line is read. */
struct record {
    enum record_event event;
    struct span text[RECORD_FIELDS];     /* ptr NULL: the field is not there */
    unsigned long number[RECORD_FIELDS]; /* of numbers; of booleans 0 or 1 */
    struct record_list list[RECORD_FIELDS];
    struct span *items; /* of all lists */
    size_t item_count, item_size;
    json_t *object;    /* owned; NULL for text */
    const char *fault; /* of a field that a transaction is judged by, or NULL */
};

enum record_result {
    RECORD_READ,
    RECORD_FOREIGN, /* of another program */
    RECORD_BROKEN,  /* ours, and it cannot be read: see fault */
};

/* Reads a line without its newline, and takes the escapes out of it in place. */
enum record_result record_read(struct record *record, char *line, size_t len);

/* Reads the fields of an object that the caller keeps. Null is as absent, unknown keys
 * do not matter; a field of a wrong type is as absent, and leaves a fault where
 * decisions depend on it. */
void record_read_object(struct record *record, json_t *object);

void record_clear(struct record *record);

/* The name of a field, and what it holds. */
const char *record_key(enum record_field field);
enum record_kind record_kind(enum record_field field);

static inline bool record_has(const struct record *record, enum record_field field)
{
    return record->text[field].ptr != NULL;
}

static inline bool record_is(const struct record *record, enum record_field field,
                             const char *word)
{
    return span_equal(record->text[field], span_of(word));
}

/* An entry of a list. */
static inline struct span record_item(const struct record *record,
                                      enum record_field field, size_t index)
{
    return record->items[record->list[field].start + index];
}

/* Of a refusal or a monitor line. Those of versions that did not say it are told apart
 * by their recipients. */
enum record_stage record_stage(const struct record *record);

/* Does the field name a rule of the end of the message? */
bool record_is_message_rule(const struct record *record, enum record_field field);

/* Was the value cut when it was logged, or could it have been? */
bool record_is_cut(const struct record *record, enum record_field field);

#endif
