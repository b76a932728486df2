/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the log: what line.c writes is read back as it was, and of anything else no
 * more is read than what is there. */
#include "daemon/line.h"
#include "fuzz.h"
#include "record_fields.h"
#include "utf8.h"

/* --- any line --- */

static void check_span(struct span s, struct span line, const char *message)
{
    if (s.len > 0)
        require(s.ptr >= line.ptr && s.ptr + s.len <= line.ptr + line.len, message);
}

static void check_fields(const struct record *r, struct span line)
{
    for (enum record_field f = 0; f < RECORD_FIELDS; f++) {
        const struct record_list *list = &r->list[f];
        require(list->count == 0 || record_kind(f) == KIND_LIST, "lists are lists");
        require(list->start + list->count <= r->item_count, "entries that are there");
        if (!r->object)
            check_span(r->text[f], line, "a value within its line");
    }
    for (size_t i = 0; i < r->item_count && !r->object; i++)
        check_span(r->items[i], line, "an entry within its line");
}

static void same_records(const struct record *a, const struct record *b)
{
    for (enum record_field f = 0; f < RECORD_FIELDS; f++) {
        require(record_has(a, f) == record_has(b, f), "the same fields");
        require(span_equal(a->text[f], b->text[f]), "the same values");
        require(a->number[f] == b->number[f], "the same numbers");
        require(a->list[f].count == b->list[f].count, "as many entries");
        for (size_t i = 0; i < a->list[f].count; i++)
            require(span_equal(record_item(a, f, i), record_item(b, f, i)),
                    "the same entries");
    }
}

/* What is read without jansson is what jansson reads. */
static void check_flat(struct span line)
{
    struct record flat = {0}, whole = {0};
    json_error_t error;
    char *bytes = malloc(line.len + 1);
    memcpy(bytes, line.ptr, line.len);
    if (record_read_flat(&flat, bytes, line.len)) {
        json_t *object = json_loadb(line.ptr, line.len,
                                    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
        require(json_is_object(object), "an object to jansson, too");
        record_read_object(&whole, object);
        require(!whole.fault, "of the right types");
        same_records(&flat, &whole);
        json_decref(object);
    } else {
        require(memcmp(bytes, line.ptr, line.len) == 0, "the line is as it was");
    }
    record_clear(&flat);
    record_clear(&whole);
    free(bytes);
}

static void try_line(struct span line)
{
    struct record record = {0};
    char *bytes = malloc(line.len + 1);
    memcpy(bytes, line.ptr, line.len);
    enum record_result result = record_read(&record, bytes, line.len);
    require((result == RECORD_BROKEN) == (record.fault != NULL), "a fault has words");
    require(result != RECORD_READ || record.event < EVENTS, "an event that we know");
    check_fields(&record, (struct span){bytes, line.len});
    record_clear(&record);
    free(bytes);
    check_flat(line);
}

/* --- lines of ours --- */

/* What is to be read: JSON says Unicode, and has U+FFFD for each byte that is none. */
static struct span expected(struct span value, bool json, char *out)
{
    size_t len = 0;
    if (value.len > LINE_VALUE)
        value.len = LINE_VALUE;
    if (!json)
        return value;
    for (size_t i = 0; i < value.len;) {
        unsigned code;
        size_t n = utf8_sequence(span_cut(value, i, value.len), &code);
        memcpy(out + len, n > 0 ? value.ptr + i : "\xef\xbf\xbd", n > 0 ? n : 3);
        len += n > 0 ? n : 3;
        i += n > 0 ? n : 1;
    }
    return (struct span){out, len};
}

struct values {
    struct span items[RECORD_FIELDS][3];
    size_t counts[RECORD_FIELDS];
};

/* The bytes between zeros, as far as they go. */
static void take_values(struct span data, struct values *v)
{
    for (enum record_field f = 0; f < RECORD_FIELDS; f++) {
        v->counts[f] = record_kind(f) != KIND_LIST || data.len == 0
                           ? 1
                           : (unsigned char)data.ptr[0] % 4;
        for (size_t i = 0; i < v->counts[f]; i++)
            v->items[f][i] = fuzz_take_until(&data, '\0');
    }
    v->items[FIELD_TIME][0] = span_of("2026-11-22T10:00:00.000Z");
    v->items[FIELD_EVENT][0] = span_of("transaction");
}

static void write_field(struct line *line, enum record_field f, const struct values *v)
{
    const char *key = record_key(f);
    struct span value = v->items[f][0];
    switch (record_kind(f)) {
    case KIND_STRING:
        line_string(line, key, value);
        break;
    case KIND_NUMBER:
        line_number(line, key, value.len * 1000003);
        break;
    case KIND_BOOLEAN:
        line_boolean(line, key, value.len > 3);
        break;
    case KIND_LIST:
        line_list_start(line, key);
        for (size_t i = 0; i < v->counts[f]; i++)
            line_list_item(line, v->items[f][i]);
        line_list_end(line);
        break;
    }
}

/* In text, a list of one empty entry is as one of none. */
static void check_list(const struct record *r, enum record_field f,
                       const struct values *v, bool json, char *buffer)
{
    size_t count = v->counts[f];
    if (!json && count == 1 && v->items[f][0].len == 0)
        count = 0;
    require(r->list[f].count == count, "as many entries as were written");
    for (size_t i = 0; i < count; i++)
        require(
            span_equal(record_item(r, f, i), expected(v->items[f][i], json, buffer)),
            "an entry as it was written");
}

static void check_field(const struct record *r, enum record_field f,
                        const struct values *v, bool json)
{
    char buffer[3 * LINE_LIST];
    struct span value = v->items[f][0];
    require(record_has(r, f), "each field that was written");
    switch (record_kind(f)) {
    case KIND_STRING:
        require(span_equal(r->text[f], expected(value, json, buffer)),
                "a value as it was written");
        break;
    case KIND_NUMBER:
        require(r->number[f] == value.len * 1000003, "a number as it was written");
        break;
    case KIND_BOOLEAN:
        require(r->number[f] == (value.len > 3), "a boolean as it was written");
        break;
    case KIND_LIST:
        check_list(r, f, v, json, buffer);
        break;
    }
}

static void round_trip(const struct values *v, bool json, const char *prefix)
{
    static struct line line;
    static char bytes[sizeof line.bytes + 100];
    struct record record = {0};
    line_start(&line, json);
    for (enum record_field f = 0; f < RECORD_FIELDS; f++)
        write_field(&line, f, v);
    require(line_end(&line), "it fits into a line");
    size_t len = strlen(prefix);
    memcpy(bytes, prefix, len);
    memcpy(bytes + len, line.bytes, line.len - 1);
    require(record_read(&record, bytes, len + line.len - 1) == RECORD_READ,
            "a line of ours is read");
    require(record.event == EVENT_TRANSACTION, "as what it is");
    for (enum record_field f = 0; f < RECORD_FIELDS; f++)
        check_field(&record, f, v, json);
    if (json)
        check_flat(span_cut((struct span){line.bytes, line.len}, 0, line.len - 1));
    record_clear(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const prefixes[] = {
        "",
        "Nov 22 10:00:00 host gatepost-milter[12]: ",
        "<22>Nov 22 10:00:00 host gatepost-milter[12]: ",
        "2026-11-22T10:00:00.123456+01:00 host gatepost-milter: ",
        "<22>1 2026-11-22T10:00:00Z host gatepost-milter 12 - - ",
    };
    struct span input = fuzz_span(data, size);
    struct values values;
    try_line(input);
    take_values(input, &values);
    const char *prefix = prefixes[size % (sizeof prefixes / sizeof *prefixes)];
    round_trip(&values, false, prefix);
    round_trip(&values, true, prefix);
    return 0;
}
