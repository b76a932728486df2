/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests that wait to see how others end. */
#include "held.h"

static struct request *first, *last;

void held_add(struct request *r)
{
    r->next_held = NULL;
    if (last)
        last->next_held = r;
    else
        first = r;
    last = r;
}

void held_remove(const struct request *r)
{
    struct request **link = &first, *before = NULL;
    while (*link != r) {
        before = *link;
        link = &before->next_held;
    }
    *link = r->next_held;
    if (last == r)
        last = before;
}

struct request *held_take_all(void)
{
    struct request *all = first;
    first = last = NULL;
    return all;
}
