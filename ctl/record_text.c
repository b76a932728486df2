/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the text format: key=value, as lib/daemon/line.c writes them. */
#include "ascii.h"
#include "record_fields.h"

struct reader {
    char *at, *end;
};

/* The characters of values without quotes. */
static const bool plain[256] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,
    ['7'] = 1, ['8'] = 1, ['9'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1,
    ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1,
    ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1,
    ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1,
    ['z'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1,
    ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1,
    ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1,
    ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['<'] = 1,
    ['>'] = 1, ['@'] = 1, ['.'] = 1, ['_'] = 1, ['-'] = 1, ['+'] = 1, [':'] = 1,
    ['/'] = 1, ['['] = 1, [']'] = 1, ['='] = 1, ['%'] = 1,
};

static bool read_plain(struct reader *in, struct span *value)
{
    char *start = in->at;
    while (in->at < in->end && plain[(unsigned char)*in->at])
        in->at++;
    *value = (struct span){start, (size_t)(in->at - start)};
    return value->len > 0;
}

/* Behind a backslash: a quote, another one, or x and two hexadecimal digits. */
static bool read_escape(struct reader *in, char *out)
{
    if (in->at == in->end)
        return false;
    char c = *in->at++;
    if (c == '"' || c == '\\') {
        *out = c;
        return true;
    }
    if (c != 'x' || in->end - in->at < 2)
        return false;
    int high = ascii_hex(in->at[0]), low = ascii_hex(in->at[1]);
    in->at += 2;
    *out = (char)(high * 16 + low);
    return high >= 0 && low >= 0;
}

/* Behind the first quote. The value is never longer than what it was written as, so
 * that it has room where it stands. */
static bool read_quoted(struct reader *in, struct span *value)
{
    char *start = in->at, *out = start;
    while (in->at < in->end) {
        char c = *in->at++;
        if (c == '"') {
            *value = (struct span){start, (size_t)(out - start)};
            return true;
        }
        if (c == '\\' && !read_escape(in, &c))
            return false;
        *out++ = c;
    }
    return false;
}

static bool read_value(struct reader *in, struct span *value)
{
    if (in->at == in->end || *in->at != '"')
        return read_plain(in, value);
    in->at++;
    return read_quoted(in, value);
}

static bool set_number(struct record *r, enum record_field field)
{
    struct span digits = r->text[field];
    unsigned long number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (!ascii_is_digit(digits.ptr[i]) || i > 18)
            return false;
        number = number * 10 + (unsigned long)(digits.ptr[i] - '0');
    }
    r->number[field] = number;
    return digits.len > 0;
}

static bool set_boolean(struct record *r, enum record_field field)
{
    r->number[field] = span_equal(r->text[field], span_of("true"));
    return r->number[field] || span_equal(r->text[field], span_of("false"));
}

/* `""` alone is the empty list. */
static bool read_list(struct reader *in, struct record *r, enum record_field field)
{
    struct span value;
    char *start = in->at;
    record_start_list(r, field);
    for (;;) {
        if (!read_value(in, &value))
            return false;
        record_add_item(r, field, value);
        if (in->at == in->end || *in->at != ',')
            break;
        in->at++;
    }
    r->text[field] = (struct span){start, 0};
    if (r->list[field].count == 1 && value.len == 0) {
        r->list[field].count = 0;
        r->item_count--;
    }
    return true;
}

static bool read_field(struct reader *in, struct record *r, enum record_field field)
{
    if (record_has(r, field))
        return false;
    if (record_kind(field) == KIND_LIST)
        return read_list(in, r, field);
    if (!read_value(in, &r->text[field]))
        return false;
    switch (record_kind(field)) {
    case KIND_NUMBER:
        return set_number(r, field);
    case KIND_BOOLEAN:
        return set_boolean(r, field);
    case KIND_STRING:
    case KIND_LIST:
        break;
    }
    return true;
}

/* Of a key that this version does not know. */
static bool skip_values(struct reader *in)
{
    struct span value;
    while (read_value(in, &value)) {
        if (in->at == in->end || *in->at != ',')
            return true;
        in->at++;
    }
    return false;
}

static struct span read_key(struct reader *in)
{
    char *start = in->at;
    while (in->at < in->end && (ascii_is_alnum(*in->at) || *in->at == '_'))
        in->at++;
    return (struct span){start, (size_t)(in->at - start)};
}

bool record_read_text(struct record *r, char *line, size_t len)
{
    struct reader in = {line, line + len};
    enum record_field field, before = RECORD_FIELDS - 1;
    for (;;) {
        struct span key = read_key(&in);
        if (key.len == 0 || in.at == in.end || *in.at++ != '=')
            return false;
        field = record_field_of(key, before);
        if (field == RECORD_FIELDS ? !skip_values(&in) : !read_field(&in, r, field))
            return false;
        if (field != RECORD_FIELDS)
            before = field;
        if (in.at == in.end)
            return true;
        if (*in.at++ != ' ')
            return false;
    }
}
