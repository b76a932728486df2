/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of patterns for logins, senders and host names. */
#include "unit.h"

#include "names.h"

enum { PATTERNS = 4 };

struct row {
    enum name_kind kind;
    const char *patterns[PATTERNS];
    const char *name;
    enum match want;
};

/* Adds the patterns up to the first NULL. */
static struct name_list *list_of(struct arena *arena, enum name_kind kind,
                                 const char *const *patterns)
{
    struct name_list *list = name_list_new(arena, kind);
    for (size_t i = 0; i < PATTERNS && patterns[i]; i++) {
        const char *error = name_list_add(list, span_of(patterns[i]));
        if (!holds(!error, "\"%s\": %s", patterns[i], error ? error : ""))
            fail();
    }
    return list;
}

static bool row_holds(const struct row *row)
{
    struct arena *arena = arena_new();
    const struct name_list *list = list_of(arena, row->kind, row->patterns);
    enum match got = name_list_match(list, span_of(row->name));
    arena_free(&arena);
    return holds(got == row->want, "\"%s\" (and more) on \"%s\": got %d, want %d",
                 row->patterns[0], row->name, got, row->want);
}

static void check_rows(const struct row *rows, size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !row_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

static void test_logins(void **state)
{
    static const struct row rows[] = {
        {NAME_LOGIN, {"a@acme.example"}, "a@acme.example", MATCH_YES},
        {NAME_LOGIN, {"A@ACME.Example."}, "a@acme.example", MATCH_YES},
        {NAME_LOGIN, {"a@acme.example"}, "b@acme.example", MATCH_NO},
        {NAME_LOGIN, {"a@acme.example"}, "a@acme.example.evil", MATCH_NO},
        {NAME_LOGIN, {"a@acme.example"}, "xa@acme.example", MATCH_NO},
        {NAME_LOGIN, {"a@acme.example"}, "a", MATCH_NO},
        {NAME_LOGIN, {"a@acme.example"}, "", MATCH_NO},
        {NAME_LOGIN, {"printer"}, "printer", MATCH_YES},
        {NAME_LOGIN, {"printer"}, "printer@acme.example", MATCH_NO},
        {NAME_LOGIN, {"DOMAIN\\User"}, "domain\\user", MATCH_YES},
        {NAME_LOGIN, {"bü@acme.example"}, "bü@acme.example", MATCH_YES},
        {NAME_LOGIN, {"BÜ@acme.example"}, "bü@acme.example", MATCH_NO},
        {NAME_LOGIN, {"BÜ@acme.example"}, "bÜ@acme.example", MATCH_YES},
        {NAME_LOGIN, {"a@bücher.example"}, "a@xn--bcher-kva.example", MATCH_YES},
        {NAME_LOGIN, {"a@BÜCHER.example"}, "a@xn--bcher-kva.example", MATCH_YES},
        {NAME_LOGIN, {"\"a\"@acme.example"}, "a@acme.example", MATCH_YES},
        {NAME_LOGIN, {"a", "b", "c"}, "b", MATCH_YES},
        {NAME_LOGIN, {"a", "b", "c"}, "d", MATCH_NO},
        {NAME_LOGIN, {NULL}, "a", MATCH_NO},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_wildcards(void **state)
{
    static const struct row rows[] = {
        {NAME_LOGIN, {"*@acme.example"}, "a@acme.example", MATCH_YES},
        {NAME_LOGIN, {"*@ACME.example"}, "a@acme.example", MATCH_YES},
        {NAME_LOGIN, {"*@acme.example"}, "acme.example", MATCH_NO},
        {NAME_LOGIN, {"*@acme.example"}, "a@sub.acme.example", MATCH_NO},
        {NAME_LOGIN, {"*@acme.example"}, "a@xacme.example", MATCH_NO},
        {NAME_LOGIN, {"*@acme.example"}, "a@acme.example.evil", MATCH_NO},
        {NAME_LOGIN, {"*@acme.example"}, "a@acme.example@evil.example", MATCH_NO},
        {NAME_LOGIN, {"*@acme.example"}, "a@evil.example@acme.example", MATCH_YES},
        {NAME_LOGIN, {"*@bücher.example"}, "a@xn--bcher-kva.example", MATCH_YES},
        {NAME_LOGIN, {"*@*.acme.example"}, "a@sub.acme.example", MATCH_YES},
        {NAME_LOGIN, {"*@*.acme.example"}, "a@acme.example", MATCH_NO},
        {NAME_LOGIN, {"*@[192.0.2.1]"}, "a@[192.0.2.1]", MATCH_YES},
        {NAME_LOGIN, {"a*@acme.example"}, "ab@acme.example", MATCH_YES},
        {NAME_LOGIN, {"A*@ACME.example"}, "ab@acme.example", MATCH_YES},
        {NAME_LOGIN, {"a*@acme.example"}, "ba@acme.example", MATCH_NO},
        {NAME_LOGIN, {"a?@acme.example"}, "ab@acme.example", MATCH_YES},
        {NAME_LOGIN, {"a?@acme.example"}, "aü@acme.example", MATCH_YES},
        {NAME_LOGIN, {"a?@acme.example"}, "a@acme.example", MATCH_NO},
        {NAME_LOGIN, {"Ü*@acme.example"}, "üb@acme.example", MATCH_NO},
        {NAME_LOGIN, {"ü*@acme.example"}, "üb@acme.example", MATCH_YES},
        {NAME_LOGIN, {"*"}, "anyone", MATCH_YES},
        {NAME_LOGIN, {"*"}, "", MATCH_NO},
        {NAME_LOGIN, {"domain\\*"}, "domain\\user", MATCH_YES},
        {NAME_LOGIN, {"*@"}, "a@acme.example", MATCH_NO},
        {NAME_SENDER, {"*@acme.example"}, "a@acme.example", MATCH_YES},
        {NAME_SENDER, {"sales-*@acme.example"}, "sales-1@acme.example", MATCH_YES},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* Names are matched in canonical form: a wildcard in a U-label's spelling is either
 * refused or means the same domain. It must not load and never match. */
static void test_international_wildcards(void **state)
{
    static const struct {
        enum name_kind kind;
        const char *pattern, *name;
    } rows[] = {
        {NAME_LOGIN, "a*@bücher.example", "ab@xn--bcher-kva.example"},
        {NAME_SENDER, "a?@bücher.example", "ab@xn--bcher-kva.example"},
        {NAME_LOGIN, "*@*.bücher.example", "a@sub.xn--bcher-kva.example"},
        {NAME_HOST, "*.bücher.example", "mail.xn--bcher-kva.example"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena *arena = arena_new();
        struct name_list *list = name_list_new(arena, rows[i].kind);
        const char *error = name_list_add(list, span_of(rows[i].pattern));
        bad += !holds(
            error || name_list_match(list, span_of(rows[i].name)) == MATCH_YES,
            "\"%s\" loads and does not match \"%s\"", rows[i].pattern, rows[i].name);
        arena_free(&arena);
    }
    assert_int_equal(bad, 0);
}

static void test_regexes(void **state)
{
    static const struct row rows[] = {
        {NAME_LOGIN, {"/^a/"}, "ab@acme.example", MATCH_YES},
        {NAME_LOGIN, {"/^a/"}, "ba@acme.example", MATCH_NO},
        {NAME_LOGIN, {"/acme/"}, "a@acme.example", MATCH_YES},
        {NAME_LOGIN, {"/ACME/"}, "a@acme.example", MATCH_YES}, /* always folds */
        {NAME_LOGIN, {"/ACME/i"}, "a@acme.example", MATCH_YES},
        {NAME_SENDER, {"/^SALES\\d+@/"}, "sales7@acme.example", MATCH_YES},
        {NAME_SENDER, {"/^sales\\d+@/"}, "sales@acme.example", MATCH_NO},
        {NAME_HOST, {"/\\.ACME\\.example$/"}, "mx.acme.example", MATCH_YES},
        {NAME_HOST, {"/\\.acme\\.example$/"}, "acme.example", MATCH_NO},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

#define HOSTILE "/^(a+)+$/"
#define VICTIM  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"

static void test_match_limit(void **state)
{
    static const struct row rows[] = {
        {NAME_LOGIN, {HOSTILE}, VICTIM, MATCH_UNKNOWN},
        {NAME_LOGIN, {HOSTILE}, "aaaa", MATCH_YES},
        {NAME_LOGIN, {HOSTILE}, "b", MATCH_NO},
        {NAME_LOGIN, {HOSTILE, "other"}, VICTIM, MATCH_UNKNOWN},
        {NAME_LOGIN, {"other", HOSTILE}, VICTIM, MATCH_UNKNOWN},
        {NAME_LOGIN, {HOSTILE, VICTIM}, VICTIM, MATCH_YES},
        {NAME_LOGIN, {HOSTILE, "a*"}, VICTIM, MATCH_YES},
        {NAME_LOGIN, {"a*", HOSTILE}, VICTIM, MATCH_YES},
        {NAME_LOGIN, {HOSTILE, "/!$/"}, VICTIM, MATCH_YES},
        {NAME_LOGIN, {"/!$/", HOSTILE}, VICTIM, MATCH_YES},
        {NAME_LOGIN, {HOSTILE, "/b/"}, VICTIM, MATCH_UNKNOWN},
        {NAME_LOGIN, {"/b/", HOSTILE, "c*"}, VICTIM, MATCH_UNKNOWN},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* Many that hit their limit: soon nothing more is tried. */
static void test_many_limits(void **state)
{
    static const struct {
        size_t hostile;
        enum match want;
    } rows[] = {{1, MATCH_YES}, {20, MATCH_YES}, {200, MATCH_UNKNOWN}};
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena *arena = arena_new();
        struct name_list *list = name_list_new(arena, NAME_LOGIN);
        assert_null(name_list_add(list, span_of("/!$/"))); /* tried last */
        for (size_t n = 0; n < rows[i].hostile; n++)
            assert_null(name_list_add(list, span_of(HOSTILE)));
        assert_int_equal(name_list_match(list, span_of(VICTIM)), rows[i].want);
        assert_int_equal(name_list_match(list, span_of("b!")), MATCH_YES);
        arena_free(&arena);
    }
}

static void test_hosts(void **state)
{
    static const struct row rows[] = {
        {NAME_HOST, {"mx.acme.example"}, "mx.acme.example", MATCH_YES},
        {NAME_HOST, {"MX.acme.example."}, "mx.acme.example", MATCH_YES},
        {NAME_HOST, {"mx.acme.example"}, "mx2.acme.example", MATCH_NO},
        {NAME_HOST, {"bücher.example"}, "xn--bcher-kva.example", MATCH_YES},
        {NAME_HOST, {"*.acme.example"}, "mx.acme.example", MATCH_YES},
        {NAME_HOST, {"*.acme.example"}, "acme.example", MATCH_NO},
        {NAME_HOST, {"*.acme.example"}, "mx.acme.example.evil", MATCH_NO},
        {NAME_HOST, {"*"}, "", MATCH_NO}, /* no name was verified */
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_errors(void **state)
{
    static const char controls[] = "a pattern with control characters or invalid UTF-8";
    static const char no_login[] = "no login name could ever be like this";
    static const char no_address[] = "no mail address could ever be like this";
    static const char no_regex[] = "a regex is written /.../ or /.../i";
    static const struct {
        enum name_kind kind;
        struct span pattern;
        const char *want; /* NULL: it is one */
    } rows[] = {
        {NAME_LOGIN, BYTES(""), "an empty pattern"},
        {NAME_SENDER, BYTES(""), "an empty pattern"},
        {NAME_HOST, BYTES(""), "an empty pattern"},
        {NAME_LOGIN, BYTES("a\0"), controls},
        {NAME_LOGIN, BYTES("a\n*"), controls},
        {NAME_LOGIN, BYTES("\xff*"), controls},
        {NAME_LOGIN, BYTES("/a\x01/"), controls},
        {NAME_LOGIN, BYTES("a b"), no_login},
        {NAME_LOGIN, BYTES("a@b@c"), no_login},
        {NAME_LOGIN, BYTES("@b.example"), no_login},
        {NAME_LOGIN, BYTES("a@"), no_login},
        {NAME_LOGIN, BYTES("a\\b"), NULL},
        {NAME_SENDER, BYTES("a\\b"), no_address},
        {NAME_SENDER, BYTES("<a@b.example>"), no_address},
        {NAME_SENDER, BYTES("a@b@c"), no_address},
        {NAME_SENDER, BYTES("@b.example"), no_address},
        {NAME_SENDER, BYTES("\"a b\"@c.example"), NULL},
        {NAME_HOST, BYTES("a@b.example"), "not a host name"},
        {NAME_HOST, BYTES("a..b"), "not a host name"},
        {NAME_HOST, BYTES("-a.example"), "not a host name"},
        {NAME_LOGIN, BYTES("/"), no_regex},
        {NAME_LOGIN, BYTES("//"), no_regex},
        {NAME_LOGIN, BYTES("/a"), no_regex},
        {NAME_LOGIN, BYTES("/a/x"), no_regex},
        {NAME_LOGIN, BYTES("/(/"),
         "bad regex: missing closing parenthesis at offset 1"},
        {NAME_LOGIN, BYTES("/*/"),
         "bad regex: quantifier does not follow a repeatable item at offset 0"},
    };
    struct arena *arena = arena_new();
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct name_list *list = name_list_new(arena, rows[i].kind);
        const char *error = name_list_add(list, rows[i].pattern);
        bad += !same_text(rows[i].pattern, span_of(error), span_of(rows[i].want));
    }
    arena_free(&arena);
    assert_int_equal(bad, 0);
}

/* What was refused leaves nothing behind. */
static void test_refused_pattern(void **state)
{
    struct arena *arena = arena_new();
    struct name_list *list = name_list_new(arena, NAME_LOGIN);
    (void)state;
    assert_non_null(name_list_add(list, span_of("/a(/")));
    assert_non_null(name_list_add(list, span_of("a b")));
    assert_null(name_list_add(list, span_of("c")));
    assert_int_equal(name_list_match(list, span_of("a")), MATCH_NO);
    assert_int_equal(name_list_match(list, span_of("c")), MATCH_YES);
    arena_free(&arena);
    assert_int_equal(name_list_match(NULL, span_of("a")), MATCH_NO);
    assert_true(name_list_empty(NULL));
}

static void add_text(void *context, struct span text)
{
    append(context, SHOWN, "%.*s ", (int)text.len, text.ptr);
}

/* Each pattern once, as it could be written again; a merged list has those of both. */
static void test_each(void **state)
{
    static const char *const patterns[] = {"A@ACME.example",
                                           "*@b\xc3\xbc"
                                           "cher.example",
                                           "News-*@acme.example", "/^X\\d@/i"};
    char text[SHOWN] = "";
    struct arena *arena = arena_new();
    struct name_list *list = name_list_new(arena, NAME_SENDER);
    struct name_list *both = name_list_new(arena, NAME_SENDER);
    (void)state;
    for (size_t i = 0; i < ROWS(patterns); i++)
        assert_null(name_list_add(list, span_of(patterns[i])));
    name_list_each(list, add_text, text);
    assert_string_equal(text, "a@acme.example *@xn--bcher-kva.example /^X\\d@/i "
                              "news-*@acme.example ");
    assert_null(name_list_add(both, span_of("b@acme.example")));
    assert_int_equal(name_list_merge(both, list), 2);
    assert_int_equal(name_list_match(both, span_of("news-1@acme.example")), MATCH_YES);
    assert_int_equal(name_list_match(both, span_of("x1@acme.example")), MATCH_YES);
    assert_int_equal(name_list_match(both, span_of("b@acme.example")), MATCH_YES);
    assert_int_equal(name_list_match(list, span_of("b@acme.example")), MATCH_NO);
    name_list_each(NULL, add_text, NULL);
    arena_free(&arena);
}

/* What a list claims of a pattern, each of whose names it then has to match. */
static void test_claims(void **state)
{
    static const struct {
        const char *patterns[PATTERNS], *pattern;
        bool want;
    } rows[] = {
        {{"a@x.example"}, "a@x.example", true},
        {{"*@x.example"}, "a@x.example", true},
        {{"*@x.example"}, "*@x.example", true},
        {{"*@x.example"}, "a*@x.example", true},
        {{"*@x.example"}, "a?@x.example", true},
        {{"*@x.example"}, "*@*.example", false},
        {{"*@x.example"}, "<>", false},
        {{"*@*"}, "*@x.example", true},
        {{"*@*"}, "<>", false},
        {{"*@*"}, "*", false},
        {{"*"}, "<>", true},
        {{"*"}, "/^a/", true},
        {{"*@*"}, "/^a/", false},
        {{"/^a/"}, "/^a/", true},
        {{"/^a/"}, "a@x.example", true},
        {{"/^a/"}, "a*@x.example", false},
        {{"/^/"}, "*@x.example", false},
        {{"<>"}, "<>", true},
        {{"a*@x.example"}, "ab*@x.example", true},
        {{"ab*@x.example"}, "a*@x.example", false},
        {{"a?@x.example"}, "a?@x.example", true},
        {{"a?@x.example"}, "a*@x.example", false}, /* "?" is no "*" */
        {{"a??@x.example"}, "a?*@x.example", false},
        {{"a?@x.example"}, "ab@x.example", true},
        {{"a@x.example", "b@x.example"}, "b@x.example", true},
        {{"a@x.example", "*@y.example", "/^c/"}, "b@y.example", true},
        {{NULL}, "a@x.example", false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena *arena = arena_new();
        const struct name_list *list =
            list_of(arena, NAME_SENDER_OR_NULL, rows[i].patterns);
        bad +=
            !holds(name_list_claims(list, span_of(rows[i].pattern)) == rows[i].want,
                   "\"%s\" (and more) on \"%s\"", rows[i].patterns[0], rows[i].pattern);
        arena_free(&arena);
    }
    assert_false(name_list_claims(NULL, span_of("a@x.example")));
    assert_int_equal(bad, 0);
}

static void test_match_values(void **state)
{
    static const struct {
        enum match a, b, either;
    } rows[] = {
        {MATCH_NO, MATCH_NO, MATCH_NO},
        {MATCH_NO, MATCH_YES, MATCH_YES},
        {MATCH_NO, MATCH_UNKNOWN, MATCH_UNKNOWN},
        {MATCH_YES, MATCH_YES, MATCH_YES},
        {MATCH_YES, MATCH_UNKNOWN, MATCH_YES},
        {MATCH_UNKNOWN, MATCH_UNKNOWN, MATCH_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_int_equal(match_or(rows[i].a, rows[i].b), rows[i].either);
        assert_int_equal(match_or(rows[i].b, rows[i].a), rows[i].either);
    }
    assert_int_equal(match_not(MATCH_NO), MATCH_YES);
    assert_int_equal(match_not(MATCH_YES), MATCH_NO);
    assert_int_equal(match_not(MATCH_UNKNOWN), MATCH_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logins),
        cmocka_unit_test(test_wildcards),
        cmocka_unit_test(test_international_wildcards),
        cmocka_unit_test(test_regexes),
        cmocka_unit_test(test_match_limit),
        cmocka_unit_test(test_many_limits),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_refused_pattern),
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_match_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
