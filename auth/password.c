/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this the password of that hash? */
#include "password.h"

#include <crypt.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <string.h>

enum password_answer password_check(const char *password, const char *hash)
{
    static _Thread_local struct crypt_data data; /* 32 KiB: not on the stack */
    errno = 0;
    const char *made = crypt_r(password, hash, &data);
    bool failed = !made || *made == '*';
    bool untold = failed && errno == ENOMEM;
    size_t len = strlen(hash);
    bool same = !failed && len > 0 && strlen(made) == len &&
                CRYPTO_memcmp(made, hash, len) == 0;
    explicit_bzero(&data, sizeof data);
    return untold ? PASSWORD_UNTOLD : same ? PASSWORD_RIGHT : PASSWORD_WRONG;
}
