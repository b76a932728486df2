/* SPDX-License-Identifier: BSD-2-Clause */
/* How the commands speak of a wrong call. */
#include "usage.h"

#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

int usage_error(const char *command, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "gatepost %s: ", command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nTry: gatepost %s --help\n", command);
    return EX_USAGE;
}

int usage_help(const char *text)
{
    fputs(text, stdout);
    return 0;
}
