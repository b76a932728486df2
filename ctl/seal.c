/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost seal: makes sealed values, and the key for them. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "config.h"
#include "prompt.h"
#include "sealkey.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost seal [-c FILE] [--key FILE] [--ou-file NAME]\n"
    "       gatepost seal --new-key [-c FILE] [--key FILE]\n"
    "\n"
    "Asks twice for a secret (reads one line if standard input is no terminal) and\n"
    "prints it sealed: for an option that takes a password, or the file that one\n"
    "names. What a user's password is in the configuration, and what is sealed for\n"
    "him, is the hash that gatepost passwd prints.\n"
    "\n"
    "  -c, --config FILE   the configuration that names the key, by seal_key_file\n"
    "                      (" CONFIG_DEFAULT_FILE ")\n"
    "      --key FILE      the key, whatever the configuration says\n"
    "      --ou-file NAME  for this file of ou_directory, as acme.conf, and no other\n"
    "      --new-key       make the key instead, where there is none\n";

struct call {
    const char *config; /* NULL: none was given */
    const char *key;    /* NULL: by the configuration */
    const char *ou_file;
    bool new_key;
};

static int fail(int status, const char *text)
{
    fprintf(stderr, "gatepost seal: %s\n", text);
    return status;
}

/* --- the key --- */

/* Before there is a configuration there may be a key. False with the reason. */
static bool find_key(const struct call *call, struct seal_key_place *place,
                     char *reason, size_t size)
{
    char why[200];
    *place = (struct seal_key_place){.credential = false};
    if (call->key) {
        snprintf(place->path, sizeof place->path, "%s", call->key);
        return true;
    }
    const char *config = call->config ? call->config : CONFIG_DEFAULT_FILE;
    bool is_default = !call->config && access(config, F_OK) != 0;
    char *path = is_default ? strdup(GATEPOST_CONFIG_DIR "/seal.key")
                            : config_seal_key_file(config, why, sizeof why);
    if (!path) {
        snprintf(reason, size, "%.200s: %s", config, why);
        return false;
    }
    if (call->new_key)
        snprintf(place->path, sizeof place->path, "%s", path);
    else
        seal_key_find(path, place);
    free(path);
    return true;
}

static int make_key(const struct seal_key_place *place)
{
    char reason[PATH_MAX + 300];
    if (!seal_key_create(place->path, reason, sizeof reason))
        return fail(EX_CANTCREAT, reason);
    fprintf(
        stderr,
        "%s: made.\n"
        "Keep a copy elsewhere, apart from copies of the configuration: what is\n"
        "sealed with this key is lost without it. gatepost-auth reads it when it\n"
        "starts, as root, and so do gatepost check and gatepost-milter if they can.\n",
        place->path);
    if (geteuid() != 0)
        fputs("It belongs to you: a daemon that is started as root wants it to be "
              "root's.\n",
              stderr);
    return 0;
}

static int read_key(const struct seal_key_place *place, struct seal_key *key)
{
    char reason[PATH_MAX + 300];
    enum seal_key_state state = seal_key_read(place, key, reason, sizeof reason);
    if (state == SEAL_KEY_READ)
        return 0;
    fail(0, reason);
    if (state == SEAL_KEY_ABSENT)
        fputs("To make a key: gatepost seal --new-key, with the same options\n",
              stderr);
    return state == SEAL_KEY_ABSENT   ? EX_NOINPUT
           : state == SEAL_KEY_DENIED ? EX_NOPERM
                                      : EX_CONFIG;
}

/* --- the secret --- */

/* Room for one that is too long, so that it can be told from others. */
enum { SECRET_SIZE = SEAL_SECRET_MAX + 2 };

static const char *read_secret(char secret[SECRET_SIZE])
{
    char again[SECRET_SIZE];
    if (!prompt_password("Secret: ", secret, SECRET_SIZE))
        return "it is empty, longer than 500 bytes, or no text";
    const char *fault = seal_secret_fault(span_of(secret));
    if (fault || !isatty(STDIN_FILENO))
        return fault;
    if (!prompt_password("Again: ", again, SECRET_SIZE) || strcmp(secret, again) != 0)
        fault = "the two were not the same";
    explicit_bzero(again, sizeof again);
    return fault;
}

static int seal_secret(const struct call *call, const struct seal_key *key)
{
    char secret[SECRET_SIZE], text[SEAL_TEXT_SIZE];
    const char *fault = read_secret(secret);
    bool made = !fault && seal_make(key, call->ou_file, span_of(secret), text);
    explicit_bzero(secret, sizeof secret);
    if (fault)
        return fail(EX_DATAERR, fault);
    if (!made)
        return fail(EX_OSERR, "no memory, or no randomness");
    if (puts(text) < 0 || fflush(stdout) != 0)
        return fail(EX_IOERR, "standard output cannot be written");
    return 0;
}

/* --- the call --- */

enum { OPTION_KEY = 256, OPTION_OU_FILE, OPTION_NEW_KEY };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"key", required_argument, NULL, OPTION_KEY},
    {"ou-file", required_argument, NULL, OPTION_OU_FILE},
    {"new-key", no_argument, NULL, OPTION_NEW_KEY},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* A path is as good: the folder is known. */
static const char *ou_file_name(const char *path)
{
    static const char suffix[] = ".conf";
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t len = strlen(name), tail = sizeof suffix - 1;
    return len > tail && strcmp(name + len - tail, suffix) == 0 ? name : NULL;
}

/* Returns NULL, or what is wrong with the option's value. */
static const char *set_option(struct call *call, int option, const char *value)
{
    switch (option) {
    case 'c':
        call->config = value;
        return NULL;
    case OPTION_KEY:
        call->key = value;
        return NULL;
    case OPTION_OU_FILE:
        call->ou_file = ou_file_name(value);
        return call->ou_file ? NULL : "a file of ou_directory ends in .conf";
    case OPTION_NEW_KEY:
        call->new_key = true;
        return NULL;
    default:
        return option == ':' ? "its value is missing" : "bad option";
    }
}

static int run(const struct call *call)
{
    struct seal_key_place place;
    struct seal_key key;
    char reason[PATH_MAX + 300];
    if (!find_key(call, &place, reason, sizeof reason))
        return fail(EX_CONFIG, reason);
    if (call->new_key)
        return make_key(&place);
    int status = read_key(&place, &key);
    if (status == 0)
        status = seal_secret(call, &key);
    explicit_bzero(&key, sizeof key);
    return status;
}

int command_seal(int argc, char **argv)
{
    struct call call = {.config = NULL};
    const char *fault = NULL;
    int c;
    opterr = 0;
    while (!fault && (c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        fault = set_option(&call, c, optarg);
    }
    if (fault)
        return usage_error("seal", "%s: %s", argv[optind - 1], fault);
    if (optind < argc)
        return usage_error("seal", "a secret is never given as an argument");
    if (call.new_key && call.ou_file)
        return usage_error("seal", "--ou-file is for a secret, not for a key");
    return run(&call);
}
