/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the tests of a whole message. */
#include "message_rows.h"

enum { FIELDS = 40 };

/* Fields of a header, which may be folded. */
static size_t fields_of(const char *header, struct originator_field fields[FIELDS])
{
    size_t count = 0;
    while (*header && count < FIELDS) {
        const char *colon = strchr(header, ':'), *end = strchr(colon, '\n');
        while (end[1] == ' ' || end[1] == '\t')
            end = strchr(end + 1, '\n');
        struct span name = {header, (size_t)(colon - header)};
        for (int i = 0; i < ORIGINATORS; i++)
            if (span_equal(name, span_of(originator_name((enum originator)i))))
                fields[count++] = (struct originator_field){
                    (enum originator)i, {colon + 2, (size_t)(end - colon - 2)}};
        header = end + 1;
    }
    return count;
}

void verdict_words(const struct verdict *v, char *out, size_t size)
{
    out[0] = '\0';
    if (v->kind == VERDICT_PASS)
        append(out, size, "pass");
    else
        append(out, size, "%s %s %s", rule_name(v->rule), v->reply->code,
               v->reply->enhanced);
    if (v->would != RULE_NONE)
        append(out, size, ", would %s", rule_name(v->would));
}

static bool row_holds(const struct message_row *row)
{
    struct snapshot *s = load(row->configuration);
    struct originator_field fields[FIELDS];
    const struct message message = {fields, fields_of(row->header, fields), false};
    struct txn txn = {.daemon_name = span_of("smtpd"),
                      .port = 25,
                      .login = span_of(row->login),
                      .from = span_of(row->from)};
    struct policy policy;
    struct verdict v;
    char got[200];
    if (!s)
        return false;
    ipaddr_parse(span_of("192.0.2.1"), &txn.client);
    policy_mail(s, &txn, &policy, &v, NULL);
    bool good = holds(v.kind == VERDICT_PASS, "%s: MAIL does not pass", row->from);
    if (good) {
        policy_message(&policy, &message, &v, NULL);
        verdict_words(&v, got, sizeof got);
        good = holds(strcmp(got, row->want) == 0, "%s%s %s %s: got \"%s\", want \"%s\"",
                     row->configuration, row->login ? row->login : "-", row->from,
                     row->header, got, row->want);
    }
    snapshot_free(&s);
    return good;
}

void check_rows(const struct message_row *rows, size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !row_holds(&rows[i]);
    assert_int_equal(bad, 0);
}
