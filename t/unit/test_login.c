/* SPDX-License-Identifier: BSD-2-Clause */
/* Login names: xtext, realms, the default domain. */
#include "unit.h"

#include <stdlib.h>

#include "login.h"

static void test_xtext(void **state)
{
    static const struct {
        struct span text;
        const char *want; /* NULL: malformed */
        bool hidden;
    } rows[] = {
        {BYTES(""), "", false},
        {BYTES("a"), "a", false},
        {BYTES("a@b.example"), "a@b.example", false},
        {BYTES("a+2Bb"), "a+b", true},
        {BYTES("a+2bb"), "a+b", true},
        {BYTES("+2B"), "+", true},
        {BYTES("a+2B"), "a+", true},
        {BYTES("+3D+3d"), "==", true},
        {BYTES("+2B2B"), "+2B", true}, /* decoded once */
        {BYTES("a+20b"), "a b", true},
        {BYTES("b+C3+BC"), "bü", true},
        {BYTES("+41+42"), "AB", true},
        {BYTES("a+"), NULL, false},
        {BYTES("a+2"), NULL, false},
        {BYTES("a+b"), NULL, false},
        {BYTES("a+2G"), NULL, false},
        {BYTES("a+G2"), NULL, false},
        {BYTES("a+-1"), NULL, false},
        {BYTES("a+ 1"), NULL, false},
        {BYTES("++2B"), NULL, true},
        {BYTES("+2B+"), NULL, true},
        {BYTES("a+box@b.example"), NULL, false},
        {BYTES("a+ad@b.example"), "a\xad@b.example", true},
        {BYTES("100%"), "100%", false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        /* Of the exact size: reading or writing beyond it is caught. */
        size_t size = rows[i].text.len + !rows[i].text.len;
        char input[SHOWN], *copy = malloc(size), *out = malloc(size);
        struct span text = {copy, rows[i].text.len};
        memcpy(copy, rows[i].text.ptr, text.len);
        size_t len = 0;
        bool good = login_decode_xtext(text, out, &len);
        shown(text, input);
        bad += !holds(good == (rows[i].want != NULL), "%s: well formed?", input);
        if (good && rows[i].want)
            bad += !same_text(text, (struct span){out, len}, span_of(rows[i].want));
        bad +=
            !holds(login_has_xtext(text) == rows[i].hidden, "%s: hides xtext?", input);
        free(copy);
        free(out);
    }
    assert_int_equal(bad, 0);
}

/* +00 is a NUL, which no login may hold. */
static void test_xtext_nul(void **state)
{
    static const struct interface interface = {.default_domain = ""};
    static const struct snapshot snapshot = {0};
    struct address login;
    bool completed;
    char out[8];
    size_t len;
    (void)state;
    assert_true(login_decode_xtext(span_of("a+00b"), out, &len));
    assert_int_equal(len, 3);
    assert_memory_equal(out, "a\0b", 3);
    assert_false(login_canonical(&snapshot, &interface, (struct span){out, len}, &login,
                                 &completed));
}

#define USERS                                                                          \
    "ou 'acme' { domains = { 'acme.example' }\n"                                       \
    "  user 'printer' { }\n"                                                           \
    "  user 'victim@acme.example' { }\n"                                               \
    "}\n"
#define PLAIN   "interface 'in' { }\n" USERS
#define DEFAULT "interface 'in' { default_domain = 'Acme.Example' }\n" USERS
#define REALMS  "interface 'in' { strip_realms = { 'Realm', 'sasl.example' } }\n" USERS
#define BOTH                                                                           \
    "interface 'in' { default_domain = 'acme.example'\n"                               \
    "  strip_realms = { 'realm', 'bücher.example' } }\n" USERS

static void test_canonical(void **state)
{
    static const struct {
        const char *configuration;
        struct span name;
        const char *want; /* NULL: no login */
        bool has_domain;
    } rows[] = {
        {PLAIN, BYTES("a@acme.example"), "a@acme.example", true},
        {PLAIN, BYTES("A@Acme.Example."), "a@acme.example", true},
        {PLAIN, BYTES("a@bücher.example"), "a@xn--bcher-kva.example", true},
        {PLAIN, BYTES("bob"), "bob", false},
        {PLAIN, BYTES("Bob"), "bob", false},
        {PLAIN, BYTES("a@realm"), "a@realm", true},
        {DEFAULT, BYTES("bob"), "bob@acme.example", true},
        {DEFAULT, BYTES("BOB"), "bob@acme.example", true},
        {DEFAULT, BYTES("bob@other.example"), "bob@other.example", true},
        {DEFAULT, BYTES("printer"), "printer", false}, /* a user of the bare name */
        {DEFAULT, BYTES("Printer"), "printer", false},
        {DEFAULT, BYTES("printer2"), "printer2@acme.example", true},
        {DEFAULT, BYTES("victim"), "victim@acme.example", true},
        {DEFAULT, BYTES("\"bob\""), "bob@acme.example", true},
        {REALMS, BYTES("a@realm"), "a", false},
        {REALMS, BYTES("A@REALM"), "a", false},
        {REALMS, BYTES("a@realm."), "a", false},
        {REALMS, BYTES("a@sasl.example"), "a", false},
        {REALMS, BYTES("a@sub.sasl.example"), "a@sub.sasl.example", true},
        {REALMS, BYTES("a@acme.example"), "a@acme.example", true},
        {REALMS, BYTES("printer@realm"), "printer", false},
        {BOTH, BYTES("a@realm"), "a@acme.example", true},
        {BOTH, BYTES("a@xn--bcher-kva.example"), "a@acme.example", true},
        {BOTH, BYTES("printer@realm"), "printer", false},
        {BOTH, BYTES("a"), "a@acme.example", true},
        {PLAIN, BYTES(""), NULL, false},
        {PLAIN, BYTES("a b"), NULL, false},
        {PLAIN, BYTES("a\0b"), NULL, false},
        {PLAIN, BYTES("a\x1f"), NULL, false},
        {PLAIN, BYTES("a\x7f"), NULL, false},
        {PLAIN, BYTES("a\xff"), NULL, false},
        {PLAIN, BYTES("@acme.example"), NULL, false},
        {PLAIN, BYTES("a@"), NULL, false},
        {PLAIN, BYTES("a@b@acme.example"), NULL, false},
        {DEFAULT, BYTES("a@"), NULL, false},
        {DEFAULT, BYTES("a b"), NULL, false},
        {REALMS, BYTES("@realm"), NULL, false},
        {REALMS, BYTES("a@b@realm"), NULL, false},
        {REALMS, BYTES("a b@realm"), NULL, false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct snapshot *s = load(rows[i].configuration);
        struct address login;
        bool completed;
        assert_non_null(s);
        bool good = login_canonical(s, s->interfaces, rows[i].name, &login, &completed);
        struct span got = good ? address_text(&login) : (struct span){NULL, 0};
        bad += !same_text(rows[i].name, got, span_of(rows[i].want));
        bad += !holds(!good || address_has_domain(&login) == rows[i].has_domain,
                      "row %zu: has a domain?", i);
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

/* A bare name with a quoted @ reads like one with a domain, and is refused; so it must
 * be when a realm behind it goes. */
static void test_quoted_at_before_realm(void **state)
{
    static const struct {
        const char *configuration, *name;
    } rows[] = {
        {PLAIN, "\"victim@acme.example\""},   {DEFAULT, "\"victim@acme.example\""},
        {REALMS, "\"victim@acme.example\""},  {REALMS, "\"victim@acme.example\"@realm"},
        {REALMS, "\"a@acme.example\"@realm"}, {BOTH, "\"victim@acme.example\"@realm"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct snapshot *s = load(rows[i].configuration);
        struct address login;
        bool completed;
        assert_non_null(s);
        bool good = login_canonical(s, s->interfaces, span_of(rows[i].name), &login,
                                    &completed);
        bad += !holds(!good, "%s became \"%.*s\"", rows[i].name, (int)login.len,
                      login.text);
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xtext),
        cmocka_unit_test(test_xtext_nul),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_quoted_at_before_realm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
