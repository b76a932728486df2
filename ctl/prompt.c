/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking for a password. */
#include "prompt.h"

#include <errno.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* Reads one line without its end. False at the end of input, or if it is too long or
 * holds NUL. Byte by byte: no buffer is to keep a copy, or what follows. */
static bool read_line(char *line, size_t size)
{
    size_t len = 0;
    char c = '\0';
    ssize_t n;
    while ((n = read(STDIN_FILENO, &c, 1)) == 1 || (n < 0 && errno == EINTR)) {
        if (n < 0)
            continue;
        if (c == '\n')
            break;
        if (c == '\0' || len + 1 == size)
            return false;
        line[len++] = c;
    }
    line[len] = '\0';
    return n == 1 || (n == 0 && len > 0);
}

bool prompt_password(const char *prompt, char *line, size_t size)
{
    struct termios old, quiet;
    if (tcgetattr(STDIN_FILENO, &old) != 0)
        return read_line(line, size);
    quiet = old;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet); /* before anybody is asked to type */
    fputs(prompt, stderr);
    bool good = read_line(line, size);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    fputc('\n', stderr);
    return good;
}
