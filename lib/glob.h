/* SPDX-License-Identifier: BSD-2-Clause */
/* Wildcard patterns: `*` is any run of characters, `?` is one character. */
#ifndef GATEPOST_GLOB_H
#define GATEPOST_GLOB_H

#include "span.h"

/* Both sides must be folded by the caller. Time is bounded by the product of
 * the lengths; nothing is allocated. A character is a UTF-8 sequence. */
bool glob_match(struct span pattern, struct span text);

/* Does the text hold a wildcard? */
bool glob_is_pattern(struct span text);

#endif
