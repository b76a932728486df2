/* SPDX-License-Identifier: BSD-2-Clause */
/* The nexthop of a transport, as Postfix writes it. */
#ifndef GATEPOST_RELAYHOST_H
#define GATEPOST_RELAYHOST_H

#include <stdint.h>

#include "domain.h"
#include "span.h"

enum { RELAY_PORT = 25 };

struct relay_host_name {
    char name[DOMAIN_MAX + 1]; /* canonical; an address without brackets */
    uint16_t port;
    bool by_mx;        /* no brackets: its MX is looked up */
    bool is_address;   /* of IP */
    bool leading_zero; /* the port has one */
};

/* `[name]:port`, `[address]:port`, `domain:port`, the port left out where it is 25.
 * False if it is nothing of that. */
bool relay_host_parse(struct span text, struct relay_host_name *host);

/* A name or an address alone: no brackets, no port. */
bool relay_host_parse_name(struct span text, struct relay_host_name *host);

#endif
