/* SPDX-License-Identifier: BSD-2-Clause */
/* Regular expressions of the configuration: PCRE2 with bounds. */
#ifndef GATEPOST_REGEX_H
#define GATEPOST_REGEX_H

#include "match.h"
#include "span.h"

struct regex;

/* The text between the slashes. Matching is on bytes, and case folding (if
 * fold) is that of ASCII. On failure NULL, with the reason in error[]. The
 * caller ends it with regex_free(). */
struct regex *regex_new(struct span text, bool fold, char *error, size_t error_size);
void regex_free(struct regex **regex);

/* Searches subject. MATCH_UNKNOWN when a limit was hit or PCRE2 failed. */
enum match regex_match(const struct regex *regex, struct span subject);

/* Must the pattern match the whole subject? A look at its ends, not a proof. */
bool regex_is_anchored(struct span text);

#endif
