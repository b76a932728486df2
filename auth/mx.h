/* SPDX-License-Identifier: BSD-2-Clause */
/* The servers that take mail for a domain (RFC 5321 5.1, RFC 7505). */
#ifndef GATEPOST_MX_H
#define GATEPOST_MX_H

#include "domain.h"

enum { MX_MOST = 5, MX_REASON = 100 }; /* an MTA tries no more than a few, either */

enum mx_result {
    MX_FOUND = 1,
    MX_NONE,   /* the domain itself is the server */
    MX_REFUSED /* there is no server: see reason */
};

struct mx_list {
    size_t count, more; /* more: those that were left out */
    struct mx_server {
        unsigned preference;
        char name[DOMAIN_MAX + 1]; /* canonical */
    } servers[MX_MOST];            /* the most preferred first */
    char reason[MX_REASON];
};

/* Blocks, for a few times seconds at most. */
enum mx_result mx_look_up(const char *domain, unsigned seconds, struct mx_list *list);

#endif
