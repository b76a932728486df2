/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for auth/relaytry.c: tries that end when they are told to. */
#include "stub_relaytry.h"

#include "fuzz.h"
#include "relaytry.h"

static struct relay_try_order orders[RELAY_TRIES_MOST];
static unsigned count;

bool relay_tries_start(void (*hand_over)(struct job *))
{
    return hand_over != NULL;
}

bool relay_try_can(const struct relay *relay)
{
    return relay->mechanisms.count == 0;
}

bool relay_try(const struct relay_try_order *order)
{
    require(count < RELAY_TRIES_MOST, "no more tries than there is room for");
    require(*order->host && *order->server && *order->address, "a place to try");
    require(order->relay->password && order->edition, "and something to try it with");
    orders[count++] = *order;
    return true;
}

bool stub_end_try(const char *fault)
{
    if (count == 0)
        return false;
    struct relay_try_order order = orders[--count];
    order.ended(order.context, order.relay, fault);
    runtime_unpin(&order.edition);
    return true;
}
