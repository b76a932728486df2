/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks one server about one login and prints the answer as JSON, for the tests. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "target.h"

enum { KIND = 1, HOST, PORT, TLS, LOGIN, PASSWORD, OPTIONS };

static const char *const kinds[] = {"ldap", "smtp", "imap", "pop3", NULL};
static const char *const encryptions[] = {"?", "none", "starttls", "implicit", NULL};
static const char *const scopes[] = {"sub", "one", "base", NULL};
static const char *const answers[] = {
    [TARGET_UNTOLD] = "untold",
    [TARGET_REFUSED] = "refused",
    [TARGET_ACCEPTED] = "accepted",
};

static void die(const char *what)
{
    fprintf(stderr, "ask_target: %s\n", what);
    exit(64);
}

static int index_of(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    die(word);
    return -1;
}

/* The value of key=value among the options, or what stands in its place. */
static const char *option(char **options, const char *key, const char *otherwise)
{
    size_t len = strlen(key);
    for (; *options; options++)
        if (strncmp(*options, key, len) == 0 && (*options)[len] == '=')
            return *options + len + 1;
    return otherwise;
}

static struct target target_of(char **argv)
{
    char **options = argv + OPTIONS;
    return (struct target){
        .name = "test",
        .kind = index_of(argv[KIND], kinds),
        .ca_file = option(options, "ca_file", ""),
        .username = option(options, "username", "%u"),
        .bind_dn = option(options, "bind_dn", ""),
        .search_base = option(options, "search_base", ""),
        .search_filter = option(options, "search_filter", "(uid=%u)"),
        .search_scope = index_of(option(options, "search_scope", "sub"), scopes),
        .search_bind_dn = option(options, "search_bind_dn", ""),
        .search_password = option(options, "search_password", NULL),
        .group_dn = option(options, "group_dn", ""),
    };
}

static void print(const struct target_result *result, int64_t took)
{
    printf("{\"answer\": \"%s\", \"reply\": \"", answers[result->answer]);
    for (const char *p = result->reply; *p; p++)
        printf(*p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
    printf("\", \"ms\": %lld}\n", (long long)took);
}

int main(int argc, char **argv)
{
    char error[256];
    struct address login;
    struct target_result result;
    if (argc < OPTIONS)
        die("KIND HOST PORT none|starttls|implicit LOGIN PASSWORD [option=value...]");
    signal(SIGPIPE, SIG_IGN);
    struct target target = target_of(argv);
    struct target_url url = {
        .text = "test",
        .host = argv[HOST],
        .kind = target.kind,
        .tls = index_of(argv[TLS], encryptions),
        .port = (uint16_t)strtoul(argv[PORT], NULL, 10),
    };
    if (!address_parse_login(span_of(argv[LOGIN]), &login))
        die("this is no login");
    struct tls_trust *trust = tls_trust_new(target.ca_file, error, sizeof error);
    if (!trust)
        die(error);
    long timeout = strtol(option(argv + OPTIONS, "timeout_ms", "2000"), NULL, 10);
    int64_t start = deadline_now();
    target_ask(&target, &url, trust, &login, span_of(argv[PASSWORD]), start + timeout,
               &result);
    print(&result, deadline_now() - start);
    tls_trust_free(&trust);
    return 0;
}
