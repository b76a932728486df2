/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of addresses of one family, as ranges. */
#ifndef GATEPOST_IPRANGES_H
#define GATEPOST_IPRANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* Both ends belong to it. Bytes that the family does not have are zero. */
struct range {
    uint8_t low[16], high[16];
};

/* All zero is empty. In memory of an arena, which must outlive it. Sorted, and without
 * overlaps, once finished. */
struct range_set {
    struct range *ranges;
    size_t used, size;
};

void range_set_add(struct arena *arena, struct range_set *set,
                   const struct range *range);

/* Once, before the functions below. width: bytes of an address. */
void range_set_finish(struct range_set *set, size_t width);

bool range_set_holds(const struct range_set *set, const uint8_t bytes[16]);

/* Every address there is? */
bool range_set_is_all(const struct range_set *set, size_t width);

/* All that is in narrow? */
bool range_set_covers(const struct range_set *wide, const struct range_set *narrow);

#endif
