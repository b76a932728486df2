/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of addresses of one family, as ranges. */
#include "ipranges.h"

#include <stdlib.h>
#include <string.h>

void range_set_add(struct arena *arena, struct range_set *set,
                   const struct range *range)
{
    if (set->used == set->size) {
        size_t size = set->size ? set->size * 2 : 1;
        struct range *grown = arena_alloc(arena, size * sizeof *grown);
        if (set->used)
            memcpy(grown, set->ranges, set->used * sizeof *grown);
        set->ranges = grown;
        set->size = size;
    }
    set->ranges[set->used++] = *range;
}

static int compare_low(const void *a, const void *b)
{
    return memcmp(((const struct range *)a)->low, ((const struct range *)b)->low, 16);
}

/* Does the second begin where the first ends, so that both are one? */
static bool follows(const struct range *a, const struct range *b, size_t width)
{
    size_t i = width;
    while (i > 0 && a->high[i - 1] == 0xff && b->low[i - 1] == 0)
        i--;
    return i > 0 && b->low[i - 1] == a->high[i - 1] + 1 &&
           memcmp(a->high, b->low, i - 1) == 0;
}

void range_set_finish(struct range_set *set, size_t width)
{
    if (set->used == 0)
        return;
    qsort(set->ranges, set->used, sizeof *set->ranges, compare_low);
    size_t kept = 0;
    for (size_t i = 1; i < set->used; i++) {
        struct range *last = &set->ranges[kept], *next = &set->ranges[i];
        if (memcmp(next->low, last->high, 16) > 0 && !follows(last, next, width))
            set->ranges[++kept] = *next;
        else if (memcmp(next->high, last->high, 16) > 0)
            memcpy(last->high, next->high, 16);
    }
    set->used = kept + 1;
}

bool range_set_holds(const struct range_set *set, const uint8_t bytes[16])
{
    size_t low = 0, high = set->used;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(set->ranges[middle].high, bytes, 16) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->used && memcmp(set->ranges[low].low, bytes, 16) <= 0;
}

bool range_set_is_all(const struct range_set *set, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (set->used != 1 || set->ranges[0].low[i] != 0 ||
            set->ranges[0].high[i] != 0xff)
            return false;
    return true;
}

bool range_set_covers(const struct range_set *wide, const struct range_set *narrow)
{
    size_t w = 0;
    for (size_t n = 0; n < narrow->used; n++) {
        const struct range *one = &narrow->ranges[n];
        while (w < wide->used && memcmp(wide->ranges[w].high, one->high, 16) < 0)
            w++;
        if (w == wide->used || memcmp(wide->ranges[w].low, one->low, 16) > 0)
            return false;
    }
    return true;
}
