/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests that wait to see how others end: first come, first served. For one thread
 * alone. */
#ifndef GATEPOST_HELD_H
#define GATEPOST_HELD_H

#include "request.h"

void held_add(struct request *request);

/* One that is among them. */
void held_remove(const struct request *request);

/* All of them, linked by next_held; then there are none. */
struct request *held_take_all(void);

#endif
