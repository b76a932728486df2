/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this text that a person could have meant? */
#ifndef GATEPOST_UTF8_H
#define GATEPOST_UTF8_H

#include "span.h"

/* True for well-formed UTF-8 (RFC 3629) without controls (C0, DEL, C1). The
 * replacement character U+FFFD is no text either: it stands for bytes that were
 * lost, so that two different names could look the same. */
bool utf8_is_text(struct span s);

/* Bytes of the UTF-8 sequence at the start of s (1 to 4), 0 if malformed. */
size_t utf8_sequence(struct span s, unsigned *code_point);

/* Might these bytes (one to four) be the start of a sequence that goes on? */
bool utf8_begins(struct span bytes);

#endif
