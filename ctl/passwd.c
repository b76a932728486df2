/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost passwd: makes a password hash. */
#include <crypt.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "prompt.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost passwd\n"
    "\n"
    "Asks twice for a password (reads one line if standard input is no terminal) and\n"
    "prints its crypt(5) hash, for the option password of a user section.\n";

static const char *read_password(char *password, size_t size)
{
    char again[CRYPT_MAX_PASSPHRASE_SIZE];
    const char *fault = NULL;
    if (!prompt_password("Password: ", password, size))
        return "no password, or a longer one than crypt(3) takes";
    if (*password == '\0')
        return "an empty password is refused";
    if (!isatty(STDIN_FILENO))
        return NULL;
    if (!prompt_password("Again: ", again, sizeof again) ||
        strcmp(password, again) != 0)
        fault = "the two were not the same";
    explicit_bzero(again, sizeof again);
    return fault;
}

static const char *hash_password(const char *password)
{
    static struct crypt_data data;
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    if (!crypt_gensalt_rn(NULL, 0, NULL, 0, setting, sizeof setting))
        return NULL;
    const char *hash = crypt_r(password, setting, &data);
    return hash && *hash != '*' ? hash : NULL;
}

int command_passwd(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int c;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        return usage_error("passwd", "bad option: %s", argv[optind - 1]);
    }
    if (optind < argc)
        return usage_error("passwd", "a password is never given as an argument");
    char password[CRYPT_MAX_PASSPHRASE_SIZE];
    const char *fault = read_password(password, sizeof password);
    const char *hash = fault ? NULL : hash_password(password);
    explicit_bzero(password, sizeof password);
    if (!hash) {
        fprintf(stderr, "gatepost passwd: %s\n", fault ? fault : "crypt(3) failed");
        return EX_DATAERR;
    }
    puts(hash);
    return 0;
}
