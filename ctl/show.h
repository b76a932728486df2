/* SPDX-License-Identifier: BSD-2-Clause */
/* How explain and login show on a terminal what was looked at. */
#ifndef GATEPOST_SHOW_H
#define GATEPOST_SHOW_H

#include "policy.h"

/* Prints what is no printable ASCII as \\xNN. */
void show_escaped(struct span text);
void show_field(const char *name, struct span value);

/* The colour of pass, refuse, and other words, and its end; "" on no terminal. */
const char *show_colour(const char *word);
const char *show_plain(void);

/* For struct trace: a line for each rule, its source below. */
void show_step(void *context, const struct step *step);

/* hint: how to choose an interface, where none could be. */
void show_verdict(const struct verdict *verdict, const char *hint);

/* The exit status: 0 for pass, 1 for refused, 2 for deferred. */
int show_status(const struct verdict *verdict);

#endif
