/* SPDX-License-Identifier: BSD-2-Clause */
/* What it would cost to check a password by a hash: crypt(5). */
#include "hashcost.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ascii.h"

enum { BCRYPT_MOST = 14, ROUNDS_MOST = 1000000 };
static const uint64_t memory_most = 64 * 1024 * 1024;

/* The digits of crypt: ./0-9A-Za-z; -1 for anything else. */
static int digit(char c)
{
    static const char digits[] =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Six bits a digit, the least first; -1 where they end too early. */
static int64_t number(const char *text, int digits)
{
    int64_t value = 0;
    for (int i = 0; i < digits; i++) {
        int d = digit(text[i]);
        if (d < 0)
            return -1;
        value |= (int64_t)d << (6 * i);
    }
    return value;
}

/* $2b$NN$ */
static bool bcrypt_is_affordable(const char *text)
{
    return ascii_is_digit(text[0]) && ascii_is_digit(text[1]) && text[2] == '$' &&
           (text[0] - '0') * 10 + text[1] - '0' <= BCRYPT_MOST;
}

/* $6$salt, or $6$rounds=N$salt */
static bool sha_is_affordable(const char *text)
{
    static const char rounds[] = "rounds=";
    if (strncmp(text, rounds, sizeof rounds - 1) != 0)
        return true;
    return strtoul(text + sizeof rounds - 1, NULL, 10) <= ROUNDS_MOST;
}

static bool memory_is_affordable(int log2_blocks, int64_t size, int64_t times)
{
    return log2_blocks >= 0 && log2_blocks < 32 && size > 0 && size < 1 << 20 &&
           times > 0 && times < 1 << 20 &&
           (uint64_t)128 * (uint64_t)size * (uint64_t)times <= memory_most >>
               log2_blocks;
}

/* $y$FNR$: flavour, blocks, size, each one digit up to those that need more; what may
 * follow them would make it cost more. */
static bool yescrypt_is_affordable(const char *text)
{
    int blocks = digit(text[0]) < 0 ? -1 : digit(text[1]);
    int size = blocks < 0 ? -1 : digit(text[2]);
    return size >= 0 && text[3] == '$' && blocks < 48 && size < 48 &&
           memory_is_affordable(blocks + 1, size + 1, 1);
}

/* $7$NRRRRRPPPPP */
static bool scrypt_is_affordable(const char *text)
{
    int blocks = digit(text[0]);
    int64_t size = blocks < 0 ? -1 : number(text + 1, 5);
    int64_t times = size < 0 ? -1 : number(text + 6, 5);
    return memory_is_affordable(blocks, size, times);
}

bool hash_is_affordable(const char *hash)
{
    static const struct {
        const char *prefix;
        bool (*test)(const char *);
    } kinds[] = {
        {"$2a$", bcrypt_is_affordable},  {"$2b$", bcrypt_is_affordable},
        {"$2x$", bcrypt_is_affordable},  {"$2y$", bcrypt_is_affordable},
        {"$5$", sha_is_affordable},      {"$6$", sha_is_affordable},
        {"$y$", yescrypt_is_affordable}, {"$gy$", yescrypt_is_affordable},
        {"$7$", scrypt_is_affordable},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t len = strlen(kinds[i].prefix);
        if (strncmp(hash, kinds[i].prefix, len) == 0)
            return kinds[i].test(hash + len);
    }
    return false;
}
