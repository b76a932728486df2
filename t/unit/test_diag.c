/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors and warnings: how they are kept, ordered and written. */
#include "unit.h"

#include "ascii.h"

static void test_format(void **state)
{
    static const struct {
        enum severity severity;
        const char *file;
        unsigned line;
        const char *option, *message, *want;
    } rows[] = {
        {SEVERITY_ERROR, "f", 7, "mode", "bad", "f:7: mode: bad"},
        {SEVERITY_ERROR, "f", 7, NULL, "bad", "f:7: bad"},
        {SEVERITY_ERROR, "f", 0, "mode", "bad", "f: mode: bad"},
        {SEVERITY_ERROR, "f", 0, NULL, "bad", "f: bad"},
        {SEVERITY_WARNING, "f", 7, "mode", "odd", "f:7: warning: mode: odd"},
        {SEVERITY_WARNING, "f", 7, NULL, "odd", "f:7: warning: odd"},
        {SEVERITY_WARNING, "f", 0, NULL, "odd", "f: warning: odd"},
        {SEVERITY_ERROR, "f", 4294967295u, NULL, "bad", "f:4294967295: bad"},
        {SEVERITY_ERROR, "f", 1, NULL, "100%s", "f:1: 100%s"},
        {SEVERITY_ERROR, "f", 1, NULL, "bücher", "f:1: bücher"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct diag diag = {0};
        char text[200];
        diag_add(&diag, rows[i].severity, rows[i].file, rows[i].line, rows[i].option,
                 "%s", rows[i].message);
        int len = diag_format(&diag.items[0], text, sizeof text);
        bad += !same_text(span_of(rows[i].want), span_of(text), span_of(rows[i].want));
        bad += !holds(len == (int)strlen(rows[i].want), "length of %s", rows[i].want);
        bad += !holds(diag_format(&diag.items[0], text, 4) == len && strlen(text) == 3,
                      "cut: %s", rows[i].want);
        diag_clear(&diag);
    }
    assert_int_equal(bad, 0);
}

/* One diagnostic is one line of plain text, whatever it quotes. */
static void test_controls(void **state)
{
    static const struct {
        const char *file, *option, *message;
    } rows[] = {
        {"f", "mode", "a\nb"},    {"f", "mode", "a\x1b[31mb"}, {"f", "mode", "a\x7f"},
        {"f", "mo\nde", "a"},     {"f", "mo\x1b", "a"},        {"f\ng", "mode", "a"},
        {"f\x1b[31m", NULL, "a"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct diag diag = {0};
        char text[200];
        diag_add(&diag, SEVERITY_ERROR, rows[i].file, 1, rows[i].option, "%s",
                 rows[i].message);
        diag_format(&diag.items[0], text, sizeof text);
        for (const char *c = text; *c; c++)
            bad += !holds(!ascii_is_control(*c), "row %zu: a control of %d", i, *c);
        diag_clear(&diag);
    }
    assert_int_equal(bad, 0);
}

static void test_counts(void **state)
{
    struct diag diag = {0};
    (void)state;
    for (unsigned i = 1; i <= 1500; i++)
        diag_add(&diag, i % 3 ? SEVERITY_ERROR : SEVERITY_WARNING, "f", i, NULL, "%u",
                 i);
    assert_int_equal(diag.errors, 1000);
    assert_int_equal(diag.warnings, 500);
    assert_int_equal(diag.count, 1000);
    assert_string_equal(diag.items[999].message, "1000");
    diag_clear(&diag);
    assert_null(diag.items);
    assert_int_equal(diag.count + diag.errors + diag.warnings, 0);
    diag_clear(&diag);
}

static void test_long_message(void **state)
{
    struct diag diag = {0};
    char long_text[5000], text[6000];
    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    diag_add(&diag, SEVERITY_ERROR, "f", 1, NULL, "%s", long_text);
    assert_in_range(diag_format(&diag.items[0], text, sizeof text), 500, 1000);
    diag_clear(&diag);
}

/* Texts are copied: those of the caller may change. */
static void test_owns_texts(void **state)
{
    struct diag diag = {0};
    char file[] = "f", option[] = "mode", message[] = "bad", text[100];
    (void)state;
    diag_add(&diag, SEVERITY_ERROR, file, 1, option, "%s", message);
    file[0] = option[0] = message[0] = 'X';
    diag_format(&diag.items[0], text, sizeof text);
    assert_string_equal(text, "f:1: mode: bad");
    diag_clear(&diag);
}

static void test_sort(void **state)
{
    static const struct {
        const char *file;
        unsigned line;
        enum severity severity;
        const char *message;
    } rows[] = {
        {"main", 9, SEVERITY_ERROR, "d"},    {"main", 2, SEVERITY_WARNING, "b"},
        {"main", 9, SEVERITY_WARNING, "e"},  {"main", 0, SEVERITY_ERROR, "a"},
        {"main", 2, SEVERITY_ERROR, "c"},    {"other", 1, SEVERITY_ERROR, "f"},
        {"another", 1, SEVERITY_ERROR, "g"}, /* files stay as first seen */
        {"main", 10, SEVERITY_ERROR, "e2"},
    };
    struct diag diag = {0};
    char order[100] = "";
    (void)state;
    diag_sort(&diag);
    for (size_t i = 0; i < ROWS(rows); i++)
        diag_add(&diag, rows[i].severity, rows[i].file, rows[i].line, NULL, "%s",
                 rows[i].message);
    diag_sort(&diag);
    for (size_t i = 0; i < diag.count; i++)
        append(order, sizeof order, "%s ", diag.items[i].message);
    diag_clear(&diag);
    assert_string_equal(order, "a b c d e e2 f g ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),     cmocka_unit_test(test_controls),
        cmocka_unit_test(test_counts),     cmocka_unit_test(test_long_message),
        cmocka_unit_test(test_owns_texts), cmocka_unit_test(test_sort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
