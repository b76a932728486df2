/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealed values. */
#include "seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "ascii.h"

static const char any_version[] = "sealed:";

/* What is authenticated beside the secret: a value is good for one purpose. */
static const char purpose[] = "gatepost sealed v1";
static const char for_ou_file[] = " for ";

static bool begins_with(struct span value, const char *prefix)
{
    size_t len = strlen(prefix);
    return value.len >= len && memcmp(value.ptr, prefix, len) == 0;
}

bool seal_is_sealed(struct span value)
{
    return begins_with(value, any_version);
}

const char *seal_secret_fault(struct span secret)
{
    if (secret.len == 0)
        return "it is empty";
    if (secret.len > SEAL_SECRET_MAX)
        return "it is longer than 500 bytes";
    for (size_t i = 0; i < secret.len; i++)
        if (ascii_is_control(secret.ptr[i]))
            return "it holds control characters";
    return NULL;
}

/* The bytes behind the prefix; raw has room for a whole value. Returns how many, 0 for
 * a value that is none. */
static size_t decode(struct span value, char raw[BASE64_ENCODED(SEAL_RAW_MAX)])
{
    size_t len;
    struct span text = span_cut(value, strlen(SEAL_PREFIX), value.len);
    if (text.len >= BASE64_ENCODED(SEAL_RAW_MAX) || !base64_decode(text, raw, &len))
        return 0;
    bool whole = len > SEAL_NONCE_BYTES + SEAL_TAG_BYTES && len <= SEAL_RAW_MAX;
    return whole ? len : 0;
}

const char *seal_form_fault(struct span value)
{
    char raw[BASE64_ENCODED(SEAL_RAW_MAX)];
    if (!begins_with(value, SEAL_PREFIX))
        return "only values that begin with " SEAL_PREFIX " are known";
    return decode(value, raw) > 0 ? NULL
                                  : "not a whole sealed value: something was cut off, "
                                    "added or changed";
}

/* --- AES-256-GCM --- */

static bool add_purpose(EVP_CIPHER_CTX *ctx, const char *ou_file)
{
    const char *const parts[] = {purpose, for_ou_file, ou_file};
    int len;
    for (int i = 0; i < (ou_file ? 3 : 1); i++)
        if (EVP_CipherUpdate(ctx, NULL, &len, (const unsigned char *)parts[i],
                             (int)strlen(parts[i])) != 1)
            return false;
    return true;
}

/* Both ways are the same but for the tag, which comes out, or goes in. */
static bool run_cipher(EVP_CIPHER_CTX *ctx, const struct seal_key *key,
                       const char *ou_file, const unsigned char *nonce, struct span in,
                       unsigned char *out, unsigned char *tag, bool sealing)
{
    int len, rest = 0;
    if (EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes, nonce, sealing) !=
            1 ||
        !add_purpose(ctx, ou_file))
        return false;
    if (!sealing &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, SEAL_TAG_BYTES, tag) != 1)
        return false;
    if (EVP_CipherUpdate(ctx, out, &len, (const unsigned char *)in.ptr, (int)in.len) !=
            1 ||
        EVP_CipherFinal_ex(ctx, out + len, &rest) != 1)
        return false;
    return (size_t)len + (size_t)rest == in.len &&
           (!sealing ||
            EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, SEAL_TAG_BYTES, tag) == 1);
}

static bool cipher(const struct seal_key *key, const char *ou_file,
                   const unsigned char *nonce, struct span in, unsigned char *out,
                   unsigned char *tag, bool sealing)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool good = ctx && run_cipher(ctx, key, ou_file, nonce, in, out, tag, sealing);
    EVP_CIPHER_CTX_free(ctx); /* wipes what it knows of the key */
    return good;
}

/* --- values --- */

bool seal_make(const struct seal_key *key, const char *ou_file, struct span secret,
               char out[SEAL_TEXT_SIZE])
{
    unsigned char raw[SEAL_RAW_MAX];
    unsigned char *sealed = raw + SEAL_NONCE_BYTES;
    const size_t len = SEAL_NONCE_BYTES + secret.len + SEAL_TAG_BYTES;
    if (seal_secret_fault(secret) || RAND_bytes(raw, SEAL_NONCE_BYTES) != 1 ||
        !cipher(key, ou_file, raw, secret, sealed, sealed + secret.len, true))
        return false;
    memcpy(out, SEAL_PREFIX, strlen(SEAL_PREFIX));
    base64_encode((struct span){(const char *)raw, len}, out + strlen(SEAL_PREFIX));
    return true;
}

bool seal_open(const struct seal_key *key, const char *ou_file, struct span value,
               char out[SEAL_SECRET_MAX + 1], struct span *secret)
{
    char raw[BASE64_ENCODED(SEAL_RAW_MAX)];
    unsigned char *bytes = (unsigned char *)raw;
    const size_t len = begins_with(value, SEAL_PREFIX) ? decode(value, raw) : 0;
    *secret = (struct span){NULL, 0};
    if (len == 0)
        return false;
    struct span sealed = {raw + SEAL_NONCE_BYTES,
                          len - SEAL_NONCE_BYTES - SEAL_TAG_BYTES};
    bool good = cipher(key, ou_file, bytes, sealed, (unsigned char *)out,
                       bytes + SEAL_NONCE_BYTES + sealed.len, false);
    out[sealed.len] = '\0';
    if (good && !seal_secret_fault((struct span){out, sealed.len})) {
        *secret = (struct span){out, sealed.len};
        return true;
    }
    explicit_bzero(out, SEAL_SECRET_MAX + 1); /* GCM writes before it is sure */
    return false;
}
