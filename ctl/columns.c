/* SPDX-License-Identifier: BSD-2-Clause */
/* Output for a terminal of 80 columns. */
#include "columns.h"

#include <stdio.h>

#include "ascii.h"

static bool is_escaped(char c)
{
    return ascii_is_control(c) || ascii_is_high(c);
}

/* Columns of one character: \\xNN, or itself. */
static int width(char c)
{
    return is_escaped(c) ? 4 : 1;
}

static int width_of(struct span text)
{
    int sum = 0;
    for (size_t i = 0; i < text.len; i++)
        sum += width(text.ptr[i]);
    return sum;
}

static void print(struct span text)
{
    for (size_t i = 0; i < text.len;) {
        size_t start = i;
        while (i < text.len && !is_escaped(text.ptr[i]))
            i++;
        fwrite(text.ptr + start, 1, i - start, stdout);
        if (i < text.len)
            printf("\\x%02x", (unsigned char)text.ptr[i++]);
    }
}

/* Bytes at the start of the text that fit, up to a space where there is one. */
static size_t fitting(struct span text, int most)
{
    size_t space = 0;
    int column = 0;
    for (size_t i = 0; i < text.len; i++) {
        column += width(text.ptr[i]);
        if (column > most && text.ptr[i] != ' ')
            return space > 0 ? space : i;
        if (text.ptr[i] == ' ')
            space = i + 1;
        if (column > most)
            return space;
    }
    return text.len;
}

void columns_wrap(int indent, struct span value)
{
    while (value.len > 0) {
        size_t len = fitting(value, COLUMNS - indent);
        struct span part = span_cut(value, 0, len);
        value = span_cut(value, len, value.len);
        while (value.len && part.len && part.ptr[part.len - 1] == ' ')
            part.len--;
        print(part);
        if (value.len > 0)
            printf("\n%*s", indent, "");
    }
    putchar('\n');
}

void columns_field(int indent, const char *name, struct span value)
{
    printf("%-*s", indent, name);
    columns_wrap(indent, value);
}

int columns_text(struct span text, int most)
{
    int column = 0, whole = width_of(text);
    size_t i = 0;
    if (whole <= most) {
        print(text);
        return whole;
    }
    while (column + width(text.ptr[i]) <= most - 3)
        column += width(text.ptr[i++]);
    print(span_cut(text, 0, i));
    fputs("...", stdout);
    return column + 3;
}

const char *columns_count(unsigned long count, char out[COUNT_TEXT])
{
    char digits[COUNT_TEXT];
    int n = snprintf(digits, sizeof digits, "%lu", count), used = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}
