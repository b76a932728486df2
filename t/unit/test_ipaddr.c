/* SPDX-License-Identifier: BSD-2-Clause */
/* Client addresses: what parses, and the text of RFC 5952. */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ipaddr.h"

struct row {
    struct span text;
    enum ip_family family; /* IP_UNKNOWN: it must not parse */
    const char *want;
};

static bool row_holds(const struct row *row)
{
    struct ipaddr a;
    char text[IPADDR_TEXT], input[SHOWN];
    bool parsed = ipaddr_parse(row->text, &a);
    bool good = holds(parsed == (row->family != IP_UNKNOWN), "%s: %s",
                      shown(row->text, input), parsed ? "parsed" : "did not parse");
    if (!parsed || !good)
        return good;
    size_t len = ipaddr_format(&a, text);
    good = same_text(row->text, (struct span){text, len}, span_of(row->want));
    good &= holds(text[len] == '\0' && a.family == row->family, "%s: family", input);
    /* The text is read back to the same address. */
    struct ipaddr again;
    good &= ipaddr_parse((struct span){text, len}, &again) &&
            memcmp(again.bytes, a.bytes, sizeof a.bytes) == 0;
    return holds(good, "%s: not read back", input);
}

static void test_texts(void **state)
{
    static const struct row rows[] = {
        {BYTES("192.0.2.1"), IP_V4, "192.0.2.1"},
        {BYTES("0.0.0.0"), IP_V4, "0.0.0.0"},
        {BYTES("255.255.255.255"), IP_V4, "255.255.255.255"},
        {BYTES("::"), IP_V6, "::"},
        {BYTES("::1"), IP_V6, "::1"},
        {BYTES("1::"), IP_V6, "1::"},
        {BYTES("2001:DB8::A"), IP_V6, "2001:db8::a"},
        {BYTES("2001:0db8:0000:0000:0000:0000:0002:0001"), IP_V6, "2001:db8::2:1"},
        {BYTES("2001:db8:0:1:1:1:1:1"), IP_V6, "2001:db8:0:1:1:1:1:1"},
        {BYTES("2001:db8::1:1:1:1:1"), IP_V6, "2001:db8:0:1:1:1:1:1"},
        {BYTES("2001:0:0:1:0:0:0:1"), IP_V6, "2001:0:0:1::1"},
        {BYTES("2001:db8:0:0:1:0:0:1"), IP_V6, "2001:db8::1:0:0:1"},
        {BYTES("0:0:1:0:0:0:0:0"), IP_V6, "0:0:1::"},
        {BYTES("0:1:0:1:0:1:0:1"), IP_V6, "0:1:0:1:0:1:0:1"},
        {BYTES("1:2:3:4:5:6:0:0"), IP_V6, "1:2:3:4:5:6::"},
        {BYTES("0:0:3:4:5:6:7:8"), IP_V6, "::3:4:5:6:7:8"},
        {BYTES("1:0:3:4:5:6:7:0"), IP_V6, "1:0:3:4:5:6:7:0"},
        {BYTES("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), IP_V6,
         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {BYTES("::192.0.2.1"), IP_V6, "::c000:201"},
        {BYTES("64:ff9b::192.0.2.1"), IP_V6, "64:ff9b::c000:201"},
        {BYTES("::ffff:192.0.2.1"), IP_V4, "192.0.2.1"},
        {BYTES("::FFFF:c000:201"), IP_V4, "192.0.2.1"},
        {BYTES("0:0:0:0:0:ffff:192.0.2.1"), IP_V4, "192.0.2.1"},
        {BYTES("::ffff:0:0"), IP_V4, "0.0.0.0"},
        {BYTES("::fffe:192.0.2.1"), IP_V6, "::fffe:c000:201"},
        {BYTES("::ffff:0:192.0.2.1"), IP_V6, "::ffff:0:c000:201"},
        {BYTES("1::ffff:192.0.2.1"), IP_V6, "1::ffff:c000:201"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !row_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

static void test_no_addresses(void **state)
{
    static const struct span texts[] = {
        BYTES(""),
        BYTES("192.0.2"),
        BYTES("192.0.2.1.1"),
        BYTES("192.0.2.256"),
        BYTES("192.0.2.01"),
        BYTES("192.0.2.1 "),
        BYTES(" 192.0.2.1"),
        BYTES("192.0.2.1\0"),
        BYTES("192.0.2.\0"
              "1"),
        BYTES("0xc0000201"),
        BYTES("3221225985"),
        BYTES("192.0.2.1/32"),
        BYTES("[192.0.2.1]"),
        BYTES(":"),
        BYTES(":::"),
        BYTES("1:2:3:4:5:6:7"),
        BYTES("1:2:3:4:5:6:7:8:9"),
        BYTES("1::2::3"),
        BYTES("12345::"),
        BYTES("g::"),
        BYTES("2001:db8::1%eth0"),
        BYTES("2001:db8::1\0"),
        BYTES("[2001:db8::1]"),
        BYTES("IPv6:2001:db8::1"),
        BYTES("unknown"),
        BYTES("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"),
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(texts); i++)
        bad += !row_holds(&(struct row){texts[i], IP_UNKNOWN, NULL});
    assert_int_equal(bad, 0);
}

static void check_sockaddr(const struct sockaddr *sa, enum ip_family family,
                           const char *want)
{
    char text[IPADDR_TEXT];
    struct ipaddr a = ipaddr_from_sockaddr(sa);
    size_t len = ipaddr_format(&a, text);
    assert_true(same_text(span_of(want), (struct span){text, len}, span_of(want)));
    assert_int_equal(a.family, family);
}

static void test_sockaddrs(void **state)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(25)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(25)};
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/mta"};
    (void)state;
    assert_int_equal(inet_pton(AF_INET, "192.0.2.1", &in.sin_addr), 1);
    check_sockaddr((const struct sockaddr *)&in, IP_V4, "192.0.2.1");
    assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr), 1);
    check_sockaddr((const struct sockaddr *)&in6, IP_V6, "2001:db8::1");
    assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.1", &in6.sin6_addr), 1);
    check_sockaddr((const struct sockaddr *)&in6, IP_V4, "192.0.2.1");
    check_sockaddr((const struct sockaddr *)&un, IP_UNKNOWN, "unknown");
    check_sockaddr(NULL, IP_UNKNOWN, "unknown");
}

static void test_unmap(void **state)
{
    struct ipaddr mapped = {IP_V6, {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}};
    struct ipaddr wide = {IP_V6, {0x20, 1, [10] = 0xff, [11] = 0xff, 192, 0, 2, 1}};
    struct ipaddr v4 = {IP_V4, {192, 0, 2, 1}};
    struct ipaddr unknown = {.family = IP_UNKNOWN};
    (void)state;
    assert_true(ipaddr_unmap(&mapped));
    assert_int_equal(mapped.family, IP_V4);
    assert_memory_equal(mapped.bytes, v4.bytes, sizeof v4.bytes);
    assert_false(ipaddr_unmap(&mapped));
    assert_false(ipaddr_unmap(&wide));
    assert_int_equal(wide.family, IP_V6);
    assert_false(ipaddr_unmap(&v4));
    assert_false(ipaddr_unmap(&unknown));
}

/* Against the system's own text, which follows RFC 5952 but for embedded IPv4. */
static void test_random_texts(void **state)
{
    struct random random = random_start();
    (void)state;
    for (int n = 0; n < 20000; n++) {
        struct ipaddr a = {.family = IP_V6};
        char ours[IPADDR_TEXT], theirs[INET6_ADDRSTRLEN];
        for (size_t i = 0; i < 8; i++) {
            uint32_t field =
                random_below(&random, 3) ? random_below(&random, 0x10000) : 0;
            a.bytes[2 * i] = (uint8_t)(field >> 8);
            a.bytes[2 * i + 1] = (uint8_t)field;
        }
        a.bytes[0] |= 0x20;
        ipaddr_format(&a, ours);
        assert_non_null(inet_ntop(AF_INET6, a.bytes, theirs, sizeof theirs));
        assert_string_equal(ours, theirs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),        cmocka_unit_test(test_no_addresses),
        cmocka_unit_test(test_sockaddrs),    cmocka_unit_test(test_unmap),
        cmocka_unit_test(test_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
