/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of the log: nothing hostile gets out of its value. */
#include "unit.h"

#include <jansson.h>

#include "line.h"

static struct line *start(bool json)
{
    struct line *line = test_malloc(sizeof *line);
    line_start(line, json);
    return line;
}

static struct span text_of(const struct line *line)
{
    return (struct span){line->bytes, line->len};
}

static void test_values(void **state)
{
    static const struct {
        struct span value;
        const char *text, *json;
    } rows[] = {
        {BYTES(""), "k=\"\"\n", "{\"k\":\"\"}\n"},
        {BYTES("a"), "k=a\n", "{\"k\":\"a\"}\n"},
        {BYTES("<a@b.example>"), "k=<a@b.example>\n", "{\"k\":\"<a@b.example>\"}\n"},
        {BYTES("a-b_c+d:e/f[1]=g%h"), "k=a-b_c+d:e/f[1]=g%h\n",
         "{\"k\":\"a-b_c+d:e/f[1]=g%h\"}\n"},
        {BYTES("a b"), "k=\"a b\"\n", "{\"k\":\"a b\"}\n"},
        {BYTES("a,b"), "k=\"a,b\"\n", "{\"k\":\"a,b\"}\n"},
        {BYTES("a\"b"), "k=\"a\\\"b\"\n", "{\"k\":\"a\\\"b\"}\n"},
        {BYTES("a\\"), "k=\"a\\\\\"\n", "{\"k\":\"a\\\\\"}\n"},
        {BYTES("\" x=\"y"), "k=\"\\\" x=\\\"y\"\n", "{\"k\":\"\\\" x=\\\"y\"}\n"},
        {BYTES("a\nb"), "k=\"a\\x0ab\"\n", "{\"k\":\"a\\u000ab\"}\n"},
        {BYTES("a\r\n"), "k=\"a\\x0d\\x0a\"\n", "{\"k\":\"a\\u000d\\u000a\"}\n"},
        {BYTES("a\0b"), "k=\"a\\x00b\"\n", "{\"k\":\"a\\u0000b\"}\n"},
        {BYTES("\x1b[31m"), "k=\"\\x1b[31m\"\n", "{\"k\":\"\\u001b[31m\"}\n"},
        {BYTES("\x7f"), "k=\"\\x7f\"\n", "{\"k\":\"\\u007f\"}\n"},
        {BYTES("ü"), "k=\"\\xc3\\xbc\"\n", "{\"k\":\"\\u00fc\"}\n"},
        {BYTES("\xc2\x85"), "k=\"\\xc2\\x85\"\n", "{\"k\":\"\\u0085\"}\n"},
        {BYTES("\xe2\x80\xae"), "k=\"\\xe2\\x80\\xae\"\n", "{\"k\":\"\\u202e\"}\n"},
        {BYTES("📧"), "k=\"\\xf0\\x9f\\x93\\xa7\"\n", "{\"k\":\"\\ud83d\\udce7\"}\n"},
        {BYTES("\xff"), "k=\"\\xff\"\n", "{\"k\":\"\\ufffd\"}\n"},
        {BYTES("\xc3"), "k=\"\\xc3\"\n", "{\"k\":\"\\ufffd\"}\n"},
        {BYTES("\xc3("), "k=\"\\xc3(\"\n", "{\"k\":\"\\ufffd(\"}\n"},
        {BYTES("\xed\xa0\x80"), "k=\"\\xed\\xa0\\x80\"\n",
         "{\"k\":\"\\ufffd\\ufffd\\ufffd\"}\n"},
        {BYTES("\xc0\xaf"), "k=\"\\xc0\\xaf\"\n", "{\"k\":\"\\ufffd\\ufffd\"}\n"},
        {{NULL, 0}, "k=\"\"\n", "{\"k\":\"\"}\n"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (int json = 0; json <= 1; json++) {
            struct line *line = start(json);
            line_string(line, "k", rows[i].value);
            bad += !holds(line_end(line), "row %zu: does not fit", i);
            bad += !same_text(rows[i].value, text_of(line),
                              span_of(json ? rows[i].json : rows[i].text));
            test_free(line);
        }
    }
    assert_int_equal(bad, 0);
}

static void fill(struct line *line)
{
    line_text(line, "a", "x y");
    line_number(line, "n", 42);
    line_boolean(line, "t", true);
    line_boolean(line, "f", false);
    line_list_start(line, "none");
    line_list_end(line);
    line_list_start(line, "one");
    line_list_item(line, span_of("<a@b.example>"));
    line_list_end(line);
    line_list_start(line, "two");
    line_list_item(line, span_of(""));
    line_list_item(line, span_of("a,b"));
    line_list_end(line);
    line_text(line, "z", "");
}

static void test_kinds(void **state)
{
    struct line *line = start(false);
    (void)state;
    fill(line);
    assert_true(line_end(line));
    assert_true(same_text(span_of("text"), text_of(line),
                          span_of("a=\"x y\" n=42 t=true f=false none=\"\" "
                                  "one=<a@b.example> two=\"\",\"a,b\" z=\"\"\n")));
    line_start(line, true);
    fill(line);
    assert_true(line_end(line));
    assert_true(same_text(
        span_of("json"), text_of(line),
        span_of("{\"a\":\"x y\",\"n\":42,\"t\":true,\"f\":false,\"none\":[],"
                "\"one\":[\"<a@b.example>\"],\"two\":[\"\",\"a,b\"],\"z\":\"\"}\n")));
    line_start(line, true);
    assert_true(line_end(line));
    assert_true(same_text(span_of("empty"), text_of(line), span_of("{}\n")));
    test_free(line);
}

static bool is_one_plain_line(struct span text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e)
            return false;
    return text.len > 0 && text.ptr[text.len - 1] == '\n';
}

/* The value that a text line has after "k=", by its own rules. */
static size_t unescape(struct span text, char *out)
{
    size_t n = 0, i = 2;
    bool quoted = text.ptr[i] == '"';
    for (i += quoted; i + 1 < text.len; i++) {
        char c = text.ptr[i];
        if (quoted && c == '"')
            return i + 2 == text.len ? n : SIZE_MAX;
        if (c == '\\' && text.ptr[i + 1] == 'x') {
            char hex[3] = {text.ptr[i + 2], text.ptr[i + 3], '\0'};
            c = (char)strtol(hex, NULL, 16);
            i += 3;
        } else if (c == '\\') {
            c = text.ptr[++i];
        }
        out[n++] = c;
    }
    return quoted ? SIZE_MAX : n;
}

/* Random bytes come back from the text as they were, and from JSON as text. */
static void test_random_bytes(void **state)
{
    struct random random = random_start();
    struct line *line = start(false);
    (void)state;
    for (int n = 0; n < 5000; n++) {
        char bytes[32], back[64];
        struct span value = {bytes, random_below(&random, sizeof bytes)};
        for (size_t i = 0; i < value.len; i++)
            bytes[i] = (char)random_below(&random, n % 2 ? 256 : 0x60);
        line_start(line, false);
        line_string(line, "k", value);
        assert_true(line_end(line));
        assert_true(is_one_plain_line(text_of(line)));
        size_t len = unescape(text_of(line), back);
        assert_int_equal(len, value.len);
        assert_memory_equal(back, bytes, len);

        line_start(line, true);
        line_string(line, "k", value);
        assert_true(line_end(line));
        assert_true(is_one_plain_line(text_of(line)));
        json_error_t error;
        json_t *object = json_loadb(line->bytes, line->len, JSON_ALLOW_NUL, &error);
        if (!holds(object != NULL, "%.*s%s", (int)line->len, line->bytes, error.text))
            fail();
        json_t *got = json_object_get(object, "k");
        assert_true(json_is_string(got));
        if (n % 2 == 0) { /* ASCII comes back whole */
            assert_int_equal(json_string_length(got), value.len);
            assert_memory_equal(json_string_value(got), bytes, value.len);
        }
        json_decref(object);
    }
    test_free(line);
}

static void test_all_characters(void **state)
{
    static const unsigned code_points[] = {
        0x01,   0x1f,   0x20,   0x22,   0x5c,   0x7e,    0x7f,    0x80,
        0x7ff,  0x800,  0xd7ff, 0xe000, 0xfffd, 0xffff,  0x10000, 0x1f4e7,
        0x2028, 0x2029, 0xfeff, 0xa0,   0xad,   0xfffff, 0x10ffff};
    (void)state;
    for (size_t i = 0; i < ROWS(code_points); i++) {
        char escape[32] = "\"", utf8[8];
        unsigned code = code_points[i];
        if (code > 0xffff)
            append(escape, sizeof escape, "\\u%04x\\u%04x\"", 0xd7c0 + (code >> 10),
                   0xdc00 + (code & 0x3ff));
        else
            append(escape, sizeof escape, "\\u%04x\"", code);
        json_t *want = json_loads(escape, JSON_DECODE_ANY, NULL);
        assert_non_null(want);
        size_t len = json_string_length(want);
        assert_true(len < sizeof utf8);
        memcpy(utf8, json_string_value(want), len);
        struct line *line = start(true);
        line_string(line, "k", (struct span){utf8, len});
        assert_true(line_end(line));
        json_t *object = json_loadb(line->bytes, line->len, 0, NULL);
        assert_true(json_equal(json_object_get(object, "k"), want));
        json_decref(object);
        json_decref(want);
        test_free(line);
    }
}

static void test_truncation(void **state)
{
    static const struct {
        size_t given, kept;
    } rows[] = {
        {LINE_VALUE - 1, LINE_VALUE - 1},
        {LINE_VALUE, LINE_VALUE},
        {LINE_VALUE + 1, LINE_VALUE},
        {100000, LINE_VALUE},
    };
    char *value = test_malloc(100000);
    (void)state;
    memset(value, 'a', 100000);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct line *line = start(false);
        line_string(line, "k", (struct span){value, rows[i].given});
        line_text(line, "z", "end");
        assert_true(line_end(line));
        assert_int_equal(line->len, 2 + rows[i].kept + 7);
        test_free(line);
    }
    /* A character that is cut in two is still JSON. */
    memcpy(value + LINE_VALUE - 1, "ü", 2);
    struct line *line = start(true);
    line_string(line, "k", (struct span){value, LINE_VALUE + 1});
    assert_true(line_end(line));
    json_t *object = json_loadb(line->bytes, line->len, 0, NULL);
    assert_non_null(object);
    json_decref(object);
    test_free(line);
    test_free(value);
}

/* The items of a list together have LINE_LIST bytes at the most. */
static void test_long_list(void **state)
{
    struct line *line = start(true);
    char item[100];
    size_t index, bytes = 0;
    json_t *one;
    (void)state;
    memset(item, 'a', sizeof item);
    line_list_start(line, "to");
    for (int i = 0; i < 1000; i++)
        line_list_item(line, (struct span){item, sizeof item});
    line_list_end(line);
    line_list_start(line, "next"); /* has its own */
    line_list_item(line, (struct span){item, sizeof item});
    line_list_end(line);
    assert_true(line_end(line));
    json_t *object = json_loadb(line->bytes, line->len, 0, NULL);
    assert_non_null(object);
    json_array_foreach(json_object_get(object, "to"), index, one) bytes +=
        json_string_length(one);
    assert_in_range(bytes, LINE_LIST - sizeof item, LINE_LIST);
    assert_int_equal(json_array_size(json_object_get(object, "next")), 1);
    json_decref(object);
    test_free(line);
}

/* The worst line that a transaction can make fits; more is told, never half written. */
static void test_overflow(void **state)
{
    char *value = test_calloc(1, LINE_LIST);
    (void)state;
    for (int keys = 1; keys <= 20; keys++) {
        struct line *line = start(true);
        for (int i = 0; i < keys; i++)
            line_string(line, "k", (struct span){value, LINE_VALUE});
        size_t needed = (size_t)keys * (LINE_VALUE * 6 + 7) + 2;
        bool good = line_end(line);
        assert_int_equal(good, needed < LINE_MAX_BYTES);
        assert_true(line->len < sizeof line->bytes);
        if (good)
            assert_int_equal(line->len, needed);
        test_free(line);
    }
    struct line *line = start(true);
    line_list_start(line, "to");
    line_list_item(line, (struct span){value, LINE_LIST});
    line_list_end(line);
    assert_true(line_end(line));
    test_free(line);
    test_free(value);
}

/* An overflow is forgotten with the next line. */
static void test_after_overflow(void **state)
{
    struct line *line = start(false);
    char *value = test_calloc(1, LINE_VALUE);
    (void)state;
    for (int i = 0; i < 100; i++)
        line_string(line, "k", (struct span){value, LINE_VALUE});
    assert_false(line_end(line));
    line_start(line, false);
    line_text(line, "k", "v");
    assert_true(line_end(line));
    assert_true(same_text(span_of("next"), text_of(line), span_of("k=v\n")));
    test_free(value);
    test_free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),       cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_random_bytes), cmocka_unit_test(test_all_characters),
        cmocka_unit_test(test_truncation),   cmocka_unit_test(test_long_list),
        cmocka_unit_test(test_overflow),     cmocka_unit_test(test_after_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
