/* SPDX-License-Identifier: BSD-2-Clause */
/* What a relay host said, told to the administrator: in the log, and counted. */
#ifndef GATEPOST_AUTH_RELAYNEWS_H
#define GATEPOST_AUTH_RELAYNEWS_H

#include "relayreplies.h"

/* The line was the event. */
void relay_news_tell(const struct relay *relay, const struct relay_replies *replies,
                     enum relay_event event, struct span line);

#endif
