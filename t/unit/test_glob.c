/* SPDX-License-Identifier: BSD-2-Clause */
/* Wildcards, also against a matcher that is too simple to be wrong. */
#include "unit.h"

#include "glob.h"

static void test_rows(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool want;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"a", "a", true},
        {"a", "A", false}, /* the caller folds */
        {"a", "ab", false},
        {"ab", "a", false},
        {"*", "", true},
        {"*", "abc", true},
        {"**", "", true},
        {"?", "", false},
        {"?", "a", true},
        {"?", "ab", false},
        {"??", "ab", true},
        {"?", "ü", true},
        {"??", "ü", false},
        {"?", "漢", true},
        {"?", "📧", true},
        {"a?c", "aüc", true},
        {"a*c", "ac", true},
        {"a*c", "abc", true},
        {"a*c", "abcb", false},
        {"a*c", "abcbc", true},
        {"*a", "ba", true},
        {"*a", "ab", false},
        {"a*", "ab", true},
        {"a*", "ba", false},
        {"*a*", "bab", true},
        {"*a*b*", "xbxa", false},
        {"*a*b*", "xaxb", true},
        {"*?", "", false},
        {"*?", "a", true},
        {"?*", "", false},
        {"*?*", "ü", true},
        {"*?*?*", "a", false},
        {"a.b", "axb", false},
        {"[ab]", "a", false}, /* no classes, no escapes */
        {"[ab]", "[ab]", true},
        {"\\*", "*", false},
        {"\\*", "\\x", true},
        {"*@acme.example", "a@acme.example", true},
        {"*@acme.example", "@acme.example", true},
        {"*@acme.example", "a@acme.example.evil", false},
        {"*.acme.example", "acme.example", false},
        {"*.acme.example", "a.b.acme.example", true},
        {"10.1.*.*", "10.1.2.3", true},
        {"10.1.*.*", "10.12.2.3", false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !holds(glob_match(span_of(rows[i].pattern), span_of(rows[i].text)) ==
                          rows[i].want,
                      "\"%s\" on \"%s\"", rows[i].pattern, rows[i].text);
    assert_int_equal(bad, 0);
}

static size_t character(struct span text)
{
    size_t n = 1;
    while (n < text.len && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static struct span rest(struct span text, size_t from)
{
    return span_cut(text, from, text.len);
}

static bool naive(struct span pattern, struct span text)
{
    if (pattern.len == 0)
        return text.len == 0;
    if (pattern.ptr[0] == '*')
        return naive(rest(pattern, 1), text) ||
               (text.len > 0 && naive(pattern, rest(text, character(text))));
    if (text.len == 0)
        return false;
    if (pattern.ptr[0] == '?')
        return naive(rest(pattern, 1), rest(text, character(text)));
    size_t n = character(pattern);
    return n <= text.len && memcmp(pattern.ptr, text.ptr, n) == 0 &&
           naive(rest(pattern, n), rest(text, n));
}

static struct span draw(struct random *random, const char *const *letters,
                        uint32_t kinds, uint32_t most, char *out)
{
    size_t len = 0;
    for (uint32_t n = random_below(random, most + 1); n > 0; n--) {
        struct span letter = span_of(letters[random_below(random, kinds)]);
        memcpy(out + len, letter.ptr, letter.len);
        len += letter.len;
    }
    return (struct span){out, len};
}

static void test_against_naive(void **state)
{
    static const char *const letters[] = {"a", "b", "ü", "漢", "*", "?", "*"};
    struct random random = random_start();
    size_t matched = 0;
    (void)state;
    for (int n = 0; n < 100000; n++) {
        char one[64], two[64];
        struct span pattern = draw(&random, letters, 7, 7, one);
        struct span text = draw(&random, letters, 4, 9, two);
        bool want = naive(pattern, text);
        matched += want;
        if (!holds(glob_match(pattern, text) == want, "\"%s\" on \"%s\"", one, two))
            fail();
    }
    assert_in_range(matched, 5000, 95000); /* else the test would say little */
}

/* Many stars must not cost time beyond the product of the lengths. */
static void test_many_stars(void **state)
{
    char pattern[2001], text[4000];
    (void)state;
    for (size_t i = 0; i < sizeof pattern - 1; i++)
        pattern[i] = i % 2 ? '*' : 'a';
    pattern[sizeof pattern - 1] = 'b';
    memset(text, 'a', sizeof text);
    struct span p = {pattern, sizeof pattern}, t = {text, sizeof text};
    assert_false(glob_match(p, t));
    text[sizeof text - 1] = 'b';
    assert_true(glob_match(p, t));
}

static void test_is_pattern(void **state)
{
    (void)state;
    assert_false(glob_is_pattern(span_of("")));
    assert_false(glob_is_pattern(span_of("a.b@c[d]\\")));
    assert_true(glob_is_pattern(span_of("*")));
    assert_true(glob_is_pattern(span_of("a?b")));
    assert_true(glob_is_pattern(span_of("ab*")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_against_naive),
        cmocka_unit_test(test_many_stars),
        cmocka_unit_test(test_is_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
