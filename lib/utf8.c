/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this text that a person could have meant? */
#include "utf8.h"

#include "ascii.h"

static size_t length_from_lead(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

size_t utf8_sequence(struct span s, unsigned *code_point)
{
    static const unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    if (s.len == 0)
        return 0;
    size_t n = length_from_lead((unsigned char)s.ptr[0]);
    if (n == 0 || n > s.len)
        return 0;
    unsigned code = (unsigned char)s.ptr[0] & lead_bits[n];
    for (size_t i = 1; i < n; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (c & 0x3f);
    }
    if (code < smallest[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *code_point = code;
    return n;
}

bool utf8_begins(struct span bytes)
{
    for (size_t i = 1; i < bytes.len; i++)
        if (((unsigned char)bytes.ptr[i] & 0xc0) != 0x80)
            return false;
    return bytes.len > 0 && bytes.len < length_from_lead((unsigned char)bytes.ptr[0]);
}

bool utf8_is_text(struct span s)
{
    for (size_t i = 0; i < s.len;) {
        char c = s.ptr[i];
        if (!ascii_is_high(c)) {
            if (ascii_is_control(c))
                return false;
            i++;
            continue;
        }
        unsigned code;
        size_t n = utf8_sequence(span_cut(s, i, s.len), &code);
        if (n == 0 || code < 0xa0 || code == 0xfffd)
            return false;
        i += n;
    }
    return true;
}
