/* SPDX-License-Identifier: BSD-2-Clause */
/* What the readers of text and of JSON share; nobody else includes it. */
#ifndef GATEPOST_RECORD_FIELDS_H
#define GATEPOST_RECORD_FIELDS_H

#include "record.h"

/* The field of that name, RECORD_FIELDS if it is none. The search begins behind the
 * field before, since lines have their keys in order. */
enum record_field record_field_of(struct span key, enum record_field before);

/* What decisions depend on: its name in words for a wrong type, else NULL. */
const char *record_type_fault(enum record_field field);

/* Begins a list, which record_add_item() then adds to. */
void record_start_list(struct record *record, enum record_field field);
void record_add_item(struct record *record, enum record_field field, struct span item);

/* "time=... event=..." to its end. False if it cannot be read. */
bool record_read_text(struct record *record, char *line, size_t len);

/* JSON just as the daemons write it. False, with the line as it was, where it is
 * written in another way. */
bool record_read_flat(struct record *record, char *line, size_t len);

#endif
