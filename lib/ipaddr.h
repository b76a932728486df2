/* SPDX-License-Identifier: BSD-2-Clause */
/* Client addresses in their canonical form. */
#ifndef GATEPOST_IPADDR_H
#define GATEPOST_IPADDR_H

#include <stdint.h>

#include "span.h"

struct sockaddr;

enum ip_family {
    IP_UNKNOWN, /* matches no pattern */
    IP_V4,
    IP_V6,
};

/* IPv4-mapped IPv6 is never held: it becomes IPv4. */
struct ipaddr {
    enum ip_family family;
    uint8_t bytes[16]; /* network order; the first 4 for IPv4 */
};

/* Length of the longest text, with room for a NUL. */
enum { IPADDR_TEXT = 46 };

/* Parses a dotted quad or an RFC 4291 address. False if it is neither. */
bool ipaddr_parse(struct span text, struct ipaddr *address);

/* AF_INET and AF_INET6; anything else, NULL too, is IP_UNKNOWN. */
struct ipaddr ipaddr_from_sockaddr(const struct sockaddr *sa);

/* Turns a mapped address (RFC 4291 2.5.5.2) into IPv4, in place. True if it was
 * one. */
bool ipaddr_unmap(struct ipaddr *address);

/* Writes the text of RFC 5952 with a NUL; "unknown" for IP_UNKNOWN. Returns the
 * length without the NUL. */
size_t ipaddr_format(const struct ipaddr *address, char out[IPADDR_TEXT]);

/* Bits in an address of this family. */
static inline unsigned ipaddr_bits(enum ip_family family)
{
    return family == IP_V4 ? 32 : 128;
}

#endif
