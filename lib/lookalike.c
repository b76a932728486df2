/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of Unicode that look like others, or like nothing. */
#include "lookalike.h"

#include <stddef.h>

struct range {
    unsigned first, last;
};

/* Sorted. Unicode 15, Default_Ignorable_Code_Point, and the fillers of Hangul. */
static const struct range invisible[] = {
    {0xad, 0xad},       {0x34f, 0x34f},   {0x61c, 0x61c},     {0x115f, 0x1160},
    {0x17b4, 0x17b5},   {0x180b, 0x180f}, {0x200b, 0x200f},   {0x202a, 0x202e},
    {0x2060, 0x206f},   {0x3164, 0x3164}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
};

/* Those of scripts in which domains are spelt with letters before them: Unicode 15,
 * blocks of combining marks, and of Cyrillic, Hebrew and Arabic. */
static const struct range marks[] = {
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x5bf, 0x5bf},
    {0x5c1, 0x5c2},   {0x5c4, 0x5c5},   {0x610, 0x61a},   {0x64b, 0x65f},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe20, 0xfe2f},
};

/* Sorted. What has the shape of a full stop, and of a hyphen. */
static const struct range stops[] = {
    {0x2024, 0x2024}, {0x3002, 0x3002}, {0xa4f8, 0xa4f8},
    {0xa60e, 0xa60e}, {0xfe52, 0xfe52}, {0xff61, 0xff61},
};
static const struct range hyphens[] = {
    {0x2010, 0x2012},
    {0x2043, 0x2043},
    {0x2212, 0x2212},
    {0xfe63, 0xfe63},
};

static bool is_in(const struct range *ranges, size_t count, unsigned code)
{
    for (size_t i = 0; i < count; i++)
        if (code <= ranges[i].last)
            return code >= ranges[i].first;
    return false;
}

#define IS_IN(ranges, code) is_in(ranges, sizeof(ranges) / sizeof *(ranges), code)

bool lookalike_is_at(unsigned code)
{
    return code == '@' || code == 0xff20 || code == 0xfe6b;
}

bool lookalike_is_blank(unsigned code)
{
    return code == ' ' || code == '\t' || code == '\r' || code == '\n' ||
           code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
           code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f ||
           code == 0x2800 || code == 0x3000;
}

bool lookalike_is_invisible(unsigned code)
{
    return IS_IN(invisible, code);
}

bool lookalike_is_mark(unsigned code)
{
    return IS_IN(marks, code);
}

bool lookalike_is_override(unsigned code)
{
    return code == 0x202d || code == 0x202e;
}

unsigned lookalike_narrow(unsigned code)
{
    if (code >= 0xff01 && code <= 0xff5e)
        return code - 0xff01 + '!';
    if (lookalike_is_at(code))
        return '@';
    if (IS_IN(stops, code))
        return '.';
    return IS_IN(hyphens, code) ? '-' : code;
}
