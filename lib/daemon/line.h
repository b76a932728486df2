/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of the log, as text (key=value) or JSON. Whatever comes from the network
 * is escaped here and nowhere else. */
#ifndef GATEPOST_LINE_H
#define GATEPOST_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

/* LINE_VALUE bytes of a value are kept, and LINE_LIST of all in a list together. JSON
 * may need six bytes for one. */
enum { LINE_VALUE = 1024, LINE_LIST = 4096, LINE_MAX_BYTES = 120 * 1024 };

/* Needs no clean-up. */
struct line {
    size_t len;
    size_t list_left; /* bytes that a list may still have */
    bool json, first, overflow;
    char bytes[LINE_MAX_BYTES];
};

void line_start(struct line *line, bool json);

/* Empty and absent values are written too: every line has the same keys. */
void line_string(struct line *line, const char *key, struct span value);
void line_text(struct line *line, const char *key, const char *value);
void line_number(struct line *line, const char *key, unsigned long value);
void line_boolean(struct line *line, const char *key, bool value);

void line_list_start(struct line *line, const char *key);
void line_list_item(struct line *line, struct span value);
void line_list_end(struct line *line);

/* Adds the newline. False if the line did not fit and is no good. */
bool line_end(struct line *line);

#endif
