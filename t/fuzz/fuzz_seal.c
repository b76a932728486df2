/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealed values and their key: only what has the form is looked at, only what was
 * sealed is opened, and that whole. */
#include "fuzz.h"
#include "reference.h"
#include "sealkey.h"

static const struct seal_key key = {"a key that is of no use to any.."};

/* --- a value, as it may stand in a file --- */

static bool has_form(struct span value)
{
    size_t len = 0;
    const struct span prefix = span_of(SEAL_PREFIX);
    if (value.len < prefix.len || !span_equal(span_cut(value, 0, prefix.len), prefix))
        return false;
    struct span text = span_cut(value, prefix.len, value.len);
    char *raw = malloc(text.len + 4);
    if (!raw)
        abort();
    bool good = reference_base64(text, raw, &len);
    free(raw);
    return good && len > SEAL_NONCE_BYTES + SEAL_TAG_BYTES && len <= SEAL_RAW_MAX;
}

static void check_value(struct span value)
{
    char out[SEAL_SECRET_MAX + 1];
    struct span secret;
    require(!seal_form_fault(value) == has_form(value), "the form is what it is");
    require(!has_form(value) || seal_is_sealed(value), "and known by its beginning");
    require(!seal_open(&key, NULL, value, out, &secret) && !secret.ptr,
            "what was not sealed is not opened");
}

/* --- a key, as it may stand in a file --- */

static void check_key(struct span text)
{
    struct seal_key read;
    unsigned byte;
    bool good = text.len == 2 * SEAL_KEY_BYTES ||
                (text.len == 2 * SEAL_KEY_BYTES + 1 && text.ptr[text.len - 1] == '\n');
    for (size_t i = 0; good && i < 2 * SEAL_KEY_BYTES; i++)
        good = text.ptr[i] && strchr("0123456789abcdefABCDEF", text.ptr[i]);
    require(seal_key_parse(text, &read) == good, "a key is one, and nothing else is");
    for (size_t i = 0; i < SEAL_KEY_BYTES; i++) {
        char digits[3] = "00";
        if (good)
            memcpy(digits, text.ptr + 2 * i, 2);
        require(sscanf(digits, "%2x", &byte) == 1 && read.bytes[i] == byte,
                "its bytes are its digits");
    }
}

/* --- a secret, and what is done to it --- */

static void check_secret(struct span secret, size_t change)
{
    char text[SEAL_TEXT_SIZE], out[SEAL_SECRET_MAX + 1];
    struct span opened;
    bool made = seal_make(&key, "a.conf", secret, text);
    require(made == !seal_secret_fault(secret), "what has no fault is sealed");
    if (!made)
        return;
    require(has_form(span_of(text)), "it has the form");
    require(seal_open(&key, "a.conf", span_of(text), out, &opened) &&
                span_equal(opened, secret) && out[secret.len] == '\0',
            "it is opened");
    require(!seal_open(&key, NULL, span_of(text), out, &opened), "not elsewhere");
    size_t at = change % strlen(text);
    text[at] ^= (char)(1 + change % 127);
    require(!seal_open(&key, "a.conf", span_of(text), out, &opened), "nor if changed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Behind it is nothing that could be read by mistake. */
    char *exact = malloc(size ? size : 1);
    if (!exact)
        abort();
    if (size)
        memcpy(exact, data, size);
    const struct span text = {exact, size};
    check_value(text);
    check_key(text);
    check_secret(text, size ? size * 31 + data[size / 2] : 0);
    free(exact);
    return 0;
}
