/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader of configurations. What it accepts must be fit to judge by, and what it
 * refuses must leave nothing behind. */
#include <strings.h>

#include "authresults.h"
#include "config.h"
#include "fuzz.h"
#include "placeholder.h"
#include "policy.h"

enum { JUDGED = 4, VERDICTS = 3 * JUDGED };

static const char sane_config[] = "interface \"mx\" { ports = { 25 } }\n"
                                  "ou \"acme\" { domains = { \"acme.example\" } }\n";

/* --- a reader of quotes and comments of our own --- */

struct walker {
    struct span text;
    size_t at;
    char quote; /* the one that is open, or NUL */
};

static bool sees(const struct walker *w, const char *word)
{
    size_t len = strlen(word);
    return w->text.len - w->at >= len && memcmp(w->text.ptr + w->at, word, len) == 0;
}

static void skip_to(struct walker *w, const char *end)
{
    while (w->at < w->text.len && !sees(w, end))
        w->at++;
}

static void step(struct walker *w)
{
    char c = w->text.ptr[w->at];
    if (w->quote) {
        w->at += c == '\\' && w->at + 1 < w->text.len ? 2 : 1;
        if (c == w->quote)
            w->quote = '\0';
        return;
    }
    if (c == '#' || sees(w, "//"))
        skip_to(w, "\n");
    else if (sees(w, "/*"))
        skip_to(w, "*/");
    if (w->at < w->text.len) {
        c = w->text.ptr[w->at];
        w->quote = c == '"' || c == '\'' ? c : '\0';
        w->at++;
    }
}

/* Is there a ${ in what is not a comment? */
static bool has_expansion(struct span text)
{
    struct walker w = {.text = text};
    while (w.at < text.len) {
        char c = text.ptr[w.at];
        bool comment = !w.quote && (c == '#' || sees(&w, "//") || sees(&w, "/*"));
        if (!comment && sees(&w, "${"))
            return true;
        step(&w);
    }
    return false;
}

/* --- what comes of it --- */

static void check_diag(const struct diag *diag)
{
    char line[2048];
    for (size_t i = 0; i < diag->count; i++) {
        require(diag->items[i].file && diag->items[i].message,
                "a diagnostic has words");
        int len = diag_format(&diag->items[i], line, sizeof line);
        require(len > 0, "a diagnostic can be shown");
        for (const char *c = line; *c; c++)
            require(!ascii_is_control(*c), "a diagnostic has no control characters");
    }
}

static void check_verdict(const struct verdict *v)
{
    char reply[REPLY_TEXT];
    struct span text = span_of(verdict_reply(v, reply));
    require(v->kind >= VERDICT_DEFER && v->kind <= VERDICT_PASS,
            "a verdict is one of three");
    require((v->kind == VERDICT_PASS) == (v->rule == RULE_NONE),
            "who refuses has a rule");
    require((v->kind == VERDICT_PASS) == (text.len == 0), "who refuses has a reply");
    require(fuzz_is_printable(text), "a reply is printable ASCII");
    require(text.len == 0 || text.ptr[0] == (v->kind == VERDICT_REFUSE ? '5' : '4'),
            "the code of a reply fits the verdict");
}

static void check_policy(const struct snapshot *s, const struct site_policy *p)
{
    require(p->action != ACTION_NONE, "a policy does something");
    if (p->action == ACTION_ADD_HEADER) {
        require(s->needs_headers && s->edits_messages, "what a field needs");
        require(*p->field_name && *p->field_value, "a field has a name and a text");
        for (const char *c = p->field_name; *c; c++)
            require(*c > ' ' && *c <= '~' && *c != ':', "the name of a field");
        require(strcasecmp(p->field_name, AUTHRESULTS_FIELD) != 0, "a field of ours");
        require(!placeholder_fault(p->field_value), "the text of a field");
    } else if (p->action != ACTION_LOG) {
        for (const char *c = p->value; *c; c++)
            require(!ascii_is_control(*c), "a value has no control characters");
    }
}

static void check_policies(const struct snapshot *s)
{
    unsigned index = 0;
    for (const struct site_policy *p = s->policies; p; p = p->next) {
        require(p->index == index++, "policies are numbered in their order");
        check_policy(s, p);
    }
    require(index == s->policy_count && index <= SITE_POLICIES_MAX, "their number");
}

/* The field that says who logged in. */
static void check_results(const struct policy *p)
{
    char out[AUTHRESULTS_MAX];
    authresults_format(p, out);
    require(authresults_claims(span_of(out), p->snapshot->globals.authserv_id),
            "what we say ourselves is ours");
    size_t line = strlen(AUTHRESULTS_FIELD) + 2;
    for (const char *c = out; *c; c++) {
        require((*c >= ' ' && *c <= '~') || (*c == '\n' && c[1] == '\t') ||
                    (*c == '\t' && c > out && c[-1] == '\n'),
                "a field is printable ASCII, folded at most");
        line = *c == '\n' ? 0 : line + 1;
        require(line <= 998, "the length of a line");
    }
}

/* The end of a message that shows others, too. */
static void judge_message(struct policy *p, struct verdict *v)
{
    const struct originator_field fields[] = {
        {ORIGINATOR_FROM, span_of("\"c@b.example\" <a@acme.example>, d@other.example")},
        {ORIGINATOR_SENDER, span_of("a@acme.example")},
        {ORIGINATOR_RESENT_FROM, span_of("b@b.example (")},
    };
    const struct message message = {.fields = fields, .count = 3};
    policy_message(p, &message, v, NULL);
    check_verdict(v);
    require(v->kind == VERDICT_PASS || p->snapshot->judges_headers,
            "who asks nothing of authors does not refuse them");
    check_results(p);
}

static void judge(const struct snapshot *s, const char *login, const char *from,
                  struct verdict verdicts[3])
{
    struct txn txn = {.client = {.family = IP_V4, .bytes = {192, 0, 2, 7}},
                      .client_name = span_of("mail.acme.example"),
                      .daemon_name = span_of("MTA"),
                      .port = 25,
                      .login = span_of(login),
                      .from = span_of(from)};
    struct policy policy;
    policy_mail(s, &txn, &policy, &verdicts[0], NULL);
    check_verdict(&verdicts[0]);
    policy_rcpt(&policy, span_of("<b@acme.example>"), (struct span){NULL, 0},
                &verdicts[1], NULL);
    check_verdict(&verdicts[1]);
    require(verdicts[0].kind == VERDICT_PASS || verdicts[1].kind == VERDICT_DEFER,
            "no recipient without a sender");
    verdicts[2] = verdicts[0];
    if (verdicts[0].kind == VERDICT_PASS)
        judge_message(&policy, &verdicts[2]);
}

static void judge_some(const struct snapshot *s, struct verdict verdicts[VERDICTS])
{
    judge(s, "", "<a@acme.example>", verdicts);
    judge(s, "a@acme.example", "<a+x@acme.example>", verdicts + 3);
    judge(s, "printer", "<c@other.example>", verdicts + 6);
    judge(s, "b@b.example", "<>", verdicts + 9);
}

static void check_same(const struct verdict *a, const struct verdict *b)
{
    for (int i = 0; i < VERDICTS; i++)
        require(a[i].kind == b[i].kind && a[i].rule == b[i].rule &&
                    a[i].source.line == b[i].source.line,
                "the same text loaded again judges the same");
}

/* Loads and judges. Returns how many errors there were. */
static size_t try_text(struct span text, struct verdict verdicts[VERDICTS])
{
    struct diag diag = {0};
    struct snapshot *s =
        config_load_text(text.ptr, text.len, "fuzz.conf", SECRETS_KEEP, &diag);
    size_t errors = diag.errors;
    require((s == NULL) == (errors > 0), "a snapshot or errors");
    check_diag(&diag);
    if (s) {
        check_policies(s);
        judge_some(s, verdicts);
    }
    snapshot_free(&s);
    diag_clear(&diag);
    return errors;
}

/* A comment in front changes nothing but line numbers. */
static void check_comment(struct span text, size_t errors)
{
    static const char comment[] = "/* \" */ # '\n";
    size_t len = sizeof comment - 1;
    struct verdict verdicts[VERDICTS];
    char *longer = malloc(len + text.len + 1);
    if (!longer)
        abort();
    memcpy(longer, comment, len);
    memcpy(longer + len, text.ptr, text.len);
    require(try_text((struct span){longer, len + text.len}, verdicts) == errors,
            "a comment in front does not matter");
    free(longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    struct verdict first[VERDICTS], second[VERDICTS];
    /* What is on this machine is no input. */
    if (memmem(data, size, "file:", 5) || memmem(data, size, "users_file", 10) ||
        memmem(data, size, "senders_file", 12) ||
        memmem(data, size, "password_file", 13) ||
        memmem(data, size, "seal_key_file", 13))
        return -1;
    size_t errors = try_text(text, first);
    if (errors == 0)
        require(!has_expansion(text), "${ is refused outside of comments");
    require(try_text(text, second) == errors, "loaded again, as many errors");
    if (errors == 0)
        check_same(first, second);
    check_comment(text, errors);
    require(try_text(span_of(sane_config), first) == 0,
            "a good configuration loads after a bad one");
    return 0;
}
