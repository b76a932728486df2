/* SPDX-License-Identifier: BSD-2-Clause */
/* Client addresses in their canonical form. */
#include "ipaddr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

bool ipaddr_unmap(struct ipaddr *a)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (a->family != IP_V6 || memcmp(a->bytes, mapped, sizeof mapped) != 0)
        return false;
    memmove(a->bytes, a->bytes + 12, 4);
    memset(a->bytes + 4, 0, 12);
    a->family = IP_V4;
    return true;
}

bool ipaddr_parse(struct span text, struct ipaddr *a)
{
    char buffer[IPADDR_TEXT];
    *a = (struct ipaddr){0};
    if (text.len == 0 || text.len >= sizeof buffer || memchr(text.ptr, '\0', text.len))
        return false;
    memcpy(buffer, text.ptr, text.len);
    buffer[text.len] = '\0';
    if (inet_pton(AF_INET, buffer, a->bytes) == 1) {
        a->family = IP_V4;
        return true;
    }
    if (inet_pton(AF_INET6, buffer, a->bytes) != 1)
        return false;
    a->family = IP_V6;
    ipaddr_unmap(a);
    return true;
}

struct ipaddr ipaddr_from_sockaddr(const struct sockaddr *sa)
{
    struct ipaddr a = {0};
    if (sa && sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        a.family = IP_V4;
        memcpy(a.bytes, &in.sin_addr, 4);
    } else if (sa && sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sa, sizeof in6);
        a.family = IP_V6;
        memcpy(a.bytes, &in6.sin6_addr, 16);
        ipaddr_unmap(&a);
    }
    return a;
}

/* The longest run of two or more zero fields, the first of equals (RFC 5952 4.2). */
static void longest_zero_run(const unsigned field[8], int *at, int *length)
{
    *at = -1;
    *length = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && field[i + n] == 0)
            n++;
        if (n > *length) {
            *at = i;
            *length = n;
        }
    }
}

static size_t format_v6(const uint8_t bytes[16], char out[IPADDR_TEXT])
{
    unsigned field[8];
    for (int i = 0; i < 8; i++)
        field[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    int run, length;
    longest_zero_run(field, &run, &length);
    size_t n = 0;
    for (int i = 0; i < 8; i++) {
        if (i == run) {
            out[n++] = ':';
            out[n++] = ':';
            i += length - 1;
            continue;
        }
        const char *colon = n > 0 && out[n - 1] != ':' ? ":" : "";
        n += (size_t)snprintf(out + n, IPADDR_TEXT - n, "%s%x", colon, field[i]);
    }
    out[n] = '\0';
    return n;
}

size_t ipaddr_format(const struct ipaddr *a, char out[IPADDR_TEXT])
{
    if (a->family == IP_V6)
        return format_v6(a->bytes, out);
    if (a->family == IP_V4)
        return (size_t)snprintf(out, IPADDR_TEXT, "%u.%u.%u.%u", a->bytes[0],
                                a->bytes[1], a->bytes[2], a->bytes[3]);
    return (size_t)snprintf(out, IPADDR_TEXT, "unknown");
}
