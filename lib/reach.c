/* SPDX-License-Identifier: BSD-2-Clause */
/* Which interfaces sessions can get, and what may be done there. */
#include "reach.h"

bool reach_is_monitored(const struct snapshot *s, const struct interface *i)
{
    return s->globals.mode == MODE_MONITOR || i->mode == MODE_MONITOR;
}

bool reach_refuses_logins(const struct snapshot *s, const struct interface *i)
{
    return i->authentication == AUTH_DISABLED && !reach_is_monitored(s, i);
}

static bool is_for_all(const struct interface *i)
{
    return !i->daemon_names.count && !i->ports.count && !i->clients;
}

struct reach reach_find(struct load *ld)
{
    struct reach reach = {0};
    const struct snapshot *s = ld->snapshot;
    const struct interface *i;
    size_t size = 1;
    for (i = s->interfaces; i; i = i->next)
        size++;
    reach.all = arena_alloc(ld->arena, size * sizeof(*reach.all));
    for (i = s->interfaces; i; i = i->next) {
        reach.all[reach.count++] = i;
        if (is_for_all(i))
            break;
    }
    if (!i)
        reach.all[reach.count++] = &s->fallback;
    for (size_t n = 0; n < reach.count; n++)
        reach.takes_logins |= !reach_refuses_logins(s, reach.all[n]);
    return reach;
}
