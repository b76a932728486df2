/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of patterns for clients. */
#include "clients.h"

#include <stdio.h>
#include <stdlib.h>

#include "ascii.h"
#include "glob.h"
#include "names.h"
#include "pattern.h"
#include "utf8.h"

/* Both ends belong to it. */
struct range {
    uint8_t low[16], high[16];
};

/* Sorted and without overlaps once finished, in memory of the arena. */
struct range_set {
    struct range *ranges;
    size_t used, size;
};

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
    struct range_set *set = family == IP_V4 ? &list->v4 : &list->v6;
    if (set->used == set->size) {
        size_t size = set->size ? set->size * 2 : 1;
        struct range *grown = arena_alloc(list->arena, size * sizeof *grown);
        if (set->used)
            memcpy(grown, set->ranges, set->used * sizeof *grown);
        set->ranges = grown;
        set->size = size;
    }
    set->ranges[set->used++] = *range;
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

static int compare_low(const void *a, const void *b)
{
    return memcmp(((const struct range *)a)->low, ((const struct range *)b)->low, 16);
}

static void range_set_finish(struct range_set *set)
{
    if (set->used == 0)
        return;
    qsort(set->ranges, set->used, sizeof *set->ranges, compare_low);
    size_t kept = 0;
    for (size_t i = 1; i < set->used; i++) {
        struct range *last = &set->ranges[kept], *next = &set->ranges[i];
        if (memcmp(next->low, last->high, 16) > 0)
            set->ranges[++kept] = *next;
        else if (memcmp(next->high, last->high, 16) > 0)
            memcpy(last->high, next->high, 16);
    }
    set->used = kept + 1;
}

void client_list_finish(struct client_list *list)
{
    range_set_finish(&list->v4);
    range_set_finish(&list->v6);
}

static bool range_set_holds(const struct range_set *set, const uint8_t bytes[16])
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

static bool range_set_is_everyone(const struct range_set *set, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (set->used != 1 || set->ranges[0].low[i] != 0 ||
            set->ranges[0].high[i] != 0xff)
            return false;
    return true;
}

bool client_list_is_everyone(const struct client_list *list)
{
    return list && (range_set_is_everyone(&list->v4, 4) ||
                    range_set_is_everyone(&list->v6, 16));
}
