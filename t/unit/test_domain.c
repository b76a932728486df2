/* SPDX-License-Identifier: BSD-2-Clause */
/* The canonical form of domains. */
#include "unit.h"

#include "domain.h"

struct row {
    struct span text;
    const char *want; /* NULL: no domain */
};

static bool row_holds(const struct row *row)
{
    char out[DOMAIN_MAX];
    size_t len = domain_canonical(row->text, out);
    return same_text(row->text, (struct span){out, len}, span_of(row->want));
}

static void check_rows(const struct row *rows, size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !row_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

static void test_ascii(void **state)
{
    static const struct row rows[] = {
        {BYTES("acme.example"), "acme.example"},
        {BYTES("ACME.Example"), "acme.example"},
        {BYTES("acme.example."), "acme.example"},
        {BYTES("acme.example.."), NULL},
        {BYTES(".acme.example"), NULL},
        {BYTES("acme..example"), NULL},
        {BYTES("."), NULL},
        {BYTES(".."), NULL},
        {BYTES(""), NULL},
        {BYTES("a"), "a"},
        {BYTES("a."), "a"},
        {BYTES("7"), "7"},
        {BYTES("192.0.2.1"), "192.0.2.1"},
        {BYTES("_dmarc.acme.example"), "_dmarc.acme.example"},
        {BYTES("_"), "_"},
        {BYTES("a-b.example"), "a-b.example"},
        {BYTES("-a.example"), NULL},
        {BYTES("a-.example"), NULL},
        {BYTES("-"), NULL},
        {BYTES("a.-"), NULL},
        {BYTES("a b.example"), NULL},
        {BYTES(" a.example"), NULL},
        {BYTES("a.example "), NULL},
        {BYTES("a@b.example"), NULL},
        {BYTES("a%b.example"), NULL},
        {BYTES("a/b.example"), NULL},
        {BYTES("a:b.example"), NULL},
        {BYTES("*.example"), NULL},
        {BYTES("a\\.example"), NULL},
        {BYTES("a\0.example"), NULL},
        {BYTES("a.example\0"), NULL},
        {BYTES("\0"), NULL},
        {BYTES("a\t.example"), NULL},
        {BYTES("a.example\n"), NULL},
        {BYTES("a\x7f.example"), NULL},
        {BYTES("XN--BCHER-KVA.example"), "xn--bcher-kva.example"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_international(void **state)
{
    static const struct row rows[] = {
        {BYTES("bücher.example"), "xn--bcher-kva.example"},
        {BYTES("BÜCHER.EXAMPLE"), "xn--bcher-kva.example"},
        {BYTES("bu\xcc\x88"
               "cher.example"),
         "xn--bcher-kva.example"}, /* decomposed */
        {BYTES("bücher.example."), "xn--bcher-kva.example"},
        {BYTES("bücher.example.."), NULL},
        {BYTES("bücher..example"), NULL},
        {BYTES(".bücher.example"), NULL},
        {BYTES("-bücher.example"), NULL},
        {BYTES("bücher-.example"), NULL},
        {BYTES("faß.example"), "xn--fa-hia.example"}, /* not "fass" */
        {BYTES("例え.テスト"), "xn--r8jz45g.xn--zckzah"},
        {BYTES("пример.example"), "xn--e1afmkfd.example"},
        {BYTES("ａｃｍｅ.example"), "acme.example"}, /* full width */
        {BYTES("ＡＣＭＥ.example"), "acme.example"},
        {BYTES("acme。example"), "acme.example"}, /* ideographic full stop */
        {BYTES("acme．example"), "acme.example"}, /* full-width full stop */
        {BYTES("acme.example。"), "acme.example"},
        {BYTES("ac\xc2\xad"
               "me.example"),
         "acme.example"}, /* soft hyphen is nothing */
        {BYTES("acmе.example"),
         "xn--acm-tdd.example"}, /* its last letter is Cyrillic */
        {BYTES("_dmarc.bücher.example"), "_dmarc.xn--bcher-kva.example"},
        {BYTES("a\xe2\x80\x8d"
               "b.example"),
         NULL}, /* a joiner out of place */
        {BYTES("bü cher.example"), NULL},
        {BYTES("bü@cher.example"), NULL},
        {BYTES("bü%cher.example"), NULL},
        {BYTES("bücher.example\0"), NULL},
        {BYTES("bü\0cher.example"), NULL},
        {BYTES("bü\tcher.example"), NULL},
        {BYTES("b\xfc"
               "cher.example"),
         NULL},
        {BYTES("b\xc3.example"), NULL},
        {BYTES("\xff"), NULL},
        {BYTES("a\xef\xbf\xbd.example"), NULL},
        {BYTES("［192.0.2.1］"), NULL},
        {BYTES("b＠c.example"), NULL}, /* full-width @ */
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_literals(void **state)
{
    static const struct row rows[] = {
        {BYTES("[192.0.2.1]"), "[192.0.2.1]"},
        {BYTES("[IPv6:2001:DB8::1]"), "[ipv6:2001:db8::1]"},
        {BYTES("[ipv6:2001:db8::1]"), "[ipv6:2001:db8::1]"},
        {BYTES("[IPv6:::]"), "[ipv6:::]"},
        {BYTES("[IPv6:::ffff:192.0.2.1]"), "[ipv6:::ffff:192.0.2.1]"},
        {BYTES("[IPv6:192.0.2.1]"), NULL},
        {BYTES("[2001:db8::1]"), NULL},
        {BYTES("[192.0.2.1]."), NULL},
        {BYTES("[192.0.2.1"), NULL},
        {BYTES("192.0.2.1]"), NULL},
        {BYTES("[192.0.2]"), NULL},
        {BYTES("[192.0.2.256]"), NULL},
        {BYTES("[192.0.2.01]"), NULL},
        {BYTES("[ 192.0.2.1]"), NULL},
        {BYTES("[192.0.2.1\0]"), NULL},
        {BYTES("[[192.0.2.1]]"), NULL},
        {BYTES("[IPv6:]"), NULL},
        {BYTES("[IPv6:1]"), NULL},
        {BYTES("[IPv6:2001:db8::1%eth0]"), NULL},
        {BYTES("[IPv6:2001:db8:::1]"), NULL},
        {BYTES("[IPv7:2001:db8::1]"), NULL},
        {BYTES("[x400:foo]"), NULL},
        {BYTES("[acme.example]"), NULL},
        {BYTES("[]"), NULL},
        {BYTES("["), NULL},
        {BYTES("]"), NULL},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* count labels of the given length, of a letter in one or more bytes. */
static struct span labels(char *out, const char *letter, size_t count, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            out[n++] = '.';
        for (size_t k = 0; k < length; k++, n += strlen(letter))
            memcpy(out + n, letter, strlen(letter));
    }
    return (struct span){out, n};
}

static void test_lengths(void **state)
{
    static const struct {
        const char *letter;
        size_t count, length;
        bool passes;
    } rows[] = {
        {"a", 1, 63, true},    {"a", 1, 64, false},  {"a", 3, 63, true},
        {"a", 4, 63, false},   {"a", 127, 1, true},  {"a", 128, 1, false},
        {"ü", 1, 20, true},    {"ü", 1, 600, false}, {"ü", 60, 1, false},
        {"ü", 1, 5000, false}, {"ü", 25, 1, true},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[16 * 1024], out[DOMAIN_MAX];
        struct span domain =
            labels(text, rows[i].letter, rows[i].count, rows[i].length);
        bad += !holds((domain_canonical(domain, out) > 0) == rows[i].passes,
                      "%zu labels of %zu %s", rows[i].count, rows[i].length,
                      rows[i].letter);
        /* The trailing dot does not count. */
        text[domain.len++] = '.';
        bad += !holds((domain_canonical(domain, out) > 0) == rows[i].passes,
                      "%zu labels of %zu %s and a dot", rows[i].count, rows[i].length,
                      rows[i].letter);
    }
    assert_int_equal(bad, 0);
}

/* What is canonical stays as it is. */
static void test_idempotent(void **state)
{
    static const char *const domains[] = {"ACME.example.", "bücher.example",
                                          "[IPv6:2001:DB8::1]", "_x.faß.example"};
    (void)state;
    for (size_t i = 0; i < ROWS(domains); i++) {
        char once[DOMAIN_MAX], twice[DOMAIN_MAX];
        struct span first = {once, domain_canonical(span_of(domains[i]), once)};
        struct span second = {twice, domain_canonical(first, twice)};
        assert_true(first.len > 0);
        assert_true(same_text(span_of(domains[i]), second, first));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ascii),      cmocka_unit_test(test_international),
        cmocka_unit_test(test_literals),   cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_idempotent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
