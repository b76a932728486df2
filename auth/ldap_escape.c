/* SPDX-License-Identifier: BSD-2-Clause */
/* Values that stand for themselves in a DN and in a search filter. */
#include "ldap_escape.h"

#include "ascii.h"

struct output {
    char *out;
    size_t size, len; /* len may grow beyond size */
};

static void put(struct output *o, char c)
{
    if (o->len < o->size)
        o->out[o->len] = c;
    o->len++;
}

static void put_hex(struct output *o, char c)
{
    static const char digits[] = "0123456789abcdef";
    put(o, '\\');
    put(o, digits[(unsigned char)c >> 4]);
    put(o, digits[(unsigned char)c & 15]);
}

/* A template may put something before or after the value; what is escaped at an end
 * without need is read as the same. */
size_t ldap_escape_dn(struct span value, char *out, size_t size)
{
    struct output o = {out, size, 0};
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        bool is_first = i == 0, is_last = i + 1 == value.len;
        if (ascii_is_control(c)) {
            put_hex(&o, c);
            continue;
        }
        if (strchr("\"+,;<=>\\", c) || (c == ' ' && (is_first || is_last)) ||
            (c == '#' && is_first))
            put(&o, '\\');
        put(&o, c);
    }
    return o.len;
}

size_t ldap_escape_filter(struct span value, char *out, size_t size)
{
    struct output o = {out, size, 0};
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (ascii_is_control(c) || strchr("*()\\", c))
            put_hex(&o, c);
        else
            put(&o, c);
    }
    return o.len;
}
