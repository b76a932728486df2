/* SPDX-License-Identifier: BSD-2-Clause */
/* The canonical form of mail addresses. */
#include "unit.h"

#include <stdlib.h>

#include "address.h"

struct row {
    struct span argument;
    const char *local;  /* NULL: it must not parse */
    const char *domain; /* NULL: none */
};

typedef bool parser(struct span text, struct address *address);

static bool row_holds(const struct row *row, parser *parse)
{
    char input[SHOWN], text[SHOWN];
    struct address a;
    /* A copy of the exact size: reading beyond it is caught. */
    char *copy = malloc(row->argument.len + 1);
    memcpy(copy, row->argument.ptr, row->argument.len);
    bool parsed = parse((struct span){copy, row->argument.len}, &a);
    free(copy);
    shown(row->argument, input);
    if (!row->local)
        return holds(!parsed, "%s: parsed as \"%s\"", input,
                     shown(parsed ? address_text(&a) : span_of(""), text));
    if (!holds(parsed, "%s: did not parse", input))
        return false;
    struct span local = {a.text, a.local_len};
    bool good = same_text(row->argument, local, span_of(row->local));
    struct span domain = address_domain(&a);
    good &= holds(address_has_domain(&a) == (row->domain != NULL) &&
                      (domain.ptr != NULL) == (row->domain != NULL),
                  "%s: has a domain or has none", input);
    good &= same_text(row->argument, domain, span_of(row->domain));
    size_t len = a.local_len + (row->domain ? 1 + domain.len : 0);
    return good & holds(a.len == len, "%s: length %zu, want %zu", input, a.len, len);
}

static void check_rows(const struct row *rows, size_t count, parser *parse)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !row_holds(&rows[i], parse);
    assert_int_equal(bad, 0);
}

#define PASSES(argument, local, domain)                                                \
    {                                                                                  \
        BYTES(argument), local, domain                                                 \
    }
#define REFUSED(argument)                                                              \
    {                                                                                  \
        BYTES(argument), NULL, NULL                                                    \
    }

static void test_brackets(void **state)
{
    static const struct row rows[] = {
        PASSES("<a@b.example>", "a", "b.example"),
        PASSES("a@b.example", "a", "b.example"),
        REFUSED("<a@b.example"),
        REFUSED("a@b.example>"),
        REFUSED("<<a@b.example>>"),
        REFUSED("<a@b.example> "),
        REFUSED(" <a@b.example>"),
        REFUSED("< a@b.example>"),
        REFUSED("<a@b.example >"),
        REFUSED("<a@b.example>x"),
        REFUSED("<a@b.example><c@d.example>"),
        REFUSED("<a@b.example> SIZE=1"),
        REFUSED("Name <a@b.example>"),
        REFUSED("<a@b.example>,<c@d.example>"),
        PASSES("<>", "", NULL),
        REFUSED(""),
        REFUSED("<"),
        REFUSED(">"),
        REFUSED("><"),
        REFUSED("< >"),
        REFUSED("<<>>"),
        PASSES("<root>", "root", NULL),
        PASSES("Postmaster", "postmaster", NULL),
    };
    (void)state;
    check_rows(rows, ROWS(rows), address_parse);
}

static void test_routes(void **state)
{
    static const struct row rows[] = {
        PASSES("<@one.example:a@b.example>", "a", "b.example"),
        PASSES("@one.example:a@b.example", "a", "b.example"),
        PASSES("<@one.example,@two.example:a@b.example>", "a", "b.example"),
        PASSES("<@one.example,@two.example,@three.example:a@b.example>", "a",
               "b.example"),
        PASSES("<@[192.0.2.1]:a@b.example>", "a", "b.example"),
        PASSES("<@[IPv6:2001:db8::1]:a@b.example>", "a", "b.example"),
        PASSES("<@[IPv6:2001:db8::1],@two.example:a@b.example>", "a", "b.example"),
        PASSES("<@two.example,@[IPv6:2001:db8::1]:a@b.example>", "a", "b.example"),
        PASSES("<@one.example:a@[IPv6:2001:db8::1]>", "a", "[ipv6:2001:db8::1]"),
        PASSES("<@one.example:\"a@x:y,z\"@b.example>", "a@x:y,z", "b.example"),
        PASSES("<@b\xc3\xbc"
               "cher.example:a@b.example>",
               "a", "b.example"),
        PASSES("<@one.example:root>", "root", NULL),
        REFUSED("<@one.example>"),
        REFUSED("<@one.example:>"),
        REFUSED("<@:a@b.example>"),
        REFUSED("<@>"),
        REFUSED("@"),
        REFUSED("<one.example:a@b.example>"),
        REFUSED("<@one.example,two.example:a@b.example>"),
        REFUSED("<@one.example,:a@b.example>"),
        REFUSED("<,@one.example:a@b.example>"),
        REFUSED("<@one.example, @two.example:a@b.example>"),
        REFUSED("<@one.example:@two.example:a@b.example>"),
        REFUSED("<@one.example:a@b.example"),
        REFUSED("<@one_.-example:a@b.example>"),
        REFUSED("<@[IPv6:2001:db8::1:a@b.example>"),
        REFUSED("<@[IPv6:2001:db8::1]a@b.example>"),
        REFUSED("<@[IPv6:2001:db8::g]:a@b.example>"),
        REFUSED("<@["),
        REFUSED("<@[>"),
    };
    (void)state;
    check_rows(rows, ROWS(rows), address_parse);
}

static void test_quoted_local_parts(void **state)
{
    static const struct row rows[] = {
        PASSES("<\"a\"@b.example>", "a", "b.example"),
        PASSES("<\"A.B\"@b.example>", "a.b", "b.example"),
        PASSES("<\"a b\"@b.example>", "a b", "b.example"),
        PASSES("<\"a@b\"@c.example>", "a@b", "c.example"),
        PASSES("<\"a\\\"b\"@c.example>", "a\"b", "c.example"),
        PASSES("<\"a\\\\b\"@c.example>", "a\\b", "c.example"),
        PASSES("<\"\\a\\b\"@c.example>", "ab", "c.example"),
        PASSES("<\"a\\@b\"@c.example>", "a@b", "c.example"),
        PASSES("<\"<a>\"@c.example>", "<a>", "c.example"),
        PASSES("<\"b\xc3\xbc\"@c.example>", "b\xc3\xbc", "c.example"),
        PASSES("<\".a.\"@c.example>", ".a.", "c.example"),
        PASSES("<\"a\">", "a", NULL),
        REFUSED("<\"\"@c.example>"), /* would read as a mere "@c.example" */
        REFUSED("<\"\">"),
        REFUSED("<\"a@c.example>"),
        REFUSED("<\"a\\\"@c.example>"),
        REFUSED("<\"a\\>"),
        REFUSED("<a\"@c.example>"),
        REFUSED("<\"a\"b@c.example>"),
        REFUSED("<b\"a\"@c.example>"),
        REFUSED("<\"a\".b@c.example>"),
        REFUSED("<b.\"a\"@c.example>"),
        REFUSED("<\"a\" @c.example>"),
        REFUSED("<a\\@b@c.example>"),
        REFUSED("<\"a\tb\"@c.example>"),
        REFUSED("<\"a\\\tb\"@c.example>"),
        REFUSED("<\"a\0b\"@c.example>"),
        REFUSED("<\"a\r\nb\"@c.example>"),
        REFUSED("<\"a\xc3\"@c.example>"),
        REFUSED("<\"a\\\xc3\"\xbc@c.example>"),
        REFUSED("<\"a\"@\"b\">"),
    };
    (void)state;
    check_rows(rows, ROWS(rows), address_parse);
}

static void test_domains_of_addresses(void **state)
{
    static const struct row rows[] = {
        PASSES("<a@B.Example>", "a", "b.example"),
        PASSES("<a@b.example.>", "a", "b.example"),
        REFUSED("<a@b.example..>"),
        REFUSED("<a@.b.example>"),
        REFUSED("<a@b..example>"),
        REFUSED("<a@.>"),
        REFUSED("<a@>"),
        REFUSED("<a@ b.example>"),
        REFUSED("<a@b.example\\>"),
        PASSES("<a@localhost>", "a", "localhost"),
        PASSES("<a@_b._c.example>", "a", "_b._c.example"),
        PASSES("<a@b_c.example>", "a", "b_c.example"),
        PASSES("<a@1.example>", "a", "1.example"),
        REFUSED("<a@-b.example>"),
        REFUSED("<a@b-.example>"),
        PASSES("<a@b--c.example>", "a", "b--c.example"),
        REFUSED("<a@b%c.example>"),
        REFUSED("<a@b!c.example>"),
        REFUSED("<a@(comment)b.example>"),
        PASSES("<a@[192.0.2.1]>", "a", "[192.0.2.1]"),
        PASSES("<a@[IPv6:2001:DB8::1]>", "a", "[ipv6:2001:db8::1]"),
        REFUSED("<a@[192.0.2.1>"),
        REFUSED("<a@192.0.2.1]>"),
        REFUSED("<a@[192.0.2.1].>"),
        REFUSED("<a@[192.0.2.256]>"),
        REFUSED("<a@[2001:db8::1]>"),
        REFUSED("<a@[]>"),
        PASSES("<a@B\xc3\x9c"
               "CHER.example>",
               "a", "xn--bcher-kva.example"),
        PASSES("<a@XN--BCHER-KVA.example>", "a", "xn--bcher-kva.example"),
        REFUSED("<a@b\xfc"
                "cher.example>"),
    };
    (void)state;
    check_rows(rows, ROWS(rows), address_parse);
}

static void test_local_parts(void **state)
{
    static const struct row rows[] = {
        PASSES("<A.User@b.example>", "a.user", "b.example"),
        PASSES("<.a@b.example>", ".a", "b.example"),
        PASSES("<a.@b.example>", "a.", "b.example"),
        PASSES("<a..b@b.example>", "a..b", "b.example"),
        PASSES("<...@b.example>", "...", "b.example"),
        PASSES("<!#$%&'*+-/=?^_`{|}~@b.example>", "!#$%&'*+-/=?^_`{|}~", "b.example"),
        PASSES("<a+b@b.example>", "a+b", "b.example"),
        PASSES("<a%c.example@b.example>", "a%c.example", "b.example"),
        PASSES("<c.example!a@b.example>", "c.example!a", "b.example"),
        PASSES("<b\xc3\xbc@b.example>", "b\xc3\xbc", "b.example"),
        PASSES("<B\xc3\x9c@b.example>", "b\xc3\x9c", "b.example"), /* ASCII folds */
        PASSES("<\xe7\x94\xa8\xe6\x88\xb7@b.example>", "\xe7\x94\xa8\xe6\x88\xb7",
               "b.example"),
        PASSES("<\xf0\x9f\x93\xa7@b.example>", "\xf0\x9f\x93\xa7", "b.example"),
        REFUSED("<a b@b.example>"),
        REFUSED("<a,b@b.example>"),
        REFUSED("<a;b@b.example>"),
        REFUSED("<a:b@b.example>"),
        REFUSED("<a(b)@b.example>"),
        REFUSED("<a[b]@b.example>"),
        REFUSED("<a<b@b.example>"),
        REFUSED("<a>b@b.example>"),
        REFUSED("<a\\b@b.example>"),
        REFUSED("<@b.example>"),
        REFUSED("<a@b@c.example>"),
        REFUSED("<a@@c.example>"),
        REFUSED("<a@b.example@>"),
        REFUSED("<\"a\"@b@c.example>"),
        REFUSED("<a\0@b.example>"),
        REFUSED("\0"),
        REFUSED("<\0>"),
        REFUSED("<a@b.example\0>"),
        REFUSED("<a@b.example\0.c.example>"),
        REFUSED("<a\x01@b.example>"),
        REFUSED("<a\x1f@b.example>"),
        REFUSED("<a\x7f@b.example>"),
        REFUSED("<a\t@b.example>"),
        REFUSED("<a\r\n@b.example>"),
        REFUSED("<a@b.example\r\n>"),
        REFUSED("<a\xc2\x85@b.example>"),     /* C1 */
        REFUSED("<a\xef\xbf\xbd@b.example>"), /* U+FFFD */
        REFUSED("<a\xc0\xaf@b.example>"),     /* overlong */
        REFUSED("<a\xed\xa0\x80@b.example>"), /* a surrogate */
        REFUSED("<a\xf4\x90\x80\x80@b.example>"),
        REFUSED("<a\xff@b.example>"),
        REFUSED("<a\xc3@b.example>"),
    };
    (void)state;
    check_rows(rows, ROWS(rows), address_parse);
}

static void test_mailboxes(void **state)
{
    static const struct row rows[] = {
        PASSES("a@b.example", "a", "b.example"),
        PASSES("\"a b\"@B.example.", "a b", "b.example"),
        PASSES("a", "a", NULL),
        REFUSED(""),
        REFUSED("<>"),
        REFUSED("<a@b.example>"),
        REFUSED("@one.example:a@b.example"),
        REFUSED("@b.example"),
        REFUSED("DOMAIN\\a"),
    };
    (void)state;
    check_rows(rows, ROWS(rows), address_parse_mailbox);
}

static void test_logins(void **state)
{
    static const struct row rows[] = {
        PASSES("a@b.example", "a", "b.example"),
        PASSES("A.User@B.Example.", "a.user", "b.example"),
        PASSES("printer", "printer", NULL),
        PASSES("DOMAIN\\User", "domain\\user", NULL),
        PASSES("DOMAIN\\User@b.example", "domain\\user", "b.example"),
        PASSES("<a@b.example", "<a", "b.example"), /* no brackets in a login */
        PASSES("a:b,c;d(e)[f]", "a:b,c;d(e)[f]", NULL),
        PASSES("a\"b\"", "a\"b\"", NULL), /* quotes count around the whole only */
        PASSES("b\xc3\xbc@b\xc3\xbc"
               "cher.example",
               "b\xc3\xbc", "xn--bcher-kva.example"),
        PASSES("\"a\"@b.example", "a", "b.example"),
        PASSES("\"a@b\"@c.example", "a@b", "c.example"),
        PASSES("\"a\"", "a", NULL),
        REFUSED("\"a@b.example\""), /* would read like one with a domain */
        REFUSED("\"a b\"@c.example"),
        REFUSED("\"a\\ b\"@c.example"),
        REFUSED("\"a@c.example"),
        REFUSED("\"\"@c.example"),
        REFUSED(""),
        REFUSED("@b.example"),
        REFUSED("a@"),
        REFUSED("@"),
        REFUSED("a@b@c.example"),
        REFUSED("a@@c.example"),
        REFUSED("a b"),
        REFUSED(" a"),
        REFUSED("a "),
        REFUSED("a@b .example"),
        REFUSED("a\0"),
        REFUSED("a\0@b.example"),
        REFUSED("a\tb"),
        REFUSED("a\x7f"),
        REFUSED("a\n"),
        REFUSED("a\xff"),
        REFUSED("a\xc2\x80"),
        REFUSED("a@-b.example"),
        REFUSED("a@b..example"),
    };
    (void)state;
    check_rows(rows, ROWS(rows), address_parse_login);
}

/* "<" local "@" label "." label ... ">" with lengths as given. */
static struct span sized(char *out, size_t local, size_t labels, size_t label)
{
    size_t n = 0;
    out[n++] = '<';
    memset(out + n, 'a', local);
    n += local;
    for (size_t i = 0; i < labels; i++) {
        out[n++] = i == 0 ? '@' : '.';
        memset(out + n, 'b', label);
        n += label;
    }
    out[n++] = '>';
    return (struct span){out, n};
}

static void test_lengths(void **state)
{
    static const struct {
        size_t local, labels, label;
        bool passes;
    } rows[] = {
        {64, 1, 63, true},         {65, 1, 63, true},
        {LOCAL_MAX, 1, 63, true},  {LOCAL_MAX + 1, 1, 1, false},
        {1, 1, 64, false},         {1, 3, 63, true},
        {1, 4, 63, false},         {1, 127, 1, true},
        {1, 128, 1, false},        {LOCAL_MAX, 0, 0, true},
        {LOCAL_MAX, 127, 1, true}, {LOCAL_MAX + 1, 0, 0, false},
        {5000, 1, 1, false},       {1, 2000, 1, false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[16 * 1024];
        struct address a;
        struct span argument =
            sized(text, rows[i].local, rows[i].labels, rows[i].label);
        bad += !holds(address_parse(argument, &a) == rows[i].passes,
                      "local part of %zu, %zu labels of %zu", rows[i].local,
                      rows[i].labels, rows[i].label);
    }
    assert_int_equal(bad, 0);
}

/* A quoted local part is as long as its meaning. */
static void test_length_of_quoted(void **state)
{
    (void)state;
    for (size_t len = LOCAL_MAX; len <= LOCAL_MAX + 1; len++) {
        char text[4 * LOCAL_MAX];
        struct address a;
        size_t n = 0;
        text[n++] = '"';
        for (size_t i = 0; i < len; i++) {
            text[n++] = '\\';
            text[n++] = 'a';
        }
        memcpy(text + n, "\"@b.example", 11);
        bool parsed = address_parse((struct span){text, n + 11}, &a);
        assert_int_equal(parsed, len <= LOCAL_MAX);
    }
}

static void test_equality(void **state)
{
    static const struct {
        const char *one, *two;
        bool equal;
    } rows[] = {
        {"a@b.example", "A@B.EXAMPLE.", true},
        {"a@b.example", "<a@b.example>", true},
        {"a@b.example", "\"a\"@b.example", true},
        {"a@b.example", "@r.example:a@b.example", true},
        {"a@b.example", "aa@b.example", false},
        {"a@b.example", "a@c.example", false},
        {"a@b.example", "a", false},
        {"\"a@b\"@c.example", "\"a\\@b\"@c.example", true},
        {"a@b\xc3\xbc"
         "cher.example",
         "a@xn--bcher-kva.example", true},
        {"<>", "<>", true},
        {"<>", "a", false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct address one, two;
        assert_true(address_parse(span_of(rows[i].one), &one));
        assert_true(address_parse(span_of(rows[i].two), &two));
        bad += !holds(address_equal(&one, &two) == rows[i].equal &&
                          address_equal(&two, &one) == rows[i].equal,
                      "%s and %s", rows[i].one, rows[i].two);
    }
    assert_int_equal(bad, 0);
}

static void test_set_domain(void **state)
{
    struct address a;
    (void)state;
    assert_true(address_parse(span_of("a@b.example"), &a));
    address_set_domain(&a, span_of("other.example"));
    assert_true(span_equal(address_text(&a), span_of("a@other.example")));
    address_set_domain(&a, span_of(""));
    assert_false(address_has_domain(&a));
    assert_null(address_domain(&a).ptr);
    assert_true(span_equal(address_text(&a), span_of("a")));
    address_set_domain(&a, span_of("b.example"));
    assert_true(span_equal(address_domain(&a), span_of("b.example")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brackets),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_quoted_local_parts),
        cmocka_unit_test(test_domains_of_addresses),
        cmocka_unit_test(test_local_parts),
        cmocka_unit_test(test_mailboxes),
        cmocka_unit_test(test_logins),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_length_of_quoted),
        cmocka_unit_test(test_equality),
        cmocka_unit_test(test_set_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
