/* SPDX-License-Identifier: BSD-2-Clause */
/* The statements of a configuration: their lines, and what is left after errors. */
#include "unit.h"

#include <stdlib.h>

#include "scan.h"

enum { TEXT = 4000 };

/* "name:line" of an assignment, "name:line[1 2]" with the lines of a list's items,
 * "name 'title':line{...}" of a section. */
static void write_statements(const struct statement *st, char *out)
{
    for (; st; st = st->next) {
        append(out, TEXT, "%s", st->name);
        if (st->has_title)
            append(out, TEXT, " '%.*s'", (int)st->title.len, st->title.ptr);
        append(out, TEXT, ":%u", st->line);
        for (size_t i = 0; st->is_list && i < st->items; i++)
            append(out, TEXT, "%c%u", i ? ' ' : '[', st->item_lines[i]);
        if (st->is_list)
            append(out, TEXT, st->items ? "]" : "[]");
        if (st->is_section) {
            append(out, TEXT, "{");
            write_statements(st->children, out);
            append(out, TEXT, "}");
        }
        append(out, TEXT, st->next ? " " : "");
    }
}

struct row {
    struct span text;
    const char *want;   /* the statements */
    const char *errors; /* the diagnostics, without the file */
};

static bool row_holds(const struct row *row)
{
    struct diag diag = {0};
    struct arena *arena = arena_new();
    char got[TEXT] = "", errors[TEXT] = "";
    /* Of the exact size: reading beyond it is caught. */
    char *copy = malloc(row->text.len + !row->text.len);
    memcpy(copy, row->text.ptr, row->text.len);
    write_statements(scan_text(arena, copy, row->text.len, "f", &diag), got);
    for (size_t i = 0; i < diag.count; i++) {
        char line[1000];
        diag_format(&diag.items[i], line, sizeof line);
        append(errors, sizeof errors, "%s%s", i ? "\n" : "", line + 2);
    }
    bool good = same_text(row->text, span_of(got), span_of(row->want));
    good &= same_text(row->text, span_of(errors), span_of(row->errors));
    size_t newlines = 0;
    for (size_t i = 0; i < row->text.len; i++)
        newlines += (row->text.ptr[i] == '\n') != (copy[i] == '\n');
    good &= holds(newlines == 0, "newlines were moved");
    free(copy);
    arena_free(&arena);
    diag_clear(&diag);
    return good;
}

static void check_rows(const struct row *rows, size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !row_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

static void test_statements(void **state)
{
    static const struct row rows[] = {
        {BYTES(""), "", ""},
        {BYTES("\n\n \t\r\n"), "", ""},
        {BYTES("a = 1"), "a:1", ""},
        {BYTES("\n\na = 1\n"), "a:3", ""},
        {BYTES("a=1 b=2\nc=3"), "a:1 b:1 c:2", ""},
        {BYTES("a\n=\n1\nb = 2"), "a:1 b:4", ""},
        {BYTES("a = { }"), "a:1[]", ""},
        {BYTES("a = {}\nb = {}"), "a:1[] b:2[]", ""},
        {BYTES("a = { 'x' }"), "a:1[1]", ""},
        {BYTES("a = { 'x', 'y' }"), "a:1[1 1]", ""},
        {BYTES("a = {\n'x',\n'y'\n}\nb = 1"), "a:1[2 3] b:5", ""},
        {BYTES("a = {\n'x',\n'y',\n}\nb = 1"), "a:1[2 3] b:5", ""},
        {BYTES("log { a = 1 }"), "log:1{a:1}", ""},
        {BYTES("log {\n}\n"), "log:1{}", ""},
        {BYTES("ou 'x' {\n a = 1\n}"), "ou 'x':1{a:2}", ""},
        {BYTES("ou \"x\"\n{\n a = 1\n}"), "ou 'x':1{a:3}", ""},
        {BYTES("ou\n\"x\" { }"), "ou 'x':1{}", ""},
        {BYTES("ou x { }"), "ou 'x':1{}", ""},
        {BYTES("ou 'a' {\nuser 'b' {\nc = 1\n}\n}\nd = 2"),
         "ou 'a':1{user 'b':2{c:3}} d:6", ""},
        {BYTES("ou \"a\\\"b\\\\c\" { }"), "ou 'a\"b\\c':1{}", ""},
        {BYTES("ou 'a\\'b\\.c' { }"), "ou 'a'b\\.c':1{}", ""},
        {BYTES("a = 'x # y // z /* w'\nb = 1"), "a:1 b:2", ""},
        {BYTES("a = \"{ } = , '\"\nb = 1"), "a:1 b:2", ""},
        {BYTES("a = 127.0.0.1:25@h-x_y/z\nb = 1"), "a:1 b:2", ""},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_comments(void **state)
{
    static const struct row rows[] = {
        {BYTES("# one\na = 1"), "a:2", ""},
        {BYTES("// one\na = 1"), "a:2", ""},
        {BYTES("/* one */ a = 1"), "a:1", ""},
        {BYTES("/* one\ntwo */\na = 1"), "a:3", ""},
        {BYTES("/**/a = 1"), "a:1", ""},
        {BYTES("/***/a = 1"), "a:1", ""},
        {BYTES("/* # // */a = 1"), "a:1", ""},
        {BYTES("# /*\na = 1 # */"), "a:2", ""},
        {BYTES("// /*\na = 1"), "a:2", ""},
        {BYTES("#\n#\n#\n\n//\n/*\n*/ a = 1\nb = 1"), "a:7 b:8", ""},
        {BYTES("a = # x\n1\nb = 2"), "a:1 b:3", ""},
        {BYTES("a /* x */ = /* y\n */ 1\nb = 2"), "a:1 b:3", ""},
        {BYTES("a = { # x\n 'y', // z\n /* w\n */ 'v' }\nb = 1"), "a:1[2 4] b:5", ""},
        {BYTES("a = { 'x' # y\n, 'z' }\nb = 1"), "a:1[1 2] b:3", ""},
        {BYTES("ou # x\n'a' // y\n{ /* z */\nb = 1 # w\n}# v"), "ou 'a':1{b:4}", ""},
        {BYTES("a = 1# x"), "", "1: a: put this value in quotes (\" or '): 1"},
        {BYTES("a = 1//x\nb = 2"), "b:2",
         "1: a: put this value in quotes (\" or '): 1//x"},
        {BYTES("a = 'x'# y\nb = 1"), "a:1 b:2", ""},
        {BYTES("a = 1\n# no newline at the end"), "a:1", ""},
        {BYTES("a = 1\n/* never ends\nb = 2"), "a:1",
         "2: the comment that starts here is not closed"},
        {BYTES("a = 1 /*"), "a:1", "1: the comment that starts here is not closed"},
        {BYTES("/*/"), "", "1: the comment that starts here is not closed"},
        {BYTES("#\xff\x01\na = 1"), "a:2", ""},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_values(void **state)
{
    static const char brackets[] =
        "1: a: ${...} is not expanded here: write the value itself";
    static const char backslash[] =
        "1: a: in double quotes a backslash stands only before \\ or \": put the value "
        "in single quotes";
    static const char open_quote[] =
        "1: a: the quote that starts here is not closed on its line";
    static const struct row rows[] = {
        {BYTES("a = *.example\nb = 1"), "b:2",
         "1: a: put this value in quotes (\" or '): *.example"},
        {BYTES("a = x+y\nb = 1"), "b:2",
         "1: a: put this value in quotes (\" or '): x+y"},
        {BYTES("a = x,y\nb = 1"), "b:2", "1: a: put a value with a comma in quotes"},
        {BYTES("a = x$y"), "", "1: a: put this value in quotes (\" or '): x$y"},
        {BYTES("a = x'y'"), "", "1: a: put this value in quotes (\" or '): x"},
        {BYTES("a = { *, 'b' }\nc = 1"), "c:2",
         "1: a: put this value in quotes (\" or '): *"},
        {BYTES("a = { *, +, ? }\nc = 1"), "c:2",
         "1: a: put this value in quotes (\" or '): *\n1: a: put this value in quotes "
         "(\" or '): +\n"
         "1: a: put this value in quotes (\" or '): ?"},
        {BYTES("a = \"${x}\""), "", brackets},
        {BYTES("a = '${x}'"), "", brackets},
        {BYTES("a = '$y$1$' b = \"$ {x}\""), "a:1 b:1", ""},
        {BYTES("a = \"\\.\""), "", backslash},
        {BYTES("a = \"\\n\""), "", backslash},
        {BYTES("a = \"\\\\ \\\"\""), "a:1", ""},
        {BYTES("a = '\\.\\n'"), "a:1", ""},
        {BYTES("a = 'x\tb'"), "", "1: a: a control character in a value"},
        {BYTES("a = 'x\nb = 2"), "b:2", open_quote},
        {BYTES("a = 'x\nb = 'y'"), "b:2", open_quote},
        {BYTES("a = \"x"), "", open_quote},
        {BYTES("a = \"x\\"), "", open_quote},
        {BYTES("a = \"x\\\""), "", open_quote},
        {BYTES("a = '"), "", open_quote},
        {BYTES("a = x\0y"), "", ": a NUL byte at offset 5"},
        {BYTES("\0"), "", ": a NUL byte at offset 0"},
        {BYTES("a = b\0"), "", ": a NUL byte at offset 5"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct row row = rows[i];
        if (row.errors[0] == ':') /* of the file, not of a line */
            row.errors += 1;
        bad += !row_holds(&row);
    }
    assert_int_equal(bad, 0);
}

/* Several errors in one text: each is told once, and what is good is kept. */
static void test_recovery(void **state)
{
    static const struct row rows[] = {
        {BYTES("a 1\nb = 2\nc\nd = 3"), "b:2 d:4",
         "1: a: = or { was expected after the name\n"
         "3: c: = or { was expected after the name"},
        {BYTES("a += 1\nb = 2"), "b:2", "1: a: += is not allowed: give the whole list"},
        {BYTES("a += {\n'x',\n'y' }\nb = 2"), "b:4",
         "1: a: += is not allowed: give the whole list"},
        {BYTES("a = =\nb = 2\nc = 3"), "b:2 c:3", "1: a: a value was expected after ="},
        {BYTES("a =\nb = 2\nc = 3"), "a:1 c:3",
         "2: the name of an option or section was expected"},
        {BYTES("= 1\na = 1"), "a:2",
         "1: the name of an option or section was expected"},
        {BYTES("'a' = 1\nb = 1"), "b:2",
         "1: the name of an option or section was expected"},
        {BYTES("a = 1 }\nb = 1"), "a:1 b:2", "1: a } that closes nothing"},
        {BYTES("}\n}\na = 1"), "a:3",
         "1: a } that closes nothing\n2: a } that closes nothing"},
        {BYTES("a = { 'x' 'y' }\nb = 1"), "b:2",
         "1: a: a comma or } was expected after a value of the list"},
        {BYTES("a = { 'x'\n'y' }\nb = 1"), "b:3",
         "2: a: a comma or } was expected after a value of the list"},
        {BYTES("a = { , 'x' }\nb = 1"), "b:2",
         "1: a: a value was expected in the list"},
        {BYTES("a = { 'x', , 'y' }\nb = 1"), "b:2",
         "1: a: a value was expected in the list"},
        {BYTES("a = { 'x', { 'y' } }\nb = 1"), "b:2",
         "1: a: a value was expected in the list"},
        {BYTES("a = { 'x'\nb = 1"), "",
         "2: a: a comma or } was expected after a value of the list"},
        {BYTES("a = {\n'x',\n'y'"), "",
         "1: a: the list that starts here is not closed"},
        {BYTES("a = {"), "", "1: a: the list that starts here is not closed"},
        {BYTES("ou 'x' {\na = 1"), "",
         "1: ou: the section that starts here is not closed"},
        {BYTES("ou 'x' {\nuser 'y' {\na = 1\n}"), "",
         "1: ou: the section that starts here is not closed"},
        {BYTES("ou 'x' 'y' {\na = 1\n}\nb = 1"), "b:4",
         "1: ou: = or { was expected after the name"},
        {BYTES("ou 'x' 'y' {\na = 1\n} junk\nb = 1"), "b:4",
         "1: ou: = or { was expected after the name"},
        {BYTES("ou 'x' {\na 1\nb = 2\nc = *\n}\nd = 1"), "ou 'x':1{b:3} d:6",
         "2: a: = or { was expected after the name\n"
         "4: c: put this value in quotes (\" or '): *"},
        {BYTES("ou 'x' { a = * }\nb = 1"), "ou 'x':1{} b:2",
         "1: a: put this value in quotes (\" or '): *"},
        {BYTES("a = *\nb = {*}\nc = \"\\.\"\nd = 'x\ne = 5"), "e:5",
         "1: a: put this value in quotes (\" or '): *\n2: b: put this value in quotes "
         "(\" or '): *\n"
         "3: c: in double quotes a backslash stands only before \\ or \": put the "
         "value "
         "in single quotes\n4: d: the quote that starts here is not closed on its "
         "line"},
        {BYTES("a { b { c { d { e { f = 1\n} } } } }\ng = 1"),
         "a:1{b:1{c:1{d:1{}}}} g:3", "1: e: sections are nested too deeply"},
        {BYTES("a"), "", "1: a: = or { was expected after the name"},
        {BYTES("a ="), "", "1: a: a value was expected after ="},
        {BYTES("a = 1,\nb = 1"), "b:2", "1: a: put a value with a comma in quotes"},
        {BYTES("(a) = 1\nb = 1"), "b:2",
         "1: the name of an option or section was expected"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* Comments and faulty statements become blanks, and nothing else changes. */
static void test_blanks(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"a = 1 # x\nb", "a = 1    \n "},
        {"a = '# x' // y", "a = '# x'     "},
        {"a /* x\ny */ = 1", "a     \n     = 1"},
        {"a = *\nb = 1", "     \nb = 1"},
        {"a = 1\nb = {\n*,\n'x' }\nc = 1", "a = 1\n     \n  \n     \nc = 1"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct diag diag = {0};
        struct arena *arena = arena_new();
        char text[100] = "";
        append(text, sizeof text, "%s", rows[i].text);
        scan_text(arena, text, strlen(text), "f", &diag);
        bad += !same_text(span_of(rows[i].text), span_of(text), span_of(rows[i].want));
        arena_free(&arena);
        diag_clear(&diag);
    }
    assert_int_equal(bad, 0);
}

static void test_blank_statement(void **state)
{
    struct diag diag = {0};
    struct arena *arena = arena_new();
    char text[] = "a = 1\nb = {\n'x' }\nc = 1";
    (void)state;
    const struct statement *st = scan_text(arena, text, strlen(text), "f", &diag);
    scan_blank(text, st->next);
    assert_string_equal(text, "a = 1\n     \n     \nc = 1");
    arena_free(&arena);
    diag_clear(&diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements), cmocka_unit_test(test_comments),
        cmocka_unit_test(test_values),     cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_blanks),     cmocka_unit_test(test_blank_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
