/* SPDX-License-Identifier: BSD-2-Clause */
/* The canonical form of a mail domain. */
#include "domain.h"

#include <idn2.h>

#include "ascii.h"
#include "ipaddr.h"
#include "utf8.h"

static bool label_is_valid(struct span label)
{
    if (label.len == 0 || label.len > LABEL_MAX)
        return false;
    if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!ascii_is_alnum(label.ptr[i]) && label.ptr[i] != '-' && label.ptr[i] != '_')
            return false;
    return true;
}

static size_t ascii_name(struct span text, char out[DOMAIN_MAX])
{
    if (text.len && text.ptr[text.len - 1] == '.')
        text.len--;
    if (text.len == 0 || text.len > DOMAIN_MAX)
        return 0;
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '.')
            continue;
        if (!label_is_valid(span_cut(text, start, i)))
            return 0;
        start = i + 1;
    }
    ascii_fold_into(out, text.ptr, text.len);
    return text.len;
}

/* U-labels become A-labels by IDNA 2008 with the mappings of UTS 46, so that a
 * full-width or upper-case spelling cannot pass for another domain. */
static size_t international_name(struct span text, char out[DOMAIN_MAX])
{
    char buffer[DOMAIN_MAX * 4 + 1];
    if (text.len >= sizeof buffer || !utf8_is_text(text))
        return 0;
    memcpy(buffer, text.ptr, text.len);
    buffer[text.len] = '\0';
    char *ascii = NULL;
    if (idn2_to_ascii_8z(buffer, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) !=
        IDN2_OK)
        return 0;
    size_t len = ascii_name(span_of(ascii), out);
    idn2_free(ascii);
    return len;
}

/* RFC 5321 4.1.3. Other tags than IPv6 have never been registered. */
static size_t address_literal(struct span text, char out[DOMAIN_MAX])
{
    static const char tag[] = "ipv6:";
    const size_t tag_len = sizeof tag - 1;
    if (text.len < 3 || text.len > DOMAIN_MAX || text.ptr[text.len - 1] != ']')
        return 0;
    char folded[DOMAIN_MAX];
    ascii_fold_into(folded, text.ptr, text.len);
    struct span inner = {folded + 1, text.len - 2};
    bool tagged = inner.len > tag_len && memcmp(inner.ptr, tag, tag_len) == 0;
    if (tagged)
        inner = span_cut(inner, tag_len, inner.len);
    struct ipaddr address;
    if (!ipaddr_parse(inner, &address))
        return 0;
    bool colon = memchr(inner.ptr, ':', inner.len) != NULL;
    if (tagged != colon)
        return 0;
    memcpy(out, folded, text.len);
    return text.len;
}

size_t domain_canonical(struct span text, char out[DOMAIN_MAX])
{
    if (span_empty(text))
        return 0;
    if (text.ptr[0] == '[')
        return address_literal(text, out);
    for (size_t i = 0; i < text.len; i++)
        if (ascii_is_high(text.ptr[i]))
            return international_name(text, out);
    return ascii_name(text, out);
}
