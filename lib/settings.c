/* SPDX-License-Identifier: BSD-2-Clause */
/* The setters of options that have one value. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/un.h>
#include <unistd.h>

#include "ascii.h"
#include "secrets.h"
#include "users.h"

/* A reply has 980 bytes at the most (smfi_setreply); this leaves room for ours. */
enum { HELP_MAX = 400 };

/* The name that the socket has while it is made, or the one beside it for
 * gatepost-auth, is this much longer. */
enum { SOCKET_SUFFIX = 16 };

static void fail(struct load *ld, const struct given *g, const char *message)
{
    load_error(ld, g->line, g->spec->name, "%s", message);
}

static void *field(const struct given *g, void *section)
{
    return (char *)section + g->spec->offset;
}

static void keep_text(struct load *ld, const struct given *g, void *section,
                      const char *s)
{
    *(const char **)field(g, section) = arena_copy(ld->arena, span_of(s));
}

static bool has_controls(const char *s)
{
    for (; *s; s++)
        if (ascii_is_control(*s))
            return true;
    return false;
}

static int word_index(const char *const *words, const char *value)
{
    for (int i = 0; words[i]; i++)
        if (*words[i] && strcmp(words[i], value) == 0)
            return i;
    return -1;
}

static void complain_of_word(struct load *ld, const struct given *g, const char *more)
{
    char list[200] = "";
    for (const char *const *w = g->spec->words; *w; w++)
        if (**w)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
                     *list ? ", " : "", *w);
    load_error(ld, g->line, g->spec->name, "\"%.60s\" is not one of: %s%s",
               g->values[0], list, more);
}

void set_word(struct load *ld, const struct given *g, void *section)
{
    int index = word_index(g->spec->words, g->values[0]);
    if (index < 0)
        complain_of_word(ld, g, "");
    else
        *(int *)field(g, section) = index;
}

/* -1 if it is none. */
static int boolean_of(const char *value)
{
    static const char *const words[] = {"false", "no", "off", "true",
                                        "yes",   "on", NULL};
    for (int i = 0; words[i]; i++)
        if (strcasecmp(words[i], value) == 0)
            return i >= 3;
    return -1;
}

void set_boolean(struct load *ld, const struct given *g, void *section)
{
    int boolean = boolean_of(g->values[0]);
    if (boolean >= 0) {
        *(int *)field(g, section) = boolean;
        return;
    }
    load_error(ld, g->line, g->spec->name, "\"%.60s\" is neither true nor false",
               g->values[0]);
}

/* Booleans as everywhere, and words beside them. */
void set_matching(struct load *ld, const struct given *g, void *section)
{
    int *matching = field(g, section);
    int index = word_index(g->spec->words, g->values[0]);
    int boolean = boolean_of(g->values[0]);
    if (index < 0 && boolean < 0)
        complain_of_word(ld, g, ", true, false");
    else
        *matching = index > 0 ? index : boolean ? MATCHING_OWNER : MATCHING_OFF;
}

void set_text(struct load *ld, const struct given *g, void *section)
{
    if (has_controls(g->values[0]))
        fail(ld, g, "control characters in the value");
    else
        keep_text(ld, g, section, g->values[0]);
}

static bool socket_path_fits(const char *path)
{
    return strlen(path) + SOCKET_SUFFIX < sizeof((struct sockaddr_un *)0)->sun_path;
}

/* An empty one where there may be none: what has a default has to be somewhere. */
static bool is_path(struct load *ld, const struct given *g)
{
    bool needed = g->spec->fallback && *g->spec->fallback;
    if (g->values[0][0] == '/' || (!g->values[0][0] && !needed))
        return true;
    fail(ld, g, "an absolute path was expected");
    return false;
}

void set_path(struct load *ld, const struct given *g, void *section)
{
    if (is_path(ld, g))
        set_text(ld, g, section);
}

void set_socket(struct load *ld, const struct given *g, void *section)
{
    if (!is_path(ld, g))
        return;
    if (!socket_path_fits(g->values[0]))
        fail(ld, g, "the path is too long for a socket");
    else
        set_text(ld, g, section);
}

/* Decimal, without leading zeros. Stops at the first other byte; *end is there. */
static bool read_number(const char *text, unsigned long *number, const char **end)
{
    *number = 0;
    for (*end = text; ascii_is_digit(**end); ++*end) {
        if (*end - text >= 9)
            return false;
        *number = *number * 10 + (unsigned long)(**end - '0');
    }
    return *end > text && (text[0] != '0' || *end == text + 1);
}

static void keep_number(struct load *ld, const struct given *g, void *section,
                        unsigned long number, bool good)
{
    if (good && number >= g->spec->least && number <= g->spec->most)
        *(unsigned *)field(g, section) = (unsigned)number;
    else
        load_error(ld, g->line, g->spec->name, "\"%.60s\" is not a %s from %u to %u",
                   g->values[0],
                   g->spec->set == set_seconds ? "number of seconds (or 10m, 2h, 1d)"
                                               : "decimal number",
                   g->spec->least, g->spec->most);
}

void set_number(struct load *ld, const struct given *g, void *section)
{
    unsigned long number;
    const char *end;
    bool good = read_number(g->values[0], &number, &end) && *end == '\0';
    keep_number(ld, g, section, number, good);
}

void set_seconds(struct load *ld, const struct given *g, void *section)
{
    static const char letters[] = "smhd";
    static const unsigned factors[] = {1, 60, 3600, 24 * 3600};
    unsigned long number;
    const char *end;
    bool good = read_number(g->values[0], &number, &end);
    const char *letter = good && *end ? strchr(letters, *end) : NULL;
    if (letter) {
        number *= factors[letter - letters];
        end++;
    }
    keep_number(ld, g, section, number, good && *end == '\0');
}

static bool port_is_valid(const char *text, size_t len)
{
    unsigned port = 0;
    if (len == 0 || len > 5 || text[0] == '0')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!ascii_is_digit(text[i]))
            return false;
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    return port <= 65535;
}

void set_milter_socket(struct load *ld, const struct given *g, void *section)
{
    const char *value = g->values[0];
    const char *colon = strchr(value, ':');
    const char *rest = colon ? colon + 1 : "";
    size_t kind = colon ? (size_t)(colon - value) : 0;
    bool is_unix = (kind == 4 && memcmp(value, "unix", 4) == 0) ||
                   (kind == 5 && memcmp(value, "local", 5) == 0);
    bool is_inet = (kind == 4 && memcmp(value, "inet", 4) == 0) ||
                   (kind == 5 && memcmp(value, "inet6", 5) == 0);
    if (is_unix && (*rest != '/' || !socket_path_fits(rest)))
        fail(ld, g, "unix: needs an absolute path that is not too long for a socket");
    else if (is_inet && (!port_is_valid(rest, strcspn(rest, "@")) ||
                         !strchr(rest, '@') || strchr(rest, '@')[1] == '\0'))
        fail(ld, g, "inet: needs PORT@HOST");
    else if (!is_unix && !is_inet)
        fail(ld, g, "\"unix:/path\" or \"inet:port@host\" was expected");
    else
        set_text(ld, g, section);
}

void set_socket_mode(struct load *ld, const struct given *g, void *section)
{
    const char *value = g->values[0];
    size_t len = strlen(value);
    char *end;
    unsigned long mode = strtoul(value, &end, 8);
    if (len < 3 || len > 4 || *end || strspn(value, "01234567") != len || mode > 0777)
        fail(ld, g, "a mode such as \"0660\" was expected");
    else
        *(unsigned *)field(g, section) = (unsigned)mode;
    if (mode & 02)
        load_warning(ld, g->line, g->spec->name,
                     "every local user may speak to it as if he were the MTA");
}

void set_help(struct load *ld, const struct given *g, void *section)
{
    const char *value = g->values[0];
    for (const char *c = value; *c; c++) {
        if (ascii_is_control(*c) || ascii_is_high(*c)) {
            fail(ld, g, "an SMTP reply holds printable ASCII only");
            return;
        }
    }
    if (strlen(value) > HELP_MAX)
        load_error(ld, g->line, g->spec->name, "longer than %d bytes", HELP_MAX);
    else
        keep_text(ld, g, section, value);
}

/* RFC 8601 2.2: a value; no more of it than a host name and a token may have. */
void set_authserv_id(struct load *ld, const struct given *g, void *section)
{
    const char *value = g->values[0];
    char host[HOST_NAME_MAX + 1] = "localhost";
    if (*value == '\0') {
        gethostname(host, sizeof host - 1);
        value = host;
    }
    bool good = strlen(value) <= HELP_MAX;
    for (const char *c = value; *c && good; c++)
        good = ascii_is_alnum(*c) || strchr("-._", *c);
    if (good)
        keep_text(ld, g, section, value);
    else
        fail(ld, g, "letters, digits, dots, - and _ were expected, as in a host name");
}

void set_log_target(struct load *ld, const struct given *g, void *section)
{
    struct log_settings *log = section;
    int index = word_index(g->spec->words, g->values[0]);
    if (index >= 0) {
        log->target = index;
        return;
    }
    if (g->values[0][0] != '/' || has_controls(g->values[0])) {
        complain_of_word(ld, g, ", or the absolute path of a file");
        return;
    }
    log->target = LOG_TO_FILE;
    log->path = arena_copy(ld->arena, span_of(g->values[0]));
}

void set_delimiter(struct load *ld, const struct given *g, void *section)
{
    const char *value = g->values[0];
    for (const char *c = value; *c; c++) {
        if (ascii_is_control(*c) || ascii_is_high(*c) || *c == ' ' || *c == '@') {
            fail(ld, g, "a set of printable ASCII characters without @ was expected");
            return;
        }
    }
    struct span folded = arena_fold(ld->arena, span_of(value));
    if (!ld->delimiter || strcmp(ld->delimiter, folded.ptr) != 0)
        ld->delimiter = folded.ptr;
    *(const char **)field(g, section) = ld->delimiter;
}

void set_domain(struct load *ld, const struct given *g, void *section)
{
    char domain[DOMAIN_MAX];
    struct span value = span_of(g->values[0]);
    size_t len = domain_canonical(value, domain);
    if (len == 0 && value.len > 0)
        load_error(ld, g->line, g->spec->name, "\"%.60s\" is not a domain",
                   g->values[0]);
    else
        *(const char **)field(g, section) =
            arena_copy(ld->arena, (struct span){domain, len});
}

void set_password(struct load *ld, const struct given *g, void *section)
{
    const struct secret secret = {user_take_hash, section, g->spec->name, g->line};
    secret_in_option(ld, &secret, g->values[0]);
}
