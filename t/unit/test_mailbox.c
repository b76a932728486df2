/* SPDX-License-Identifier: BSD-2-Clause */
/* The originator fields: every row of mailboxes.txt, and their limits. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "ascii.h"
#include "mailbox.h"

enum { LINE_MAX_BYTES = 4096, WANTED_MAX = 16 };

/* A row of the file, with what is expected below it. */
struct row {
    size_t line;
    size_t len;
    char value[LINE_MAX_BYTES];
    size_t wanted;
    char wants[WANTED_MAX][LINE_MAX_BYTES];
};

static struct mailboxes list;

static const char *parse(struct span value)
{
    /* A copy of the exact size: reading beyond it is caught. */
    char *copy = malloc(value.len + !value.len);
    assert_non_null(copy);
    memcpy(copy, value.ptr, value.len);
    const char *fault = mailboxes_parse((struct span){copy, value.len}, &list);
    free(copy);
    return fault;
}

/* Writes what was found as the lines of the file have it. */
struct found {
    size_t count;
    char lines[64][LINE_MAX_BYTES];
};

static void found_line(struct found *found, char mark, struct span text)
{
    if (found->count < ROWS(found->lines))
        snprintf(found->lines[found->count++], LINE_MAX_BYTES, "%c %.*s", mark,
                 (int)text.len, text.ptr);
}

static void found_domain(void *context, struct span domain)
{
    found_line(context, '?', domain);
}

static void found_address(void *context, const struct address *address)
{
    found_line(context, '~', address_text(address));
}

static void find_mailboxes(struct found *found)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct mailbox *box = &list.boxes[i];
        char text[LINE_MAX_BYTES];
        int n = snprintf(text, sizeof text, "%.*s | %.*s", (int)box->address.len,
                         box->address.text, (int)box->name_len, box->name);
        while (n > 0 && text[n - 1] == ' ')
            n--;
        found_line(found, '=', (struct span){text, (size_t)n});
    }
    for (size_t i = 0; i < list.count; i++)
        mailbox_name_addresses(mailbox_name(&list.boxes[i]), found_address, found);
}

static bool is_among(const struct found *found, const char *line)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->lines[i], line) == 0)
            return true;
    return false;
}

static bool row_holds(const struct row *row)
{
    static struct found parsed, scanned;
    struct span value = {row->value, row->len};
    char input[SHOWN];
    size_t exact = 0;
    bool good = true;
    list.count = parsed.count = scanned.count = 0;
    const char *fault = parse(value);
    if (fault)
        found_line(&parsed, '!', span_of(fault));
    else
        find_mailboxes(&parsed);
    mailboxes_scan(value, found_domain, &scanned);
    shown(value, input);
    for (size_t i = 0; i < row->wanted; i++) {
        const char *want = row->wants[i];
        if (*want == '?')
            good &= holds(is_among(&scanned, want), "line %zu: %s: not found: %s",
                          row->line, input, want);
        else
            good &=
                holds(exact < parsed.count && strcmp(parsed.lines[exact], want) == 0,
                      "line %zu: %s: \"%s\", want \"%s\"", row->line, input,
                      exact < parsed.count ? parsed.lines[exact] : "nothing", want);
        exact += *want != '?';
    }
    return good & holds(exact >= parsed.count, "line %zu: %s: also \"%s\"", row->line,
                        input, exact < parsed.count ? parsed.lines[exact] : "");
}

static size_t unescape(const char *text, char *out)
{
    size_t n = 0;
    while (*text) {
        if (text[0] == '{' && ascii_hex(text[1]) >= 0 && ascii_hex(text[2]) >= 0 &&
            text[3] == '}') {
            out[n++] = (char)(ascii_hex(text[1]) * 16 + ascii_hex(text[2]));
            text += 4;
        } else {
            out[n++] = *text++;
        }
    }
    return n;
}

static void test_corpus(void **state)
{
    static struct row row;
    static char line[LINE_MAX_BYTES];
    size_t number = 0, rows = 0, bad = 0;
    FILE *file = fopen(MAILBOXES_FILE, "r");
    (void)state;
    assert_non_null(file);
    row.line = 0;
    while (fgets(line, sizeof line, file)) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "From: ", 6) == 0) {
            bad += row.line > 0 && !row_holds(&row);
            rows++;
            row.line = number;
            row.wanted = 0;
            row.len = unescape(line + 6, row.value);
        } else if (strncmp(line, "  ", 2) == 0) {
            assert_true(row.line > 0 && row.wanted < WANTED_MAX);
            snprintf(row.wants[row.wanted++], LINE_MAX_BYTES, "%s", line + 2);
        } else {
            assert_true(line[0] == '\0' || line[0] == '#');
        }
    }
    fclose(file);
    bad += row.line > 0 && !row_holds(&row);
    assert_true(rows >= 250);
    assert_int_equal(bad, 0);
}

/* Fields of one field after another go into one list. */
static void test_count(void **state)
{
    char text[2 * 16 * (MAILBOXES_MAX + 1)] = "";
    (void)state;
    for (size_t i = 0; i < MAILBOXES_MAX; i++)
        append(text, sizeof text, "u%zu@acme.example,", i);
    list.count = 0;
    assert_null(parse(span_of(text)));
    assert_int_equal(list.count, MAILBOXES_MAX);
    assert_string_equal(parse(span_of("a@b.example")), "more than 32 addresses");
    append(text, sizeof text, "a@b.example");
    list.count = 0;
    assert_string_equal(parse(span_of(text)), "more than 32 addresses");
    list.count = 0;
    assert_null(parse(span_of("a@b.example")));
    assert_null(parse(span_of("c@d.example")));
    assert_int_equal(list.count, 2);
    assert_true(
        span_equal(address_text(&list.boxes[1].address), span_of("c@d.example")));
}

/* before, then count times fill, then behind. */
static struct span filled(const char *before, const char *fill, size_t count,
                          const char *behind)
{
    static char text[MAILBOX_FIELD_MAX + 1024];
    size_t n = strlen(before), len = strlen(fill), rest = strlen(behind);
    assert_true(n + count * len + rest <= sizeof text);
    memcpy(text, before, n);
    for (size_t i = 0; i < count; i++, n += len)
        memcpy(text + n, fill, len);
    memcpy(text + n, behind, rest);
    return (struct span){text, n + rest};
}

static void test_lengths(void **state)
{
#define TOO_LONG "a name or an address that is too long"
    static const struct {
        const char *before, *fill;
        size_t count;
        const char *behind;
        const char *fault; /* NULL: it passes */
        size_t name_len;
    } rows[] = {
        {"", " ", MAILBOX_FIELD_MAX - 11, "a@b.example", NULL, 0},
        {"", " ", MAILBOX_FIELD_MAX - 10, "a@b.example",
         "it is longer than 65536 bytes", 0},
        {"", "x", 490, "@b.example", NULL, 0},
        {"", "x", 491, "@b.example", TOO_LONG, 0},
        {"", "x", 513, "@b.example", "an address that is malformed", 0},
        {"\"", "\\x", 244, "\"@b.example", NULL, 0},
        {"a@", "x", 64, ".example", "an address that is malformed", 0},
        {"a@b.example ", "(", 32, "))))))))))))))))))))))))))))))))", NULL, 62},
        {"a@b.example ", "(", 33, ")))))))))))))))))))))))))))))))))",
         "too many parentheses", 0},
        {"", "x", 486, " <a@b.example>", NULL, 486},
        {"", "x", 487, " <a@b.example>", TOO_LONG, 0},
        {"", "\xc3\xa9", 243, " <a@b.example>", NULL, 486},
        {"\"c@d.example ", "x", 513, "\" <a@b.example>",
         "a name that is too long and holds an @", 0},
        {"\"", "x", 513, " c@d.example\" <a@b.example>",
         "a name that is too long and holds an @", 0},
        {"", "=?utf-8?q?=C3=A9?= ", 25, " <a@b.example>", NULL, 50},
        {"", "=?utf-8?q?=C3=A9?= ", 200, " <a@b.example>", TOO_LONG, 0},
        {"", "x", 4097, " <a@b.example>", "a name that is too long", 0},
        {"a@b.example (", "x", 4097, ")", "a name that is too long", 0},
        {"", ",", 60000, "a@b.example", NULL, 0},
    };
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        list.count = 0;
        const char *fault =
            parse(filled(rows[i].before, rows[i].fill, rows[i].count, rows[i].behind));
        bad +=
            !same_text(span_of(rows[i].before), span_of(fault), span_of(rows[i].fault));
        if (!fault)
            bad += !holds(list.count == 1 && list.boxes[0].name_len == rows[i].name_len,
                          "row %zu: %zu mailboxes, name of %zu", i, list.count,
                          list.boxes[0].name_len);
    }
    assert_int_equal(bad, 0);
}

static void count_domain(void *context, struct span domain)
{
    (void)domain;
    ++*(size_t *)context;
}

/* What takes square time would take minutes here. */
static void test_hostile_lengths(void **state)
{
    static const char *const fills[] = {
        "(",
        "@",
        "\"",
        "\\",
        "<",
        "=?",
        "=?a?q?",
        "=?a?q??"
        "=",
        "@(",
        "@\xc3\xbc",
        "@a ",
        "@a.(",
        "a@b,",
        "\xff",
        "=?utf-8?b?QA==?= ",
        "@=?q?q?=00?=",
        "x@a\r\n ",
        "[",
        "@[",
        ":",
        "A:;,",
        "@\xc2\xad",
        "\xef\xbc\xa0",
    };
    (void)state;
    for (size_t i = 0; i < ROWS(fills); i++) {
        size_t count = 0;
        struct span text =
            filled("", fills[i], MAILBOX_FIELD_MAX / strlen(fills[i]), "");
        list.count = 0;
        (void)parse(text);
        mailboxes_scan(text, count_domain, &count);
        mailbox_name_addresses(text, found_address, &(struct found){.count = 64});
    }
}

/* A field may be longer than what is parsed; all of it is looked through. */
static void test_scan_of_long(void **state)
{
    size_t count = 0;
    (void)state;
    mailboxes_scan(filled("", " ", MAILBOX_FIELD_MAX, "a@b.example"), count_domain,
                   &count);
    assert_true(count > 0);
    count = 0;
    mailboxes_scan((struct span){NULL, 0}, count_domain, &count);
    assert_int_equal(count, 0);
    assert_non_null(mailboxes_parse((struct span){NULL, 0}, &list));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus),       cmocka_unit_test(test_count),
        cmocka_unit_test(test_lengths),      cmocka_unit_test(test_hostile_lengths),
        cmocka_unit_test(test_scan_of_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
