/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost status --would: what monitor mode held back. */
#ifndef GATEPOST_CTL_WOULD_H
#define GATEPOST_CTL_WOULD_H

#include <jansson.h>

/* Prints a daemon's answer to "would" on 80 columns. ou: the one that was asked for,
 * of which everything is shown, or NULL. */
void would_print(json_t *answer, const char *ou);

#endif
