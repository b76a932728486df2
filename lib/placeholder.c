/* SPDX-License-Identifier: BSD-2-Clause */
/* %{login} and the like in the value of a header field. */
#include "placeholder.h"

#include <stddef.h>
#include <stdio.h>

static const struct {
    const char *name;
    size_t offset;
} names[] = {
    {"login", offsetof(struct placeholder_values, login)},
    {"client", offsetof(struct placeholder_values, client)},
    {"ou", offsetof(struct placeholder_values, ou)},
    {"interface", offsetof(struct placeholder_values, interface)},
    {"sender", offsetof(struct placeholder_values, sender)},
};

enum { NAMES = sizeof names / sizeof *names, VALUE_MAX = 180 };

/* text is behind "%". Returns which one it is, NAMES if none; *end is behind it. */
static size_t find_name(const char *text, const char **end)
{
    size_t i = 0;
    for (; i < NAMES; i++) {
        size_t len = strlen(names[i].name);
        if (text[0] != '{' || strncmp(text + 1, names[i].name, len) != 0 ||
            text[1 + len] != '}')
            continue;
        *end = text + len + 2;
        break;
    }
    return i;
}

const char *placeholder_fault(const char *text)
{
    unsigned count = 0;
    for (const char *end; *text; text = end) {
        end = text + 1;
        if (*text < ' ' || *text > '~')
            return "a header field holds printable ASCII only";
        if (*text != '%')
            continue;
        if (text[1] == '%')
            end = text + 2;
        else if (find_name(text + 1, &end) == NAMES)
            return "behind % stands another %, {login}, {client}, {ou}, {interface} or "
                   "{sender}";
        else if (++count > PLACEHOLDER_MOST)
            return "more placeholders than a line can hold";
    }
    return NULL;
}

static bool stands_for_itself(char c)
{
    return c > ' ' && c <= '~' && !strchr("\"(),;<>\\", c);
}

void placeholder_escape(struct span value, char out[PLACEHOLDER_VALUE])
{
    size_t n = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (n + 4 > VALUE_MAX) {
            n += (size_t)snprintf(out + n, PLACEHOLDER_VALUE - n, "<cut>");
            break;
        }
        if (stands_for_itself(value.ptr[i]))
            out[n++] = value.ptr[i];
        else
            n += (size_t)snprintf(out + n, PLACEHOLDER_VALUE - n, "\\x%02x",
                                  (unsigned char)value.ptr[i]);
    }
    out[n] = '\0';
}

void placeholder_expand(const char *text, const struct placeholder_values *values,
                        char out[PLACEHOLDER_OUT])
{
    size_t n = 0;
    for (const char *end; *text; text = end) {
        end = text + 1;
        size_t which = *text == '%' ? find_name(text + 1, &end) : NAMES;
        if (which < NAMES) {
            struct span value;
            memcpy(&value, (const char *)values + names[which].offset, sizeof value);
            placeholder_escape(value, out + n);
            n += strlen(out + n);
        } else {
            out[n++] = *text;
            end += *text == '%'; /* doubled */
        }
    }
    out[n] = '\0';
}
