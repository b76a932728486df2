/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates, and values that stand for themselves in a DN and in a filter. */
#include "unit.h"

#include "ldap_escape.h"
#include "template.h"

static void test_faults(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"", true},      {"plain", true},  {"%u", true},   {"%n@%d", true},
        {"100%%", true}, {"%u%%%n", true}, {"%", false},   {"a%", false},
        {"%x", false},   {"%U", false},    {"%%%", false}, {"%% %", false},
        {"%u%", false},  {"% u", false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !holds((template_fault(rows[i].text) == NULL) == rows[i].good, "\"%s\"",
                      rows[i].text);
    assert_int_equal(bad, 0);
}

static void test_expansion(void **state)
{
    static const struct template_values whole = {BYTES("a.b@acme.example"),
                                                 BYTES("a.b"), BYTES("acme.example")};
    static const struct template_values bare = {BYTES("a.b"), BYTES("a.b"), {NULL, 0}};
    static const struct {
        const char *text;
        const struct template_values *values;
        template_escape *escape;
        const char *want; /* NULL: it must fail */
    } rows[] = {
        {"%u", &whole, NULL, "a.b@acme.example"},
        {"uid=%n,dc=%d", &whole, NULL, "uid=a.b,dc=acme.example"},
        {"%%%n%%", &whole, NULL, "%a.b%"},
        {"%n", &bare, NULL, "a.b"},
        {"%d", &bare, NULL, NULL},
        {"%n@%d", &bare, NULL, NULL},
        {"", &whole, NULL, ""},
        {"(uid=%n)", &whole, ldap_escape_filter, "(uid=a.b)"},
        {"%u%u", &whole, NULL, NULL}, /* 32 bytes, and a NUL */
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char out[32] = "";
        bool good = template_expand(rows[i].text, rows[i].values, rows[i].escape, out,
                                    sizeof out);
        bad += !holds(good == (rows[i].want != NULL), "\"%s\": good?", rows[i].text);
        if (good && rows[i].want)
            bad +=
                !same_text(span_of(rows[i].text), span_of(out), span_of(rows[i].want));
    }
    assert_int_equal(bad, 0);
}

static void check_escape(template_escape *escape, const struct span rows[][2],
                         size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        char out[64];
        size_t len = escape(rows[i][0], out, sizeof out);
        bad += !same_text(rows[i][0], (struct span){out, len}, rows[i][1]);
        bad += !holds(escape(rows[i][0], out, 0) == len, "the length without room");
    }
    assert_int_equal(bad, 0);
}

static void test_dn(void **state)
{
    static const struct span rows[][2] = {
        {BYTES("alice"), BYTES("alice")},
        {BYTES("a,b"), BYTES("a\\,b")},
        {BYTES("a+b=c"), BYTES("a\\+b\\=c")},
        {BYTES("\"<>;\\"), BYTES("\\\"\\<\\>\\;\\\\")},
        {BYTES("#1"), BYTES("\\#1")},
        {BYTES("1#"), BYTES("1#")},
        {BYTES(" a b "), BYTES("\\ a b\\ ")},
        {BYTES("a\0b"), BYTES("a\\00b")},
        {BYTES("*()"), BYTES("*()")},
        {BYTES("admin,ou=x"), BYTES("admin\\,ou\\=x")},
    };
    (void)state;
    check_escape(ldap_escape_dn, rows, ROWS(rows));
}

static void test_filter(void **state)
{
    static const struct span rows[][2] = {
        {BYTES("alice"), BYTES("alice")},
        {BYTES("*"), BYTES("\\2a")},
        {BYTES("a)(uid=*"), BYTES("a\\29\\28uid=\\2a")},
        {BYTES("\\"), BYTES("\\5c")},
        {BYTES("a\0b"), BYTES("a\\00b")},
        {BYTES(",+\""), BYTES(",+\"")},
    };
    (void)state;
    check_escape(ldap_escape_filter, rows, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_expansion),
        cmocka_unit_test(test_dn),
        cmocka_unit_test(test_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
