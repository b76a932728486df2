/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of patterns for clients. */
#include "clients.h"

#include <stdio.h>
#include <stdlib.h>

#include "ascii.h"
#include "glob.h"
#include "ipranges.h"
#include "names.h"
#include "pattern.h"
#include "utf8.h"

struct client_list {
    struct arena *arena;
    struct range_set v4, v6;
    struct pattern *patterns;
    struct name_list *names;
    bool with_names;
};

struct client_list *client_list_new(struct arena *arena, bool with_names)
{
    struct client_list *list = arena_alloc(arena, sizeof *list);
    list->arena = arena;
    list->with_names = with_names;
    return list;
}

static void range_add(struct client_list *list, enum ip_family family,
                      const struct range *range)
{
    range_set_add(list->arena, family == IP_V4 ? &list->v4 : &list->v6, range);
}

/* The network of the first bits of address. False if later bits are set. */
static bool network_range(const struct ipaddr *address, unsigned bits,
                          struct range *range)
{
    bool clean = true;
    *range = (struct range){0};
    for (unsigned i = 0; i < ipaddr_bits(address->family) / 8; i++) {
        unsigned kept = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? bits - 8 * i : 0;
        uint8_t mask = (uint8_t)(0xff00u >> kept);
        range->low[i] = address->bytes[i] & mask;
        range->high[i] = (uint8_t)(range->low[i] | (uint8_t)~mask);
        clean = clean && range->low[i] == address->bytes[i];
    }
    return clean;
}

/* Plain decimal, no sign, no leading zero, at most limit. */
static bool parse_number(struct span text, unsigned limit, unsigned *number)
{
    if (text.len == 0 || text.len > 3 || (text.len > 1 && text.ptr[0] == '0'))
        return false;
    unsigned n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
        n = n * 10 + (unsigned)(text.ptr[i] - '0');
    }
    *number = n;
    return n <= limit;
}

/* ::ffff:0:0/96 and what is within it are IPv4 networks. A wider IPv6 network does
 * not reach the mapped addresses, since no client ever has one. */
static const char *add_cidr(struct client_list *list, struct span text, size_t slash)
{
    static _Thread_local char reason[128];
    struct ipaddr address;
    struct span head = span_cut(text, 0, slash);
    if (!ipaddr_parse(head, &address))
        return "not an address before the slash";
    bool mapped = address.family == IP_V4 && memchr(head.ptr, ':', head.len);
    unsigned bits, most = mapped ? 128 : ipaddr_bits(address.family);
    if (!parse_number(span_cut(text, slash + 1, text.len), most, &bits))
        return "not a prefix length after the slash";
    if (mapped && bits < 96)
        return "a prefix that cuts through the IPv4-mapped addresses";
    if (mapped)
        bits -= 96;
    struct range range;
    if (!network_range(&address, bits, &range)) {
        char network[IPADDR_TEXT];
        memcpy(address.bytes, range.low, sizeof address.bytes);
        ipaddr_format(&address, network);
        snprintf(reason, sizeof reason, "host bits are set: the network is %s/%u",
                 network, bits);
        return reason;
    }
    range_add(list, address.family, &range);
    return NULL;
}

static const char *add_plain(struct client_list *list, struct span text)
{
    struct ipaddr address;
    if (!ipaddr_parse(text, &address))
        return list->with_names ? "neither an address nor a host name"
                                : "not an address";
    struct range range;
    network_range(&address, ipaddr_bits(address.family), &range);
    range_add(list, address.family, &range);
    return NULL;
}

/* `10.1.*` and `10.1.*.*` are networks in another dress. Only where the text says
 * the same as the network; anything else stays a wildcard. */
static bool add_octet_wildcard(struct client_list *list, struct span text)
{
    struct ipaddr address = {.family = IP_V4};
    unsigned fields = 0, octets = 0;
    for (size_t start = 0; start <= text.len; fields++) {
        struct span field = span_cut(text, start, text.len);
        const char *dot = memchr(field.ptr, '.', field.len);
        if (dot)
            field.len = (size_t)(dot - field.ptr);
        start += field.len + 1;
        bool star = field.len == 1 && field.ptr[0] == '*';
        unsigned octet = 0;
        if (fields == 4 || (!star && octets < fields))
            return false;
        if (star)
            continue;
        if (!parse_number(field, 255, &octet))
            return false;
        address.bytes[octets++] = (uint8_t)octet;
    }
    if (octets == 0 || octets == fields)
        return false;
    struct range range;
    network_range(&address, octets * 8, &range);
    range_add(list, IP_V4, &range);
    return true;
}

static const char *add_wildcard(struct client_list *list, struct span text)
{
    static const char mapped[] = "::ffff:";
    size_t skip = sizeof mapped - 1;
    char folded[sizeof mapped];
    if (text.len > skip) {
        ascii_fold_into(folded, text.ptr, skip);
        if (memcmp(folded, mapped, skip) == 0 && memchr(text.ptr, '.', text.len))
            text = span_cut(text, skip, text.len);
    }
    for (size_t i = 0; i < text.len; i++)
        if (ascii_hex(text.ptr[i]) < 0 && !strchr("*?.:", text.ptr[i]))
            return "a wildcard that no address can match";
    if (add_octet_wildcard(list, text))
        return NULL;
    return pattern_add(list->arena, &list->patterns, text, true);
}

bool client_pattern_is_name(struct span text)
{
    struct span body;
    bool fold, letter = false;
    if (pattern_is_regex(text) && pattern_regex_body(text, &body, &fold))
        text = body;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == ':')
            return false;
        letter = letter || ascii_is_letter(text.ptr[i]) || ascii_is_high(text.ptr[i]);
    }
    return letter;
}

static const char *add_name(struct client_list *list, struct span text)
{
    if (!list->names)
        list->names = name_list_new(list->arena, NAME_HOST);
    return name_list_add(list->names, text);
}

const char *client_list_add(struct client_list *list, struct span text)
{
    if (span_empty(text))
        return "an empty pattern";
    if (!utf8_is_text(text))
        return "a pattern with control characters or invalid UTF-8";
    if (list->with_names && client_pattern_is_name(text))
        return add_name(list, text);
    if (pattern_is_regex(text))
        return pattern_add(list->arena, &list->patterns, text, false);
    if (glob_is_pattern(text))
        return add_wildcard(list, text);
    const char *slash = memchr(text.ptr, '/', text.len);
    if (slash)
        return add_cidr(list, text, (size_t)(slash - text.ptr));
    return add_plain(list, text);
}

static void merge_ranges(struct client_list *list, enum ip_family family,
                         const struct range_set *set)
{
    for (size_t i = 0; i < set->used; i++)
        range_add(list, family, &set->ranges[i]);
}

void client_list_merge(struct client_list *list, const struct client_list *other)
{
    merge_ranges(list, IP_V4, &other->v4);
    merge_ranges(list, IP_V6, &other->v6);
    for (const struct pattern *p = other->patterns; p; p = p->next) {
        struct pattern *copy = arena_alloc(list->arena, sizeof *copy);
        *copy = *p;
        copy->next = list->patterns;
        list->patterns = copy;
    }
    if (other->names && !list->names)
        list->names = name_list_new(list->arena, NAME_HOST);
    if (other->names)
        name_list_merge(list->names, other->names);
}

void client_list_finish(struct client_list *list)
{
    range_set_finish(&list->v4, 4);
    range_set_finish(&list->v6, 16);
}

static enum match match_address(const struct client_list *list, const struct ipaddr *a)
{
    if (a->family == IP_UNKNOWN)
        return MATCH_NO;
    if (range_set_holds(a->family == IP_V4 ? &list->v4 : &list->v6, a->bytes))
        return MATCH_YES;
    if (!list->patterns)
        return MATCH_NO;
    char text[IPADDR_TEXT];
    size_t len = ipaddr_format(a, text);
    return pattern_list_match(list->patterns, (struct span){text, len});
}

enum match client_list_match(const struct client_list *list,
                             const struct ipaddr *address, struct span host)
{
    if (!list)
        return MATCH_NO;
    enum match by_address = match_address(list, address);
    if (by_address == MATCH_YES)
        return by_address;
    return match_or(by_address, name_list_match(list->names, host));
}

bool client_list_empty(const struct client_list *list)
{
    return !list ||
           (!list->v4.used && !list->v6.used && !list->patterns && !list->names);
}

/* --- how much of the Internet --- */

/* Addresses that have nothing in common; the same ones in every run. */
static bool matches_anywhere(const struct client_list *list, enum ip_family family)
{
    enum { PROBES = 64 };
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < PROBES; i++) {
        struct ipaddr a = {.family = family};
        for (unsigned n = 0; n < ipaddr_bits(family) / 8; n++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            a.bytes[n] = (uint8_t)(state >> 56);
        }
        /* What is routed: 1 to 223, and 2000::/3 (RFC 4291 2.4). */
        a.bytes[0] = (uint8_t)(family == IP_V4 ? 1 + a.bytes[0] % 223
                                               : 0x20 | (a.bytes[0] & 0x1f));
        if (match_address(list, &a) != MATCH_YES)
            return false;
    }
    return true;
}

unsigned client_list_everyone(const struct client_list *list)
{
    unsigned all = 0;
    if (!list)
        return 0;
    if (range_set_is_all(&list->v4, 4) ||
        (list->patterns && matches_anywhere(list, IP_V4)))
        all |= EVERYONE_OF_IPV4;
    if (range_set_is_all(&list->v6, 16) ||
        (list->patterns && matches_anywhere(list, IP_V6)))
        all |= EVERYONE_OF_IPV6;
    return all;
}

bool client_list_is_complete(const struct client_list *list)
{
    return list &&
           ((range_set_is_all(&list->v4, 4) && range_set_is_all(&list->v6, 16)) ||
            pattern_list_is_all(list->patterns));
}

bool client_list_covers(const struct client_list *wide,
                        const struct client_list *narrow)
{
    if (client_list_empty(narrow) || !wide)
        return false;
    if (!name_list_covers(wide->names, narrow->names))
        return false;
    if (client_list_is_complete(wide))
        return true;
    for (const struct pattern *p = narrow->patterns; p; p = p->next)
        if (!pattern_list_holds(wide->patterns, p))
            return false;
    return range_set_covers(&wide->v4, &narrow->v4) &&
           range_set_covers(&wide->v6, &narrow->v6);
}
