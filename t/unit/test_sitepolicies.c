/* SPDX-License-Identifier: BSD-2-Clause */
/* Policy sections: what they may be, and what they do with a recipient. */
#include "unit.h"

#include "authresults.h"
#include "placeholder.h"
#include "policy.h"

#define OUS                                                                            \
    "interface 'in' { daemon_names = { 'S' } }\n"                                      \
    "ou 'acme' { domains = { 'acme.example' } }\n"                                     \
    "ou 'beta' { domains = { 'beta.example' } }\n"
#define POLICY(name, options) "policy '" name "' { " options " }\n"
#define REFUSE(options)       OUS POLICY("p", options "\naction = refuse")

static void test_complaints(void **state)
{
    static const struct complaint rows[] = {
        {POLICY("p", "action = accept"), ""},
        {POLICY("p", ""), "1: action: a policy needs an action"},
        {POLICY("p", "action = drop"),
         "1: action: \"drop\" is not one of: accept, refuse, defer, discard, "
         "quarantine, add_header, redirect, log"},
        {POLICY("p", "action = accept value = 'x'"),
         "1: value: this action takes no value"},
        {POLICY("p", "action = add_header"), "1: value: \"Name: text\" was expected"},
        {POLICY("p", "action = add_header value = 'X-A: yes %{login}'"), ""},
        {POLICY("p", "action = add_header value = 'X-A:'"),
         "1: value: the field has no text"},
        {POLICY("p", "action = add_header value = 'X A: b'"),
         "1: value: \"Name: text\" was expected"},
        {POLICY("p", "action = add_header value = 'fRom: b'"),
         "1: value: a field that is not for policies to add"},
        {POLICY("p", "action = add_header value = 'X-A: %{password}'"),
         "1: value: behind % stands another %, {login}, {client}, {ou}, {interface} or "
         "{sender}"},
        {POLICY("p", "action = add_header value = 'X-A: \xc3\xa9'"),
         "1: value: a header field holds printable ASCII only"},
        {POLICY("p", "action = redirect"),
         "1: value: the address to send to was expected"},
        {POLICY("p", "action = redirect value = 'bob'"),
         "1: value: the address to send to was expected"},
        {POLICY("p", "action = redirect value = '<>'"),
         "1: value: the address to send to was expected"},
        {POLICY("p", "action = redirect value = 'bob@x.example'"), ""},
        {POLICY("p", "action = refuse value = '\xc3\xa9'"),
         "1: value: an SMTP reply holds printable ASCII only"},
        {POLICY("p", "interfaces = { 'no' } action = accept"),
         "1: interfaces: there is no interface \"no\""},
        {POLICY("p", "interfaces = { 'default' } action = accept"), ""},
        {POLICY("p", "ous = { 'no' } action = accept"),
         "1: ous: there is no ou \"no\""},
        {POLICY("p", "action = log") POLICY("P", "action = log"),
         "2: policy: there are two of the name \"P\": first in line 1"},
        {POLICY("p", "action = refuse") POLICY("q", "action = log"),
         "2: warning: policy: \"q\" can never be reached: \"p\" is for all mail"},
        {POLICY("p", "action = refuse senders = { '<>' }") POLICY("q", "action = log"),
         ""},
        {"ou 'a' { policy 'p' { action = log } }",
         "1: policy: does not belong in an ou section, but in the top of the main "
         "file"},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

struct row {
    const char *configuration, *client, *login, *from, *to;
    const char *want; /* the rule that refused or would, and what is done */
};

static void describe(const struct snapshot *s, const struct policy *p,
                     const struct verdict *v, char *out, size_t size)
{
    out[0] = '\0';
    append(out, size, "%s", verdict_name(v->kind));
    if (v->would != RULE_NONE)
        append(out, size, ", would %s", rule_name(v->would));
    if (v->rule != RULE_NONE)
        append(out, size, " %s %s %s", rule_name(v->rule), v->reply->code,
               v->reply->text);
    for (const struct site_policy *y = s->policies; y; y = y->next)
        if (p->handling.marks[y->index / 64] >> (y->index % 64) & 1)
            append(out, size, " +%s", y->name);
    if (p->handling.discard)
        append(out, size, " discard %s", p->handling.discard->name);
    if (p->handling.redirect)
        append(out, size, " redirect %s", p->handling.redirect->value);
}

static bool row_holds(const struct row *row)
{
    static const struct span absent = {NULL, 0};
    struct snapshot *s = load(row->configuration);
    struct txn txn = {.daemon_name = span_of("S"),
                      .login = span_of(row->login),
                      .from = span_of(row->from)};
    struct policy policy;
    struct verdict v;
    char got[300];
    if (!s)
        return false;
    if (!ipaddr_parse(span_of(row->client), &txn.client))
        txn.client = (struct ipaddr){.family = IP_UNKNOWN};
    policy_mail(s, &txn, &policy, &v, NULL);
    policy_rcpt(&policy, span_of(row->to), absent, &v, NULL);
    describe(s, &policy, &v, got, sizeof got);
    bool good =
        holds(strcmp(got, row->want) == 0, "%s %s %s %s: got \"%s\", want \"%s\"",
              row->configuration, row->login ? row->login : "-", row->from, row->to,
              got, row->want);
    snapshot_free(&s);
    return good;
}

static void test_what_they_do(void **state)
{
#define NO     "refuse policy 550 This message is refused by policy"
#define HARD   "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.example>"
#define FOR(x) "192.0.2.1", x, "<b@acme.example>", "<t@x.example>"
    static const struct row rows[] = {
        {REFUSE(""), FOR(NULL), NO},
        {REFUSE("authentication_state = authenticated"), FOR("a@acme.example"), NO},
        {REFUSE("authentication_state = authenticated"), FOR(NULL), "pass"},
        {REFUSE("authentication_state = unauthenticated"), FOR(NULL), NO},
        {REFUSE("authentication_state = unauthenticated"), FOR("a@acme.example"),
         "pass"},
        {REFUSE("interfaces = { 'IN' }"), FOR(NULL), NO},
        {REFUSE("interfaces = { 'default' }"), FOR(NULL), "pass"},
        {REFUSE("ous = { 'Acme' }"), FOR(NULL), NO},
        {REFUSE("ous = { 'beta' }"), FOR(NULL), "pass"},
        {REFUSE("clients = { '192.0.2.0/24' }"), FOR(NULL), NO},
        {REFUSE("clients = { '198.51.100.0/24' }"), FOR(NULL), "pass"},
        {REFUSE("clients = { '192.0.2.0/24' }"), "", NULL, "<>", "<t@x.example>",
         "pass"},
        {REFUSE("senders = { '*@acme.example' }"), FOR(NULL), NO},
        {REFUSE("senders = { '<>' }"), FOR(NULL), "pass"},
        {REFUSE("senders = { '<>' }"), "192.0.2.1", NULL, "<>", "<t@x.example>", NO},
        {REFUSE("recipients = { 't@x.example' }"), FOR(NULL), NO},
        {REFUSE("recipients = { 'u@x.example' }"), FOR(NULL), "pass"},
        {REFUSE("recipients = { 't@x.example' } senders = { '<>' }"), FOR(NULL),
         "pass"},
        {OUS POLICY("p", "action = refuse value = 'no 100%'"), FOR(NULL),
         "refuse policy 550 no 100%"},
        {OUS POLICY("p", "action = defer"), FOR(NULL),
         "defer policy 451 This message is deferred by policy"},
        /* in order */
        {OUS POLICY("a", "senders = { 'b@acme.example' } action = accept")
             POLICY("p", "action = refuse"),
         FOR(NULL), "pass"},
        {OUS POLICY("a", "senders = { 'c@acme.example' } action = accept")
             POLICY("p", "action = refuse"),
         FOR(NULL), NO},
        {OUS POLICY("h", "action = add_header value = 'X-A: b'") POLICY(
             "l", "action = log value = 'seen'") POLICY("q", "action = quarantine"),
         FOR(NULL), "pass +h +l +q"},
        {OUS POLICY("d", "recipients = { '*' } action = discard")
             POLICY("l", "action = log"),
         FOR(NULL), "pass discard d"},
        {OUS POLICY("r", "action = redirect value = 'o@x.example'")
             POLICY("s", "action = redirect value = '<p@x.example>'")
                 POLICY("l", "action = log"),
         FOR(NULL), "pass +l redirect <o@x.example>"},
        /* held back */
        {"mode = monitor\n" REFUSE("") POLICY("l", "senders = { '*' } action = log"),
         FOR(NULL), "pass, would policy +l"},
        {"mode = monitor\n" OUS POLICY("d", "action = redirect value = 'o@x.example'")
             POLICY("h", "action = add_header value = 'X-A: b'"),
         FOR(NULL), "pass, would policy +h"},
        /* what cannot be told is neither yes nor no */
        {REFUSE("senders = { '/^(a+)+$/' }"), "192.0.2.1", NULL, HARD, "<t@x.example>",
         "defer fault 451 Temporary failure in the policy check, please try again"},
        {REFUSE("senders = { '/^(a+)+$/' } clients = { '198.51.100.1' }"), "192.0.2.1",
         NULL, HARD, "<t@x.example>", "pass"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !row_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

/* A recipient counts as it was typed and as the MTA reads it. */
static void test_readings(void **state)
{
#define BOSS(more)                                                                     \
    more OUS POLICY("p", "recipients = { 'boss@acme.example' } action = refuse")
    static const struct {
        const char *configuration, *to, *reading;
        enum verdict_kind want;
    } rows[] = {
        {BOSS(""), "<boss@acme.example>", NULL, VERDICT_REFUSE},
        {BOSS(""), "<boss>", "boss@acme.example", VERDICT_REFUSE},
        {BOSS(""), "<boss>", "boss@else.example", VERDICT_PASS},
        {BOSS(""), "<boss>", NULL, VERDICT_PASS},
        {BOSS("mta = sendmail\n"), "<chief@acme.example>", "boss@acme.example",
         VERDICT_REFUSE},
        {BOSS("mta = sendmail\n"), "<boss%acme.example@mail.test>", "boss@acme.example",
         VERDICT_REFUSE},
        {BOSS("mta = sendmail\n"), "<boss%acme.example@mail.test>", NULL,
         VERDICT_REFUSE},
        {BOSS("mta = sendmail\n"), "<a%acme.example@mail.test>", "a@acme.example",
         VERDICT_PASS},
        {BOSS("mta = postfix\n"), "<boss%acme.example@mail.test>", NULL, VERDICT_PASS},
        /* who is let off must be who is meant */
        {"mta = sendmail\n" OUS POLICY(
             "a", "recipients = { 'boss@acme.example' } action = accept")
             POLICY("r", "action = refuse"),
         "<x%y@mail.test>", NULL, VERDICT_REFUSE},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct snapshot *s = load(rows[i].configuration);
        const struct txn txn = {.daemon_name = span_of("S"), .from = span_of("<>")};
        struct policy policy;
        struct verdict v;
        policy_mail(s, &txn, &policy, &v, NULL);
        policy_rcpt(&policy, span_of(rows[i].to), span_of(rows[i].reading), &v, NULL);
        bad += !holds(v.kind == rows[i].want, "%zu: %s (%s)", i, rows[i].to,
                      rows[i].reading ? rows[i].reading : "-");
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

static void test_placeholders(void **state)
{
    static const struct placeholder_values values = {
        .login = BYTES("a\r\nb@x.example"),
        .client = BYTES("192.0.2.1"),
        .ou = BYTES("A (\"b\"; \\c)"),
        .interface = BYTES(""),
        .sender = BYTES("\xc3\xa9,<x@y.example>")};
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"plain", "plain"},
        {"%{client}%%", "192.0.2.1%"},
        {"[%{login}]", "[a\\x0d\\x0ab@x.example]"},
        {"%{ou}", "A\\x20\\x28\\x22b\\x22\\x3b\\x20\\x5cc\\x29"},
        {"a%{interface}b", "ab"},
        {"%{sender}", "\\xc3\\xa9\\x2c\\x3cx@y.example\\x3e"},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char out[PLACEHOLDER_OUT];
        assert_null(placeholder_fault(rows[i].text));
        placeholder_expand(rows[i].text, &values, out);
        bad += !same_text(span_of(rows[i].text), span_of(out), span_of(rows[i].want));
    }
    assert_int_equal(bad, 0);
}

static void test_long_values(void **state)
{
    static char long_name[2000];
    char out[PLACEHOLDER_OUT];
    (void)state;
    memset(long_name, '\xff', sizeof long_name - 1);
    const struct span value = span_of(long_name);
    const struct placeholder_values values = {value, value, value, value, value};
    placeholder_expand("%{login}%{ou}%{sender}%{client}", &values, out);
    assert_true(strlen(out) < 900);
    assert_string_equal(out + strlen(out) - 5, "<cut>");
    assert_non_null(placeholder_fault("%{login}%{login}%{login}%{login}%{login}"));
}

static void test_claims(void **state)
{
    static const struct {
        const char *value;
        bool claims;
    } rows[] = {
        {"mx.acme.example; auth=pass", true},
        {"MX.Acme.Example; auth=pass", true},
        {"mx.acme.example", true},
        {"mx.acme.example 1; none", true},
        {"mx.acme.example(hi); none", true},
        {" (a (b) \\) c)\n\tmx.acme.example ;none", true},
        {"\"mx.acme.example\"; none", true},
        {"\"mx.\\acme.example\"; none", true},
        {"mx.acme.example.; none", false},
        {"xmx.acme.example; none", false},
        {"mx.acme.exampl; none", false},
        {"other.example; auth=pass (mx.acme.example)", false},
        {"other.example (; mx.acme.example", false},
        {"", true},
        {"; auth=pass", true},
        {"(never closed mx.acme.example", true},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !holds(authresults_claims(span_of(rows[i].value), "mx.acme.example") ==
                          rows[i].claims,
                      "\"%s\"", rows[i].value);
    assert_int_equal(bad, 0);
}

static void test_results(void **state)
{
    static const struct {
        const char *login, *from, *want;
    } rows[] = {
        {NULL, "<a@acme.example>", "mx.example; auth=none"},
        {"a@acme.example", "<b+c@acme.example>",
         "mx.example; auth=pass smtp.auth=a@acme.example "
         "smtp.mailfrom=b+c@acme.example"},
        {"a", "<>", "mx.example; auth=pass smtp.auth=a smtp.mailfrom=\"\""},
        {"D\\a", "<\"x y\"@acme.example>",
         "mx.example; auth=pass smtp.auth=\"d\\\\x5ca\" "
         "smtp.mailfrom=\"x\\\\x20y@acme.example\""},
        {"a;b=c@acme.example", "<.a@acme.example>",
         "mx.example; auth=pass smtp.auth=\"a\\\\x3bb=c@acme.example\" "
         "smtp.mailfrom=\".a@acme.example\""},
        {"a=b/c", "<a@[192.0.2.1]>",
         "mx.example; auth=pass smtp.auth=\"a=b/c\" smtp.mailfrom=\"a@[192.0.2.1]\""},
    };
    (void)state;
    struct snapshot *s =
        load("authentication_results = yes\nauthserv_id = 'mx.example'\n");
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct txn txn = {.login = span_of(rows[i].login),
                          .from = span_of(rows[i].from)};
        struct policy policy;
        struct verdict v;
        char out[AUTHRESULTS_MAX];
        policy_mail(s, &txn, &policy, &v, NULL);
        authresults_format(&policy, out);
        bad += !same_text(span_of(rows[i].from), span_of(out), span_of(rows[i].want));
    }
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complaints),  cmocka_unit_test(test_what_they_do),
        cmocka_unit_test(test_readings),    cmocka_unit_test(test_placeholders),
        cmocka_unit_test(test_long_values), cmocka_unit_test(test_claims),
        cmocka_unit_test(test_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
