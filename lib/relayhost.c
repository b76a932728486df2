/* SPDX-License-Identifier: BSD-2-Clause */
/* The nexthop of a transport, as Postfix writes it. */
#include "relayhost.h"

#include <string.h>
#include <strings.h>

#include "ascii.h"
#include "ipaddr.h"

/* A zero before it is allowed, one. */
static bool read_port(struct span text, struct relay_host_name *host)
{
    unsigned port = 0;
    host->leading_zero = text.len > 1 && text.ptr[0] == '0';
    if (host->leading_zero)
        text = span_cut(text, 1, text.len);
    if (text.len == 0 || text.len > 5 || text.ptr[0] == '0')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
        port = port * 10 + (unsigned)(text.ptr[i] - '0');
    }
    host->port = (uint16_t)port;
    return port <= 65535;
}

/* Like an address that is none: no host has such a name. */
static bool is_numeric(const char *name)
{
    return name[strspn(name, "0123456789.")] == '\0';
}

bool relay_host_parse_name(struct span text, struct relay_host_name *host)
{
    static const char tag[] = "ipv6:";
    const size_t tag_len = sizeof tag - 1;
    const bool tagged = text.len > tag_len && strncasecmp(text.ptr, tag, tag_len) == 0;
    struct ipaddr ip;
    *host = (struct relay_host_name){.port = RELAY_PORT};
    if (tagged)
        text = span_cut(text, tag_len, text.len);
    host->is_address = ipaddr_parse(text, &ip);
    if (host->is_address)
        ipaddr_format(&ip, host->name);
    if (host->is_address || tagged)
        return host->is_address && (!tagged || memchr(text.ptr, ':', text.len));
    size_t len = domain_canonical(text, host->name);
    host->name[len] = '\0';
    return len > 0 && host->name[0] != '[' && !is_numeric(host->name);
}

static size_t find(struct span text, char c)
{
    const char *at = memchr(text.ptr, c, text.len);
    return at ? (size_t)(at - text.ptr) : text.len;
}

/* Where the host ends and ":port" begins; text.len if there is no port. */
static size_t find_port(struct span text)
{
    if (text.ptr[0] != '[')
        return find(text, ':');
    size_t end = find(text, ']');
    return end < text.len ? end + 1 : text.len;
}

bool relay_host_parse(struct span text, struct relay_host_name *host)
{
    if (text.len == 0)
        return false;
    const bool brackets = text.ptr[0] == '[';
    const size_t at = find_port(text);
    struct span name = span_cut(text, 0, at), port = span_cut(text, at, text.len);
    if (brackets && (name.len < 3 || name.ptr[name.len - 1] != ']'))
        return false;
    if (brackets)
        name = span_cut(name, 1, name.len - 1);
    if (!relay_host_parse_name(name, host) || (!brackets && host->is_address))
        return false;
    host->by_mx = !brackets;
    if (port.len == 0)
        return true;
    return port.ptr[0] == ':' && read_port(span_cut(port, 1, port.len), host);
}
