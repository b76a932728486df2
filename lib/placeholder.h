/* SPDX-License-Identifier: BSD-2-Clause */
/* %{login} and the like in the value of a header field. */
#ifndef GATEPOST_PLACEHOLDER_H
#define GATEPOST_PLACEHOLDER_H

#include <stdbool.h>

#include "span.h"

struct placeholder_values {
    struct span login, client, ou, interface, sender;
};

/* NULL, or what is wrong with the text, in words that stay valid. */
const char *placeholder_fault(const char *text);

/* Room for every text that has no fault and is no longer than PLACEHOLDER_TEXT_MAX. */
enum { PLACEHOLDER_TEXT_MAX = 200, PLACEHOLDER_MOST = 4, PLACEHOLDER_OUT = 1024 };

/* Writes a value, with a NUL, as one is put into a text. */
enum { PLACEHOLDER_VALUE = 200 };
void placeholder_escape(struct span value, char out[PLACEHOLDER_VALUE]);

/* Writes the expanded text and a NUL. In a value, all that is no printable ASCII, and
 * " ( ) , ; < > \, is written as \xNN; one that is too long is cut and ends in <cut>,
 * so that it can be taken for no other. text must have no fault. */
void placeholder_expand(const char *text, const struct placeholder_values *values,
                        char out[PLACEHOLDER_OUT]);

#endif
