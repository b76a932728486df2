/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates that a login name is put into. */
#include "template.h"

const char *template_fault(const char *text)
{
    for (const char *p = strchr(text, '%'); p; p = strchr(p + 2, '%')) {
        if (!p[1])
            return "ends in a lone %; write %% for a percent sign";
        if (!strchr("und%", p[1]))
            return "after a % only u, n, d and % have a meaning";
    }
    return NULL;
}

static struct span value_of(char letter, const struct template_values *values)
{
    switch (letter) {
    case 'u':
        return values->user;
    case 'n':
        return values->local;
    case 'd':
        return values->domain;
    case '%':
        return span_of("%");
    default:
        return (struct span){NULL, 0};
    }
}

static size_t copy(struct span value, char *out, size_t size)
{
    if (value.len > 0 && value.len <= size)
        memcpy(out, value.ptr, value.len);
    return value.len;
}

bool template_expand(const char *text, const struct template_values *values,
                     template_escape *escape, char *out, size_t size)
{
    size_t len = 0;
    for (; *text; text++) {
        struct span value = {text, 1};
        template_escape *write = copy;
        if (*text == '%') {
            value = value_of(*++text, values);
            if (!value.ptr)
                return false;
            if (escape && *text != '%')
                write = escape;
        }
        size_t n = write(value, out + len, size - len);
        if (n >= size - len) /* a byte is left for the NUL */
            return false;
        len += n;
    }
    if (size == 0)
        return false;
    out[len] = '\0';
    return true;
}
