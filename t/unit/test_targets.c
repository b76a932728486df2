/* SPDX-License-Identifier: BSD-2-Clause */
/* What a configuration says of logins: targets, limits, sockets. */
#include "unit.h"

#include <stdio.h>

#include "config.h"

#define TARGET(options) "ou 'a' { target 't' { auth = true " options " } }"
#define LDAP            "url = 'ldap://localhost' "
#define IMAP            "url = 'imap://localhost' "

static const struct target *target_of(const struct snapshot *s)
{
    return s->ou_list[0]->targets;
}

static void test_urls(void **state)
{
    static const struct {
        const char *url, *host, *text;
        int kind, tls, port;
    } rows[] = {
        {"ldap://127.0.0.1", "127.0.0.1", "ldap://127.0.0.1:389", TARGET_LDAP, TLS_NONE,
         389},
        {"ldaps://DC.Example/", "dc.example", "ldaps://dc.example:636", TARGET_LDAP,
         TLS_IMPLICIT, 636},
        {"ldap://dc.example:3389", "dc.example", "ldap://dc.example:3389", TARGET_LDAP,
         TLS_STARTTLS, 3389},
        {"smtp://[::1]", "::1", "smtp://[::1]:25", TARGET_SMTP, TLS_NONE, 25},
        {"smtps://[2001:db8::1]:10465", "2001:db8::1", "smtps://[2001:db8::1]:10465",
         TARGET_SMTP, TLS_IMPLICIT, 10465},
        {"imap://192.0.2.1", "192.0.2.1", "imap://192.0.2.1:143", TARGET_IMAP,
         TLS_STARTTLS, 143},
        {"imaps://localhost", "localhost", "imaps://localhost:993", TARGET_IMAP,
         TLS_IMPLICIT, 993},
        {"pop3://127.9.9.9", "127.9.9.9", "pop3://127.9.9.9:110", TARGET_POP3, TLS_NONE,
         110},
        {"pop3s://mx.example:65535", "mx.example", "pop3s://mx.example:65535",
         TARGET_POP3, TLS_IMPLICIT, 65535},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[300];
        bool ldap = rows[i].kind == TARGET_LDAP;
        snprintf(text, sizeof text,
                 "ou 'a' { target 't' { auth = true url = '%s' %s } }", rows[i].url,
                 ldap ? "bind_dn = 'uid=%u'" : "");
        struct snapshot *s = load(text);
        assert_non_null(s);
        const struct target_url *url = &target_of(s)->urls[0];
        bad += !same_text(span_of(text), span_of(url->host), span_of(rows[i].host));
        bad += !same_text(span_of(text), span_of(url->text), span_of(rows[i].text));
        bad += !holds(url->kind == rows[i].kind && url->tls == rows[i].tls &&
                          url->port == rows[i].port,
                      "%s: kind %d, tls %d, port %u", text, url->kind, url->tls,
                      url->port);
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

static void test_defaults(void **state)
{
    struct snapshot *s = load("ou 'a' { target 'x' { url = 'imap://localhost' } "
                              "target 'y' { url = { 'smtp://localhost', "
                              "'smtp://localhost:587' } auth = on timeout = 1m "
                              "username = local_part } }");
    (void)state;
    assert_non_null(s);
    const struct target *x = target_of(s), *y = x->next;
    assert_string_equal(x->name, "x");
    assert_false(x->auth);
    assert_int_equal(x->timeout, 3);
    assert_string_equal(x->username, "%u");
    assert_string_equal(x->ca_file, "");
    assert_int_equal(x->search_scope, SEARCH_SUB);
    assert_null(y->next);
    assert_true(y->auth);
    assert_int_equal(y->timeout, 60);
    assert_string_equal(y->username, "%n");
    assert_int_equal(y->url_count, 2);
    assert_int_equal(s->target_count, 2);
    assert_int_equal(s->url_count, 3);
    assert_int_equal(y->urls[1].index, 2);
    assert_int_equal(s->limits.interval, 600);
    assert_int_equal(s->limits.lockout, 900);
    assert_int_equal(s->limits.failed_per_client, 0);
    assert_string_equal(s->globals.auth_socket, "");
    assert_string_equal(s->globals.auth_run_as, "gatepost-auth");
    assert_int_equal(s->globals.auth_socket_mode, 0660);
    snapshot_free(&s);
}

static void test_target_errors(void **state)
{
#define NOT_A_URL(text)                                                                \
    "1: url: \"" text                                                                  \
    "\" is not like ldap://host:port; ldap, smtp, imap and pop3 are "                  \
    "known, and with an s for TLS"
    static const struct complaint rows[] = {
        {TARGET(IMAP), ""},
        {TARGET("url = 'http://x'"), NOT_A_URL("http://x")},
        {TARGET("url = 'imap:x'"), NOT_A_URL("imap:x")},
        {TARGET("url = 'imap://'"), NOT_A_URL("imap://")},
        {TARGET("url = 'imap://x:0'"), NOT_A_URL("imap://x:0")},
        {TARGET("url = 'imap://x:65536'"), NOT_A_URL("imap://x:65536")},
        {TARGET("url = 'imap://x:'"), NOT_A_URL("imap://x:")},
        {TARGET("url = 'imap://u@x'"), NOT_A_URL("imap://u@x")},
        {TARGET("url = 'imap://x/path'"), NOT_A_URL("imap://x/path")},
        {TARGET("url = 'imap://::1'"), NOT_A_URL("imap://::1")},
        {TARGET("url = 'imap://[::1'"), NOT_A_URL("imap://[::1")},
        {TARGET("url = 'imap://[x]'"), NOT_A_URL("imap://[x]")},
        {TARGET("url = 'IMAP://x y'"), NOT_A_URL("IMAP://x y")},
        {TARGET(""), "1: url: a target needs a url"},
        {TARGET("url = { }"), "1: url: a target needs a url"},
        {TARGET("url = { 'imap://localhost', 'pop3://localhost' }"),
         "1: url: the urls of a target are one server: of one protocol"},
        {TARGET("url = 'imap://localhost' tls = implicit"),
         "1: tls: implicit needs a url of ldaps, smtps, imaps or pop3s"},
        {TARGET("url = 'imaps://x' tls = none"),
         "1: tls: the scheme of the url has TLS from the start: leave this out"},
        {TARGET("url = 'imaps://x' tls = implicit"), ""},
        {TARGET("url = 'imap://x' tls = none"),
         "1: warning: tls: passwords go to imap://x:143 in clear text"},
        {TARGET("url = 'imap://127.0.0.1' tls = none"), ""},
        {TARGET(LDAP),
         "1: bind_dn: ldap needs bind_dn, or search_base and search_filter"},
        {TARGET(LDAP "bind_dn = 'cn=admin'"),
         "1: bind_dn: \"cn=admin\" has neither %u nor %n: all users would be the same"},
        {TARGET(LDAP "bind_dn = 'cn=%d'"),
         "1: bind_dn: \"cn=%d\" has neither %u nor %n: all users would be the same"},
        {TARGET(LDAP "bind_dn = 'cn=%%u'"),
         "1: bind_dn: \"cn=%%u\" has neither %u nor %n: all users would be the same"},
        {TARGET(LDAP "bind_dn = 'uid=%u,%x'"),
         "1: bind_dn: \"uid=%u,%x\": after a % only u, n, d and % have a meaning"},
        {TARGET(LDAP "search_base = 'dc=x'"), "1: search_filter: search_base needs it"},
        {TARGET(LDAP "search_base = 'dc=x' search_filter = '(uid=%n)'"), ""},
        {TARGET(LDAP "search_base = 'dc=x' search_filter = '(uid=%n)' "
                     "search_bind_dn = 'cn=x'"),
         "1: search_bind_dn: search_bind_dn and search_password_file go together"},
        {TARGET(LDAP
                "bind_dn = 'uid=%u' search_base = 'dc=x' search_filter = '(a=%u)'"),
         "1: bind_dn: either this or search_base, not both"},
        {TARGET(LDAP "bind_dn = 'uid=%u' search_filter = '(a=%u)'"),
         "1: search_filter: is for search_base only"},
        {TARGET(IMAP "bind_dn = 'uid=%u'"), "1: bind_dn: is for ldap only"},
        {TARGET(IMAP "group_dn = 'cn=g'"), "1: group_dn: is for ldap only"},
        {TARGET(IMAP "username = 'everybody'"),
         "1: username: \"everybody\" has neither %u nor %n: all users would be the "
         "same"},
        {TARGET(IMAP "username = ''"), "1: username: is empty"},
        {TARGET(IMAP "username = '%n%%%d'"), ""},
        {TARGET(IMAP "timeout = 0"),
         "1: timeout: \"0\" is not a number of seconds (or 10m, 2h, 1d) from 1 to 60"},
        {TARGET(IMAP "timeout = 2m"),
         "1: timeout: \"2m\" is not a number of seconds (or 10m, 2h, 1d) from 1 to 60"},
        {TARGET(IMAP "timeout = '-1'"),
         "1: timeout: \"-1\" is not a number of seconds (or 10m, 2h, 1d) from 1 to 60"},
        {TARGET(IMAP "timeout = 010"), "1: timeout: \"010\" is not a number of seconds "
                                       "(or 10m, 2h, 1d) from 1 to 60"},
        {TARGET(IMAP "ca_file = 'x'"), "1: ca_file: an absolute path was expected"},
        {"ou 'a' { target 't' { url = 'imap://localhost' } }",
         "1: warning: target: is not used while auth is false"},
        {"target 't' { }", "1: target: does not belong in the top of the main file, "
                           "but in an ou section"},
        {"ou 'a' { target 't' { auth = true " IMAP "} target 'T' { } }",
         "1: target: there are two of the name \"T\": first in line 1"},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_limits_and_sockets(void **state)
{
    static const struct complaint rows[] = {
        {"login_limits { mode = monitor interval = 1h max_failed_per_client = 5 "
         "max_failed_users_per_client = 256 max_clients_per_login = 1 "
         "max_failed_per_login = 1000000 lockout = 30d }",
         ""},
        {"login_limits { } login_limits { }",
         "1: login_limits: given twice: first in line 1"},
        {"login_limits 'x' { }", "1: login_limits: login_limits has no name"},
        {"login_limits { max_failed_per_client = 1000001 }",
         "1: max_failed_per_client: \"1000001\" is not a decimal number from 0 to "
         "1000000"},
        {"login_limits { max_failed_users_per_client = 257 }",
         "1: max_failed_users_per_client: \"257\" is not a decimal number from 0 to "
         "256"},
        {"login_limits { interval = 0 }", "1: interval: \"0\" is not a number of "
                                          "seconds (or 10m, 2h, 1d) from 1 to 2592000"},
        {"login_limits { interval = 1w }",
         "1: interval: \"1w\" is not a number of seconds (or 10m, 2h, 1d) from 1 to "
         "2592000"},
        {"login_limits { lockout = 31d }",
         "1: lockout: \"31d\" is not a number of seconds (or 10m, 2h, 1d) from 1 to "
         "2592000"},
        {"ou 'a' { login_limits { } }", "1: login_limits: does not belong in an ou "
                                        "section, but in the top of the main "
                                        "file"},
        {"auth_workers = 256", ""},
        {"auth_workers = 257",
         "1: auth_workers: \"257\" is not a decimal number from 0 to 256"},
        {"auth_socket = 'x'", "1: auth_socket: an absolute path was expected"},
        {"auth_socket = ''", ""},
        {"map_socket = '/run/x'", ""},
        {"interface 'x' { ports = { 587 } }", ""},
        {"auth_socket = '/run/x' interface 'x' { ports = { 587 } }",
         "1: warning: ports: never match at AUTH, where no port is known: select by "
         "daemon_names too"},
        {"auth_socket = '/run/x' interface 'x' { ports = { 587 } "
         "daemon_names = { 'x' } }",
         ""},
        {"saslauthd_socket = '/run/x' interface 'x' { clients = { '192.0.2.1' } }",
         "1: warning: clients: never match at the saslauthd_socket, where no client is "
         "known"},
        {"ou 'a' { users_file = 'x' }", "1: users_file: an absolute path was expected"},
        {"ou 'a' { users_file = '/does/not/exist' }",
         "1: users_file: /does/not/exist: No such file or directory"},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_hashes(void **state)
{
#define USER(hash)                                                                     \
    "ou 'a' { domains = { 'a.example' } user 'u' { smtp_auth = any_sender password = " \
    "'" hash "' } }"
#define WEAK                                                                           \
    "1: warning: password: too weak a hash, nobody can log in with it: see gatepost "  \
    "passwd"
#define COSTLY                                                                         \
    "1: warning: password: too costly, or not a whole hash: nobody can log in with "   \
    "it; "                                                                             \
    "see gatepost passwd"
    static const struct complaint rows[] = {
        {USER("$y$j9T$abcdefghijklmnopqrstuv$x"), ""},
        {USER("$2b$10$abcdefghijklmnopqrstuu"), ""},
        {USER("$6$salt$x"), ""},
        {USER("$5$salt$x"), ""},
        {USER("*"), ""},
        {USER("!$6$salt$x"), ""},
        {USER("$1$salt$x"), WEAK},
        {USER("$3$$x"), WEAK},
        {USER("abDEFGHIJKLMN"), "1: warning: password: not a hash that crypt(5) "
                                "describes: see gatepost passwd"},
        {USER("$2b$14$abcdefghijklmnopqrstuu"), ""},
        {USER("$2b$15$abcdefghijklmnopqrstuu"), COSTLY},
        {USER("$6$rounds=1000000$salt$x"), ""},
        {USER("$6$rounds=1000001$salt$x"), COSTLY},
        {USER("$5$rounds=999999999$salt$x"), COSTLY},
        {USER("$y$j75$abcdefghijklmnop$x"), ""},
        {USER("$y$jBT$abcdefghijklmnop$x"), ""},
        {USER("$y$jCT$abcdefghijklmnop$x"), COSTLY},
        {USER("$y$j9z$abcdefghijklmnop$x"), COSTLY},
        {USER("$y$j9T.$abcdefghijklmnop$x"), COSTLY},
        {USER("$7$C6..../....abcdefgh$x"), ""},
        {USER("$7$I6..../....abcdefgh$x"), COSTLY},
        {USER("$7$C6..../z...abcdefgh$x"), COSTLY},
        {USER("$y$..."), COSTLY},
        {USER("$nosuch$x"),
         "1: warning: password: not a hash that crypt(3) knows: see gatepost passwd"},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

/* Only who asks for the hashes gets them, and a useless one lets nobody in. */
static void test_secrets(void **state)
{
    static const char text[] = "ou 'a' { user 'good' { password = '$6$salt$x' }\n"
                               "user 'weak' { password = '$1$salt$x' }\n"
                               "user 'locked' { password = '!$6$salt$x' }\n"
                               "user 'none' { } }";
    struct diag diag = {0};
    (void)state;
    struct snapshot *s = config_load_text(text, strlen(text), "t", SECRETS_KEEP, &diag);
    assert_non_null(s);
    assert_string_equal(snapshot_user(s, span_of("good"))->hash, "$6$salt$x");
    assert_string_equal(snapshot_user(s, span_of("weak"))->hash, "*");
    assert_string_equal(snapshot_user(s, span_of("locked"))->hash, "*");
    assert_null(snapshot_user(s, span_of("none"))->hash);
    assert_string_equal(s->typical_hash, "$6$salt$x");
    snapshot_free(&s);
    s = config_load_text(text, strlen(text), "t", SECRETS_FORGET, &diag);
    assert_non_null(s);
    assert_null(snapshot_user(s, span_of("good"))->hash);
    assert_null(s->typical_hash);
    assert_null(s->secrets);
    snapshot_free(&s);
    diag_clear(&diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),          cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_target_errors), cmocka_unit_test(test_limits_and_sockets),
        cmocka_unit_test(test_hashes),        cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
