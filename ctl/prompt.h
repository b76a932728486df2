/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking for a password. */
#ifndef GATEPOST_PROMPT_H
#define GATEPOST_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

/* Asks on the terminal, without echo; else reads a line of standard input. False at
 * its end, or if it is too long for size bytes with a NUL, or holds one. */
bool prompt_password(const char *prompt, char *line, size_t size);

#endif
