/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking for a password. */
#include "prompt.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Reads one line without its end. False at the end of input or if it is too long. */
static bool read_line(char *line, size_t size)
{
    if (!fgets(line, (int)size, stdin))
        return false;
    size_t len = strcspn(line, "\n");
    bool whole = line[len] == '\n' || feof(stdin);
    line[len] = '\0';
    return whole;
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
