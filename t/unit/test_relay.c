/* SPDX-License-Identifier: BSD-2-Clause */
/* Which hosts are a relay's, and whose mail it is for. */
#include "unit.h"

#include <stdio.h>

#include "address.h"
#include "relay.h"

/* --- a relay's hosts --- */

#define RELAY(name, options)                                                           \
    "relay '" name "' { authentication = disabled " options " }\n"
#define HOSTS                                                                          \
    "relay_socket = '/run/x'\n" RELAY(                                                 \
        "r", "hosts = { '[smtp.example.net]:587', '[192.0.2.1]', '[2001:db8::1]:25', " \
             "'example.org', 'mail.example:2525', '[mail.example]:2525' }")

static const struct relay *relay_named(const struct snapshot *s, const char *name)
{
    const struct relay *r = relay_find(s, span_of(name));
    assert_non_null(r);
    return r;
}

static void test_texts(void **state)
{
    static const char *const texts[] = {
        "[smtp.example.net]:587", "[192.0.2.1]",        "[2001:db8::1]", "example.org",
        "mail.example:2525",      "[mail.example]:2525"};
    static const char *const plain[] = {
        "[smtp.example.net]:0587", "[192.0.2.1]:025",    "[2001:db8::1]:025",
        "example.org:025",         "mail.example:02525", "[mail.example]:02525"};
    struct snapshot *s = load(HOSTS);
    (void)state;
    assert_non_null(s);
    const struct relay *r = relay_named(s, "R");
    assert_int_equal(r->host_count, ROWS(texts));
    for (size_t i = 0; i < ROWS(texts); i++) {
        char out[RELAY_HOST_TEXT];
        bool plainly = false;
        relay_host_plainly(&r->hosts[i], out);
        assert_string_equal(r->hosts[i].text, texts[i]);
        assert_string_equal(out, plain[i]);
        assert_ptr_equal(relay_host_of(r, span_of(out), &plainly), &r->hosts[i]);
        assert_true(plainly);
        assert_ptr_equal(relay_host_of(r, span_of(texts[i]), &plainly), &r->hosts[i]);
        assert_false(plainly);
    }
    snapshot_free(&s);
}

static void test_host_of(void **state)
{
    static const struct {
        struct span nexthop;
        const char *want; /* NULL: none of the relay's */
        bool plainly;
    } rows[] = {
        {BYTES("[smtp.example.net]:587"), "[smtp.example.net]:587", false},
        {BYTES("[SMTP.example.net.]:587"), "[smtp.example.net]:587", false},
        {BYTES("[smtp.example.net]:0587"), "[smtp.example.net]:587", true},
        {BYTES("[smtp.example.net]:00587"), NULL, false},
        {BYTES("[smtp.example.net]:588"), NULL, false},
        {BYTES("[smtp.example.net]"), NULL, false},
        {BYTES("smtp.example.net:587"), NULL, false},
        {BYTES("smtp.example.net"), NULL, false},
        {BYTES("[192.0.2.1]"), "[192.0.2.1]", false},
        {BYTES("[192.0.2.1]:25"), "[192.0.2.1]", false},
        {BYTES("[192.0.2.1]:025"), "[192.0.2.1]", true},
        {BYTES("[::ffff:192.0.2.1]"), "[192.0.2.1]", false},
        {BYTES("192.0.2.1"), NULL, false},
        {BYTES("[192.0.2.10]"), NULL, false},
        {BYTES("[2001:db8::1]"), "[2001:db8::1]", false},
        {BYTES("[IPv6:2001:DB8:0:0::1]:025"), "[2001:db8::1]", true},
        {BYTES("example.org"), "example.org", false},
        {BYTES("example.org:25"), "example.org", false},
        {BYTES("example.org:025"), "example.org", true},
        {BYTES("[example.org]"), NULL, false},
        {BYTES("mx.example.org"), NULL, false},
        {BYTES("mail.example:2525"), "mail.example:2525", false},
        {BYTES("[mail.example]:2525"), "[mail.example]:2525", false},
        {BYTES("mail.example:02525"), "mail.example:2525", true},
        {BYTES("example.org\0"), NULL, false},
        {BYTES(""), NULL, false},
        {BYTES("*"), NULL, false},
    };
    struct snapshot *s = load(HOSTS);
    size_t bad = 0;
    (void)state;
    assert_non_null(s);
    for (size_t i = 0; i < ROWS(rows); i++) {
        bool plainly = false;
        const struct relay_host *host =
            relay_host_of(relay_named(s, "r"), rows[i].nexthop, &plainly);
        bad += !same_text(rows[i].nexthop, span_of(host ? host->text : NULL),
                          span_of(rows[i].want));
        bad += !holds(!host || plainly == rows[i].plainly, "%s: plainly? %d",
                      rows[i].nexthop.ptr, plainly);
    }
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

static void test_is_server(void **state)
{
    static const struct {
        struct span name;
        bool want;
    } rows[] = {
        {BYTES("smtp.example.net"), true},
        {BYTES("SMTP.EXAMPLE.NET."), true},
        {BYTES("192.0.2.1"), true},
        {BYTES("2001:db8::1"), true},
        {BYTES("2001:0DB8:0::1"), true},
        {BYTES("ipv6:2001:db8::1"), true},
        {BYTES("::ffff:192.0.2.1"), true},
        {BYTES("example.org"), true},
        {BYTES("mail.example"), true},
        {BYTES("mx.example.org"), false},
        {BYTES("example.net"), false},
        {BYTES("xsmtp.example.net"), false},
        {BYTES("smtp.example.net.evil.example"), false},
        {BYTES("[smtp.example.net]"), false},
        {BYTES("smtp.example.net:587"), false},
        {BYTES("[192.0.2.1]"), false},
        {BYTES("192.0.2.10"), false},
        {BYTES("192.0.2"), false},
        {BYTES("smtp.example.net\0"), false},
        {BYTES(""), false},
    };
    struct snapshot *s = load(HOSTS);
    size_t bad = 0;
    (void)state;
    assert_non_null(s);
    for (size_t i = 0; i < ROWS(rows); i++)
        bad +=
            !holds(relay_is_server(relay_named(s, "r"), rows[i].name) == rows[i].want,
                   "%s", rows[i].name.ptr);
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

static void test_names(void **state)
{
    struct snapshot *s = load(
        "relay_socket = '/run/x'\n" RELAY("Smart-Host_1", "hosts = '[a.example]'"));
    (void)state;
    assert_non_null(s);
    assert_string_equal(relay_named(s, "sMART-hOST_1")->name, "Smart-Host_1");
    assert_null(relay_find(s, span_of("smart-host_")));
    assert_null(relay_find(s, span_of("smart-host_11")));
    assert_null(relay_find(s, span_of("")));
    assert_null(relay_find(s, (struct span)BYTES("smart-host_1\0")));
    snapshot_free(&s);
}

static void test_needs_tls(void **state)
{
    static const struct {
        const char *options;
        bool want;
    } rows[] = {
        {"authentication = required account = 'a' password = 'b'", true},
        {"account = 'a' password = 'b'", true},
        {"authentication = enabled account = 'a' password = 'b'", false},
        {"authentication = enabled account = 'a' password = 'b' tls = require", true},
        {"authentication = enabled account = 'a' password = 'b' tls = verify", true},
        {"authentication = disabled", false},
        {"authentication = disabled tls = require", true},
        {"authentication = disabled tls = verify", true},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "relay_socket = '/run/x' relay 'r' { hosts = '[a.example]' %s }",
                 rows[i].options);
        struct snapshot *s = load(text);
        bad += !holds(s && relay_needs_tls(s->relays) == rows[i].want, "%s",
                      rows[i].options);
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

/* --- whose mail --- */

#define OUS                                                                            \
    "relay_socket = '/run/x'\n"                                                        \
    "ou 'Acme' { domains = { 'acme.example', '.acme.example' } }\n"                    \
    "ou 'beta' { domains = { 'beta.example' } }\n"                                     \
    "ou 'sub' { domains = { 'sub.acme.example' } }\n"
#define FOR(name, options) RELAY(name, "hosts = '[" name ".example]' " options)

/* Takes more steps than one match may. */
#define HARD "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.example>"

static void test_of_sender(void **state)
{
    static const char ous[] = OUS FOR("a", "ous = { 'ACME' }")
        FOR("b", "ous = { 'beta' } senders = { 'alice@x.example', '*@y.example' }")
            FOR("n", "senders = { '<>' }") FOR("any", "");
    static const char patterns[] =
        OUS FOR("a", "senders = { '/^(a+)+$/', 'b@x.example' }")
            FOR("b", "senders = { '*@x.example', 'root' }")
                FOR("c", "senders = { '*' }");
    static const struct {
        const char *configuration, *sender;
        const char *want; /* the relay; "?": it cannot be told; "": none */
    } rows[] = {
        {ous, "<a@acme.example>", "a"},
        {ous, "<A@ACME.Example.>", "a"},
        {ous, "<a@deep.down.acme.example>", "a"},
        {ous, "<a@sub.acme.example>", ""},
        {ous, "<a@xacme.example>", ""},
        {ous, "<a@beta.example>", "b"},
        {ous, "<Alice@X.example>", "b"},
        {ous, "<\"alice\"@x.example>", "b"},
        {ous, "<alice+tag@x.example>", ""},
        {ous, "<bob@x.example>", ""},
        {ous, "<bob@y.example>", "b"},
        {ous, "<bob@sub.y.example>", ""},
        {ous, "<>", "n"},
        {ous, "<root>", ""},
        {ous, "<a@[192.0.2.1]>", ""},
        {patterns, "<b@x.example>", "a"},
        {patterns, "<c@x.example>", "b"},
        {patterns, "<root>", "b"},
        {patterns, "<>", "c"},
        {patterns, "<z@z.example>", "c"},
        {patterns, HARD, "?"},
        {OUS FOR("any", ""), "<a@acme.example>", ""},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct snapshot *s = load(rows[i].configuration);
        struct address sender;
        const struct relay *relay;
        assert_non_null(s);
        assert_true(address_parse(span_of(rows[i].sender), &sender));
        enum match match = relay_of_sender(s, &sender, &relay);
        const char *got = match == MATCH_UNKNOWN ? "?" : relay ? relay->name : "";
        bad += !same_text(span_of(rows[i].sender), span_of(got), span_of(rows[i].want));
        bad += !holds((match == MATCH_NO) == !relay, "%s: %d", rows[i].sender, match);
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

static void test_claims_sender(void **state)
{
    static const struct {
        const char *relay, *sender;
        enum match want;
    } rows[] = {
        {"any", "<a@acme.example>", MATCH_YES},
        {"any", "<>", MATCH_YES},
        {"any", "<root>", MATCH_YES},
        {"ou", "<a@acme.example>", MATCH_YES},
        {"ou", "<a@beta.example>", MATCH_NO},
        {"ou", "<>", MATCH_NO},
        {"null", "<>", MATCH_YES},
        {"null", "<a@acme.example>", MATCH_NO},
        {"all", "<>", MATCH_YES},
        {"all", "<root>", MATCH_YES},
        {"both", "<a@acme.example>", MATCH_YES},
        {"both", "<a@x.example>", MATCH_YES},
        {"both", "<a@y.example>", MATCH_NO},
        {"hard", HARD, MATCH_UNKNOWN},
        {"hard", "<b@x.example>", MATCH_NO},
    };
    static const char text[] =
        OUS FOR("ou", "ous = { 'acme' }") FOR("null", "senders = { '<>' }")
            FOR("both", "ous = { 'acme' } senders = { '*@x.example' }")
                FOR("hard", "senders = { '/^(a+)+$/' }") FOR("all", "senders = { '*' }")
                    FOR("any", "");
    struct snapshot *s = load(text);
    size_t bad = 0;
    (void)state;
    assert_non_null(s);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct address sender;
        const struct relay *r = relay_named(s, rows[i].relay);
        assert_true(address_parse(span_of(rows[i].sender), &sender));
        enum match got = relay_claims_sender(s, r, &sender);
        bad += !holds(got == rows[i].want, "%s %s: got %d", rows[i].relay,
                      rows[i].sender, got);
        bad += !holds(relay_is_for_senders(r) == (strcmp(r->name, "any") != 0),
                      "%s: for senders?", r->name);
    }
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),         cmocka_unit_test(test_host_of),
        cmocka_unit_test(test_is_server),     cmocka_unit_test(test_names),
        cmocka_unit_test(test_needs_tls),     cmocka_unit_test(test_of_sender),
        cmocka_unit_test(test_claims_sender),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
