/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the JSON format just as lib/daemon/line.c writes them. With jansson, most of
 * the time of a long log would go into reading it; anything that is written in another
 * way is left to it all the same. */
#include "ascii.h"
#include "record_fields.h"

struct reader {
    char *at, *end;
    bool escaped; /* some string has a backslash */
};

/* --- escapes: \" \\ and \uXXXX, which says UTF-16 --- */

/* Four hexadecimal digits, or -1. */
static long read_unit(const char *at, const char *end)
{
    long unit = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = ascii_hex(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Behind a backslash. Returns the bytes of the escape, 0 if it is left to jansson. */
static size_t read_escape(const char *at, const char *end, long *code)
{
    if (at == end)
        return 0;
    *code = *at;
    if (*at == '"' || *at == '\\')
        return 1;
    if (*at != 'u' || (*code = read_unit(at + 1, end)) < 0)
        return 0;
    if (*code < 0xd800 || *code > 0xdfff)
        return 5;
    if (*code > 0xdbff || end - at < 11 || at[5] != '\\' || at[6] != 'u')
        return 0;
    long low = read_unit(at + 7, end);
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return 11;
}

static char *put_utf8(char *out, long code)
{
    int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const int first[] = {0, 0xc0, 0xe0, 0xf0};
    *out++ = (char)(first[more] | (code >> (6 * more)));
    while (more-- > 0)
        *out++ = (char)(0x80 | ((code >> (6 * more)) & 0x3f));
    return out;
}

/* In place: UTF-8 is never longer than its escape. */
static void unescape(char *bytes, size_t *len)
{
    char *at = memchr(bytes, '\\', *len), *out = at, *end = bytes + *len;
    if (!at)
        return;
    while (at < end) {
        long code;
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        at++;
        at += read_escape(at, end, &code);
        out = put_utf8(out, code);
    }
    *len = (size_t)(out - bytes);
}

/* The line is not written to before all of it has been read. */
static void unescape_all(struct record *r)
{
    for (enum record_field field = 0; field < RECORD_FIELDS; field++)
        if (record_kind(field) == KIND_STRING && r->text[field].len)
            unescape((char *)(uintptr_t)r->text[field].ptr, &r->text[field].len);
    for (size_t i = 0; i < r->item_count; i++)
        unescape((char *)(uintptr_t)r->items[i].ptr, &r->items[i].len);
}

/* --- values; false leaves the line to jansson --- */

static bool skip(struct reader *in, char c)
{
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

static bool read_string(struct reader *in, struct span *value)
{
    if (!skip(in, '"'))
        return false;
    char *start = in->at;
    while (in->at < in->end && *in->at != '"') {
        long code;
        if (ascii_is_control(*in->at) || ascii_is_high(*in->at))
            return false;
        if (*in->at++ != '\\')
            continue;
        size_t len = read_escape(in->at, in->end, &code);
        if (len == 0)
            return false;
        in->at += len;
        in->escaped = true;
    }
    *value = (struct span){start, (size_t)(in->at - start)};
    return skip(in, '"');
}

static bool read_number(struct reader *in, unsigned long *number)
{
    enum { DIGITS = 18 };
    const char *start = in->at;
    *number = 0;
    while (in->at < in->end && ascii_is_digit(*in->at) && in->at - start < DIGITS)
        *number = *number * 10 + (unsigned long)(*in->at++ - '0');
    return in->at > start && (*start != '0' || in->at == start + 1);
}

static bool read_word(struct reader *in, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0)
        return false;
    in->at += len;
    return true;
}

static bool read_boolean(struct reader *in, unsigned long *value)
{
    *value = read_word(in, "true");
    return *value || read_word(in, "false");
}

static bool read_list(struct reader *in, struct record *r, enum record_field field)
{
    struct span item;
    record_start_list(r, field);
    if (!skip(in, '['))
        return false;
    if (skip(in, ']'))
        return true;
    do {
        if (!read_string(in, &item))
            return false;
        record_add_item(r, field, item);
    } while (skip(in, ','));
    return skip(in, ']');
}

static bool read_field(struct reader *in, struct record *r, enum record_field field)
{
    if (record_has(r, field))
        return false;
    r->text[field] = span_of(""); /* it is there */
    switch (record_kind(field)) {
    case KIND_STRING:
        return read_string(in, &r->text[field]);
    case KIND_NUMBER:
        return read_number(in, &r->number[field]);
    case KIND_BOOLEAN:
        return read_boolean(in, &r->number[field]);
    case KIND_LIST:
        break;
    }
    return read_list(in, r, field);
}

bool record_read_flat(struct record *r, char *line, size_t len)
{
    struct reader in = {line, line + len, false};
    enum record_field field = RECORD_FIELDS - 1;
    struct span key;
    if (!skip(&in, '{'))
        return false;
    do {
        if (!read_string(&in, &key) || !skip(&in, ':'))
            return false;
        field = record_field_of(key, field);
        if (field == RECORD_FIELDS || !read_field(&in, r, field))
            return false;
    } while (skip(&in, ','));
    if (!skip(&in, '}') || in.at != in.end)
        return false;
    if (in.escaped)
        unescape_all(r);
    return true;
}
