/* SPDX-License-Identifier: BSD-2-Clause */
/* Readers of our own for what the fuzz targets feed. */
#include "reference.h"

#include <string.h>
#include <strings.h>

#include "ascii.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit(char c)
{
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? (int)(at - letters) : -1;
}

bool reference_base64(struct span text, char *out, size_t *len)
{
    size_t digits = text.len, n = 0;
    unsigned bits = 0, have = 0;
    *len = 0;
    if (text.len % 4 != 0)
        return false;
    while (digits > 0 && text.len - digits < 2 && text.ptr[digits - 1] == '=')
        digits--;
    for (size_t i = 0; i < digits; i++) {
        int d = digit(text.ptr[i]);
        if (d < 0)
            return false;
        bits = bits << 6 | (unsigned)d;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char)(bits >> have & 0xff);
        }
        bits &= 0xfff;
    }
    *len = n;
    return (bits & ((1U << have) - 1)) == 0;
}

size_t reference_to_base64(struct span bytes, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes.len; i += 3) {
        unsigned group = 0;
        size_t left = bytes.len - i;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < left ? (unsigned char)bytes.ptr[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            out[n++] = k <= left ? letters[group >> (18 - 6 * k) & 63] : '=';
    }
    return n;
}

static bool is_plain(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !ascii_is_digit(c) &&
            !(c && strchr(".@_-", c)))
            return false;
    }
    return name.len > 0 && name.ptr[name.len - 1] != '.';
}

static bool is_folded(struct span name, const char *text)
{
    return name.len == strlen(text) && strncasecmp(name.ptr, text, name.len) == 0;
}

/* Without quotes and backslashes it begins with the local part. */
static bool begins_like(struct span name, const char *canonical)
{
    size_t local = strcspn(canonical, "@"), at = 0;
    for (size_t i = 0; i < name.len && at < local; i++) {
        if (name.ptr[i] == '"' || name.ptr[i] == '\\')
            continue;
        if (ascii_fold(name.ptr[i]) != canonical[at])
            return false;
        at++;
    }
    return at == local;
}

bool reference_is_name(struct span name, const char *canonical, const char *realm,
                       const char *domain)
{
    size_t local = strcspn(canonical, "@"), at = span_rfind(name, '@');
    const char *rest = canonical + local + (canonical[local] == '@');
    if (!is_plain(name))
        return begins_like(name, canonical);
    if (at < name.len && *realm && is_folded(span_cut(name, at + 1, name.len), realm))
        name.len = at;
    if (is_folded(name, canonical))
        return true;
    return *domain && strcmp(rest, domain) == 0 && name.len == local &&
           strncasecmp(name.ptr, canonical, local) == 0;
}
