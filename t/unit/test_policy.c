/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules: each refuses, and passes what stands next to it. */
#include "unit.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "policy.h"

#define CLIENT "198.51.100.9"
#define ACME(options)                                                                  \
    "ou 'acme' { domains = { 'acme.example', '.acme.example' }\n" options "\n}\n"
#define BETA(options)       "ou 'beta' { domains = { 'beta.example' }\n" options "\n}\n"
#define IN(options)         "interface 'in' {\n" options "\n}\n"
#define USER(name, options) "user '" name "' { " options " }\n"

struct row {
    const char *configuration;
    const char *client; /* one that does not parse is unknown */
    const char *login;  /* NULL: not authenticated */
    const char *from;
    const char *to;   /* NULL: MAIL alone */
    const char *want; /* "pass" or "RULE CODE STATUS", and the rule held back */
};

static struct txn txn_of(const struct row *row)
{
    struct txn txn = {.daemon_name = span_of("smtpd"),
                      .port = 25,
                      .login = span_of(row->login),
                      .from = span_of(row->from)};
    if (!ipaddr_parse(span_of(row->client), &txn.client))
        txn.client = (struct ipaddr){.family = IP_UNKNOWN};
    return txn;
}

static const char *verdict_words(const struct verdict *v, char *out, size_t size)
{
    out[0] = '\0';
    if (v->kind == VERDICT_PASS)
        append(out, size, "pass");
    else
        append(out, size, "%s %s %s", rule_name(v->rule), v->reply->code,
               v->reply->enhanced);
    if (v->would != RULE_NONE)
        append(out, size, ", would %s", rule_name(v->would));
    return out;
}

/* What must be true of any verdict. */
static bool is_sound(const struct verdict *v)
{
    char reply[REPLY_TEXT];
    bool good = v->reason && v->help;
    verdict_reply(v, reply);
    if (v->kind == VERDICT_PASS)
        return good && v->rule == RULE_NONE && !v->reply && !*reply;
    char class = v->kind == VERDICT_DEFER ? '4' : '5';
    return good && v->rule != RULE_NONE && reply[0] == class && reply[4] == class &&
           (v->kind == VERDICT_DEFER) == (v->rule == RULE_FAULT);
}

/* Judges MAIL and, where there is a recipient, RCPT. */
static void judge(const struct snapshot *s, const struct txn *txn, const char *to,
                  struct policy *policy, struct verdict *v)
{
    static const struct span absent = {NULL, 0};
    policy_mail(s, txn, policy, v, NULL);
    if (to && v->kind == VERDICT_PASS)
        policy_rcpt(policy, span_of(to), absent, v, NULL);
}

static bool txn_holds(const char *configuration, const struct txn *txn, const char *to,
                      const char *want)
{
    struct snapshot *s = load(configuration);
    struct policy policy;
    struct verdict v;
    char got[200];
    if (!s)
        return false;
    judge(s, txn, to, &policy, &v);
    bool good = holds(
        strcmp(verdict_words(&v, got, sizeof got), want) == 0 && is_sound(&v),
        "%slogin \"%.*s\" from \"%.*s\" to \"%s\": got %s, want %s", configuration,
        (int)txn->login.len, txn->login.len ? txn->login.ptr : "", (int)txn->from.len,
        txn->from.len ? txn->from.ptr : "", to ? to : "", got, want);
    snapshot_free(&s);
    return good;
}

static void check_rows(const struct row *rows, size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        struct txn txn = txn_of(&rows[i]);
        bad += !txn_holds(rows[i].configuration, &txn, rows[i].to, rows[i].want);
    }
    assert_int_equal(bad, 0);
}

/* --- MAIL: the session and the login --- */

static void test_auth_disabled(void **state)
{
#define OFF IN("authentication = disabled") ACME("")
    static const char refused[] = "auth-disabled 550 5.7.1";
    static const struct row rows[] = {
        {OFF, CLIENT, "a@acme.example", "<a@acme.example>", NULL, refused},
        {OFF, CLIENT, NULL, "<a@acme.example>", NULL, "pass"},
        {OFF, CLIENT, "", "<a@acme.example>", NULL, "pass"},
        {OFF, CLIENT, "a@acme.example", "<>", NULL, refused},
        {OFF, CLIENT, NULL, "<>", NULL, "pass"},
        {OFF, CLIENT, "not a login", "<>", NULL, refused},
        {IN("authentication = enabled") ACME(""), CLIENT, "a@acme.example",
         "<a@acme.example>", NULL, "pass"},
        {"", CLIENT, "a@acme.example", "<a@acme.example>", NULL, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_auth_encryption(void **state)
{
#define TLS IN("authentication = encrypted")
    static const struct {
        const char *configuration, *login;
        bool tls;
        const char *want;
    } rows[] = {
        {TLS, "a@acme.example", false, "auth-encryption 530 5.7.0"},
        {TLS, "a@acme.example", true, "pass"},
        {TLS, NULL, false, "pass"},
        {TLS, NULL, true, "pass"},
        {TLS, "not a login", false, "auth-encryption 530 5.7.0"},
        {IN("authentication = enabled"), "a@acme.example", false, "pass"},
        {IN("authentication = disabled"), "a@acme.example", true,
         "auth-disabled 550 5.7.1"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct txn txn = {.tls = rows[i].tls,
                          .login = span_of(rows[i].login),
                          .from = span_of("<a@acme.example>")};
        bad += !txn_holds(rows[i].configuration, &txn, NULL, rows[i].want);
    }
    assert_int_equal(bad, 0);
}

static void test_auth_ip(void **state)
{
#define NET(restriction, filter)                                                       \
    IN("auth_ip_restriction = " restriction " auth_ip_filter = {" filter "}")
    static const char refused[] = "auth-ip 550 5.7.1";
    static const char login[] = "a@acme.example";
    static const struct row rows[] = {
        {NET("allow", "'192.0.2.0/24'"), CLIENT, login, "<>", NULL, refused},
        {NET("allow", "'192.0.2.0/24'"), "192.0.2.7", login, "<>", NULL, "pass"},
        {NET("allow", "'192.0.2.0/24'"), "::ffff:192.0.2.7", login, "<>", NULL, "pass"},
        {NET("allow", "'192.0.2.0/24'"), CLIENT, NULL, "<>", NULL, "pass"},
        {NET("allow", ""), CLIENT, login, "<>", NULL, refused},
        {NET("allow", "'0.0.0.0/0', '::/0'"), "unknown", login, "<>", NULL, refused},
        {NET("allow", "'0.0.0.0/0', '::/0'"), "unknown", NULL, "<>", NULL, "pass"},
        {NET("deny", "'192.0.2.0/24'"), "192.0.2.7", login, "<>", NULL, refused},
        {NET("deny", "'192.0.2.0/24'"), CLIENT, login, "<>", NULL, "pass"},
        {NET("deny", "'192.0.2.0/24'"), "192.0.2.7", NULL, "<>", NULL, "pass"},
        {NET("deny", "'192.0.2.0/24'"), "unknown", login, "<>", NULL, refused},
        {NET("deny", ""), CLIENT, login, "<>", NULL, "pass"},
        {NET("deny", ""), "unknown", login, "<>", NULL, refused},
        {NET("disabled", "'192.0.2.0/24'"), "192.0.2.7", login, "<>", NULL, "pass"},
        {NET("disabled", "'192.0.2.0/24'"), "unknown", login, "<>", NULL, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_auth_username(void **state)
{
#define NAMES(restriction, filter)                                                     \
    IN("auth_username_restriction = " restriction " auth_username_filter = {" filter   \
       "}")
    static const char refused[] = "auth-username 550 5.7.1";
    static const struct row rows[] = {
        {NAMES("allow", "'a@acme.example'"), CLIENT, "b@acme.example", "<>", NULL,
         refused},
        {NAMES("allow", "'a@acme.example'"), CLIENT, "A@ACME.example", "<>", NULL,
         "pass"},
        {NAMES("allow", "'a@acme.example'"), CLIENT, NULL, "<>", NULL, "pass"},
        {NAMES("allow", ""), CLIENT, "a@acme.example", "<>", NULL, refused},
        {NAMES("deny", "'*@acme.example'"), CLIENT, "a@acme.example", "<>", NULL,
         refused},
        {NAMES("deny", "'*@acme.example'"), CLIENT, "a@beta.example", "<>", NULL,
         "pass"},
        {NAMES("deny", "'*@acme.example'"), CLIENT, "a", "<>", NULL, "pass"},
        {NAMES("deny", ""), CLIENT, "a", "<>", NULL, "pass"},
        {NAMES("disabled", "'a'"), CLIENT, "a", "<>", NULL, "pass"},
        {"", CLIENT, "a", "<>", NULL, "pass"},
        {"", CLIENT, "a b", "<>", NULL, refused},
        {"", CLIENT, "a\x01", "<>", NULL, refused},
        {"", CLIENT, "a\xff", "<>", NULL, refused},
        {"", CLIENT, "a@b@c.example", "<>", NULL, refused},
        {"", CLIENT, "@acme.example", "<>", NULL, refused},
        {"", CLIENT, "a@", "<>", NULL, refused},
        {NAMES("deny", ""), CLIENT, "a b", "<>", NULL, refused},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* A login that could not be decoded is a login, and no good one. */
static void test_unreadable_login(void **state)
{
    struct txn txn = {.login_unreadable = true, .from = span_of("<>")};
    (void)state;
    assert_true(txn_holds("", &txn, NULL, "auth-username 550 5.7.1"));
    assert_true(txn_holds("mode = monitor", &txn, NULL, "auth-username 550 5.7.1"));
    assert_true(txn_holds(IN("authentication = disabled"), &txn, NULL,
                          "auth-disabled 550 5.7.1"));
}

static void test_ou_auth_username(void **state)
{
#define OU_NAMES(restriction, filter)                                                  \
    ACME("auth_username_restriction = " restriction " auth_username_filter = {" filter \
         "}\n" USER("printer", "smtp_auth = any_sender"))                              \
    BETA("")
    static const char refused[] = "ou-auth-username 550 5.7.1";
    static const struct row rows[] = {
        {OU_NAMES("allow", "'a@acme.example'"), CLIENT, "b@acme.example", "<>", NULL,
         refused},
        {OU_NAMES("allow", "'a@acme.example'"), CLIENT, "a@acme.example", "<>", NULL,
         "pass"},
        {OU_NAMES("allow", "'a@acme.example'"), CLIENT, "b@sub.acme.example", "<>",
         NULL, refused},
        {OU_NAMES("allow", "'a@acme.example'"), CLIENT, "b@beta.example", "<>", NULL,
         "pass"},
        {OU_NAMES("allow", "'a@acme.example'"), CLIENT, "b@other.example", "<>", NULL,
         "pass"},
        {OU_NAMES("allow", "'a@acme.example'"), CLIENT, "b", "<>", NULL, "pass"},
        {OU_NAMES("allow", "'a@acme.example'"), CLIENT, "printer", "<>", NULL, "pass"},
        {OU_NAMES("allow", "'a@acme.example'"), CLIENT, NULL, "<>", NULL, "pass"},
        {OU_NAMES("allow", ""), CLIENT, "a@acme.example", "<>", NULL, refused},
        {OU_NAMES("deny", "'a@acme.example'"), CLIENT, "a@acme.example", "<>", NULL,
         refused},
        {OU_NAMES("deny", "'a@acme.example'"), CLIENT, "b@acme.example", "<>", NULL,
         "pass"},
        {OU_NAMES("disabled", "'a@acme.example'"), CLIENT, "a@acme.example", "<>", NULL,
         "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_user_off(void **state)
{
#define ACCOUNT(options) ACME(USER("u@acme.example", options) USER("bare", options))
    static const char refused[] = "user-off 550 5.7.1";
    static const struct row rows[] = {
        {ACCOUNT(""), CLIENT, "u@acme.example", "<>", NULL, refused},
        {ACCOUNT(""), CLIENT, "U@ACME.example", "<>", NULL, refused},
        {ACCOUNT(""), CLIENT, "bare", "<>", NULL, refused},
        {ACCOUNT(""), CLIENT, "v@acme.example", "<>", NULL, "pass"},
        {ACCOUNT(""), CLIENT, "u@beta.example", "<>", NULL, "pass"},
        {ACCOUNT(""), CLIENT, NULL, "<u@acme.example>", NULL, "pass"},
        {ACCOUNT("smtp_auth = off"), CLIENT, "u@acme.example", "<>", NULL, refused},
        {ACCOUNT("smtp_auth = any_sender"), CLIENT, "u@acme.example", "<>", NULL,
         "pass"},
        {ACCOUNT("smtp_auth = any_sender"), CLIENT, "bare", "<>", NULL, "pass"},
        {IN("default_domain = 'acme.example'") ACCOUNT(""), CLIENT, "u", "<>", NULL,
         refused},
        {IN("strip_realms = { 'realm' }") ACCOUNT(""), CLIENT, "bare@realm", "<>", NULL,
         refused},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_user_client(void **state)
{
#define BOUND                                                                          \
    ACCOUNT("smtp_auth = any_sender clients = { '192.0.2.10', '2001:db8::/32' }")
    static const char refused[] = "user-client 550 5.7.1";
    static const struct row rows[] = {
        {BOUND, CLIENT, "u@acme.example", "<>", NULL, refused},
        {BOUND, "192.0.2.10", "u@acme.example", "<>", NULL, "pass"},
        {BOUND, "::ffff:192.0.2.10", "u@acme.example", "<>", NULL, "pass"},
        {BOUND, "2001:db8::1", "u@acme.example", "<>", NULL, "pass"},
        {BOUND, "unknown", "u@acme.example", "<>", NULL, refused},
        {BOUND, CLIENT, "bare", "<>", NULL, refused},
        {BOUND, CLIENT, "v@acme.example", "<>", NULL, "pass"},
        {BOUND, CLIENT, NULL, "<u@acme.example>", NULL, "pass"},
        {ACCOUNT("smtp_auth = any_sender"), CLIENT, "u@acme.example", "<>", NULL,
         "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_auth_required(void **state)
{
#define REQUIRED                                                                       \
    IN("require_authentication = true")                                                \
    ACME("ip_exceptions = { '192.0.2.0/24' } require_sending_domain_authentication = " \
         "true")
    static const char refused[] = "auth-required 530 5.7.0";
    static const struct row rows[] = {
        {REQUIRED, CLIENT, NULL, "<a@acme.example>", NULL, refused},
        {REQUIRED, CLIENT, NULL, "<>", NULL, refused},
        {REQUIRED, CLIENT, NULL, "<a@other.example>", NULL, refused},
        {REQUIRED, CLIENT, NULL, "junk<", NULL, refused}, /* before bad-sender */
        {REQUIRED, "192.0.2.1", NULL, "<a@acme.example>", NULL, refused},
        {REQUIRED, CLIENT, "a@acme.example", "<a@acme.example>", NULL, "pass"},
        {REQUIRED, CLIENT, "a@acme.example", "<>", NULL, "pass"},
        {IN("require_authentication = false"), CLIENT, NULL, "<>", NULL, "pass"},
        {"", CLIENT, NULL, "<>", NULL, "pass"},
        {"interface 'relay' { clients = { '192.0.2.0/24' } }\n"
         "interface 'all' { require_authentication = true }",
         "192.0.2.1", NULL, "<>", NULL, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* --- MAIL: the sender --- */

static void test_bad_sender(void **state)
{
    static const char refused[] = "bad-sender 501 5.1.7";
    static const struct row rows[] = {
        {"", CLIENT, NULL, "<a@b@c.example>", NULL, refused},
        {"", CLIENT, NULL, "<a@c.example>", NULL, "pass"},
        {"", CLIENT, NULL, "", NULL, refused},
        {"", CLIENT, NULL, NULL, NULL, refused},
        {"", CLIENT, NULL, "<>", NULL, "pass"},
        {"", CLIENT, NULL, "< >", NULL, refused},
        {"", CLIENT, NULL, "<@r.example:a@c.example>", NULL, "pass"},
        {"", CLIENT, NULL, "<@r.example>", NULL, refused},
        {"", CLIENT, NULL, "<\"a@b\"@c.example>", NULL, "pass"},
        {"", CLIENT, NULL, "<root>", NULL, "pass"},
        {"mode = monitor", CLIENT, NULL, "<a@b@c.example>", NULL, refused},
        {IN("mode = monitor"), CLIENT, NULL, "<a@b@c.example>", NULL, refused},
        {"", CLIENT, "a@c.example", "<a@b@c.example>", NULL, refused},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* The MTA's own reading must not name another domain. */
static void test_readings(void **state)
{
    static const struct {
        const char *from, *mail_addr, *want;
    } rows[] = {
        {"<v%ext.test@lab.test>", "v@ext.test", "bad-sender 501 5.1.7"},
        {"<v%ext.test@lab.test>", "v%ext.test@lab.test", "pass"},
        {"<v%ext.test@lab.test>", NULL, "pass"},
        {"<v%ext.test@lab.test>", "", "pass"},
        {"<a@lab.test>", "other@lab.test", "pass"}, /* the domain decides */
        {"<a@lab.test>", "a@LAB.test.", "pass"},
        {"<a@b\xc3\xbc"
         "cher.example>",
         "a@xn--bcher-kva.example", "pass"},
        {"<a@lab.test>", "a@sub.lab.test", "bad-sender 501 5.1.7"},
        {"<a@lab.test>", "a@b@lab.test", "bad-sender 501 5.1.7"},
        {"<root>", "root@lab.test", "pass"},
        {"<a@lab.test>", "a", "pass"},
        {"<>", "", "pass"},
        {"junk<", "a@lab.test", "bad-sender 501 5.1.7"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct txn txn = {.from = span_of(rows[i].from),
                          .mail_addr = span_of(rows[i].mail_addr)};
        bad += !txn_holds("", &txn, NULL, rows[i].want);
    }
    assert_int_equal(bad, 0);
}

/* An address without a domain that the MTA takes for one with a domain: Postfix forgets
 * the quotes, and knows user%host and host!user. Nobody's domain may be used so. */
static void test_hidden_domains(void **state)
{
    static const struct {
        const char *from, *mail_addr;
    } rows[] = {
        {"<\"victim@acme.example\">", "victim@acme.example"},
        {"<\"victim@acme.example\">", NULL},
        {"<\"victim\\@acme.example\">", "victim@acme.example"},
        {"<victim%acme.example>", "victim@acme.example"},
        {"<acme.example!victim>", "victim@acme.example"},
    };
    struct snapshot *s = load(ACME("require_sending_domain_authentication = true"));
    (void)state;
    assert_non_null(s);
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct txn txn = {.from = span_of(rows[i].from),
                          .mail_addr = span_of(rows[i].mail_addr)};
        struct policy policy;
        struct verdict v;
        policy_mail(s, &txn, &policy, &v, NULL);
        bad += !holds(v.kind == VERDICT_REFUSE, "%s, read as %s by the MTA, passes",
                      rows[i].from, rows[i].mail_addr ? rows[i].mail_addr : "nothing");
    }
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

static void test_sending_domain_auth(void **state)
{
#define SENDING(more)                                                                  \
    ACME("require_sending_domain_authentication = true " more) BETA("")
    static const char refused[] = "sending-domain-auth 530 5.7.0";
    static const struct row rows[] = {
        {SENDING(""), CLIENT, NULL, "<a@acme.example>", NULL, refused},
        {SENDING(""), CLIENT, NULL, "<a@ACME.example.>", NULL, refused},
        {SENDING(""), CLIENT, NULL, "<@r.example:a@acme.example>", NULL, refused},
        {SENDING(""), CLIENT, NULL, "<\"a\"@acme.example>", NULL, refused},
        {SENDING(""), CLIENT, NULL, "<a@ａｃｍｅ.example>", NULL, refused},
        {SENDING(""), CLIENT, NULL, "<a@sub.acme.example>", NULL, refused},
        {SENDING(""), CLIENT, NULL, "<a@xacme.example>", NULL, "pass"},
        {SENDING(""), CLIENT, NULL, "<a@beta.example>", NULL, "pass"},
        {SENDING(""), CLIENT, NULL, "<a@other.example>", NULL, "pass"},
        {SENDING(""), CLIENT, NULL, "<>", NULL, "pass"},
        {SENDING(""), CLIENT, NULL, "<a>", NULL, "pass"},
        {SENDING(""), CLIENT, "a@acme.example", "<a@acme.example>", NULL, "pass"},
        {ACME(""), CLIENT, NULL, "<a@acme.example>", NULL, "pass"},
        {IN("authentication = disabled") SENDING(""), CLIENT, NULL, "<a@acme.example>",
         NULL, "sending-domain-auth 550 5.7.1"},
        {IN("authentication = encrypted") SENDING(""), CLIENT, NULL, "<a@acme.example>",
         NULL, refused},
        {SENDING("ip_exceptions = { '198.51.100.0/24' }"), CLIENT, NULL,
         "<a@acme.example>", NULL, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_exceptions(void **state)
{
#define EXEMPT(mode, list)                                                             \
    SENDING("ip_exception_mode = " mode " ip_exceptions = { " list " }")
    static const char refused[] = "sending-domain-auth 530 5.7.0";
    static const char a[] = "<a@acme.example>";
    static const struct row rows[] = {
        {EXEMPT("allow", "'192.0.2.0/24'"), "192.0.2.1", NULL, a, NULL, "pass"},
        {EXEMPT("allow", "'192.0.2.0/24'"), "::ffff:192.0.2.1", NULL, a, NULL, "pass"},
        {EXEMPT("allow", "'192.0.2.0/24'"), CLIENT, NULL, a, NULL, refused},
        {EXEMPT("allow", "'0.0.0.0/0', '::/0', '*'"), "unknown", NULL, a, NULL,
         refused},
        {EXEMPT("allow", ""), CLIENT, NULL, a, NULL, refused},
        {EXEMPT("deny", "'192.0.2.0/24'"), "192.0.2.1", NULL, a, NULL, refused},
        {EXEMPT("deny", "'192.0.2.0/24'"), CLIENT, NULL, a, NULL, "pass"},
        {EXEMPT("deny", "'192.0.2.0/24'"), "unknown", NULL, a, NULL, refused},
        {EXEMPT("deny", ""), CLIENT, NULL, a, NULL, refused},
        {EXEMPT("deny", ""), "unknown", NULL, a, NULL, refused},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* Being exempt waives settings 9, 10 and 11 of that OU, and nothing else. */
static void test_exempt_from_little(void **state)
{
#define FREE "ip_exceptions = { '198.51.100.0/24' } "
#define STRICT                                                                         \
    FREE "match_auth_user = true require_inbound_domain_authentication = always "
#define FREE_USER USER("u@acme.example", "smtp_auth = matching_sender")
    static const struct row rows[] = {
        {ACME(STRICT), CLIENT, "b@acme.example", "<a@acme.example>", NULL, "pass"},
        {ACME(STRICT), CLIENT, NULL, "<a@acme.example>", "<b@acme.example>", "pass"},
        {ACME(STRICT), "192.0.2.1", "b@acme.example", "<a@acme.example>", NULL,
         "sender-mismatch 553 5.7.1"},
        {ACME(STRICT), "192.0.2.1", NULL, "<a@acme.example>", "<b@acme.example>",
         "inbound-domain-auth 530 5.7.0"},
        {IN("authentication = disabled") ACME(STRICT), CLIENT, "a@acme.example",
         "<a@acme.example>", NULL, "auth-disabled 550 5.7.1"},
        {IN("authentication = encrypted") ACME(STRICT), CLIENT, "a@acme.example",
         "<a@acme.example>", NULL, "auth-encryption 530 5.7.0"},
        {IN("require_authentication = true") ACME(STRICT), CLIENT, NULL,
         "<a@acme.example>", NULL, "auth-required 530 5.7.0"},
        {NET("allow", "'192.0.2.1'") ACME(STRICT), CLIENT, "a@acme.example",
         "<a@acme.example>", NULL, "auth-ip 550 5.7.1"},
        {NAMES("deny", "'a@acme.example'") ACME(STRICT), CLIENT, "a@acme.example",
         "<a@acme.example>", NULL, "auth-username 550 5.7.1"},
        {ACME(STRICT "auth_username_restriction = allow"), CLIENT, "a@acme.example",
         "<a@acme.example>", NULL, "ou-auth-username 550 5.7.1"},
        {ACME(STRICT USER("u@acme.example", "")), CLIENT, "u@acme.example",
         "<u@acme.example>", NULL, "user-off 550 5.7.1"},
        {ACME(STRICT FREE_USER), CLIENT, "u@acme.example", "<a@acme.example>", NULL,
         "user-sender 553 5.7.1"},
        {ACME(STRICT) BETA(FREE), CLIENT, "b@beta.example", "<a@acme.example>", NULL,
         "cross-ou 553 5.7.1"},
        {IN("relay_check = true") ACME(STRICT), CLIENT, NULL, "<a@acme.example>",
         "<x@ext.example>", "relay-denied 554 5.7.1"},
        /* of another OU: no good here */
        {SENDING("") "ou 'free' { domains = { 'free.example' } " FREE "}", CLIENT, NULL,
         "<a@acme.example>", NULL, "sending-domain-auth 530 5.7.0"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_cross_ou(void **state)
{
#define TWO(acme) ACME(acme) BETA(USER("bare", "smtp_auth = any_sender"))
    static const char refused[] = "cross-ou 553 5.7.1";
    static const struct row rows[] = {
        {TWO(""), CLIENT, "b@beta.example", "<a@acme.example>", NULL, refused},
        {TWO(""), CLIENT, "b@other.example", "<a@acme.example>", NULL, refused},
        {TWO(""), CLIENT, "a@acme.example", "<b@acme.example>", NULL, "pass"},
        {TWO(""), CLIENT, "a@sub.acme.example", "<b@acme.example>", NULL, "pass"},
        {TWO(""), CLIENT, "b@beta.example", "<b@beta.example>", NULL, "pass"},
        {TWO(""), CLIENT, "b@beta.example", "<a@other.example>", NULL, "pass"},
        {TWO(""), CLIENT, "b@beta.example", "<a>", NULL, "pass"},
        {TWO(""), CLIENT, "b@beta.example", "<>", NULL, "pass"},
        {TWO(""), CLIENT, NULL, "<a@acme.example>", NULL, "pass"},
        {TWO(""), CLIENT, "someone", "<a@acme.example>", NULL, "pass"}, /* no domain */
        {TWO("accept_other_ous = true"), CLIENT, "b@beta.example", "<a@acme.example>",
         NULL, "pass"},
        {TWO("accept_other_ous = true"), CLIENT, "b@other.example", "<a@acme.example>",
         NULL, "pass"},
        {TWO("accept_other_ous = true"), CLIENT, "a@acme.example", "<b@beta.example>",
         NULL, refused}, /* it accepts, it is not accepted */
        /* a domain below another OU's, owned by its own */
        {ACME("") "ou 'sub' { domains = { 'sub.acme.example' } }", CLIENT,
         "a@acme.example", "<a@sub.acme.example>", NULL, refused},
        {ACME("") "ou 'sub' { domains = { 'sub.acme.example' } }", CLIENT,
         "a@sub.acme.example", "<a@acme.example>", NULL, refused},
        /* senders of one OU's user cannot own another OU's address */
        {ACME("") BETA(USER("b@beta.example",
                            "smtp_auth = any_sender senders = { 'a@acme.example' }")),
         CLIENT, "b@beta.example", "<a@acme.example>", NULL, refused},
        /* a user whose domain nobody owns belongs to the OU it stands in */
        {ACME(USER("x@nobody.example", "smtp_auth = any_sender")), CLIENT,
         "x@nobody.example", "<a@acme.example>", NULL, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_user_sender(void **state)
{
#define PEOPLE                                                                         \
    ACME("recipient_delimiter = '+' accept_other_ous = true\n" USER(                   \
        "any@acme.example", "smtp_auth = any_sender")                                  \
             USER("one@acme.example",                                                  \
                  "smtp_auth = matching_sender senders = { '*@acme.example' }")        \
                 USER("bare", "smtp_auth = any_sender"))                               \
    BETA("accept_other_ous = true")
    static const char refused[] = "user-sender 553 5.7.1";
    static const struct row rows[] = {
        {PEOPLE, CLIENT, "any@acme.example", "<a@acme.example>", NULL, "pass"},
        {PEOPLE, CLIENT, "any@acme.example", "<a@sub.acme.example>", NULL, "pass"},
        {PEOPLE, CLIENT, "any@acme.example", "<a@beta.example>", NULL, refused},
        {PEOPLE, CLIENT, "any@acme.example", "<a@other.example>", NULL, refused},
        {PEOPLE, CLIENT, "any@acme.example", "<a>", NULL, refused},
        {PEOPLE, CLIENT, "any@acme.example", "<>", NULL, "pass"},
        {PEOPLE, CLIENT, "bare", "<a@acme.example>", NULL, "pass"},
        {PEOPLE, CLIENT, "bare", "<a@beta.example>", NULL, refused},
        {PEOPLE, CLIENT, "bare", "<>", NULL, "pass"},
        {PEOPLE, CLIENT, "one@acme.example", "<one@acme.example>", NULL, "pass"},
        {PEOPLE, CLIENT, "one@acme.example", "<ONE@Acme.Example>", NULL, "pass"},
        {PEOPLE, CLIENT, "one@acme.example", "<\"one\"@acme.example>", NULL, "pass"},
        {PEOPLE, CLIENT, "one@acme.example", "<one+box@acme.example>", NULL, "pass"},
        {PEOPLE, CLIENT, "one@acme.example", "<+one@acme.example>", NULL, refused},
        {PEOPLE, CLIENT, "one@acme.example", "<a@acme.example>", NULL, refused},
        {PEOPLE, CLIENT, "one@acme.example", "<one@sub.acme.example>", NULL, refused},
        {PEOPLE, CLIENT, "one@acme.example", "<one@beta.example>", NULL, refused},
        {PEOPLE, CLIENT, "one@acme.example", "<>", NULL, "pass"},
        {PEOPLE, CLIENT, "two@acme.example", "<a@beta.example>", NULL, "pass"},
        {PEOPLE, CLIENT, NULL, "<a@beta.example>", NULL, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_sender_mismatch(void **state)
{
#define MATCH                                                                          \
    ACME("match_auth_user = true accept_other_ous = true recipient_delimiter = "       \
         "'+-'\n" USER("u@acme.example", "smtp_auth = any_sender senders = { "         \
                                         "'x@acme.example', 'list-*@acme.example',"    \
                                         " '/^sales\\d+@acme\\.example$/' }")          \
             USER("bare", "smtp_auth = any_sender"))                                   \
    BETA("accept_other_ous = true\n" USER(                                             \
        "b@beta.example", "smtp_auth = any_sender senders = { '*@acme.example' }"))
    static const char refused[] = "sender-mismatch 553 5.7.1";
    static const struct row rows[] = {
        {MATCH, CLIENT, "a@acme.example", "<a@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "A@Acme.Example", "<a@ACME.example>", NULL, "pass"},
        {MATCH, CLIENT, "a@acme.example", "<b@acme.example>", NULL, refused},
        {MATCH, CLIENT, "a@acme.example", "<a@sub.acme.example>", NULL, refused},
        {MATCH, CLIENT, "a@sub.acme.example", "<a@acme.example>", NULL, refused},
        {MATCH, CLIENT, "a@acme.example", "<a+box@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "a@acme.example", "<a-box@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "a@acme.example", "<a-b+c@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "a-b@acme.example", "<a-b@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "a-b@acme.example", "<a-b+c@acme.example>", NULL, refused},
        {MATCH, CLIENT, "a+box@acme.example", "<a@acme.example>", NULL, refused},
        {MATCH, CLIENT, "a@acme.example", "<ab+c@acme.example>", NULL, refused},
        {MATCH, CLIENT, "a@acme.example", "<+a@acme.example>", NULL, refused},
        {MATCH, CLIENT, "a@acme.example", "<>", NULL, "pass"},
        {MATCH, CLIENT, "a@acme.example", "<b@other.example>", NULL, "pass"},
        {MATCH, CLIENT, "a@acme.example", "<b@beta.example>", NULL, "pass"},
        {MATCH, CLIENT, "a@other.example", "<a@acme.example>", NULL, refused},
        {MATCH, CLIENT, NULL, "<a@acme.example>", NULL, "pass"}, /* asks no login */
        {MATCH, CLIENT, "a", "<a@acme.example>", NULL, refused},
        {MATCH, CLIENT, "bare", "<a@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<u@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<u+box@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<x@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<X@Acme.Example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<x+box@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<list-7@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<list@acme.example>", NULL, refused},
        {MATCH, CLIENT, "u@acme.example", "<Sales7@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<sales7+box@acme.example>", NULL, "pass"},
        {MATCH, CLIENT, "u@acme.example", "<sales@acme.example>", NULL, refused},
        {MATCH, CLIENT, "u@acme.example", "<y@acme.example>", NULL, refused},
        {MATCH, CLIENT, "a@acme.example", "<x@acme.example>", NULL, refused},
        {ACME(""), CLIENT, "a@acme.example", "<b@acme.example>", NULL, "pass"},
        {ACME("match_auth_user = true"), CLIENT, "a@acme.example",
         "<a+box@acme.example>", NULL, refused}, /* no delimiter is set */
        {ACME("match_auth_user = true recipient_delimiter = 'X'"), CLIENT,
         "a@acme.example", "<aXb@acme.example>", NULL, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* A login with a quoted @ before a stripped realm is not who it reads like. */
static void test_quoted_login(void **state)
{
#define REALM IN("strip_realms = { 'realm' }")
    static const char victim[] = "\"u@acme.example\"@realm";
    static const struct row rows[] = {
        {REALM PEOPLE, CLIENT, "\"any@acme.example\"@realm", "<a@acme.example>", NULL,
         "auth-username 550 5.7.1"},
        {REALM MATCH, CLIENT, victim, "<u@acme.example>", NULL,
         "auth-username 550 5.7.1"},
        {IN("strip_realms = { 'realm' } auth_username_restriction = allow "
            "auth_username_filter = { '*@acme.example' }"),
         CLIENT, victim, "<>", NULL, "auth-username 550 5.7.1"},
        {REALM PEOPLE, CLIENT, "\"any@acme.example\"", "<a@acme.example>", NULL,
         "auth-username 550 5.7.1"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* --- RCPT --- */

static void test_bad_recipient(void **state)
{
    static const char refused[] = "bad-recipient 501 5.1.3";
    static const struct row rows[] = {
        {"", CLIENT, NULL, "<>", "<a@b@c.example>", refused},
        {"", CLIENT, NULL, "<>", "<a@c.example>", "pass"},
        {"", CLIENT, NULL, "<>", "<>", refused},
        {"", CLIENT, NULL, "<>", "", refused},
        {"", CLIENT, NULL, "<>", "<postmaster>", "pass"},
        {"", CLIENT, NULL, "<>", "<@r.example:a@c.example>", "pass"},
        {"", CLIENT, NULL, "<>", "<@r.example>", refused},
        {"mode = monitor", CLIENT, NULL, "<>", "<a@b@c.example>", refused},
        {IN("mode = monitor"), CLIENT, NULL, "<>", "<a@b@c.example>", refused},
        {ACME("mode = monitor"), CLIENT, NULL, "<a@acme.example>", "<a@b@c.example>",
         refused},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_recipient_readings(void **state)
{
    static const struct {
        const char *to, *rcpt_addr;
        enum verdict_kind want;
    } rows[] = {
        {"<v%ext.test@lab.test>", "v@ext.test", VERDICT_REFUSE},
        {"<v%ext.test@lab.test>", "v%ext.test@lab.test", VERDICT_PASS},
        {"<v@lab.test>", "v@LAB.test.", VERDICT_PASS},
        {"<root>", "root@lab.test", VERDICT_PASS},
        {"<v@lab.test>", "a@b@lab.test", VERDICT_REFUSE},
        {"<v@lab.test>", "", VERDICT_PASS},
    };
    struct snapshot *s = load("");
    struct txn txn = {.from = span_of("<>")};
    struct policy policy;
    struct verdict v;
    (void)state;
    assert_non_null(s);
    policy_mail(s, &txn, &policy, &v, NULL);
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        policy_rcpt(&policy, span_of(rows[i].to), span_of(rows[i].rcpt_addr), &v, NULL);
        bad += !holds(v.kind == rows[i].want, "%s read as %s", rows[i].to,
                      rows[i].rcpt_addr);
    }
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

/* As for senders: such a recipient is not local. */
static void test_hidden_recipients(void **state)
{
    static const struct {
        const char *to, *rcpt_addr;
    } rows[] = {
        {"<\"v@ext.example\">", "v@ext.example"},
        {"<\"v@ext.example\">", NULL},
        {"<v%ext.example>", "v@ext.example"},
        {"<ext.example!v>", "v@ext.example"},
    };
    struct snapshot *s = load("interface 'in' { relay_check = true }");
    struct txn txn = {.from = span_of("<s@out.example>")};
    struct policy policy;
    struct verdict v;
    (void)state;
    assert_non_null(s);
    policy_mail(s, &txn, &policy, &v, NULL);
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        policy_rcpt(&policy, span_of(rows[i].to), span_of(rows[i].rcpt_addr), &v, NULL);
        bad += !holds(v.kind == VERDICT_REFUSE, "%s, read as %s by the MTA, passes",
                      rows[i].to, rows[i].rcpt_addr ? rows[i].rcpt_addr : "nothing");
    }
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

static void test_inbound_domain_auth(void **state)
{
#define INBOUND(value, more)                                                           \
    ACME("require_inbound_domain_authentication = " value " " more) BETA("")
#define WIDE "inbound_scope = ou"
    static const char refused[] = "inbound-domain-auth 530 5.7.0";
    static const char a[] = "<a@acme.example>";
    static const struct row rows[] = {
        {INBOUND("always", ""), CLIENT, NULL, a, "<b@acme.example>", refused},
        {INBOUND("always", ""), CLIENT, NULL, a, "<b@ACME.example.>", refused},
        {INBOUND("always", ""), CLIENT, NULL, a, "<@r.example:b@acme.example>",
         refused},
        {INBOUND("always", ""), CLIENT, NULL, a, "<b@sub.acme.example>", "pass"},
        {INBOUND("always", ""), CLIENT, NULL, a, "<b@beta.example>", "pass"},
        {INBOUND("always", ""), CLIENT, NULL, a, "<b@other.example>", "pass"},
        {INBOUND("always", ""), CLIENT, NULL, a, "<postmaster>", "pass"},
        {INBOUND("always", ""), CLIENT, NULL, "<a@sub.acme.example>",
         "<b@sub.acme.example>", refused},
        {INBOUND("always", ""), CLIENT, NULL, "<a@other.example>", "<b@acme.example>",
         "pass"},
        {INBOUND("always", ""), CLIENT, NULL, "<>", "<b@acme.example>", "pass"},
        {INBOUND("always", ""), CLIENT, "a@acme.example", a, "<b@acme.example>",
         "pass"},
        {INBOUND("always", WIDE), CLIENT, NULL, a, "<b@sub.acme.example>", refused},
        {INBOUND("always", WIDE), CLIENT, NULL, a, "<b@acme.example>", refused},
        {INBOUND("always", WIDE), CLIENT, NULL, a, "<b@beta.example>", "pass"},
        {INBOUND("always", WIDE), CLIENT, NULL, a, "<b@other.example>", "pass"},
        {INBOUND("always", WIDE), CLIENT, NULL, a, "<postmaster>", "pass"},
        {INBOUND("no", WIDE), CLIENT, NULL, a, "<b@acme.example>", "pass"},
        {INBOUND("when_auth_enabled", ""), CLIENT, NULL, a, "<b@acme.example>",
         refused},
        {IN("authentication = encrypted") INBOUND("when_auth_enabled", ""), CLIENT,
         NULL, a, "<b@acme.example>", refused},
        {IN("authentication = disabled") INBOUND("when_auth_enabled", ""), CLIENT, NULL,
         a, "<b@acme.example>", "pass"},
        {IN("authentication = disabled") INBOUND("always", ""), CLIENT, NULL, a,
         "<b@acme.example>", "inbound-domain-auth 550 5.7.1"},
        {INBOUND("always", "ip_exceptions = { '198.51.100.9' }"), CLIENT, NULL, a,
         "<b@acme.example>", "pass"},
        {INBOUND("always", "ip_exceptions = { '198.51.100.8' }"), CLIENT, NULL, a,
         "<b@acme.example>", refused},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_relay_denied(void **state)
{
#define RELAY(more)                                                                    \
    "local_domains = { 'lists.example' }\n" IN("relay_check = true " more)             \
        ACME(USER("bare", "smtp_auth = any_sender")) BETA("")
    static const char refused[] = "relay-denied 554 5.7.1";
    static const char ext[] = "<x@ext.example>";
    static const struct row rows[] = {
        {RELAY(""), CLIENT, NULL, "<s@out.example>", ext, refused},
        {RELAY(""), CLIENT, NULL, "<s@out.example>", "<a@acme.example>", "pass"},
        {RELAY(""), CLIENT, NULL, "<s@out.example>", "<a@sub.acme.example>", "pass"},
        {RELAY(""), CLIENT, NULL, "<s@out.example>", "<a@lists.example>", "pass"},
        {RELAY(""), CLIENT, NULL, "<s@out.example>", "<a@sub.lists.example>", refused},
        {RELAY(""), CLIENT, NULL, "<s@out.example>", "<postmaster>", "pass"},
        {RELAY(""), CLIENT, NULL, "<a@acme.example>", ext, refused}, /* a mere claim */
        {RELAY(""), CLIENT, NULL, "<>", ext, refused},
        {RELAY(""), CLIENT, NULL, "<root>", ext, refused},
        {RELAY(""), CLIENT, "a@acme.example", "<a@acme.example>", ext, "pass"},
        {RELAY(""), CLIENT, "a@acme.example", "<a@lists.example>", ext, "pass"},
        {RELAY(""), CLIENT, "a@acme.example", "<s@out.example>", ext, refused},
        {RELAY(""), CLIENT, "a@acme.example", "<root>", ext, refused},
        {RELAY(""), CLIENT, "a@acme.example", "<>", ext, "pass"},
        {RELAY(""), CLIENT, "bare", "<>", ext, "pass"},
        {RELAY(""), CLIENT, "a@out.example", "<>", ext, refused},
        {RELAY(""), CLIENT, "someone", "<>", ext, refused},
        {RELAY("allow_relay_if_authenticated = true"), CLIENT, "a@out.example",
         "<s@out.example>", ext, "pass"},
        {RELAY("allow_relay_if_authenticated = true"), CLIENT, "someone", "<>", ext,
         "pass"},
        {RELAY("allow_relay_if_authenticated = true"), CLIENT, NULL, "<s@out.example>",
         ext, refused},
        {RELAY("allow_relay_ous = { 'ACME' }"), CLIENT, "a@acme.example",
         "<s@out.example>", ext, "pass"},
        {RELAY("allow_relay_ous = { 'acme' }"), CLIENT, "b@beta.example",
         "<s@out.example>", ext, refused},
        {RELAY("allow_relay_ous = { 'acme' }"), CLIENT, NULL, "<a@acme.example>", ext,
         refused},
        {RELAY("allow_relay_ous = { 'acme' }"), CLIENT, "someone", "<s@out.example>",
         ext, refused},
        {RELAY("relay_clients = { '198.51.100.0/24' }"), CLIENT, NULL,
         "<s@out.example>", ext, "pass"},
        {RELAY("relay_clients = { '198.51.100.0/24' }"), CLIENT, NULL, "<>", ext,
         "pass"},
        {RELAY("relay_clients = { '198.51.100.0/24' }"), "192.0.2.1", NULL,
         "<s@out.example>", ext, refused},
        {RELAY("relay_clients = { '0.0.0.0/0', '::/0' }"), "unknown", NULL,
         "<s@out.example>", ext, refused},
        {IN("relay_check = false") ACME(""), CLIENT, NULL, "<s@out.example>", ext,
         "pass"},
        {"", CLIENT, NULL, "<s@out.example>", ext, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* Where the MTA passes user%host on to that host, it is not for us. Which MTA it is
 * says the configuration, else the transaction. */
static void test_routed_local_parts(void **state)
{
#define MTA(option) option "\n" IN("relay_check = true") ACME("")
    static const struct {
        const char *configuration;
        enum mta mta;
        const char *to;
        bool passes;
    } rows[] = {
        {MTA(""), MTA_SENDMAIL, "<a@acme.example>", true},
        {MTA(""), MTA_POSTFIX, "<a@acme.example>", true},
        {MTA(""), MTA_SENDMAIL, "<a%ext.example@acme.example>", false},
        {MTA(""), MTA_POSTFIX, "<a%ext.example@acme.example>", true},
        {MTA(""), MTA_AUTO, "<a%ext.example@acme.example>", true},
        {MTA("mta = auto"), MTA_SENDMAIL, "<a%ext.example@acme.example>", false},
        {MTA("mta = sendmail"), MTA_POSTFIX, "<a%ext.example@acme.example>", false},
        {MTA("mta = sendmail"), MTA_AUTO, "<a%ext.example@acme.example>", false},
        {MTA("mta = postfix"), MTA_SENDMAIL, "<a%ext.example@acme.example>", true},
        {MTA(""), MTA_SENDMAIL, "<ext.example!a@acme.example>", false},
        {MTA(""), MTA_POSTFIX, "<ext.example!a@acme.example>", true},
        {MTA(""), MTA_SENDMAIL, "<\"a%ext.example\"@acme.example>", false},
        {MTA(""), MTA_POSTFIX, "<a%ext.example>", true},
        {MTA(""), MTA_SENDMAIL, "<postmaster>", true},
        {MTA(""), MTA_SENDMAIL, "<a@ext.example>", false},
        {MTA(""), MTA_POSTFIX, "<a@ext.example>", false},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct txn txn = {.from = span_of("<s@out.example>"), .mta = rows[i].mta};
        bad += !txn_holds(rows[i].configuration, &txn, rows[i].to,
                          rows[i].passes ? "pass" : "relay-denied 554 5.7.1");
    }
    assert_int_equal(bad, 0);
}

/* Only one recipient is refused; and there is none without an accepted sender. */
static void test_recipients_apart(void **state)
{
    static const struct span absent = {NULL, 0};
    struct snapshot *s = load(INBOUND("always", ""));
    struct policy policy;
    struct verdict v;
    struct txn txn = {.from = span_of("<a@acme.example>")};
    (void)state;
    assert_non_null(s);
    policy_mail(s, &txn, &policy, &v, NULL);
    policy_rcpt(&policy, span_of("<b@acme.example>"), absent, &v, NULL);
    assert_int_equal(v.kind, VERDICT_REFUSE);
    policy_rcpt(&policy, span_of("<b@beta.example>"), absent, &v, NULL);
    assert_int_equal(v.kind, VERDICT_PASS);
    policy_rcpt(&policy, span_of("junk<"), absent, &v, NULL);
    assert_int_equal(v.rule, RULE_BAD_RECIPIENT);
    policy_rcpt(&policy, span_of("<b@acme.example>"), absent, &v, NULL);
    assert_int_equal(v.rule, RULE_INBOUND_DOMAIN_AUTH);

    txn.from = span_of("junk<");
    policy_mail(s, &txn, &policy, &v, NULL);
    assert_int_equal(v.kind, VERDICT_REFUSE);
    policy_rcpt(&policy, span_of("<b@beta.example>"), absent, &v, NULL);
    assert_int_equal(v.kind, VERDICT_DEFER);
    assert_int_equal(v.rule, RULE_FAULT);
    snapshot_free(&s);
}

/* Nothing of a transaction is left for the next in the same struct. */
static void test_nothing_left(void **state)
{
    struct snapshot *s = load(ACME(
        "match_auth_user = true require_sending_domain_authentication = true\n" USER(
            "u@acme.example", "smtp_auth = any_sender")));
    struct txn first = {.login = span_of("u@acme.example"),
                        .from = span_of("<u@acme.example>"),
                        .client_name = span_of("mx.acme.example"),
                        .tls = true};
    struct txn second = {.from = span_of("<u@acme.example>")};
    struct policy policy;
    struct verdict v;
    (void)state;
    assert_non_null(s);
    policy_mail(s, &first, &policy, &v, NULL);
    assert_int_equal(v.kind, VERDICT_PASS);
    policy_mail(s, &second, &policy, &v, NULL);
    assert_int_equal(v.rule, RULE_SENDING_DOMAIN_AUTH);
    assert_false(policy.authenticated);
    assert_null(policy.user);
    assert_null(policy.login_ou);
    assert_int_equal(policy.host.len, 0);
    assert_false(policy.tls);
    snapshot_free(&s);
}

/* --- monitor mode --- */

static void test_monitor(void **state)
{
#define BAD_ALL(main, in, acme, beta)                                                  \
    main IN("relay_check = true " in)                                                  \
        ACME("match_auth_user = true require_inbound_domain_authentication = always "  \
             "require_sending_domain_authentication = true " acme)                     \
            BETA("accept_other_ous = true\n" beta USER("off@beta.example", ""))
#define M "mode = monitor\n"
    static const char a[] = "<a@acme.example>";
    static const struct row rows[] = {
        /* all of it */
        {BAD_ALL(M, "", "", ""), CLIENT, NULL, a, NULL,
         "pass, would sending-domain-auth"},
        {BAD_ALL(M, "", "", ""), CLIENT, "x@other.example", a, NULL,
         "pass, would cross-ou"}, /* sender-mismatch would too: the first counts */
        {BAD_ALL(M, "", "", ""), CLIENT, NULL, a, "<b@acme.example>",
         "pass, would inbound-domain-auth"},
        {BAD_ALL(M, "", "", ""), CLIENT, NULL, a, "<x@ext.example>",
         "pass, would relay-denied"},
        {BAD_ALL(M, "", "", ""), CLIENT, NULL, a, "<b@beta.example>", "pass"},
        {BAD_ALL(M, "authentication = disabled", "", ""), CLIENT, "off@beta.example",
         "<>", NULL, "pass, would auth-disabled"},
        {BAD_ALL(M, "authentication = encrypted", "", ""), CLIENT, "a@acme.example", a,
         NULL, "pass, would auth-encryption"},
        {BAD_ALL(M, "require_authentication = true", "", ""), CLIENT, NULL, "<>", NULL,
         "pass, would auth-required"},
        {BAD_ALL(M, "", "", ""), CLIENT, "off@beta.example", "<>", NULL,
         "pass, would user-off"},
        {BAD_ALL(M, "", "", ""), CLIENT, "a b", "<>", NULL, "auth-username 550 5.7.1"},
        {BAD_ALL(M, "authentication = disabled", "", ""), CLIENT, "a b", "<>", NULL,
         "auth-username 550 5.7.1, would auth-disabled"},
        {BAD_ALL(M, "require_authentication = true", "", ""), CLIENT, NULL, "junk<",
         NULL, "bad-sender 501 5.1.7, would auth-required"},
        /* an interface: every rule of its sessions */
        {BAD_ALL("", M, "", ""), CLIENT, NULL, a, NULL,
         "pass, would sending-domain-auth"},
        {BAD_ALL("", M, "", ""), CLIENT, "x@other.example", a, NULL,
         "pass, would cross-ou"},
        {BAD_ALL("", M, "", ""), CLIENT, "off@beta.example", "<>", NULL,
         "pass, would user-off"},
        {BAD_ALL("", M, "", ""), CLIENT, NULL, a, "<x@ext.example>",
         "pass, would relay-denied"},
        {BAD_ALL("", M, "", ""), CLIENT, "a b", "<>", NULL, "auth-username 550 5.7.1"},
        /* an OU: its own rules only */
        {BAD_ALL("", "", M, ""), CLIENT, NULL, a, NULL,
         "pass, would sending-domain-auth"},
        {BAD_ALL("", "", M, ""), CLIENT, NULL, a, "<b@acme.example>",
         "pass, would inbound-domain-auth"},
        {BAD_ALL("", "", M, ""), CLIENT, "x@other.example", a, NULL,
         "pass, would cross-ou"},
        {BAD_ALL("", "", M, ""), CLIENT, "b@acme.example", a, NULL,
         "pass, would sender-mismatch"},
        {BAD_ALL("", "", M, ""), CLIENT, NULL, a, "<x@ext.example>",
         "relay-denied 554 5.7.1"},
        {BAD_ALL("", "authentication = encrypted", M, ""), CLIENT, "a@acme.example", a,
         NULL, "auth-encryption 530 5.7.0"},
        {BAD_ALL("", "require_authentication = true", M, ""), CLIENT, NULL, a, NULL,
         "auth-required 530 5.7.0"},
        {BAD_ALL("", "", M, ""), CLIENT, "off@beta.example", a, NULL,
         "user-off 550 5.7.1"},
        {BAD_ALL("", "", "", M), CLIENT, "off@beta.example", a, NULL,
         "cross-ou 553 5.7.1, would user-off"},
        {BAD_ALL("", "", "", M), CLIENT, "off@beta.example", "<>", NULL,
         "pass, would user-off"},
        {BAD_ALL("", "", "", M), CLIENT, NULL, a, NULL,
         "sending-domain-auth 530 5.7.0"},
        {BAD_ALL("", "", "", M), CLIENT, "b@beta.example", a, NULL,
         "cross-ou 553 5.7.1"},
        {BAD_ALL("", "", M, M), CLIENT, "off@beta.example", a, NULL,
         "pass, would user-off"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* The user-* rules and ou-auth-username are of the login's OU, not the sender's. */
static void test_monitor_of_login_ou(void **state)
{
#define BOTH_OUS(acme, beta)                                                           \
    ACME(acme "accept_other_ous = true\n")                                             \
    BETA(beta                                                                          \
         "auth_username_restriction = deny "                                           \
         "auth_username_filter = { 'denied@beta.example' }\n" USER(                    \
             "c@beta.example", "smtp_auth = any_sender clients = { '192.0.2.1' }")     \
             USER("s@beta.example", "smtp_auth = any_sender"))
    static const char a[] = "<a@acme.example>";
    static const struct row rows[] = {
        {BOTH_OUS("", M), CLIENT, "denied@beta.example", a, NULL,
         "pass, would ou-auth-username"},
        {BOTH_OUS(M, ""), CLIENT, "denied@beta.example", a, NULL,
         "ou-auth-username 550 5.7.1"},
        {BOTH_OUS("", M), CLIENT, "c@beta.example", "<>", NULL,
         "pass, would user-client"},
        {BOTH_OUS(M, ""), CLIENT, "c@beta.example", a, NULL, "user-client 550 5.7.1"},
        {BOTH_OUS("", M), CLIENT, "s@beta.example", a, NULL, "pass, would user-sender"},
        {BOTH_OUS(M, ""), CLIENT, "s@beta.example", a, NULL, "user-sender 553 5.7.1"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* What a user of another OU lists as its own is not for that OU to say, not even where
 * the rule before is held back. */
static void test_senders_of_another_ou(void **state)
{
#define THEIRS(acme, beta)                                                             \
    ACME("match_auth_user = true accept_other_ous = true\n" acme)                      \
    BETA(beta USER("b@beta.example",                                                   \
                   "smtp_auth = any_sender senders = { '*@acme.example' }"))
    static const char a[] = "<a@acme.example>";
    static const struct row rows[] = {
        {THEIRS("", M), CLIENT, "b@beta.example", a, NULL,
         "sender-mismatch 553 5.7.1, would user-sender"},
        {THEIRS(M, M), CLIENT, "b@beta.example", a, NULL, "pass, would user-sender"},
        {THEIRS(M, ""), CLIENT, "b@beta.example", a, NULL, "user-sender 553 5.7.1"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* --- faults --- */

#define HOSTILE      "/^([0-9:]+)+[a-z]$/"
#define NUMBERS      "1234:1234:1234:1234:1234:1234:1234:1234"
#define HOSTILE_NAME "/^(a+)+$/"
#define LONG_NAME    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_faults(void **state)
{
    static const char fault[] = "fault 451 4.3.0";
    static const char login[] = LONG_NAME "@acme.example";
    static const char from[] = "<" LONG_NAME "@acme.example>";
    static const struct row rows[] = {
        {NET("allow", "'" HOSTILE "'"), NUMBERS, login, "<>", NULL, fault},
        {NET("deny", "'" HOSTILE "'"), NUMBERS, login, "<>", NULL, fault},
        {NET("allow", "'" HOSTILE "', '1234::/16'"), NUMBERS, login, "<>", NULL,
         "pass"},
        {NET("deny", "'" HOSTILE "', '1234::/16'"), NUMBERS, login, "<>", NULL,
         "auth-ip 550 5.7.1"},
        {NAMES("allow", "'" HOSTILE_NAME "'"), CLIENT, login, "<>", NULL, fault},
        {NAMES("deny", "'" HOSTILE_NAME "'"), CLIENT, login, "<>", NULL, fault},
        {NAMES("deny", "'" HOSTILE_NAME "'"), CLIENT, "b@acme.example", "<>", NULL,
         "pass"},
        {OU_NAMES("allow", "'" HOSTILE_NAME "'"), CLIENT, login, "<>", NULL, fault},
        {ACME(USER(LONG_NAME "@acme.example",
                   "smtp_auth = any_sender clients = { '" HOSTILE "' }")),
         NUMBERS, login, "<>", NULL, fault},
        {SENDING("ip_exceptions = { '" HOSTILE "' }"), NUMBERS, NULL, from, NULL,
         fault},
        {SENDING("ip_exceptions = { '" HOSTILE "' } ip_exception_mode = deny"), NUMBERS,
         NULL, from, NULL, fault},
        {ACME("match_auth_user = true\n" USER(
             "u@acme.example",
             "smtp_auth = any_sender senders = { '" HOSTILE_NAME "' }")),
         CLIENT, "u@acme.example", from, NULL, fault},
        {INBOUND("always", "ip_exceptions = { '" HOSTILE "' }"), NUMBERS, NULL, from,
         "<b@acme.example>", fault},
        {RELAY("relay_clients = { '" HOSTILE "' }"), NUMBERS, NULL, "<s@out.example>",
         "<x@ext.example>", fault},
        {"interface 'in' { clients = { '" HOSTILE "', '/:/' } }", NUMBERS, NULL, "<>",
         NULL, "pass"},
        /* Never held back. */
        {"mode = monitor\n" NET("allow", "'" HOSTILE "'"), NUMBERS, login, "<>", NULL,
         fault},
        {"mode = monitor\n" IN("require_authentication = true")
             SENDING("ip_exceptions = { '" HOSTILE "' }"),
         NUMBERS, NULL, from, NULL, "fault 451 4.3.0, would auth-required"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* --- MAIL: who owns a sender --- */

#define MAP_FD 99
#define MAP    "senders_file = '/proc/self/fd/99'\n"

static const char map_text[] =
    "shared@acme.example  a@acme.example, b@beta.example bob, u@acme.example\n"
    "  off@acme.example one@acme.example v@beta.example x@nobody.example "
    "o@out.example\n"
    "shared+eu@acme.example  eu@acme.example\n"
    "@acme.example  boss@acme.example, b@beta.example\n"
    "only@acme.example  bob\n"
    "team@sub.acme.example  b@beta.example\n"
    "b@beta.example  a@acme.example\n"
    "n@nobody.example  a@acme.example\n";

/* At a place that a constant can name. */
static int open_map(void **state)
{
    int fd = memfd_create("senders", 0);
    (void)state;
    return fd >= 0 && fchmod(fd, 0600) == 0 &&
                   pwrite(fd, map_text, sizeof map_text - 1, 0) > 0 &&
                   dup2(fd, MAP_FD) == MAP_FD
               ? close(fd)
               : -1;
}

static int close_map(void **state)
{
    (void)state;
    return close(MAP_FD);
}

#define OWNED(options)                                                                 \
    ACME("recipient_delimiter = '+'\n" MAP options "\n" USER(                          \
        "u@acme.example", "smtp_auth = any_sender senders = { 'list@acme.example' }")  \
             USER("off@acme.example", "smtp_auth = off")                               \
                 USER("one@acme.example", "smtp_auth = matching_sender")               \
                     USER("bare", "smtp_auth = any_sender")                            \
                         USER("x@nobody.example", "smtp_auth = any_sender"))           \
    BETA(USER("v@beta.example", "smtp_auth = any_sender"))
#define OWNER "match_auth_user = owner "

static const char mismatch[] = "sender-mismatch 553 5.7.1";
static const char crossed[] = "cross-ou 553 5.7.1";

static void test_sender_map(void **state)
{
    static const struct row rows[] = {
        {OWNED(OWNER), CLIENT, "a@acme.example", "<shared@acme.example>", NULL, "pass"},
        {OWNED(OWNER), CLIENT, "A@ACME.example", "<Shared@Acme.Example>", NULL, "pass"},
        {OWNED(OWNER), CLIENT, "a@acme.example", "<shared+x@acme.example>", NULL,
         "pass"},
        {OWNED(OWNER), CLIENT, "a@acme.example", "<\"shared\"@acme.example>", NULL,
         "pass"},
        {OWNED(OWNER), CLIENT, "c@acme.example", "<shared@acme.example>", NULL,
         mismatch},
        /* the first entry found decides */
        {OWNED(OWNER), CLIENT, "a@acme.example", "<shared+eu@acme.example>", NULL,
         mismatch},
        {OWNED(OWNER), CLIENT, "eu@acme.example", "<shared+eu@acme.example>", NULL,
         "pass"},
        {OWNED(OWNER), CLIENT, "eu@acme.example", "<shared@acme.example>", NULL,
         mismatch},
        {OWNED(OWNER), CLIENT, "boss@acme.example", "<shared@acme.example>", NULL,
         mismatch},
        {OWNED(OWNER), CLIENT, "boss@acme.example", "<shared+x@acme.example>", NULL,
         mismatch},
        {OWNED(OWNER), CLIENT, "boss@acme.example", "<any@acme.example>", NULL, "pass"},
        {OWNED(OWNER), CLIENT, "boss@acme.example", "<any@sub.acme.example>", NULL,
         mismatch},
        {OWNED(OWNER), CLIENT, "a@acme.example", "<any@acme.example>", NULL, mismatch},
        /* a login keeps its own address, whatever a map says of it */
        {OWNED(OWNER), CLIENT, "shared@acme.example", "<shared@acme.example>", NULL,
         "pass"},
        {OWNED(OWNER), CLIENT, "shared@acme.example", "<shared+eu@acme.example>", NULL,
         "pass"},
        /* users */
        {OWNED(OWNER), CLIENT, "u@acme.example", "<shared@acme.example>", NULL, "pass"},
        {OWNED(OWNER), CLIENT, "u@acme.example", "<list+x@acme.example>", NULL, "pass"},
        {OWNED(OWNER), CLIENT, "a@acme.example", "<list@acme.example>", NULL, mismatch},
        {OWNED(OWNER), CLIENT, "off@acme.example", "<shared@acme.example>", NULL,
         "user-off 550 5.7.1"},
        {OWNED(OWNER), CLIENT, "one@acme.example", "<shared@acme.example>", NULL,
         "user-sender 553 5.7.1"},
        {OWNED(OWNER), CLIENT, "one@acme.example", "<one+x@acme.example>", NULL,
         "pass"},
        {OWNED(OWNER), CLIENT, "x@nobody.example", "<shared@acme.example>", NULL,
         "pass"},
        {OWNED(OWNER), CLIENT, "bare", "<shared@acme.example>", NULL, "pass"},
        /* the map of acme is nobody's but acme's */
        {OWNED(OWNER) "ou 'g' { domains = { 'g.example' } " OWNER "}", CLIENT,
         "a@acme.example", "<a@g.example>", NULL, crossed},
        {OWNED(OWNER), CLIENT, "a@acme.example", "<b@beta.example>", NULL, crossed},
        {OWNED(OWNER), CLIENT, "a@acme.example", "<n@nobody.example>", NULL, "pass"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* Every value, and each refusal beside the pass next to it. */
static void test_matching(void **state)
{
#define EXACT  OWNED("match_auth_user = exact")
#define DOMAIN OWNED("match_auth_user = domain")
#define LOCAL  OWNED("match_auth_user = local_part")
    static const struct row rows[] = {
        {OWNED("match_auth_user = true"), CLIENT, "a@acme.example",
         "<shared@acme.example>", NULL, "pass"},
        {OWNED("match_auth_user = on"), CLIENT, "a@acme.example",
         "<other@acme.example>", NULL, mismatch},
        {OWNED("match_auth_user = no"), CLIENT, "a@acme.example",
         "<other@acme.example>", NULL, "pass"},
        {OWNED("match_auth_user = false"), CLIENT, "bob", "<other@acme.example>", NULL,
         "pass"},
        {EXACT, CLIENT, "a@acme.example", "<a@acme.example>", NULL, "pass"},
        {EXACT, CLIENT, "a@acme.example", "<a+x@acme.example>", NULL, "pass"},
        {EXACT, CLIENT, "a@acme.example", "<shared@acme.example>", NULL, mismatch},
        {EXACT, CLIENT, "u@acme.example", "<list@acme.example>", NULL, mismatch},
        {EXACT, CLIENT, "boss@acme.example", "<any@acme.example>", NULL, mismatch},
        {EXACT, CLIENT, "bob", "<shared@acme.example>", NULL, mismatch},
        {EXACT, CLIENT, "b@beta.example", "<shared@acme.example>", NULL, mismatch},
        {EXACT, CLIENT, "bare", "<any@acme.example>", NULL, "pass"},
        {DOMAIN, CLIENT, "c@acme.example", "<any@acme.example>", NULL, "pass"},
        {DOMAIN, CLIENT, "u@acme.example", "<any@acme.example>", NULL, "pass"},
        {DOMAIN, CLIENT, "c@acme.example", "<any@sub.acme.example>", NULL, mismatch},
        {DOMAIN, CLIENT, "c@sub.acme.example", "<any@acme.example>", NULL, mismatch},
        {DOMAIN, CLIENT, "c@sub.acme.example", "<any@sub.acme.example>", NULL, "pass"},
        {DOMAIN, CLIENT, "bob", "<any@acme.example>", NULL, mismatch},
        {DOMAIN, CLIENT, "bob", "<shared@acme.example>", NULL, "pass"},
        {DOMAIN, CLIENT, "one@acme.example", "<any@acme.example>", NULL,
         "user-sender 553 5.7.1"},
        {DOMAIN, CLIENT, "x@nobody.example", "<any@acme.example>", NULL, mismatch},
        {DOMAIN, CLIENT, "x@nobody.example", "<x@nobody.example>", NULL,
         "user-sender 553 5.7.1"},
        {LOCAL, CLIENT, "bob", "<bob@acme.example>", NULL, "pass"},
        {LOCAL, CLIENT, "Bob", "<BOB@sub.acme.example>", NULL, "pass"},
        {LOCAL, CLIENT, "bob", "<bob+x@acme.example>", NULL, "pass"},
        {LOCAL, CLIENT, "bob+x", "<bob+x@acme.example>", NULL, "pass"},
        {LOCAL, CLIENT, "bob+x", "<bob@acme.example>", NULL, mismatch},
        {LOCAL, CLIENT, "bob", "<bobby@acme.example>", NULL, mismatch},
        {LOCAL, CLIENT, "bob", "<shared@acme.example>", NULL, "pass"},
        {LOCAL, CLIENT, "a@acme.example", "<a@sub.acme.example>", NULL, mismatch},
        {LOCAL, CLIENT, "a@acme.example", "<shared@acme.example>", NULL, "pass"},
        {LOCAL, CLIENT, "a@acme.example", "<\"a@acme.example\"@acme.example>", NULL,
         mismatch},
        {LOCAL, CLIENT, "bare", "<any@acme.example>", NULL, "pass"},
        {OWNED(OWNER), CLIENT, "bob", "<bob@acme.example>", NULL, mismatch},
        /* in another OU than the one that says so */
        {LOCAL "ou 'g' { domains = { 'g.example' } " OWNER "}", CLIENT, "bob",
         "<bob@g.example>", NULL, mismatch},
        {DOMAIN "ou 'g' { domains = { 'g.example' } " OWNER "}", CLIENT, "c@g.example",
         "<any@g.example>", NULL, mismatch},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* The map of the sender's OU may name logins of others. */
static void test_cross_ou_by_map(void **state)
{
    static const struct row rows[] = {
        {OWNED(OWNER), CLIENT, "b@beta.example", "<shared@acme.example>", NULL, "pass"},
        {OWNED(""), CLIENT, "b@beta.example", "<shared@acme.example>", NULL, "pass"},
        {OWNED(""), CLIENT, "b@beta.example", "<shared+x@acme.example>", NULL, "pass"},
        {OWNED(""), CLIENT, "b@beta.example", "<shared+eu@acme.example>", NULL,
         crossed},
        {OWNED(""), CLIENT, "b@beta.example", "<any@acme.example>", NULL, "pass"},
        {OWNED(""), CLIENT, "b@beta.example", "<only@acme.example>", NULL, crossed},
        {OWNED(""), CLIENT, "b@beta.example", "<team@sub.acme.example>", NULL, "pass"},
        {OWNED(""), CLIENT, "b@beta.example", "<x@sub.acme.example>", NULL, crossed},
        {OWNED(""), CLIENT, "c@beta.example", "<shared@acme.example>", NULL, crossed},
        {OWNED(""), CLIENT, "o@out.example", "<shared@acme.example>", NULL, "pass"},
        {OWNED(""), CLIENT, "p@out.example", "<shared@acme.example>", NULL, crossed},
        {OWNED("match_auth_user = exact"), CLIENT, "b@beta.example",
         "<shared@acme.example>", NULL, mismatch},
        /* an internal user stays in its OU */
        {OWNED(""), CLIENT, "v@beta.example", "<shared@acme.example>", NULL,
         "user-sender 553 5.7.1"},
        /* exempt from 11, not from this */
        {OWNED(OWNER "ip_exceptions = { '198.51.100.0/24' }"), CLIENT, "c@beta.example",
         "<shared@acme.example>", NULL, crossed},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* A login in a map without a domain: typed so, and completed to nobody else's. */
static void test_bare_logins(void **state)
{
#define COMPLETED(domain) IN("default_domain = '" domain "' strip_realms = { 'r' }")
    static const struct row rows[] = {
        {OWNED(OWNER), CLIENT, "bob", "<shared@acme.example>", NULL, "pass"},
        {OWNED(OWNER), CLIENT, "rob", "<shared@acme.example>", NULL, mismatch},
        {OWNED(OWNER), CLIENT, "bob@acme.example", "<shared@acme.example>", NULL,
         mismatch},
        {COMPLETED("acme.example") OWNED(OWNER), CLIENT, "bob", "<shared@acme.example>",
         NULL, "pass"},
        {COMPLETED("acme.example") OWNED(OWNER), CLIENT, "bob", "<bob@acme.example>",
         NULL, "pass"},
        {COMPLETED("acme.example") OWNED(OWNER), CLIENT, "bob@r",
         "<shared@acme.example>", NULL, "pass"},
        {COMPLETED("acme.example") OWNED(OWNER), CLIENT, "bob@acme.example",
         "<shared@acme.example>", NULL, mismatch},
        {COMPLETED("acme.example") OWNED(OWNER), CLIENT, "a", "<shared@acme.example>",
         NULL, "pass"},
        {COMPLETED("sub.acme.example") OWNED(OWNER), CLIENT, "bob",
         "<shared@acme.example>", NULL, "pass"},
        {COMPLETED("beta.example") OWNED(OWNER), CLIENT, "bob", "<shared@acme.example>",
         NULL, crossed},
        {COMPLETED("beta.example") OWNED(OWNER), CLIENT, "b", "<shared@acme.example>",
         NULL, "pass"},
        {COMPLETED("out.example") OWNED(OWNER), CLIENT, "bob", "<shared@acme.example>",
         NULL, crossed},
        /* a user of the bare name is no login to be completed */
        {COMPLETED("acme.example") OWNED(OWNER) "ou 'g' { domains = { 'g.example' } "
                                                "user 'bob' { smtp_auth = any_sender } "
                                                "}",
         CLIENT, "bob", "<shared@acme.example>", NULL, "user-sender 553 5.7.1"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_unknown_sender(void **state)
{
#define KNOWN(more)                                                                    \
    OWNED("refuse_unknown_senders = true known_senders = { 'k@acme.example', "         \
          "'*@sub.acme.example' }\n" more)
#define KNOWN_ALONE(more)                                                              \
    ACME("refuse_unknown_senders = true recipient_delimiter = '+' " more)
    static const char refused[] = "unknown-sender 550 5.1.8";
    static const struct row rows[] = {
        {KNOWN_ALONE(""), CLIENT, NULL, "<a@acme.example>", NULL, refused},
        {KNOWN_ALONE(""), CLIENT, "a@acme.example", "<a@acme.example>", NULL, refused},
        {KNOWN_ALONE(""), CLIENT, NULL, "<a@beta.example>", NULL, "pass"},
        {KNOWN_ALONE(""), CLIENT, NULL, "<>", NULL, "pass"},
        {KNOWN_ALONE(""), CLIENT, NULL, "<a>", NULL, "pass"},
        {ACME("refuse_unknown_senders = false"), CLIENT, NULL, "<a@acme.example>", NULL,
         "pass"},
        /* users, those that are off, too */
        {KNOWN_ALONE(USER("u@acme.example", "")), CLIENT, NULL, "<u@acme.example>",
         NULL, "pass"},
        {KNOWN_ALONE(USER("u@acme.example", "")), CLIENT, NULL, "<U+x@acme.example>",
         NULL, "pass"},
        {KNOWN_ALONE(USER("u+x@acme.example", "")), CLIENT, NULL, "<u@acme.example>",
         NULL, refused},
        {KNOWN_ALONE(USER("u@acme.example", "")), CLIENT, NULL, "<v@acme.example>",
         NULL, refused},
        {KNOWN_ALONE(USER("u", "")), CLIENT, NULL, "<u@acme.example>", NULL, refused},
        /* the map, which grants something to anybody */
        {KNOWN_ALONE(MAP), CLIENT, NULL, "<any@acme.example>", NULL, "pass"},
        {KNOWN_ALONE(MAP), CLIENT, NULL, "<any@sub.acme.example>", NULL, refused},
        {KNOWN_ALONE(MAP), CLIENT, NULL, "<team@sub.acme.example>", NULL, "pass"},
        {KNOWN_ALONE(MAP), CLIENT, NULL, "<team+x@sub.acme.example>", NULL, "pass"},
        {KNOWN_ALONE(MAP), CLIENT, NULL, "<+team@sub.acme.example>", NULL, refused},
        /* senders of any user, and of no other OU's */
        {KNOWN_ALONE(USER("u@acme.example",
                          "smtp_auth = any_sender senders = { 'l@acme.example', "
                          "'n-*@acme.example' }")),
         CLIENT, NULL, "<l+x@acme.example>", NULL, "pass"},
        {KNOWN_ALONE(USER("u@acme.example",
                          "smtp_auth = any_sender senders = { 'l@acme.example', "
                          "'n-*@acme.example' }")),
         CLIENT, NULL, "<n-1@acme.example>", NULL, "pass"},
        {KNOWN_ALONE(USER("u@acme.example",
                          "smtp_auth = any_sender senders = { 'l@acme.example', "
                          "'n-*@acme.example' }")),
         CLIENT, NULL, "<n1@acme.example>", NULL, refused},
        {KNOWN_ALONE("") BETA(USER("v@beta.example", "smtp_auth = any_sender senders = "
                                                     "{ 'l@acme.example' }")),
         CLIENT, NULL, "<l@acme.example>", NULL, refused},
        /* known_senders */
        {KNOWN_ALONE("known_senders = { 'k@acme.example' }"), CLIENT, NULL,
         "<k@acme.example>", NULL, "pass"},
        {KNOWN_ALONE("known_senders = { 'k@acme.example' }"), CLIENT, NULL,
         "<K+x@acme.example>", NULL, "pass"},
        {KNOWN_ALONE("known_senders = { 'k@acme.example' }"), CLIENT, NULL,
         "<kk@acme.example>", NULL, refused},
        {KNOWN_ALONE("known_senders = { '*@sub.acme.example' }"), CLIENT, NULL,
         "<kk@sub.acme.example>", NULL, "pass"},
        /* it is the last rule: who does not own a sender is told so */
        {KNOWN_ALONE(OWNER), CLIENT, "a@acme.example", "<b@acme.example>", NULL,
         mismatch},
        {KNOWN_ALONE("require_sending_domain_authentication = true"), CLIENT, NULL,
         "<b@acme.example>", NULL, "sending-domain-auth 530 5.7.0"},
        /* exempt clients, and clients exempt elsewhere */
        {KNOWN_ALONE("ip_exceptions = { '198.51.100.0/24' }"), CLIENT, NULL,
         "<a@acme.example>", NULL, "pass"},
        {KNOWN_ALONE("ip_exceptions = { '192.0.2.0/24' }"), CLIENT, NULL,
         "<a@acme.example>", NULL, refused},
        {KNOWN_ALONE("") BETA("ip_exceptions = { '198.51.100.0/24' }"), CLIENT, NULL,
         "<a@acme.example>", NULL, refused},
        {KNOWN_ALONE("ip_exceptions = { '0.0.0.0/0' }"), "unknown", NULL,
         "<a@acme.example>", NULL, refused},
        /* monitor mode */
        {KNOWN_ALONE("mode = monitor"), CLIENT, NULL, "<a@acme.example>", NULL,
         "pass, would unknown-sender"},
        {"mode = monitor\n" KNOWN_ALONE(""), CLIENT, NULL, "<a@acme.example>", NULL,
         "pass, would unknown-sender"},
        {IN("mode = monitor") KNOWN_ALONE(""), CLIENT, NULL, "<a@acme.example>", NULL,
         "pass, would unknown-sender"},
        {KNOWN_ALONE("") BETA("mode = monitor"), CLIENT, "b@beta.example",
         "<a@acme.example>", NULL, crossed},
        /* what cannot be told is not passed, unless something else tells it */
        {KNOWN_ALONE("known_senders = { '" HOSTILE_NAME "' }"), CLIENT, NULL,
         "<" LONG_NAME "@acme.example>", NULL, "fault 451 4.3.0"},
        {KNOWN_ALONE("known_senders = { '" HOSTILE_NAME "', '*@acme.example' }"),
         CLIENT, NULL, "<" LONG_NAME "@acme.example>", NULL, "pass"},
        {KNOWN_ALONE(USER("u@acme.example", "smtp_auth = any_sender senders = { "
                                            "'" HOSTILE_NAME "' }")),
         CLIENT, NULL, "<" LONG_NAME "@acme.example>", NULL, "fault 451 4.3.0"},
        {KNOWN_ALONE("known_senders = { '" HOSTILE_NAME "' } ip_exceptions = { "
                     "'198.51.100.0/24' }"),
         CLIENT, NULL, "<" LONG_NAME "@acme.example>", NULL, "pass"},
        /* all of it */
        {KNOWN(OWNER), CLIENT, "a@acme.example", "<shared@acme.example>", NULL, "pass"},
        {KNOWN(OWNER), CLIENT, "bob", "<k@acme.example>", NULL, mismatch},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* --- which interface --- */

static void test_interfaces(void **state)
{
    static const char by_all[] =
        "interface 'named' { daemon_names = { 'Submission', 'other' } }\n"
        "interface 'ported' { ports = { 587, 465 } }\n"
        "interface 'both' { daemon_names = { 'both' } ports = { 25 } }\n"
        "interface 'net' { daemon_names = { 'mx' } clients = { '192.0.2.0/24' } }\n"
        "interface 'host' { daemon_names = { 'mx' } clients = { '*.acme.example' } }\n";
    static const char by_client[] = "interface 'net' { clients = { '192.0.2.0/24' } }\n"
                                    "interface 'named' { daemon_names = { 'mx' } }\n";
    static const char hostile[] =
        "interface 'regex' { daemon_names = { 'mx' } clients = { '" HOSTILE_NAME
        "' } }\n";
    static const struct {
        const char *configuration, *daemon_name;
        unsigned port;
        const char *client, *client_name;
        const char *want; /* NULL: it cannot be told */
    } rows[] = {
        {by_all, "submission", 1, CLIENT, NULL, "named"},
        {by_all, "SUBMISSION", 1, CLIENT, NULL, "named"},
        {by_all, "other", 587, CLIENT, NULL, "named"}, /* the first */
        {by_all, "submission2", 1, CLIENT, NULL, "default"},
        {by_all, "submissio", 1, CLIENT, NULL, "default"},
        {by_all, NULL, 587, CLIENT, NULL, "ported"},
        {by_all, "x", 465, CLIENT, NULL, "ported"},
        {by_all, "x", 46, CLIENT, NULL, "default"},
        {by_all, "both", 25, CLIENT, NULL, "both"},
        {by_all, "both", 26, CLIENT, NULL, "default"},
        {by_all, "x", 25, CLIENT, NULL, "default"},
        {by_all, "mx", 25, "192.0.2.1", NULL, "net"},
        {by_all, "mx", 25, "::ffff:192.0.2.1", NULL, "net"},
        {by_all, "x", 25, "192.0.2.1", NULL, "default"},
        {by_all, "mx", 25, CLIENT, "mail.acme.example", "host"},
        {by_all, "mx", 25, CLIENT, "MAIL.Acme.Example.", "host"},
        {by_all, "mx", 25, CLIENT, "acme.example", "default"},
        {by_all, "mx", 25, CLIENT, NULL, "default"},
        {by_all, "mx", 25, CLIENT, "mail.acme.example\n", "default"},
        {by_all, "mx", 25, "unknown", "mail.acme.example", "host"},
        {by_all, NULL, 0, CLIENT, NULL, NULL},
        {by_all, "", 0, CLIENT, NULL, NULL},
        {by_client, NULL, 0, "192.0.2.1", NULL, "net"},
        {by_client, NULL, 0, CLIENT, NULL, NULL},
        {by_client, "mx", 0, CLIENT, NULL, "named"},
        {by_client, NULL, 25, CLIENT, NULL, "default"},
        {"interface 'any' { }", NULL, 0, "unknown", NULL, "any"},
        {"", NULL, 0, "unknown", NULL, "default"},
        {hostile, "mx", 25, CLIENT, LONG_NAME ".example", NULL},
        {hostile, "x", 25, CLIENT, LONG_NAME ".example", "default"},
        {hostile, "mx", 25, CLIENT, "b.example", "default"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct snapshot *s = load(rows[i].configuration);
        struct policy policy;
        struct verdict v;
        const struct row row = {.client = rows[i].client, .from = "<>"};
        assert_non_null(s);
        struct txn txn = txn_of(&row);
        txn.daemon_name = span_of(rows[i].daemon_name);
        txn.port = rows[i].port;
        txn.client_name = span_of(rows[i].client_name);
        policy_mail(s, &txn, &policy, &v, NULL);
        const char *got = v.interface ? v.interface->name : NULL;
        bad += !same_text(span_of(rows[i].daemon_name), span_of(got),
                          span_of(rows[i].want));
        bad += !holds(v.kind == (rows[i].want ? VERDICT_PASS : VERDICT_DEFER) &&
                          is_sound(&v) && policy.interface == v.interface &&
                          policy.accepted == (rows[i].want != NULL),
                      "row %zu", i);
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

/* --- what a verdict says --- */

#define TOLD                                                                           \
    "help = 'see https://help.example'\n"                                              \
    "interface 'in' {\n"                                                               \
    "  relay_check = true\n"                                                           \
    "}\n"                                                                              \
    "ou 'acme' {\n"                                                                    \
    "  domains = { 'acme.example' }\n"                                                 \
    "  help = 'call acme'\n"                                                           \
    "  require_sending_domain_authentication = true\n"                                 \
    "  match_auth_user = true\n"                                                       \
    "  user 'off@acme.example' {\n"                                                    \
    "  }\n"                                                                            \
    "  user 'u@acme.example' {\n"                                                      \
    "    smtp_auth = any_sender\n"                                                     \
    "  }\n"                                                                            \
    "}\n"                                                                              \
    "ou 'beta' {\n"                                                                    \
    "  domains = { 'beta.example' }\n"                                                 \
    "}\n"

static void test_verdicts(void **state)
{
    static const struct {
        const char *login, *from, *to;
        const char *rule, *ou, *source, *reply;
    } rows[] = {
        {NULL, "<a@beta.example>", NULL, "", "beta", "default", ""},
        {NULL, "<>", NULL, "", "", "default", ""},
        {NULL, "<a@acme.example>", NULL, "sending-domain-auth", "acme", "t:8",
         "530 5.7.0 Authentication required to send from this domain; call acme"},
        {"b@acme.example", "<a@acme.example>", NULL, "sender-mismatch", "acme", "t:9",
         "553 5.7.1 Sender address is not owned by your login; call acme"},
        {"off@acme.example", "<a@beta.example>", NULL, "user-off", "acme", "default",
         "550 5.7.1 This user may not authenticate; call acme"},
        {"u@acme.example", "<a@other.example>", NULL, "user-sender", "acme", "t:13",
         "553 5.7.1 Your login may not use this sender address; call acme"},
        /* The OU that decides is acme; its words are not for beta's login. */
        {"b@beta.example", "<a@acme.example>", NULL, "cross-ou", "acme", "default",
         "553 5.7.1 Your login may not send from this domain; "
         "see https://help.example"},
        {"b@acme.example", "<a@beta.example>", NULL, "cross-ou", "beta", "default",
         "553 5.7.1 Your login may not send from this domain; call acme"},
        {NULL, "junk<", NULL, "bad-sender", "", "default",
         "501 5.1.7 Bad sender address syntax; see https://help.example"},
        {NULL, "<a@beta.example>", "<x@ext.example>", "relay-denied", "beta", "t:3",
         "554 5.7.1 Relay access denied; see https://help.example"},
        {NULL, "<>", "<x@ext.example>", "relay-denied", "", "t:3",
         "554 5.7.1 Relay access denied; see https://help.example"},
        {NULL, "<a@beta.example>", "<>", "bad-recipient", "beta", "default",
         "501 5.1.3 Bad recipient address syntax; see https://help.example"},
        {"a b", "<a@acme.example>", NULL, "auth-username", "acme", "default",
         "550 5.7.1 This login may not be used here; see https://help.example"},
    };
    struct snapshot *s = load(TOLD);
    (void)state;
    assert_non_null(s);
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct txn txn = {.login = span_of(rows[i].login),
                          .from = span_of(rows[i].from)};
        struct policy policy;
        struct verdict v;
        char reply[REPLY_TEXT], source[SOURCE_TEXT];
        judge(s, &txn, rows[i].to, &policy, &v);
        source_format(v.source, source);
        struct span row = span_of(rows[i].from);
        bad += !same_text(row, span_of(rule_name(v.rule)), span_of(rows[i].rule));
        bad += !same_text(row, span_of(v.ou ? v.ou->name : ""), span_of(rows[i].ou));
        bad += !same_text(row, span_of(source), span_of(rows[i].source));
        bad +=
            !same_text(row, span_of(verdict_reply(&v, reply)), span_of(rows[i].reply));
        bad += !holds(is_sound(&v), "row %zu", i);
    }
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

/* The source of a rule held back is known too; a fault carries no help. */
static void test_sources(void **state)
{
    struct snapshot *s = load("mode = monitor\n" TOLD);
    struct txn txn = {.from = span_of("<a@acme.example>")};
    struct policy policy;
    struct verdict v;
    char text[SOURCE_TEXT];
    (void)state;
    assert_non_null(s);
    policy_mail(s, &txn, &policy, &v, NULL);
    assert_int_equal(v.kind, VERDICT_PASS);
    assert_int_equal(v.would, RULE_SENDING_DOMAIN_AUTH);
    source_format(v.source, text);
    assert_string_equal(text, "t:9");
    verdict_fault(&v, v.source, "a source is down");
    assert_int_equal(v.kind, VERDICT_DEFER);
    assert_string_equal(verdict_reply(&v, text),
                        "451 4.3.0 Temporary failure in the policy check, "
                        "please try again");
    assert_string_equal(verdict_text(&v, text),
                        "Temporary failure in the policy check, please try again");
    snapshot_free(&s);
}

static void test_names_of_rules(void **state)
{
    (void)state;
    assert_string_equal(rule_name(RULE_NONE), "");
    for (int i = 1; i < RULE_COUNT; i++) {
        assert_non_null(rule_name((enum rule_id)i));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(rule_name((enum rule_id)i),
                                    rule_name((enum rule_id)k));
    }
    assert_string_equal(verdict_name(VERDICT_PASS), "pass");
    assert_string_equal(verdict_name(VERDICT_REFUSE), "refuse");
    assert_string_equal(verdict_name(VERDICT_DEFER), "defer");
    assert_string_equal(verdict_name((enum verdict_kind)0), "defer");
}

/* --- the trace --- */

static void note_step(void *context, const struct step *step)
{
    static const char marks[] = "-+!?"; /* unconcerned, pass, refuse, fault */
    assert_non_null(step->reason);
    append(context, 1000, "%s%c%s ", rule_name(step->rule), marks[step->outcome],
           step->held_back ? "held" : "");
}

/* Each of them below its limit, but all of them too much: a fault, not a verdict. */
static void test_too_much_work(void **state)
{
    enum { REGEXES = 3000 };
    static char configuration[REGEXES * 48 + 400], from[300];
    size_t size = sizeof configuration;
    (void)state;
    append(configuration, size,
           "ou 'acme' { domains = { 'acme.example' }\n"
           "refuse_unknown_senders = true known_senders = { ");
    for (int i = 0; i < REGEXES; i++)
        append(configuration, size, "%s'/a{1,19}a{1,17}a{1,19}[b%d]$/'", i ? ", " : "",
               i % 10);
    append(configuration, size, " } }\n");
    memset(from, 'a', 250);
    append(from, sizeof from, "@acme.example");
    struct diag diag = {0};
    struct snapshot *s = config_load_text(configuration, strlen(configuration), "t",
                                          SECRETS_FORGET, &diag);
    diag_clear(&diag);
    assert_non_null(s);
    const struct txn txn = {.from = span_of(from)};
    struct policy policy;
    struct verdict v;
    policy_mail(s, &txn, &policy, &v, NULL);
    assert_int_equal(v.rule, RULE_FAULT);
    const struct txn easy = {.from = span_of("<b@acme.example>")};
    policy_mail(s, &easy, &policy, &v, NULL);
    assert_int_equal(v.rule, RULE_UNKNOWN_SENDER);
    snapshot_free(&s);
}

static void test_trace(void **state)
{
#define LOGIN_STEPS                                                                    \
    "auth-disabled+ auth-encryption- auth-ip- auth-username- ou-auth-username- "
#define NO_LOGIN                                                                       \
    "auth-disabled- auth-encryption- auth-ip- auth-username- ou-auth-username- "       \
    "user-off- user-client- auth-required- "
    static const struct {
        const char *configuration, *login, *from, *to, *want;
    } rows[] = {
        {"", NULL, "<>", NULL,
         NO_LOGIN "bad-sender+ sending-domain-auth- cross-ou- user-sender- "
                  "sender-mismatch- unknown-sender- "},
        {TOLD, NULL, "<a@acme.example>", NULL,
         NO_LOGIN "bad-sender+ "
                  "sending-domain-auth! "},
        {TOLD, NULL, "junk<", NULL, NO_LOGIN "bad-sender! "},
        {TOLD, "b@acme.example", "<a@acme.example>", NULL,
         LOGIN_STEPS "user-off- user-client- auth-required+ bad-sender+ "
                     "sending-domain-auth+ cross-ou+ user-sender- sender-mismatch! "},
        {TOLD, "u@acme.example", "<u@acme.example>", NULL,
         LOGIN_STEPS "user-off+ user-client- auth-required+ bad-sender+ "
                     "sending-domain-auth+ cross-ou+ user-sender+ sender-mismatch+ "
                     "unknown-sender- "},
        {TOLD, "off@acme.example", "<>", NULL, LOGIN_STEPS "user-off! "},
        {TOLD, NULL, "<a@beta.example>", "<x@ext.example>",
         NO_LOGIN "bad-sender+ sending-domain-auth- cross-ou- user-sender- "
                  "sender-mismatch- unknown-sender- bad-recipient+ "
                  "inbound-domain-auth- relay-denied! "},
        {TOLD, NULL, "<a@beta.example>", "<b@beta.example>",
         NO_LOGIN "bad-sender+ sending-domain-auth- cross-ou- user-sender- "
                  "sender-mismatch- unknown-sender- bad-recipient+ "
                  "inbound-domain-auth- relay-denied+ "},
        {TOLD, NULL, "<a@beta.example>", "<>",
         NO_LOGIN "bad-sender+ sending-domain-auth- cross-ou- user-sender- "
                  "sender-mismatch- unknown-sender- bad-recipient! "},
        {"mode = monitor\n" TOLD, "off@acme.example", "<a@beta.example>", NULL,
         LOGIN_STEPS "user-off!held user-client- auth-required+ bad-sender+ "
                     "sending-domain-auth- cross-ou!held user-sender!held "
                     "sender-mismatch- unknown-sender- "},
        {NAMES("allow", "'" HOSTILE_NAME "'"), LONG_NAME "@acme.example", "<>", NULL,
         "auth-disabled+ auth-encryption- auth-ip- auth-username? "},
        {IN("ports = { 25 }"), NULL, "<>", NULL, ""}, /* no interface, no rule */
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        static const struct span absent = {NULL, 0};
        struct snapshot *s = load(rows[i].configuration);
        char steps[1000] = "";
        const struct trace trace = {note_step, steps};
        struct txn txn = {.login = span_of(rows[i].login),
                          .from = span_of(rows[i].from)};
        struct policy policy;
        struct verdict v;
        assert_non_null(s);
        policy_mail(s, &txn, &policy, &v, &trace);
        if (rows[i].to)
            policy_rcpt(&policy, span_of(rows[i].to), absent, &v, &trace);
        bad += !same_text(span_of(rows[i].from), span_of(steps), span_of(rows[i].want));
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auth_disabled),
        cmocka_unit_test(test_auth_encryption),
        cmocka_unit_test(test_auth_ip),
        cmocka_unit_test(test_auth_username),
        cmocka_unit_test(test_unreadable_login),
        cmocka_unit_test(test_ou_auth_username),
        cmocka_unit_test(test_user_off),
        cmocka_unit_test(test_user_client),
        cmocka_unit_test(test_auth_required),
        cmocka_unit_test(test_bad_sender),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_hidden_domains),
        cmocka_unit_test(test_sending_domain_auth),
        cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_exempt_from_little),
        cmocka_unit_test(test_cross_ou),
        cmocka_unit_test(test_user_sender),
        cmocka_unit_test(test_sender_mismatch),
        cmocka_unit_test(test_quoted_login),
        cmocka_unit_test(test_bad_recipient),
        cmocka_unit_test(test_recipient_readings),
        cmocka_unit_test(test_hidden_recipients),
        cmocka_unit_test(test_inbound_domain_auth),
        cmocka_unit_test(test_relay_denied),
        cmocka_unit_test(test_routed_local_parts),
        cmocka_unit_test(test_recipients_apart),
        cmocka_unit_test(test_nothing_left),
        cmocka_unit_test(test_monitor),
        cmocka_unit_test(test_monitor_of_login_ou),
        cmocka_unit_test(test_senders_of_another_ou),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_sender_map),
        cmocka_unit_test(test_matching),
        cmocka_unit_test(test_cross_ou_by_map),
        cmocka_unit_test(test_bare_logins),
        cmocka_unit_test(test_unknown_sender),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_names_of_rules),
        cmocka_unit_test(test_too_much_work),
        cmocka_unit_test(test_trace),
    };
    return cmocka_run_group_tests(tests, open_map, close_map);
}
