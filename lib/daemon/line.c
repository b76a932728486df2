/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of the log, as text (key=value) or JSON. */
#include "line.h"

#include <stdio.h>

#include "ascii.h"
#include "utf8.h"

static void put(struct line *l, const char *bytes, size_t len)
{
    if (l->overflow || len >= sizeof l->bytes - l->len) {
        l->overflow = true;
        return;
    }
    memcpy(l->bytes + l->len, bytes, len);
    l->len += len;
}

static void put_text(struct line *l, const char *text)
{
    put(l, text, strlen(text));
}

/* The prefix and that many hexadecimal digits. */
static void put_hex(struct line *l, const char *prefix, int digits, unsigned value)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%s%0*x", prefix, digits, value);
    put(l, text, (size_t)n);
}

static void put_backslashed(struct line *l, char c)
{
    put(l, "\\", 1);
    put(l, &c, 1);
}

/* Most text needs no escape, and is then written at once. */
static size_t run_of_safe(struct span s, size_t at)
{
    size_t i = at;
    while (i < s.len && !ascii_is_control(s.ptr[i]) && !ascii_is_high(s.ptr[i]) &&
           s.ptr[i] != '"' && s.ptr[i] != '\\')
        i++;
    return i - at;
}

/* Writes one character above ASCII, or a control; returns the bytes it took. Bytes
 * that are no UTF-8 become U+FFFD. */
static size_t put_json_escape(struct line *l, struct span s)
{
    unsigned code;
    size_t n = utf8_sequence(s, &code);
    if (n > 0 && code > 0xffff) {
        put_hex(l, "\\u", 4, 0xd7c0 + (code >> 10));
        put_hex(l, "\\u", 4, 0xdc00 + (code & 0x3ff));
    } else {
        put_hex(l, "\\u", 4, n > 0 ? code : 0xfffd);
    }
    return n > 0 ? n : 1;
}

static size_t put_text_escape(struct line *l, struct span s)
{
    put_hex(l, "\\x", 2, (unsigned char)s.ptr[0]);
    return 1;
}

/* In ASCII alone; RFC 8259 for JSON. */
static void put_quoted(struct line *l, struct span s)
{
    put_text(l, "\"");
    for (size_t i = 0; i < s.len;) {
        size_t n = run_of_safe(s, i);
        put(l, s.ptr + i, n);
        i += n;
        if (i == s.len)
            break;
        struct span rest = span_cut(s, i, s.len);
        if (s.ptr[i] == '"' || s.ptr[i] == '\\')
            put_backslashed(l, s.ptr[i++]);
        else
            i += l->json ? put_json_escape(l, rest) : put_text_escape(l, rest);
    }
    put_text(l, "\"");
}

static bool is_plain(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_alnum(s.ptr[i]) &&
            !(s.ptr[i] != '\0' && strchr("<>@._-+:/[]=%", s.ptr[i])))
            return false;
    return s.len > 0;
}

static void put_value(struct line *l, struct span s, size_t most)
{
    if (s.len > most)
        s.len = most;
    if (!l->json && is_plain(s))
        put(l, s.ptr, s.len);
    else
        put_quoted(l, s);
}

static void put_key(struct line *l, const char *key)
{
    if (!l->first)
        put_text(l, l->json ? "," : " ");
    l->first = false;
    if (l->json)
        put_text(l, "\"");
    put_text(l, key);
    put_text(l, l->json ? "\":" : "=");
}

void line_start(struct line *l, bool json)
{
    l->len = 0;
    l->json = json;
    l->first = true;
    l->overflow = false;
    if (json)
        put_text(l, "{");
}

void line_string(struct line *l, const char *key, struct span value)
{
    put_key(l, key);
    put_value(l, value, LINE_VALUE);
}

void line_text(struct line *l, const char *key, const char *value)
{
    line_string(l, key, span_of(value));
}

void line_number(struct line *l, const char *key, unsigned long value)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lu", value);
    put_key(l, key);
    put(l, text, (size_t)n);
}

void line_boolean(struct line *l, const char *key, bool value)
{
    put_key(l, key);
    put_text(l, value ? "true" : "false");
}

void line_list_start(struct line *l, const char *key)
{
    put_key(l, key);
    if (l->json)
        put_text(l, "[");
    l->list_left = LINE_LIST;
    l->first = true;
}

void line_list_item(struct line *l, struct span value)
{
    if (value.len > l->list_left)
        return;
    l->list_left -= value.len;
    if (!l->first)
        put_text(l, ",");
    l->first = false;
    put_value(l, value, LINE_LIST);
}

void line_list_end(struct line *l)
{
    if (l->json)
        put_text(l, "]");
    else if (l->first)
        put_text(l, "\"\"");
    l->first = false;
}

bool line_end(struct line *l)
{
    put_text(l, l->json ? "}\n" : "\n");
    return !l->overflow;
}
