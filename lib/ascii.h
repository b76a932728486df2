/* SPDX-License-Identifier: BSD-2-Clause */
/* Character classes of ASCII alone, whatever the locale says. */
#ifndef GATEPOST_ASCII_H
#define GATEPOST_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline char ascii_fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_alnum(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

static inline bool ascii_is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

static inline bool ascii_is_high(char c)
{
    return (unsigned char)c >= 0x80;
}

/* Value of a hexadecimal digit, or -1. */
static inline int ascii_hex(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_fold(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline void ascii_fold_into(char *to, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = ascii_fold(from[i]);
}

#endif
