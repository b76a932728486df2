/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 as the login daemon reads it: strictly, and as a reader of our own does. */
#include "base64.h"
#include "fuzz.h"
#include "reference.h"

enum { TEXT_MOST = 16 * 1024 }; /* more is refused */

static void check_decode(struct span text)
{
    size_t ours_len, len = 99;
    char *ours = malloc(text.len + 1), *out = malloc(text.len ? text.len : 1);
    if (!ours || !out)
        abort();
    bool good = reference_base64(text, ours, &ours_len) && text.len <= TEXT_MOST;
    require(base64_decode(text, out, &len) == good,
            "what is base64 is decoded, and nothing else");
    if (good)
        require(len == ours_len && memcmp(out, ours, len) == 0, "decoded the same");
    else
        require(len == 0, "nothing comes of what is none");
    free(ours);
    free(out);
}

static void check_encode(struct span bytes)
{
    size_t len, back_len;
    char *text = malloc(BASE64_ENCODED(bytes.len));
    char *ours = malloc(4 * (bytes.len / 3 + 1)), *back = malloc(2 * bytes.len + 4);
    if (!text || !ours || !back)
        abort();
    len = base64_encode(bytes, text);
    require(len == reference_to_base64(bytes, ours) && memcmp(text, ours, len) == 0,
            "encoded the same");
    require(base64_decode((struct span){text, len}, back, &back_len), "and back");
    require(back_len == bytes.len && memcmp(back, bytes.ptr, back_len) == 0,
            "nothing is lost");
    free(text);
    free(ours);
    free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Behind it is nothing that could be read by mistake. */
    char *exact = malloc(size ? size : 1);
    if (!exact)
        abort();
    if (size)
        memcpy(exact, data, size);
    check_decode((struct span){exact, size});
    if (size > 0)
        check_encode((struct span){exact, size});
    free(exact);
    return 0;
}
