/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of patterns for clients, also by brute force against checks that are too simple
 * to be wrong. */
#include "unit.h"

#include <stdio.h>

#include "clients.h"
#include "glob.h"

static struct ipaddr address_of(const char *text)
{
    struct ipaddr a;
    if (!ipaddr_parse(span_of(text), &a))
        a = (struct ipaddr){.family = IP_UNKNOWN};
    return a;
}

static struct client_list *list_of(struct arena *arena, bool with_names,
                                   const char *const *patterns, size_t count)
{
    struct client_list *list = client_list_new(arena, with_names);
    for (size_t i = 0; i < count && patterns[i]; i++) {
        const char *error = client_list_add(list, span_of(patterns[i]));
        if (!holds(!error, "\"%s\": %s", patterns[i], error ? error : ""))
            fail();
    }
    client_list_finish(list);
    return list;
}

enum { PATTERNS = 4 };

struct row {
    const char *patterns[PATTERNS];
    const char *client;
    const char *host; /* NULL: addresses only */
    enum match want;
};

static bool row_holds(const struct row *row)
{
    struct arena *arena = arena_new();
    struct client_list *list =
        list_of(arena, row->host != NULL, row->patterns, PATTERNS);
    struct ipaddr client = address_of(row->client);
    enum match got = client_list_match(list, &client, span_of(row->host));
    arena_free(&arena);
    return holds(got == row->want, "\"%s\" (and more) on %s \"%s\": got %d, want %d",
                 row->patterns[0], row->client, row->host ? row->host : "", got,
                 row->want);
}

static void check_rows(const struct row *rows, size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !row_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

static void test_plain(void **state)
{
    static const struct row rows[] = {
        {{"192.0.2.7"}, "192.0.2.7", NULL, MATCH_YES},
        {{"192.0.2.7"}, "192.0.2.8", NULL, MATCH_NO},
        {{"192.0.2.7"}, "192.0.2.6", NULL, MATCH_NO},
        {{"192.0.2.7"}, "::ffff:192.0.2.7", NULL, MATCH_YES},
        {{"::ffff:192.0.2.7"}, "192.0.2.7", NULL, MATCH_YES},
        {{"::FFFF:c000:207"}, "192.0.2.7", NULL, MATCH_YES},
        {{"192.0.2.7"}, "::192.0.2.7", NULL, MATCH_NO},
        {{"2001:db8::7"}, "2001:db8::7", NULL, MATCH_YES},
        {{"2001:DB8:0::7"}, "2001:db8::7", NULL, MATCH_YES},
        {{"2001:db8::7"}, "2001:db8::8", NULL, MATCH_NO},
        {{"2001:db8::7", "192.0.2.7"}, "192.0.2.7", NULL, MATCH_YES},
        {{"192.0.2.7"}, "unknown", NULL, MATCH_NO},
        {{"0.0.0.0"}, "unknown", NULL, MATCH_NO},
        {{"::"}, "unknown", NULL, MATCH_NO},
        {{"::"}, "0.0.0.0", NULL, MATCH_NO},
        {{NULL}, "192.0.2.7", NULL, MATCH_NO},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_networks(void **state)
{
    static const struct row rows[] = {
        {{"192.0.2.0/24"}, "192.0.2.0", NULL, MATCH_YES},
        {{"192.0.2.0/24"}, "192.0.2.255", NULL, MATCH_YES},
        {{"192.0.2.0/24"}, "192.0.1.255", NULL, MATCH_NO},
        {{"192.0.2.0/24"}, "192.0.3.0", NULL, MATCH_NO},
        {{"192.0.2.0/24"}, "::ffff:192.0.2.9", NULL, MATCH_YES},
        {{"0.0.0.0/0"}, "255.255.255.255", NULL, MATCH_YES},
        {{"0.0.0.0/0"}, "2001:db8::1", NULL, MATCH_NO},
        {{"0.0.0.0/0"}, "unknown", NULL, MATCH_NO},
        {{"::/0"}, "2001:db8::1", NULL, MATCH_YES},
        {{"::/0"}, "192.0.2.1", NULL, MATCH_NO},
        {{"::/0"}, "::ffff:192.0.2.1", NULL, MATCH_NO},
        {{"::/0", "0.0.0.0/0"}, "unknown", NULL, MATCH_NO},
        {{"::/64"}, "192.0.2.1", NULL, MATCH_NO},
        {{"::ffff:0:0/96"}, "192.0.2.1", NULL, MATCH_YES},
        {{"::ffff:0:0/96"}, "2001:db8::1", NULL, MATCH_NO},
        {{"::ffff:192.0.2.0/120"}, "192.0.2.200", NULL, MATCH_YES},
        {{"::ffff:192.0.2.0/120"}, "192.0.3.0", NULL, MATCH_NO},
        {{"::ffff:192.0.2.1/128"}, "192.0.2.1", NULL, MATCH_YES},
        {{"2001:db8::/32"}, "2001:db8:ffff::1", NULL, MATCH_YES},
        {{"2001:db8::/32"}, "2001:db9::", NULL, MATCH_NO},
        {{"2001:db8::/32"}, "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", NULL, MATCH_NO},
        {{"2001:db8::7/128"}, "2001:db8::7", NULL, MATCH_YES},
        {{"10.0.0.0/8", "10.0.0.0/16"}, "10.255.0.1", NULL, MATCH_YES},
        {{"10.0.0.0/16", "10.1.0.0/16"}, "10.1.255.255", NULL, MATCH_YES},
        {{"10.0.0.0/16", "10.2.0.0/16"}, "10.1.0.0", NULL, MATCH_NO},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_wildcards(void **state)
{
    static const struct row rows[] = {
        {{"10.1.*.*"}, "10.1.2.3", NULL, MATCH_YES},
        {{"10.1.*.*"}, "10.2.2.3", NULL, MATCH_NO},
        {{"10.1.*.*"}, "10.12.2.3", NULL, MATCH_NO},
        {{"10.1.*"}, "10.1.2.3", NULL, MATCH_YES},
        {{"10.*"}, "10.1.2.3", NULL, MATCH_YES},
        {{"10.*"}, "100.1.2.3", NULL, MATCH_NO},
        {{"*.7"}, "192.0.2.7", NULL, MATCH_YES},
        {{"*.7"}, "192.0.2.17", NULL, MATCH_NO},
        {{"10.*.7"}, "10.1.2.7", NULL, MATCH_YES}, /* * crosses separators */
        {{"10.1.2?.*"}, "10.1.25.1", NULL, MATCH_YES},
        {{"10.1.2?.*"}, "10.1.2.1", NULL, MATCH_NO},
        {{"10.01.*"}, "10.1.2.3", NULL, MATCH_NO},
        {{"10.1.2.3.*"}, "10.1.2.3", NULL, MATCH_NO},
        {{"::ffff:10.1.*"}, "10.1.2.3", NULL, MATCH_YES},
        {{"::FFFF:10.1.*"}, "10.1.2.3", NULL, MATCH_YES},
        {{"::ffff:10.1.2?.*"}, "10.1.22.3", NULL, MATCH_YES},
        {{"10.1.*"}, "::ffff:10.1.2.3", NULL, MATCH_YES},
        {{"2001:db8:*"}, "2001:db8::1", NULL, MATCH_YES},
        {{"2001:DB8:*"}, "2001:db8:1::1", NULL, MATCH_YES},
        {{"2001:db8:*"}, "2001:db80::1", NULL, MATCH_NO},
        {{"2001:0db8:*"}, "2001:db8::1", NULL, MATCH_NO}, /* not the text of RFC 5952 */
        {{"2001:db8:*"}, "2001:db8::1", "", MATCH_YES},
        {{"*"}, "192.0.2.1", NULL, MATCH_YES},
        {{"*"}, "2001:db8::1", NULL, MATCH_YES},
        {{"*"}, "unknown", NULL, MATCH_NO},
        {{"*.*"}, "2001:db8::1", NULL, MATCH_NO},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

#define HOSTILE "/^([0-9:]+)+[a-z]$/"

static void test_regexes(void **state)
{
    static const struct row rows[] = {
        {{"/^10\\./"}, "10.1.2.3", NULL, MATCH_YES},
        {{"/^10\\./"}, "110.1.2.3", NULL, MATCH_NO},
        {{"/0\\.2/"}, "192.0.2.1", NULL, MATCH_YES}, /* searched */
        {{"/^2001:db8:/"}, "2001:db8::1", NULL, MATCH_YES},
        {{"/^2001:DB8:/"}, "2001:db8::1", NULL, MATCH_NO},
        {{"/^2001:DB8:/i"}, "2001:db8::1", NULL, MATCH_YES},
        {{"/^10\\./"}, "::ffff:10.1.2.3", NULL, MATCH_YES},
        {{"/unknown/"}, "unknown", NULL, MATCH_NO},
        {{"/^/"}, "unknown", NULL, MATCH_NO},
        {{HOSTILE}, "1234:1234:1234:1234:1234:1234:1234:1234", NULL, MATCH_UNKNOWN},
        {{HOSTILE, "1234::/16"},
         "1234:1234:1234:1234:1234:1234:1234:1234",
         NULL,
         MATCH_YES},
        {{HOSTILE, "1234:*:1234"},
         "1234:1234:1234:1234:1234:1234:1234:1234",
         NULL,
         MATCH_YES},
        {{HOSTILE, "10.0.0.0/8"},
         "1234:1234:1234:1234:1234:1234:1234:1234",
         NULL,
         MATCH_UNKNOWN},
        {{HOSTILE, "mx.acme.example"},
         "1234:1234:1234:1234:1234:1234:1234:1234",
         "",
         MATCH_UNKNOWN},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_host_names(void **state)
{
    static const struct row rows[] = {
        {{"mx.acme.example"}, "192.0.2.1", "mx.acme.example", MATCH_YES},
        {{"MX.Acme.Example"}, "192.0.2.1", "mx.acme.example", MATCH_YES},
        {{"mx.acme.example"}, "192.0.2.1", "mx2.acme.example", MATCH_NO},
        {{"mx.acme.example"}, "192.0.2.1", "", MATCH_NO},
        {{"*.acme.example"}, "192.0.2.1", "mx.acme.example", MATCH_YES},
        {{"*.acme.example"}, "192.0.2.1", "acme.example", MATCH_NO},
        {{"/^mx\\d\\./"}, "192.0.2.1", "mx2.acme.example", MATCH_YES},
        {{"/^mx\\d\\./"}, "192.0.2.1", "mx.acme.example", MATCH_NO},
        {{"*.acme.example"}, "unknown", "mx.acme.example", MATCH_YES},
        {{"192.0.2.1"}, "192.0.2.1", "mx.acme.example", MATCH_YES},
        {{"192.0.2.0/24", "mx.acme.example"},
         "198.51.100.1",
         "mx.acme.example",
         MATCH_YES},
        {{"192.0.2.0/24", "mx.acme.example"}, "192.0.2.1", "", MATCH_YES},
        {{"192.0.2.0/24", "mx.acme.example"}, "198.51.100.1", "evil.example", MATCH_NO},
        /* A name that looks like an address is no address, nor the other way round. */
        {{"10.*"}, "192.0.2.1", "10.evil.example", MATCH_NO},
        {{"/^10\\./"}, "192.0.2.1", "10.evil.example", MATCH_NO},
        {{"*"}, "unknown", "mx.acme.example", MATCH_NO},
        {{"ab*"}, "abcd::1", "mx.acme.example", MATCH_NO},
        {{"abcd:*"}, "abcd::1", "mx.acme.example", MATCH_YES},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_is_name(void **state)
{
    static const struct {
        const char *pattern;
        bool want;
    } rows[] = {
        {"mx.acme.example", true},
        {"*.acme.example", true},
        {"a*", true},
        {"/^mx/", true},
        {"/^mx/i", true},
        {"/^1\\d/", true},
        {"bücher.example", true},
        {"ü", true},
        {"192.0.2.1", false},
        {"192.0.2.0/24", false},
        {"10.*", false},
        {"2001:db8::1", false},
        {"2001:db8::/32", false},
        {"abcd:*", false},
        {"::", false},
        {"/^abcd:/", false},
        {"/^10/", false},
        {"/^10/i", false},
        {"*", false},
        {"?", false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !holds(client_pattern_is_name(span_of(rows[i].pattern)) == rows[i].want,
                      "row %zu", i);
    assert_int_equal(bad, 0);
}

static void test_errors(void **state)
{
    static const char no_address[] = "not an address";
    static const char neither[] = "neither an address nor a host name";
    static const char no_network[] = "not an address before the slash";
    static const char no_length[] = "not a prefix length after the slash";
    static const char no_wildcard[] = "a wildcard that no address can match";
    static const char controls[] = "a pattern with control characters or invalid UTF-8";
    static const char cuts[] = "a prefix that cuts through the IPv4-mapped addresses";
    static const char no_regex[] = "a regex is written /.../ or /.../i";
    static const struct {
        bool with_names;
        struct span pattern;
        const char *want;
    } rows[] = {
        {false, BYTES(""), "an empty pattern"},
        {true, BYTES(""), "an empty pattern"},
        {false, BYTES("192.0.2"), no_address},
        {false, BYTES("192.0.2.256"), no_address},
        {false, BYTES("192.0.2.1 "), no_address},
        {false, BYTES("mx.acme.example"), no_address},
        {false, BYTES("2001:db8::g"), no_address},
        {false, BYTES("2001:db8:::"), no_address},
        {false, BYTES("[2001:db8::1]"), no_address},
        {true, BYTES("192.0.2"), neither},
        {true, BYTES("2001:db8::g"), neither},
        {true, BYTES("mx..acme.example"), "not a host name"},
        {true, BYTES("mx@acme.example"), "not a host name"},
        {true, BYTES("mx.example/24"), "not a host name"},
        {false, BYTES("192.0.2/24"), no_network},
        {false, BYTES("mx.example/24"), no_network},
        {false, BYTES("192.0.2.0/33"), no_length},
        {false, BYTES("192.0.2.0/"), no_length},
        {false, BYTES("192.0.2.0/024"), no_length},
        {false, BYTES("192.0.2.0/+24"), no_length},
        {false, BYTES("192.0.2.0/-1"), no_length},
        {false, BYTES("192.0.2.0/24/24"), no_length},
        {false, BYTES("192.0.2.0/255.255.255.0"), no_length},
        {false, BYTES("192.0.2.0/ 24"), no_length},
        {false, BYTES("192.0.2.0/4294967320"), no_length},
        {false, BYTES("2001:db8::/129"), no_length},
        {false, BYTES("2001:db8::/0x20"), no_length},
        {false, BYTES("192.0.2.1/24"),
         "host bits are set: the network is 192.0.2.0/24"},
        {false, BYTES("192.0.2.1/0"), "host bits are set: the network is 0.0.0.0/0"},
        {false, BYTES("2001:db8::1/32"),
         "host bits are set: the network is 2001:db8::/32"},
        {false, BYTES("::ffff:192.0.2.1/120"),
         "host bits are set: the network is 192.0.2.0/24"},
        {false, BYTES("::ffff:192.0.2.0/24"), cuts},
        {false, BYTES("::ffff:0:0/95"), cuts},
        {false, BYTES("::ffff:192.0.2.0/129"), no_length},
        {false, BYTES("*.acme.example"), no_wildcard},
        {false, BYTES("10.1.*/24"), no_wildcard},
        {false, BYTES("10.1.x*"), no_wildcard},
        {false, BYTES("10.1. *"), no_wildcard},
        {false, BYTES("192.0.2.1\0"), controls},
        {false, BYTES("192.0.2.1\n"), controls},
        {false, BYTES("\xff"), controls},
        {false, BYTES("/"), no_regex},
        {false, BYTES("//"), no_regex},
        {false, BYTES("/10"), no_regex},
        {false, BYTES("/10/x"), no_regex},
        {false, BYTES("/(/"), "bad regex: missing closing parenthesis at offset 1"},
        {true, BYTES("/(a/"), "bad regex: missing closing parenthesis at offset 2"},
    };
    struct arena *arena = arena_new();
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct client_list *list = client_list_new(arena, rows[i].with_names);
        const char *error = client_list_add(list, rows[i].pattern);
        bad += !same_text(rows[i].pattern, span_of(error), span_of(rows[i].want));
    }
    arena_free(&arena);
    assert_int_equal(bad, 0);
}

static void test_everyone(void **state)
{
    static const struct {
        const char *patterns[PATTERNS];
        bool want;
    } rows[] = {
        {{"0.0.0.0/0"}, true},
        {{"::/0"}, true},
        {{"::ffff:0:0/96"}, true},
        {{"0.0.0.0/0", "2001:db8::/32"}, true},
        {{"10.0.0.0/8", "0.0.0.0/0"}, true},
        {{"0.0.0.0/1"}, false},
        {{"128.0.0.0/1"}, false},
        {{"::/1"}, false},
        {{"0.0.0.1"}, false},
        {{NULL}, false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena *arena = arena_new();
        struct client_list *list = list_of(arena, false, rows[i].patterns, PATTERNS);
        bad += !holds(client_list_is_everyone(list) == rows[i].want,
                      "\"%s\" (and more)", rows[i].patterns[0]);
        arena_free(&arena);
    }
    assert_false(client_list_is_everyone(NULL));
    assert_int_equal(bad, 0);
}

/* --- by brute force --- */

struct network {
    struct ipaddr address;
    unsigned bits;
};

static bool bit_of(const struct ipaddr *a, unsigned i)
{
    return a->bytes[i / 8] >> (7 - i % 8) & 1;
}

static void flip_bit(struct ipaddr *a, unsigned i)
{
    a->bytes[i / 8] = (uint8_t)(a->bytes[i / 8] ^ 1u << (7 - i % 8));
}

static bool naive_holds(const struct network *n, const struct ipaddr *a)
{
    if (a->family != n->address.family)
        return false;
    for (unsigned i = 0; i < n->bits; i++)
        if (bit_of(a, i) != bit_of(&n->address, i))
            return false;
    return true;
}

/* IPv6 in 2000::/3, so that none is mapped; few bits vary, so that networks meet. */
static struct ipaddr random_address(struct random *random, enum ip_family family)
{
    struct ipaddr a = {.family = family};
    for (unsigned i = 0; i < ipaddr_bits(family) / 8; i++)
        a.bytes[i] = (uint8_t)random_below(random, random_below(random, 2) ? 256 : 2);
    if (family == IP_V6)
        a.bytes[0] = (uint8_t)(0x20 | (a.bytes[0] & 0x1f));
    return a;
}

static struct network random_network(struct random *random, enum ip_family family,
                                     unsigned bits)
{
    struct network n = {random_address(random, family), bits};
    for (unsigned i = bits; i < ipaddr_bits(family); i++)
        if (bit_of(&n.address, i))
            flip_bit(&n.address, i);
    return n;
}

static const char *network_text(const struct network *n, char out[IPADDR_TEXT + 5])
{
    size_t len = ipaddr_format(&n->address, out);
    snprintf(out + len, 5, "/%u", n->bits);
    return out;
}

/* An address near n: within it, or with one bit of the prefix turned. */
static struct ipaddr near_address(struct random *random, const struct network *n)
{
    struct ipaddr a = random_address(random, n->address.family);
    for (unsigned i = 0; i < n->bits; i++)
        if (bit_of(&a, i) != bit_of(&n->address, i))
            flip_bit(&a, i);
    if (n->bits && random_below(random, 2))
        flip_bit(&a,
                 random_below(random, 2) ? n->bits - 1 : random_below(random, n->bits));
    return a;
}

static void check_address(const struct client_list *list,
                          const struct network *networks, size_t count,
                          const struct ipaddr *a)
{
    static const struct span no_name = {NULL, 0};
    char text[IPADDR_TEXT], network[IPADDR_TEXT + 5];
    bool want = false;
    for (size_t i = 0; i < count; i++)
        want = want || naive_holds(&networks[i], a);
    ipaddr_format(a, text);
    if (!holds(client_list_match(list, a, no_name) == (want ? MATCH_YES : MATCH_NO),
               "%s in %s and %zu more: want %d", text,
               network_text(&networks[0], network), count - 1, want))
        fail();
}

static void check_networks(struct random *random, const struct network *networks,
                           size_t count)
{
    struct arena *arena = arena_new();
    struct client_list *list = client_list_new(arena, false);
    for (size_t i = 0; i < count; i++) {
        char text[IPADDR_TEXT + 5];
        assert_null(client_list_add(list, span_of(network_text(&networks[i], text))));
    }
    client_list_finish(list);
    for (size_t i = 0; i < count; i++) {
        check_address(list, networks, count, &networks[i].address);
        for (int n = 0; n < 20; n++) {
            struct ipaddr a = near_address(random, &networks[i]);
            check_address(list, networks, count, &a);
        }
    }
    arena_free(&arena);
}

static void test_every_prefix_length(void **state)
{
    struct random random = random_start();
    (void)state;
    for (unsigned bits = 0; bits <= 128; bits++) {
        for (int n = 0; n < 8; n++) {
            struct network v4 = random_network(&random, IP_V4, bits % 33);
            struct network v6 =
                random_network(&random, IP_V6, bits < 3 && bits ? 3 : bits);
            if (bits == 0)
                v6.address = (struct ipaddr){.family = IP_V6};
            check_networks(&random, &v4, 1);
            check_networks(&random, &v6, 1);
        }
    }
}

/* With a host bit set at each place behind the prefix it is an error. */
static void test_every_host_bit(void **state)
{
    struct random random = random_start();
    struct arena *arena = arena_new();
    (void)state;
    for (unsigned bits = 3; bits < 128; bits++) {
        enum ip_family family = bits < 32 && bits % 2 ? IP_V4 : IP_V6;
        struct network n = random_network(&random, family, bits);
        for (unsigned i = bits; i < ipaddr_bits(family); i++) {
            struct client_list *list = client_list_new(arena, false);
            char text[IPADDR_TEXT + 5];
            flip_bit(&n.address, i);
            assert_non_null(client_list_add(list, span_of(network_text(&n, text))));
            flip_bit(&n.address, i);
        }
    }
    arena_free(&arena);
}

/* Ranges that touch, overlap and lie within others are merged to the same effect. */
static void test_merged_ranges(void **state)
{
    enum { MOST = 24 };
    struct random random = random_start();
    (void)state;
    for (int n = 0; n < 400; n++) {
        struct network networks[MOST];
        size_t count = 1 + random_below(&random, MOST);
        for (size_t i = 0; i < count; i++) {
            enum ip_family family = random_below(&random, 4) ? IP_V4 : IP_V6;
            unsigned bits = 3 + random_below(&random, ipaddr_bits(family) - 2);
            networks[i] = random_network(&random, family, bits);
            if (i > 0 && random_below(&random, 3) == 0) { /* the one beside the last */
                networks[i] = networks[i - 1];
                flip_bit(&networks[i].address, networks[i].bits - 1);
                if (networks[i].bits < 4)
                    networks[i] = networks[i - 1];
            }
        }
        check_networks(&random, networks, count);
    }
}

static void random_octet_pattern(struct random *random, char *out, size_t size)
{
    static const char *const fields[] = {"*",  "*",   "0",   "1",  "10", "12",
                                         "25", "255", "256", "01", "?",  "1*"};
    uint32_t count = 1 + random_below(random, 5);
    out[0] = '\0';
    for (uint32_t i = 0; i < count; i++)
        append(out, size, "%s%s", i ? "." : "",
               fields[random_below(random, ROWS(fields))]);
}

static struct ipaddr random_client(struct random *random)
{
    static const uint8_t octets[] = {0, 1, 2, 10, 12, 25, 100, 255};
    struct ipaddr a = {.family = IP_V4};
    for (size_t i = 0; i < 4; i++)
        a.bytes[i] = octets[random_below(random, ROWS(octets))];
    return a;
}

/* Whether kept as a network or not, a wildcard says what it says of the text. */
static void test_octet_wildcards(void **state)
{
    static const struct span no_name = {NULL, 0};
    struct random random = random_start();
    size_t matched = 0;
    (void)state;
    for (int n = 0; n < 3000; n++) {
        char pattern[64], text[IPADDR_TEXT];
        random_octet_pattern(&random, pattern, sizeof pattern);
        if (!glob_is_pattern(span_of(pattern)))
            continue;
        struct arena *arena = arena_new();
        struct client_list *list =
            list_of(arena, false, (const char *const[]){pattern}, 1);
        for (int k = 0; k < 60; k++) {
            struct ipaddr client = random_client(&random);
            struct span got = {text, ipaddr_format(&client, text)};
            bool want = glob_match(span_of(pattern), got);
            matched += want;
            if (!holds(client_list_match(list, &client, no_name) ==
                           (want ? MATCH_YES : MATCH_NO),
                       "\"%s\" on %s: want %d", pattern, text, want))
                fail();
        }
        arena_free(&arena);
    }
    assert_in_range(matched, 5000, 150000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_wildcards),
        cmocka_unit_test(test_regexes),
        cmocka_unit_test(test_host_names),
        cmocka_unit_test(test_is_name),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_everyone),
        cmocka_unit_test(test_every_prefix_length),
        cmocka_unit_test(test_every_host_bit),
        cmocka_unit_test(test_merged_ranges),
        cmocka_unit_test(test_octet_wildcards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
