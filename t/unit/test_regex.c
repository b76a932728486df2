/* SPDX-License-Identifier: BSD-2-Clause */
/* Regular expressions: what they match, their bounds, and whether they are anchored. */
#include "unit.h"

#include "pattern.h"
#include "regex.h"

static enum match match(struct span pattern, bool fold, struct span subject)
{
    char error[200] = "";
    struct regex *regex = regex_new(pattern, fold, error, sizeof error);
    if (!holds(regex != NULL, "%.*s: %s", (int)pattern.len, pattern.ptr, error))
        fail();
    enum match found = regex_match(regex, subject);
    regex_free(&regex);
    assert_null(regex);
    return found;
}

static void test_matches(void **state)
{
    static const struct {
        const char *pattern;
        bool fold;
        struct span subject;
        enum match want;
    } rows[] = {
        {"a", false, BYTES("xay"), MATCH_YES}, /* searched, not matched */
        {"^a", false, BYTES("xay"), MATCH_NO},
        {"a$", false, BYTES("xay"), MATCH_NO},
        {"^a$", false, BYTES("a"), MATCH_YES},
        {"^a$", false, BYTES("a\n"), MATCH_NO}, /* $ is the very end */
        {"^a$", false, BYTES("b\na"), MATCH_NO},
        {"^a$", false, BYTES(""), MATCH_NO},
        {"^$", false, BYTES(""), MATCH_YES},
        {"A", false, BYTES("a"), MATCH_NO},
        {"A", true, BYTES("a"), MATCH_YES},
        {"Ü", true, BYTES("ü"), MATCH_NO}, /* ASCII folds */
        {"ü", true, BYTES("xü"), MATCH_YES},
        {"^..$", false, BYTES("ü"), MATCH_YES}, /* bytes */
        {"a.c", false, BYTES("a\0c"), MATCH_YES},
        {"^\\d+$", false, BYTES("123"), MATCH_YES},
        {"^a\\.b$", false, BYTES("axb"), MATCH_NO},
        {"(a|b)c", false, BYTES("bc"), MATCH_YES},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[SHOWN];
        bad += !holds(match(span_of(rows[i].pattern), rows[i].fold, rows[i].subject) ==
                          rows[i].want,
                      "/%s/ on \"%s\"", rows[i].pattern, shown(rows[i].subject, text));
    }
    assert_int_equal(bad, 0);
}

static void test_bad_patterns(void **state)
{
    static const char *const patterns[] = {
        "(", ")", "[a", "*", "a{2,1}", "\\", "(?<n>", "\\C", "(*UTF)a", "(?P=x)",
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(patterns); i++) {
        char error[200] = "";
        struct regex *regex =
            regex_new(span_of(patterns[i]), false, error, sizeof error);
        bad += !holds(!regex && *error, "/%s/ was taken", patterns[i]);
        if (regex)
            regex_free(&regex);
    }
    assert_int_equal(bad, 0);
}

static void test_limits(void **state)
{
    char text[5000], error[200] = "";
    (void)state;
    memset(text, 'a', sizeof text);
    struct regex *regex =
        regex_new((struct span){text, 4096}, false, error, sizeof error);
    assert_non_null(regex);
    regex_free(&regex);
    assert_null(regex_new((struct span){text, 4097}, false, error, sizeof error));
    assert_string_equal(error, "longer than 4096 bytes");
    text[40] = '!';
    struct span hostile = span_of("^(a+)+$");
    assert_int_equal(match(hostile, false, (struct span){text, 41}), MATCH_UNKNOWN);
    /* A pattern at its limit for one subject is good for another. */
    assert_int_equal(match(hostile, false, (struct span){text, 40}), MATCH_YES);
    assert_int_equal(match(hostile, false, (struct span){text + 40, 1}), MATCH_NO);
}

static void test_anchors(void **state)
{
    static const struct {
        const char *pattern;
        bool want;
    } rows[] = {
        {"^a$", true},
        {"a", false},
        {"^a", false},
        {"a$", false},
        {"", false},
        {"^", false},
        {"$", false},
        {"^$", true},
        {"\\Aa\\z", true},
        {"\\Aa\\Z", true},
        {"^a\\z", true},
        {"\\Aa$", true},
        {"^a\\$", false},
        {"\\^a$", false},
        {"^a|b$", false},
        {"^(a|b)$", true},
        {"^(?:a|b)$", true},
        {"^(a|(b|c))d$", true},
        {"^(a)|(b)$", false},
        {"^a\\|b$", true},
        {"^[a|b]$", true},
        {"^[(]a|b$", false},
        {"^\\(a|b$", false},
        {"^\\[a|b]$", false},
        {"^a$|^b$", false}, /* anchored in truth; a warning too many does no harm */
        {".*@acme\\.example$", false},
        {"^.*@acme\\.example$", true},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !holds(regex_is_anchored(span_of(rows[i].pattern)) == rows[i].want,
                      "/%s/", rows[i].pattern);
    assert_int_equal(bad, 0);
}

static void test_bodies(void **state)
{
    static const struct {
        const char *text, *body; /* NULL: not well formed */
        bool fold, unanchored;
    } rows[] = {
        {"/a/", "a", false, true},      {"/a/i", "a", true, true},
        {"/^a$/", "^a$", false, false}, {"/^a$/i", "^a$", true, false},
        {"/a/b/", "a/b", false, true},  {"/i/", "i", false, true},
        {"/", NULL, false, false},      {"//", NULL, false, false},
        {"//i", NULL, false, false},    {"/a", NULL, false, false},
        {"/i", NULL, false, false},     {"/a/x", NULL, false, false},
        {"/a/ii", NULL, false, false},  {"/a/I", NULL, false, false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct span text = span_of(rows[i].text), body = {NULL, 0};
        bool fold = false;
        bool good = pattern_regex_body(text, &body, &fold);
        bad +=
            !holds(pattern_is_regex(text), "%s: not a regex by its look", rows[i].text);
        bad += !holds(good == (rows[i].body != NULL), "%s: well formed?", rows[i].text);
        if (good)
            bad +=
                !same_text(text, body, span_of(rows[i].body)) || fold != rows[i].fold;
        bad += !holds(pattern_is_unanchored(text) == rows[i].unanchored,
                      "%s: unanchored?", rows[i].text);
    }
    assert_false(pattern_is_regex(span_of("")));
    assert_false(pattern_is_regex(span_of("a/")));
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches), cmocka_unit_test(test_bad_patterns),
        cmocka_unit_test(test_limits),  cmocka_unit_test(test_anchors),
        cmocka_unit_test(test_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
