/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of Unicode that look like others, or like nothing. */
#ifndef GATEPOST_LOOKALIKE_H
#define GATEPOST_LOOKALIKE_H

#include <stdbool.h>

/* @ and its full-width and small forms. */
bool lookalike_is_at(unsigned code_point);

/* Blanks of any width, separators of lines. */
bool lookalike_is_blank(unsigned code_point);

/* Takes no room: zero-width and soft hyphens, joiners, marks of direction. */
bool lookalike_is_invisible(unsigned code_point);

/* Turns the direction of all that follows: U+202D, U+202E. */
bool lookalike_is_override(unsigned code_point);

/* Is drawn above, below or through the letter before it. */
bool lookalike_is_mark(unsigned code_point);

/* The ASCII character that a full-width one stands for, or that looks like this full
 * stop or hyphen; others stay. */
unsigned lookalike_narrow(unsigned code_point);

#endif
