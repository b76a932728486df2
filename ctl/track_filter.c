/* SPDX-License-Identifier: BSD-2-Clause */
/* Which lines of the log gatepost track looks for. */
#include "address.h"
#include "ascii.h"
#include "track.h"
#include "verdict.h"

void track_filter_start(struct track_filter *f, size_t most_ous)
{
    *f = (struct track_filter){.since = INT64_MIN, .until = INT64_MAX};
    f->arena = arena_new();
    f->clients = client_list_new(f->arena, true);
    f->ous = arena_alloc(f->arena, most_ous * sizeof *f->ous);
}

void track_filter_clear(struct track_filter *f)
{
    arena_free(&f->arena);
}

void track_filter_finish(struct track_filter *f)
{
    client_list_finish(f->clients);
}

/* --- patterns --- */

static bool is_regex(struct span text)
{
    return text.len > 0 && text.ptr[0] == '/';
}

/* <a@b.example> is a@b.example. */
static struct span without_brackets(struct span text)
{
    if (text.len > 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>')
        return span_cut(text, 1, text.len - 1);
    return text;
}

static const char *add_local(struct track_filter *f, struct name_filter *names,
                             enum name_kind kind, struct span text)
{
    if (!names->locals)
        names->locals = name_list_new(f->arena, kind);
    return name_list_add(names->locals, text);
}

const char *track_filter_name(struct track_filter *f, struct name_filter *names,
                              const char *pattern)
{
    enum name_kind kind = names == &f->login ? NAME_LOGIN : NAME_SENDER;
    struct span text = without_brackets(span_of(pattern));
    names->given = true;
    if (strcmp(pattern, "<>") == 0) {
        names->null_sender = true;
        return kind == NAME_LOGIN ? "no login name could ever be like this" : NULL;
    }
    if (text.len > 1 && text.ptr[0] == '@') { /* *@domain */
        char *all = arena_alloc(f->arena, text.len + 1);
        all[0] = '*';
        memcpy(all + 1, text.ptr, text.len);
        text = (struct span){all, text.len + 1};
    }
    if (!names->whole)
        names->whole = name_list_new(f->arena, kind);
    const char *fault = name_list_add(names->whole, text);
    if (!fault && !is_regex(text) && span_rfind(text, '@') == text.len)
        fault = add_local(f, names, kind, text);
    return fault;
}

const char *track_filter_client(struct track_filter *f, const char *pattern)
{
    f->clients_given = true;
    if (strcmp(pattern, "unknown") == 0)
        f->unknown_client = true;
    else if (strcmp(pattern, "unix") == 0)
        f->unix_client = true;
    else
        return client_list_add(f->clients, span_of(pattern));
    return NULL;
}

_Static_assert(RULE_COUNT <= 64, "a set of rules is one word");

const char *track_filter_rule(struct track_filter *f, const char *name)
{
    for (enum rule_id rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (*name && strcmp(rule_name(rule), name) == 0) {
            f->rules |= (uint64_t)1 << rule;
            return NULL;
        }
    return "there is no rule of this name";
}

const char *track_filter_verdict(struct track_filter *f, const char *word)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"refuse", TRACK_REFUSED},
                 {"defer", TRACK_DEFERRED},
                 {"pass", TRACK_PASSED},
                 {"held", TRACK_HELD}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) {
            f->verdicts |= words[i].bit;
            return NULL;
        }
    return "one of refuse, defer, pass and held was expected";
}

/* --- records --- */

/* What cannot be told is shown: nobody looks for it in vain. */
static bool in_list(const struct name_list *list, struct span name)
{
    return list && name_list_match(list, name) != MATCH_NO;
}

/* What does not parse is compared as it came, folded. */
static bool matches_raw(const struct name_filter *names, struct span text)
{
    char folded[ADDRESS_MAX];
    text = without_brackets(text);
    if (text.len > sizeof folded)
        text.len = sizeof folded;
    ascii_fold_into(folded, text.ptr, text.len);
    return in_list(names->whole, (struct span){folded, text.len});
}

static bool matches_name(const struct name_filter *names, bool is_login,
                         struct span text)
{
    struct address a;
    if (!text.ptr || (is_login && text.len == 0))
        return false;
    if (!(is_login ? address_parse_login(text, &a) : address_parse(text, &a)))
        return matches_raw(names, text);
    if (a.len == 0)
        return names->null_sender;
    return in_list(names->whole, address_text(&a)) ||
           in_list(names->locals, span_cut(address_text(&a), 0, a.local_len));
}

/* A recipient that the log does not list could be anyone. */
static bool matches_recipients(const struct name_filter *names, const struct record *r)
{
    size_t listed = r->list[FIELD_TO].count;
    for (size_t i = 0; i < listed; i++)
        if (matches_name(names, false, record_item(r, FIELD_TO, i)))
            return true;
    return r->number[FIELD_RECIPIENTS] > listed;
}

static bool matches_client(const struct track_filter *f, const struct record *r)
{
    struct ipaddr address = {.family = IP_UNKNOWN};
    struct span client = r->text[FIELD_CLIENT], name = r->text[FIELD_CLIENT_NAME];
    char host[DOMAIN_MAX];
    if (record_is(r, FIELD_CLIENT, "unix") && f->unix_client)
        return true;
    bool known = client.ptr && ipaddr_parse(client, &address);
    if (!known && record_is(r, FIELD_CLIENT, "unknown") && f->unknown_client)
        return true;
    size_t len = span_empty(name) ? 0 : domain_canonical(name, host);
    return client_list_match(f->clients, &address, (struct span){host, len}) !=
           MATCH_NO;
}

static bool same_name(struct span a, struct span b)
{
    size_t i = 0;
    if (a.len != b.len)
        return false;
    while (i < a.len && ascii_fold(a.ptr[i]) == ascii_fold(b.ptr[i]))
        i++;
    return i == a.len;
}

static bool matches_ou(const struct track_filter *f, const struct record *r)
{
    for (size_t i = 0; i < f->ou_count; i++)
        if (same_name(r->text[FIELD_OU], span_of(f->ous[i])))
            return true;
    return false;
}

static bool is_of_rules(const struct track_filter *f, struct span name)
{
    for (enum rule_id rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if ((f->rules >> rule & 1) && span_equal(name, span_of(rule_name(rule))))
            return true;
    return false;
}

/* What monitor mode let through has passed, and was held back as well. */
static unsigned became(const struct record *r)
{
    if (r->event == EVENT_POLICY)
        return TRACK_PASSED;
    if (record_is(r, FIELD_VERDICT, "refuse"))
        return TRACK_REFUSED;
    if (record_is(r, FIELD_VERDICT, "defer"))
        return TRACK_DEFERRED;
    unsigned held = span_empty(r->text[FIELD_WOULD]) ? 0 : TRACK_HELD;
    return r->event == EVENT_MONITOR ? held : held | TRACK_PASSED;
}

bool track_filter_match(const struct track_filter *f, const struct record *r,
                        int64_t moment)
{
    if (moment < f->since || moment >= f->until)
        return false;
    if (f->ou_count && !matches_ou(f, r))
        return false;
    if (f->rules && !is_of_rules(f, r->text[FIELD_RULE]) &&
        !is_of_rules(f, r->text[FIELD_WOULD]))
        return false;
    if (f->verdicts && !(f->verdicts & became(r)))
        return false;
    if (f->login.given && !matches_name(&f->login, true, r->text[FIELD_LOGIN]))
        return false;
    if (f->from.given && !matches_name(&f->from, false, r->text[FIELD_FROM]))
        return false;
    if (f->clients_given && !matches_client(f, r))
        return false;
    return !f->to.given || matches_recipients(&f->to, r);
}
