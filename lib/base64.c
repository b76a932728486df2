/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 of RFC 4648, strictly. OpenSSL's decoder takes blanks and stray bits, so what
 * it made is encoded again and compared. */
#include "base64.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { TEXT_MOST = 16 * 1024 };

size_t base64_encode(struct span bytes, char *out)
{
    return (size_t)EVP_EncodeBlock((unsigned char *)out,
                                   (const unsigned char *)bytes.ptr, (int)bytes.len);
}

static bool is_same(struct span text, struct span decoded)
{
    char *again = malloc(BASE64_ENCODED(decoded.len));
    if (!again)
        return false;
    size_t len = base64_encode(decoded, again);
    bool same = span_equal((struct span){again, len}, text);
    explicit_bzero(again, len);
    free(again);
    return same;
}

bool base64_decode(struct span text, char *out, size_t *len)
{
    size_t padding = 0;
    *len = 0;
    if (text.len == 0)
        return true;
    if (text.len % 4 != 0 || text.len > TEXT_MOST)
        return false;
    while (padding < 2 && text.ptr[text.len - 1 - padding] == '=')
        padding++;
    int n = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)text.ptr,
                            (int)text.len);
    if (n == (int)(text.len / 4 * 3) &&
        is_same(text, (struct span){out, (size_t)n - padding})) {
        *len = (size_t)n - padding;
        return true;
    }
    explicit_bzero(out, text.len);
    return false;
}
