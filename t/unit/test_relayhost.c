/* SPDX-License-Identifier: BSD-2-Clause */
/* Nexthops, as Postfix writes them. */
#include "unit.h"

#include <stdio.h>

#include "relay.h"
#include "relayhost.h"

struct nexthop {
    struct span text;
    const char *name; /* NULL: it is none */
    unsigned port;
    const char *flags; /* m: by MX, a: address, z: a zero before the port */
};

static bool nexthop_holds(const struct nexthop *row)
{
    struct relay_host_name host;
    char text[SHOWN], flags[4] = "";
    bool parsed = relay_host_parse(row->text, &host);
    if (!parsed || !row->name)
        return holds(parsed == (row->name != NULL), "%s: parsed? %d",
                     shown(row->text, text), parsed);
    append(flags, sizeof flags, "%s%s%s", host.by_mx ? "m" : "",
           host.is_address ? "a" : "", host.leading_zero ? "z" : "");
    return same_text(row->text, span_of(host.name), span_of(row->name)) &&
           same_text(row->text, span_of(flags), span_of(row->flags)) &&
           holds(host.port == row->port, "%s: port %u", shown(row->text, text),
                 host.port);
}

static void test_nexthops(void **state)
{
    static const struct nexthop rows[] = {
        {BYTES("[smtp.example.net]:587"), "smtp.example.net", 587, ""},
        {BYTES("[smtp.example.net]"), "smtp.example.net", 25, ""},
        {BYTES("[smtp.example.net]:25"), "smtp.example.net", 25, ""},
        {BYTES("[SMTP.Example.NET.]:587"), "smtp.example.net", 587, ""},
        {BYTES("[localhost]:1"), "localhost", 1, ""},
        {BYTES("[bücher.example]:65535"), "xn--bcher-kva.example", 65535, ""},
        {BYTES("[a_b.example]"), "a_b.example", 25, ""},
        {BYTES("[1e100.example]"), "1e100.example", 25, ""},
        {BYTES("example.org"), "example.org", 25, "m"},
        {BYTES("Example.ORG.:587"), "example.org", 587, "m"},
        {BYTES("example.org:25"), "example.org", 25, "m"},
        {BYTES("ipv6"), "ipv6", 25, "m"},
        {BYTES("ipv6:25"), "ipv6", 25, "m"},
        {BYTES("[192.0.2.1]:587"), "192.0.2.1", 587, "a"},
        {BYTES("[192.0.2.1]"), "192.0.2.1", 25, "a"},
        {BYTES("[2001:db8::1]"), "2001:db8::1", 25, "a"},
        {BYTES("[2001:DB8:0:0::1]:25"), "2001:db8::1", 25, "a"},
        {BYTES("[ipv6:2001:db8::1]:587"), "2001:db8::1", 587, "a"},
        {BYTES("[IPv6:2001:db8:0::0:1]:587"), "2001:db8::1", 587, "a"},
        {BYTES("[ipv6:::]"), "::", 25, "a"},
        {BYTES("[::1]:2525"), "::1", 2525, "a"},
        {BYTES("[::ffff:192.0.2.1]"), "192.0.2.1", 25, "a"},
        {BYTES("[ipv6:::ffff:192.0.2.1]"), "192.0.2.1", 25, "a"},
        {BYTES("[::ffff:c000:201]"), "192.0.2.1", 25, "a"},
        {BYTES("[smtp.example.net]:0587"), "smtp.example.net", 587, "z"},
        {BYTES("[smtp.example.net]:025"), "smtp.example.net", 25, "z"},
        {BYTES("[2001:db8::1]:065535"), "2001:db8::1", 65535, "az"},
        {BYTES("example.org:025"), "example.org", 25, "mz"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !nexthop_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

static void test_hostile_nexthops(void **state)
{
    static const struct nexthop rows[] = {
        {.text = BYTES("")},
        {.text = {NULL, 0}},
        {.text = BYTES(" ")},
        {.text = BYTES("\0")},
        {.text = BYTES(":")},
        {.text = BYTES(":25")},
        {.text = BYTES("[")},
        {.text = BYTES("]")},
        {.text = BYTES("[]")},
        {.text = BYTES("[]:25")},
        {.text = BYTES("[:]")},
        {.text = BYTES("][")},
        {.text = BYTES("[smtp.example.net")},
        {.text = BYTES("smtp.example.net]")},
        {.text = BYTES("[smtp.example.net]:")},
        {.text = BYTES("[smtp.example.net]587")},
        {.text = BYTES("[smtp.example.net]x:587")},
        {.text = BYTES("[smtp.example.net]]:587")},
        {.text = BYTES("[[smtp.example.net]]:587")},
        {.text = BYTES("[[192.0.2.1]]")},
        {.text = BYTES("[smtp.example.net:587]")},
        {.text = BYTES("[smtp.example.net]:0")},
        {.text = BYTES("[smtp.example.net]:00")},
        {.text = BYTES("[smtp.example.net]:00587")},
        {.text = BYTES("[smtp.example.net]:65536")},
        {.text = BYTES("[smtp.example.net]:066666")},
        {.text = BYTES("[smtp.example.net]:4294967883")},
        {.text = BYTES("[smtp.example.net]:100000")},
        {.text = BYTES("[smtp.example.net]:-25")},
        {.text = BYTES("[smtp.example.net]:+25")},
        {.text = BYTES("[smtp.example.net]: 25")},
        {.text = BYTES("[smtp.example.net]:25 ")},
        {.text = BYTES("[smtp.example.net]:0x19")},
        {.text = BYTES("[smtp.example.net]:smtp")},
        {.text = BYTES("[smtp.example.net]:587:587")},
        {.text = BYTES("[smtp.example.net]:58\0")},
        {.text = BYTES("[smtp.example\0.net]:587")},
        {.text = BYTES("[smtp.example.net\n]:587")},
        {.text = BYTES("[smtp example.net]")},
        {.text = BYTES("[smtp..example.net]")},
        {.text = BYTES("[.example.net]")},
        {.text = BYTES(".example.net")},
        {.text = BYTES("[*.example.net]")},
        {.text = BYTES("[alice@example.net]")},
        {.text = BYTES("smtp:[example.net]:25")},
        {.text = BYTES("inet:example.net:25")},
        {.text = BYTES("example.net, example.org")},
        {.text = BYTES("[b\xff.example]")},
        /* what is like an address has to be one, in brackets */
        {.text = BYTES("192.0.2.1")},
        {.text = BYTES("192.0.2.1:25")},
        {.text = BYTES("2001:db8::1")},
        {.text = BYTES("::1")},
        {.text = BYTES("[192.0.2.256]")},
        {.text = BYTES("[192.0.2.01]")},
        {.text = BYTES("[127.1]")},
        {.text = BYTES("[2130706433]")},
        {.text = BYTES("192.0.2.256")},
        {.text = BYTES("[2001:db8:::1]")},
        {.text = BYTES("[2001:db8::1%eth0]")},
        {.text = BYTES("[2001:db8::g]")},
        {.text = BYTES("[ipv6:]")},
        {.text = BYTES("[ipv6:1]")},
        {.text = BYTES("[ipv6:192.0.2.1]")},
        {.text = BYTES("[ipv6:smtp.example.net]")},
        {.text = BYTES("[ipv6:[2001:db8::1]]")},
        {.text = BYTES("[ipv6:ipv6:2001:db8::1]")},
        {.text = BYTES("[ipv4:192.0.2.1]")},
        {.text = BYTES("ipv6:2001:db8::1")},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !nexthop_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

/* A name as long as one may be, and longer ones. */
static void test_long_nexthops(void **state)
{
    enum { MOST = 60000 };
    static char text[MOST + 20];
    (void)state;
    for (size_t len = 1; len < MOST; len = len < 400 ? len + 1 : len * 3) {
        char *at = text;
        *at++ = '[';
        for (size_t i = 0; i < len; i++)
            *at++ = i % 60 == 59 && i + 1 < len ? '.' : 'x';
        memcpy(at, "]:65535", sizeof "]:65535");
        struct relay_host_name host;
        bool parsed = relay_host_parse(span_of(text), &host);
        assert_int_equal(parsed, len <= DOMAIN_MAX);
        assert_int_equal(parsed ? strlen(host.name) : len, len);
        text[0] = 'x'; /* a bracket that was never opened */
        assert_false(relay_host_parse(span_of(text), &host));
    }
}

/* Whatever the bytes, what is told is a name or an address, and means itself. */
static void test_random_nexthops(void **state)
{
    static const char bytes[] = "[]::.0125a-_%ipv6:\xc3\xbc\0 @,f";
    struct random random = random_start();
    size_t bad = 0, good = 0;
    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[24], again[RELAY_HOST_TEXT];
        size_t len = random_below(&random, sizeof text);
        for (size_t i = 0; i < len; i++)
            text[i] = bytes[random_below(&random, sizeof bytes - 1)];
        if (len > 3 && random_below(&random, 2)) {
            text[0] = '[';
            text[len - 1 - random_below(&random, 3)] = ']';
        }
        struct relay_host_name one, two;
        struct span span = {text, len};
        if (!relay_host_parse(span, &one))
            continue;
        good++;
        snprintf(again, sizeof again, one.by_mx ? "%s:%s%u" : "[%s]:%s%u", one.name,
                 one.leading_zero ? "0" : "", one.port);
        bad += !holds(relay_host_parse(span_of(again), &two) &&
                          strcmp(one.name, two.name) == 0 && one.port == two.port &&
                          one.by_mx == two.by_mx && one.is_address == two.is_address &&
                          one.leading_zero == two.leading_zero,
                      "%.*s: %s", (int)len, text, again);
    }
    assert_true(good > 1000);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nexthops),
        cmocka_unit_test(test_hostile_nexthops),
        cmocka_unit_test(test_long_nexthops),
        cmocka_unit_test(test_random_nexthops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
