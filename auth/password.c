/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this the password of that hash? */
#include "password.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <string.h>

bool password_matches(const char *password, const char *hash)
{
    static _Thread_local struct crypt_data data; /* 32 KiB: not on the stack */
    const char *made = crypt_r(password, hash, &data);
    size_t len = strlen(hash);
    bool same = made && *made != '*' && len > 0 && strlen(made) == len &&
                CRYPTO_memcmp(made, hash, len) == 0;
    explicit_bzero(&data, sizeof data);
    return same;
}
