/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost owners: who may send as an address? */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "config.h"
#include "grants.h"
#include "owners.h"
#include "ownership.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost owners [-c FILE] [--interface NAME] [--json] ADDRESS\n"
    "\n"
    "Lists the logins that may send as ADDRESS, each with the setting that lets it,\n"
    "and those that are granted it in vain. The exit status is 0 if somebody may, 1\n"
    "if nobody may. Judged is MAIL FROM; where From is judged in another way, by\n"
    "match_header_from, that is told.\n"
    "\n"
    "  -c, --config FILE     the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "      --interface NAME  of logins typed there: default_domain and the like\n"
    "      --json            print JSON\n";

/* --- what the map has --- */

static const struct sender_entry *entry_of(const struct owners *o, struct span key)
{
    struct address a = {.len = key.len};
    memcpy(a.text, key.ptr, key.len);
    a.local_len = span_rfind(key, '@');
    const struct sender_entry *entry = sender_map_find(o->ou->sender_map, &a, "");
    return entry && span_equal(sender_entry_key(entry), key) ? entry : NULL;
}

static void find_entries(struct owners *o)
{
    struct address cut;
    size_t count = 0;
    struct span text = address_text(&o->address);
    o->entry =
        sender_map_find(o->ou->sender_map, &o->address, o->ou->recipient_delimiter);
    if (!o->entry)
        return;
    struct span keys[2] = {{NULL, 0},
                           span_cut(text, o->address.local_len, o->address.len)};
    if (address_without_extension(&o->address, o->ou->recipient_delimiter, &cut))
        keys[0] = address_text(&cut);
    for (size_t i = 0; i < 2; i++) {
        const struct sender_entry *e = keys[i].ptr ? entry_of(o, keys[i]) : NULL;
        if (e && e != o->entry)
            o->hidden[count++] = e;
    }
}

/* --- candidates --- */

/* Adds a login if it may send as the address, or was granted it. */
static void try_login(struct owners *o, const struct address *login,
                      const char *granted, struct source source)
{
    char text[QUOTED_TEXT];
    if (grant_find(&o->list, address_text(login)))
        return;
    struct span quoted = quote_address(login, text);
    struct judgement j = senders_judge(&o->senders, quoted, o->text);
    if (!j.able && !granted)
        return;
    if (!j.able) {
        j.why = granted;
        j.source = source;
    }
    senders_judge_from(&o->senders, quoted, o->text, &j);
    if (!o->ou && o->listing) {
        if (j.from != FROM_YES)
            return; /* the entry is for logins of another OU */
        judgement_grant_from(&j, granted, source);
    }
    grant_add(&o->list, GRANT_LOGIN, address_text(login), &j);
}

static struct address parse_login(struct span text)
{
    struct address a = {.len = text.len, .local_len = span_rfind(text, '@')};
    memcpy(a.text, text.ptr, text.len);
    return a;
}

static void try_listed(void *context, struct span login)
{
    struct owners *o = context;
    struct address a = parse_login(login);
    try_login(o, &a, "listed in the sender map", sender_entry_source(o->listing));
}

/* A user who is off, or listed nothing, is of no interest where it may not. */
static void try_user(struct owners *o, const struct user *user)
{
    struct address a = parse_login(user_name(user));
    char text[QUOTED_TEXT];
    struct source source = source_at(user->file, user->line);
    struct span login = quote_address(&a, text);
    if (user->ou != o->ou || grant_find(&o->list, user_name(user)))
        return;
    struct judgement j = senders_judge(&o->senders, login, o->text);
    const struct policy *p = &o->senders.policy;
    if (!j.able && p->login_valid && user->senders &&
        owns(p, &o->address, o->ou, &source) != MATCH_NO) {
        j.why = "matched by senders of the user";
        j.source = source;
    } else if (!j.able) {
        return;
    }
    senders_judge_from(&o->senders, login, o->text, &j);
    grant_add(&o->list, GRANT_LOGIN, user_name(user), &j);
}

/* What no OU owns, no user may use; but some may show it. */
static void try_user_from(struct owners *o, const struct user *user)
{
    struct address a = parse_login(user_name(user));
    char text[QUOTED_TEXT];
    struct span login = quote_address(&a, text);
    if (!user->senders || user->ou->match_header_from == HEADER_NO ||
        grant_find(&o->list, user_name(user)))
        return;
    struct judgement j = senders_judge(&o->senders, login, o->text);
    senders_judge_from(&o->senders, login, o->text, &j);
    if (j.from != FROM_YES)
        return;
    judgement_grant_from(&j, "matched by senders of the user",
                         user_source(user, USER_SENDERS));
    grant_add(&o->list, GRANT_LOGIN, user_name(user), &j);
}

static int by_place(const void *left, const void *right)
{
    const struct user *a = *(struct user *const *)left;
    const struct user *b = *(struct user *const *)right;
    int order = strcmp(a->file, b->file);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

static void try_users(struct owners *o)
{
    const struct name_index *index = &o->snapshot->users;
    const struct user **users = malloc((index->used + 1) * sizeof *users);
    size_t count = 0;
    if (!users)
        abort();
    for (size_t i = 0; i < index->size; i++)
        if (index->slots[i])
            users[count++] = index->slots[i];
    qsort(users, count, sizeof *users, by_place);
    for (size_t i = 0; i < count; i++)
        o->ou ? try_user(o, users[i]) : try_user_from(o, users[i]);
    free(users);
}

/* The address as a login, and its local part where that counts. */
static void try_name(struct owners *o, const struct address *a, const char *as)
{
    static const struct span none = {NULL, 0};
    const struct user *user = snapshot_user(o->snapshot, address_text(a));
    try_login(o, a, user ? as : NULL,
              user ? source_at(user->file, user->line) : (struct source){NULL, 0});
    if (!o->ou || o->ou->match_auth_user != MATCHING_LOCAL_PART ||
        memchr(a->text, '@', a->local_len))
        return;
    struct address bare = *a;
    address_set_domain(&bare, none);
    try_login(o, &bare, NULL, (struct source){NULL, 0});
}

static void try_names(struct owners *o)
{
    struct address cut;
    try_name(o, &o->address, "the login itself");
    if (o->ou &&
        address_without_extension(&o->address, o->ou->recipient_delimiter, &cut))
        try_name(o, &cut, "the login itself, with an extension");
}

/* --- logins of a kind --- */

static void add_class(struct owners *o, const char *class, const char *subject,
                      struct source source, const char *why)
{
    struct judgement j = {.able = true, .why = why, .source = source, .reason = ""};
    if (o->ou)
        judgement_from_of_class(&j, o->ou, o->ou->match_auth_user == MATCHING_DOMAIN);
    struct grant *grant = grant_add(&o->list, GRANT_LOGINS, span_of(subject), &j);
    if (grant)
        grant->class = class;
}

static void add_classes(struct owners *o)
{
    static const char unbound[] = "match_auth_user = false";
    const struct ou *ou = o->ou;
    char subject[DOMAIN_MAX + 80];
    if (!ou) {
        add_class(o, "other", "any login that is no user of an ou",
                  (struct source){NULL, 0}, "no ou owns the domain");
        return;
    }
    struct source matching = ou_source(ou, OU_MATCH_AUTH_USER);
    if (o->unknown)
        return;
    if (ou->match_auth_user == MATCHING_DOMAIN) {
        struct span domain = address_domain(&o->address);
        snprintf(subject, sizeof subject, "any login of %.*s that is no user",
                 (int)domain.len, domain.ptr);
        add_class(o, "domain", subject, matching, "match_auth_user = domain");
    }
    if (ou->match_auth_user != MATCHING_OFF)
        return;
    add_class(o, "ou", "any login of a domain of the ou that is no user", matching,
              unbound);
    if (!*o->senders.snapshot.fallback.default_domain)
        add_class(o, "bare", "any login without a domain that is no user", matching,
                  unbound);
    if (ou->accept_other_ous)
        add_class(o, "other", "any other login that is no user",
                  ou_source(ou, OU_ACCEPT_OTHER_OUS), "accept_other_ous = true");
}

/* --- the answer --- */

/* Whoever is of such an OU needs a grant to show what nobody owns. */
static void note_from(struct owners *o)
{
    size_t noted = 0;
    for (size_t i = 0; i < o->snapshot->ou_count && noted < FROM_NOTES; i++) {
        const struct ou *ou = o->snapshot->ou_list[i];
        if (ou->match_header_from == HEADER_NO)
            continue;
        noted++;
        note_add(&o->notes,
                 ou->match_header_from == HEADER_FROM
                     ? "in From, logins of this ou need a grant: match_header_from"
                     : "in From, logins of this ou need a grant, or Sender",
                 ou_source(ou, OU_MATCH_HEADER_FROM));
    }
}

static void note_without_login(struct owners *o)
{
    static const char not [] = "without a login it may not be used";
    const struct interface *i = o->senders.interface;
    if (i && i->require_authentication)
        note_add(&o->notes, not, interface_source(i, INTERFACE_REQUIRE_AUTHENTICATION));
    else if (o->ou)
        note_add(&o->notes,
                 o->ou->require_sending ? not : "without a login it may be used, too",
                 ou_source(o->ou, OU_REQUIRE_SENDING));
}

static void gather_notes(struct owners *o)
{
    note_modes(&o->notes, o->snapshot, &o->senders, o->ou);
    if (!o->ou)
        note_from(o);
    if (o->unknown)
        note_add(&o->notes,
                 "nobody may, with a login or without: the ou knows no such sender",
                 ou_source(o->ou, OU_REFUSE_UNKNOWN_SENDERS));
    else
        note_without_login(o);
}

static void try_entry(struct owners *o, const struct sender_entry *entry)
{
    o->listing = entry;
    sender_entry_each(entry, try_listed, o);
    o->listing = NULL;
}

/* Entries for an address that no OU owns count for From, for logins of their OU. */
static void try_from_entries(struct owners *o)
{
    size_t count = 0;
    for (size_t i = 0; i < o->snapshot->ou_count; i++) {
        const struct ou *ou = o->snapshot->ou_list[i];
        const struct sender_entry *entry =
            sender_map_find(ou->sender_map, &o->address, ou->recipient_delimiter);
        if (!entry || ou->match_header_from == HEADER_NO)
            continue;
        if (count < FROM_ENTRIES)
            o->for_from[count++] = entry;
        try_entry(o, entry);
    }
}

static void gather(struct owners *o)
{
    senders_judge(&o->senders, (struct span){NULL, 0}, o->text);
    o->ou = o->senders.policy.sender_ou;
    o->list.arena = arena_new();
    if (o->ou) {
        find_entries(o);
        o->unknown = o->ou->refuse_unknown_senders &&
                     is_known(&o->senders.policy, &o->address, o->ou,
                              &o->known_source) != MATCH_YES;
    }
    if (!o->ou)
        try_from_entries(o);
    try_names(o);
    if (o->entry)
        try_entry(o, o->entry);
    if (o->ou || o->senders.snapshot.judges_headers)
        try_users(o);
    add_classes(o);
    gather_notes(o);
}

int command_owners(int argc, char **argv)
{
    static struct owners o;
    struct senders_call call;
    int status = senders_call_read(argc, argv, help, "address", &call);
    if (status >= 0)
        return status;
    if (!address_parse(span_of(call.word), &o.address) ||
        !address_has_domain(&o.address))
        return usage_error(argv[0], "an address with a domain was expected: %s",
                           call.word);
    struct snapshot *snapshot = senders_call_load(&call, argv[0], &o.senders, &status);
    if (!snapshot)
        return status;
    o.snapshot = snapshot;
    o.text = quote_address(&o.address, o.sender);
    gather(&o);
    if (call.json)
        owners_show_json(&o);
    else
        owners_show(&o);
    status = o.list.able ? 0 : 1;
    grant_list_clear(&o.list);
    snapshot_free(&snapshot);
    return status;
}
