/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of a whole message: each refuses, and passes what stands next to it. */
#include "message_rows.h"

#define X30  "xxxxxxxxx xxxxxxxxx xxxxxxxxx "
#define X90  X30 X30 X30
#define X450 X90 X90 X90 X90 X90

static void test_readable(void **state)
{
#define FROM ACME("match_header_from = from")
    static const struct message_row rows[] = {
        {FROM, AS, ME, PASS},
        {FROM, AS, "From: =?utf-8?q?A=C3=A9?= <a@acme.example>\n", PASS},
        {FROM, AS, "From: \"a\"\n  (b) <a@acme.example>\n", PASS},
        {FROM, AS, "To: x@y.example\n", BAD},
        {FROM, AS, "", BAD},
        {FROM, AS, ME ME, BAD},
        {FROM, AS, ME "Sender: a@acme.example\nSender: a@acme.example\n", BAD},
        {FROM, AS, ME "Sender: a@acme.example\n", PASS},
        {FROM, AS, "From: a\n", BAD},
        {FROM, AS, "From: \n", BAD},
        {FROM, AS, "From: nobody:;\n", BAD},
        {FROM, AS, "From: us: a@acme.example;\n", PASS},
        {FROM, AS, "From: <a@acme.example> <b@acme.example>\n", BAD},
        {FROM, AS, ME "Resent-From: what\n", BAD},
        /* what Sendmail would cut to another address */
        {FROM, AS, "From: " X450 " <a@acme.example>\n", PASS},
        {FROM, AS, "From: " X450 " " X90 " <a@acme.example>\n", BAD},
        {FROM, AS, "From: " X90 ": a@acme.example;\n", PASS},
        {FROM, AS, "From: " X450 " " X90 ": a@acme.example;\n", BAD},
        {FROM, AS, "From: <@b@beta.example:a@acme.example>\n", BAD},
        {FROM, AS, "From: <@b.example,@c.example:a@acme.example>\n", PASS},
        {FROM, AS, ME "Resent-Sender: what\n", BAD},
        /* who did not log in, and who is of no concern */
        {FROM, NULL, "<a@acme.example>", "From: a\n", PASS},
        {FROM, "b@beta.example", "<b@beta.example>", "From: a\n", PASS},
        {ACME("match_header_from = no"), AS, "From: a\n", PASS},
        {ACME("match_header_from = from\n" EXEMPT), AS, "From: a\n", PASS},
        {ACME("match_header_from = from\nmode = monitor"), AS, "From: a\n",
         "pass, would bad-header-from"},
        {"mode = monitor\n" FROM, AS, ME ME, "pass, would bad-header-from"},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_owned(void **state)
{
#define OR_SENDER ACME("match_header_from = from_or_sender")
#define ALIAS                                                                          \
    "user 'a@acme.example' { smtp_auth = any_sender senders = { 'i@acme.example' } }"
    static const struct message_row rows[] = {
        {FROM, AS, "From: b@acme.example\n", OTHER},
        {FROM, AS, "From: a@acme.example, b@acme.example\n", OTHER},
        {FROM, AS, "From: b@acme.example, a@acme.example\n", OTHER},
        {FROM, AS, "From: x@else.example\n", OTHER},
        {FROM, AS, "From: A@ACME.example., a@acme.example\n", PASS},
        {FROM, "a@acme.example", "<>", "From: b@acme.example\n", OTHER},
        {FROM, "a@acme.example", "<>", ME, PASS},
        {FROM, AS, "From: b@acme.example\nSender: a@acme.example\n", OTHER},
        /* aliases */
        {ACME("match_header_from = from\n" ALIAS), AS, "From: i@acme.example\n", PASS},
        {ACME("match_header_from = from\n" ALIAS), AS, "From: j@acme.example\n", OTHER},
        {ACME("match_header_from = from\nrecipient_delimiter = '+'"), AS,
         "From: a+x@acme.example\n", PASS},
        {FROM, AS, "From: a+x@acme.example\n", OTHER},
        {ACME("match_header_from = from\nmatch_auth_user = domain"), AS,
         "From: b@acme.example\n", PASS},
        {ACME("match_header_from = from\nmatch_auth_user = exact\n" ALIAS), AS,
         "From: i@acme.example\n", OTHER},
        /* Sender */
        {OR_SENDER, AS, ME, PASS},
        {OR_SENDER, AS, "From: x@else.example\nSender: a@acme.example\n", PASS},
        {OR_SENDER, AS, "From: x@else.example\nSender: b@acme.example\n", OTHER},
        {OR_SENDER, AS, "From: x@else.example\n", OTHER},
        {OR_SENDER, AS,
         "From: x@else.example\nSender: a@acme.example, a@acme.example\n", OTHER},
        /* Resent */
        {FROM, AS, ME "Resent-From: a@acme.example\n", PASS},
        {FROM, AS, ME "Resent-From: b@acme.example\n", OTHER},
        {FROM, AS, "From: b@acme.example\nResent-From: a@acme.example\n", OTHER},
        {OR_SENDER, AS,
         ME "Resent-From: b@acme.example\nResent-Sender: a@acme.example\n", PASS},
        {OR_SENDER, AS, ME "Resent-From: b@acme.example\nSender: a@acme.example\n",
         OTHER},
        /* the authors of another OU: its rule, and no Sender helps */
        {BETA("match_header_from = from"), AS, "From: b@beta.example\n", OTHER},
        {BETA("match_header_from = from_or_sender"), AS,
         "From: b@beta.example\nSender: a@acme.example\n", OTHER},
        {BETA("match_header_from = from"), AS, "From: x@else.example\n", PASS},
        {BETA("match_header_from = from"), AS, "From: b@beta.example <\n", OTHER},
        {BETA("match_header_from = from"), AS, "From: b@other.example <\n", PASS},
        {BETA("match_header_from = from\nmode = monitor"), AS, "From: b@beta.example\n",
         "pass, would header-from"},
        {"ou 'acme' { domains = { 'acme.example' } mode = monitor match_header_from = "
         "from }\nou 'beta' { domains = { 'beta.example' } match_header_from = from }",
         AS, "From: b@beta.example\n", "header-from 550 5.7.1, would header-from"},
        /* users */
        {ACME("match_header_from = from\nuser 'p' { smtp_auth = any_sender }"), "p",
         "<a@acme.example>", "From: b@acme.example\n", PASS},
        {ACME("match_header_from = from\nuser 'p' { smtp_auth = any_sender }"), "p",
         "<a@acme.example>", "From: b@beta.example\n", OTHER},
        {ACME("match_header_from = from\nmatch_auth_user = domain\n"
              "user 'a@acme.example' { smtp_auth = matching_sender }"),
         AS, "From: b@acme.example\n", OTHER},
        {ACME("match_header_from = from\n" EXEMPT), AS, "From: b@acme.example\n", PASS},
        {FROM, NULL, "<a@acme.example>", "From: b@acme.example\n", PASS},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_aligned(void **state)
{
#define ALIGNED ACME("require_aligned = true")
    static const struct message_row rows[] = {
        {ALIGNED, OUTSIDE, ME, ALIGN},
        {ALIGNED, OUTSIDE, "From: x@else.example\n", PASS},
        {ALIGNED, OUTSIDE, "From: x@else.example, a@acme.example\n", ALIGN},
        {ALIGNED, OUTSIDE, "From: x@else.example\nFrom: a@acme.example\n", ALIGN},
        {ALIGNED, OUTSIDE, "From: x@else.example\nResent-From: a@acme.example\n",
         ALIGN},
        {ALIGNED, OUTSIDE, "From: x@else.example\nSender: a@acme.example\n", PASS},
        {ALIGNED, OUTSIDE, "From: b@beta.example\n", PASS},
        {ALIGNED, NULL, "<>", ME, ALIGN},
        {ALIGNED, AS, ME, PASS},
        {ALIGNED, "b@beta.example", "<b@beta.example>", ME, PASS},
        /* what cannot be read shows all that is in it */
        {ALIGNED, OUTSIDE, "From: <a@acme.example\n", ALIGN},
        {ALIGNED, OUTSIDE, "From: a@acme.example <x@else.example>\n", ALIGN},
        {ALIGNED, OUTSIDE, "From: x@else.example <\n", PASS},
        {ALIGNED, OUTSIDE, "From: =?utf-8?b?YUBhY21lLmV4YW1wbGU=?= <\n", ALIGN},
        {ALIGNED, OUTSIDE, "", PASS},
        /* nobody is shown: the sender is */
        {ALIGNED, NULL, "<a@acme.example>", "", ALIGN},
        {ALIGNED, NULL, "<a@acme.example>", "From: \n", ALIGN},
        {ALIGNED, NULL, "<a@acme.example>", "From: x@else.example\n", PASS},
        /* routes, which Sendmail follows */
        {"mta = sendmail\n" ALIGNED, OUTSIDE, "From: a%acme.example\n", ALIGN},
        {"mta = sendmail\n" ALIGNED, OUTSIDE, "From: A <acme.example!a>\n", ALIGN},
        {"mta = sendmail\n" ALIGNED, OUTSIDE, "From: a%acme.example@else.example\n",
         ALIGN},
        {"mta = sendmail\n" ALIGNED, OUTSIDE, "From: a%other.example\n", PASS},
        {"mta = sendmail\n" ALIGNED, OUTSIDE, "From: other.example!a\n", PASS},
        {"mta = postfix\n" ALIGNED, OUTSIDE, "From: a%acme.example@else.example\n",
         PASS},
        {ACME("require_aligned = true\n" EXEMPT), OUTSIDE, ME, PASS},
        {ACME("require_aligned = true\nmode = monitor"), OUTSIDE, ME,
         "pass, would header-aligned"},
        {ACME("require_aligned = false"), OUTSIDE, ME, PASS},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* More than was kept is a fault, unless the OU of the sender has words for it. */
static void test_incomplete(void **state)
{
    static const struct message message = {NULL, 0, true};
    static const struct {
        const char *login, *from, *want;
    } rows[] = {{NULL, "<x@else.example>", "fault 451 4.3.0"},
                {"a@acme.example", "<a@acme.example>", BAD}};
    (void)state;
    struct snapshot *s = load(FROM);
    struct message one = message;
    const struct originator_field field = {ORIGINATOR_FROM, BYTES("a@acme.example")};
    one.fields = &field;
    one.count = 1;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct txn txn = {.login = span_of(rows[i].login),
                          .from = span_of(rows[i].from)};
        struct policy policy;
        struct verdict v;
        char got[200];
        policy_mail(s, &txn, &policy, &v, NULL);
        policy_message(&policy, &one, &v, NULL);
        verdict_words(&v, got, sizeof got);
        assert_string_equal(got, rows[i].want);
    }
    snapshot_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readable),
        cmocka_unit_test(test_owned),
        cmocka_unit_test(test_aligned),
        cmocka_unit_test(test_incomplete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
