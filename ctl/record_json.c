/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the JSON format, and the objects that gatepost explain --batch reads. */
#include "record_fields.h"

static struct span string_of(json_t *value)
{
    return (struct span){json_string_value(value), json_string_length(value)};
}

static bool set_number(struct record *r, enum record_field field, json_t *value)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0)
        return false;
    r->number[field] = (unsigned long)number;
    return true;
}

/* A list of strings, or one. */
static bool set_list(struct record *r, enum record_field field, json_t *value)
{
    size_t index;
    json_t *item;
    record_start_list(r, field);
    if (json_is_string(value))
        record_add_item(r, field, string_of(value));
    json_array_foreach(value, index, item)
    {
        if (!json_is_string(item))
            return false;
        record_add_item(r, field, string_of(item));
    }
    return json_is_string(value) || json_is_array(value);
}

static bool set_field(struct record *r, enum record_field field, json_t *value)
{
    r->text[field] = span_of(""); /* it is there */
    switch (record_kind(field)) {
    case KIND_STRING:
        r->text[field] = string_of(value);
        return json_is_string(value);
    case KIND_NUMBER:
        return set_number(r, field, value);
    case KIND_BOOLEAN:
        r->number[field] = json_is_true(value);
        return json_is_boolean(value);
    case KIND_LIST:
        break;
    }
    return set_list(r, field, value);
}

void record_read_object(struct record *r, json_t *object)
{
    enum record_field before = RECORD_FIELDS - 1;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        enum record_field field = record_field_of(span_of(key), before);
        if (field == RECORD_FIELDS)
            continue;
        before = field;
        if (json_is_null(value) || set_field(r, field, value))
            continue;
        r->text[field] = (struct span){NULL, 0};
        r->list[field].count = 0;
        if (record_type_fault(field))
            r->fault = record_type_fault(field);
    }
}
