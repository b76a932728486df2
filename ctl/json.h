/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdicts as JSON, and transactions from it. */
#ifndef GATEPOST_CTL_JSON_H
#define GATEPOST_CTL_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "policy.h"

/* Strings that came from the network may be no UTF-8; each byte above
 * ASCII is then a question mark. */
json_t *json_safe_string(const char *text);
json_t *json_safe_span(struct span text);

/* The object V of config.md. */
json_t *json_verdict(const struct verdict *verdict);

/* Rules that were looked at, as an array; for struct trace. */
void json_trace_step(void *array, const struct step *step);

const char *outcome_name(const struct step *step);

/* Judges each line of in, prints a line each to out. Returns the exit status. */
int batch_run(const struct snapshot *snapshot, FILE *in, FILE *out);

#endif
