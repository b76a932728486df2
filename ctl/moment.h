/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time: as the log has them, and as people give them. In milliseconds since
 * 1970, UTC. */
#ifndef GATEPOST_MOMENT_H
#define GATEPOST_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"

/* RFC 3339, with or without a fraction of seconds. */
bool moment_parse(struct span text, int64_t *moment);

/* RFC 3339; a date, or a date and a time without a zone, which is local time then; or
 * how long ago, as 90s, 30m, 2h, 7d, 2w. */
bool moment_parse_option(const char *text, int64_t now, int64_t *moment);

int64_t moment_now(void);

#endif
