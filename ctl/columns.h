/* SPDX-License-Identifier: BSD-2-Clause */
/* Output for a terminal of 80 columns. What comes from the network is printed in ASCII
 * alone, its controls escaped. */
#ifndef GATEPOST_COLUMNS_H
#define GATEPOST_COLUMNS_H

#include "span.h"

enum { COLUMNS = 80, COUNT_TEXT = 32 };

/* "name value", the name as wide as indent; a long value goes on in further lines below
 * itself. */
void columns_field(int indent, const char *name, struct span value);

/* The same without a name, where the cursor is in column indent already. */
void columns_wrap(int indent, struct span value);

/* As much of the text as fits into so many columns; "..." ends what was cut. Returns
 * the columns it took. */
int columns_text(struct span text, int most);

/* 1,234,567 */
const char *columns_count(unsigned long count, char out[COUNT_TEXT]);

#endif
