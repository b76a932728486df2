/* SPDX-License-Identifier: BSD-2-Clause */
/* Pattern lists. The input is a kind of list, patterns one a line, and in the last
 * line what is to be matched. */
#include "address.h"
#include "clients.h"
#include "fuzz.h"
#include "glob.h"
#include "names.h"
#include "pattern.h"
#include "utf8.h"

enum { PATTERNS_MAX = 8, KIND_CLIENTS = 3, KIND_CLIENTS_AND_HOSTS, KINDS };

struct subject {
    struct span name; /* canonical; empty if the text is none */
    struct ipaddr client;
    struct address address;
    char host[DOMAIN_MAX];
};

/* --- one list of either sort --- */

struct list {
    struct arena *arena;
    struct name_list *names;
    struct client_list *clients;
};

static struct list list_new(int kind)
{
    struct list list = {.arena = arena_new()};
    if (kind < KIND_CLIENTS)
        list.names = name_list_new(list.arena, (enum name_kind)kind);
    else
        list.clients = client_list_new(list.arena, kind == KIND_CLIENTS_AND_HOSTS);
    return list;
}

static bool list_add(struct list *list, struct span pattern)
{
    const char *fault = list->names ? name_list_add(list->names, pattern)
                                    : client_list_add(list->clients, pattern);
    require(!fault || (*fault && strlen(fault) < 300), "a reason in words");
    return !fault;
}

static enum match list_match(struct list *list, const struct subject *s)
{
    if (list->names)
        return name_list_match(list->names, s->name);
    client_list_finish(list->clients);
    return client_list_match(list->clients, &s->client, s->name);
}

/* --- what is matched --- */

static void read_name(int kind, struct span text, struct subject *s)
{
    bool parsed = kind == NAME_LOGIN ? address_parse_login(text, &s->address)
                                     : address_parse_mailbox(text, &s->address);
    s->name = parsed ? address_text(&s->address) : (struct span){NULL, 0};
}

static void read_host(struct span text, struct subject *s)
{
    s->name = (struct span){s->host, domain_canonical(text, s->host)};
}

static void read_subject(int kind, struct span text, struct subject *s)
{
    *s = (struct subject){0};
    if (kind == NAME_LOGIN || kind == NAME_SENDER)
        read_name(kind, text, s);
    else if (kind != KIND_CLIENTS)
        read_host(text, s);
    if (kind >= KIND_CLIENTS)
        ipaddr_parse(text, &s->client);
}

/* --- a second opinion --- */

/* Wildcards, by trying everything: reach[t] tells whether the pattern so far can end
 * at byte t of the text. */
static bool slow_glob(struct span pattern, struct span text)
{
    static bool reach[ADDRESS_MAX + 1], next[ADDRESS_MAX + 1];
    memset(reach, 0, sizeof reach);
    reach[0] = true;
    for (size_t p = 0; p < pattern.len; p++) {
        memset(next, 0, sizeof next);
        for (size_t t = 0; t <= text.len; t++) {
            unsigned code;
            size_t step =
                t < text.len ? utf8_sequence(span_cut(text, t, text.len), &code) : 0;
            if (pattern.ptr[p] == '*')
                next[t] = reach[t] || (t > 0 && next[t - 1]);
            else if (pattern.ptr[p] == '?' && reach[t] && step > 0)
                next[t + step] = true;
            else if (reach[t] && t < text.len && pattern.ptr[p] == text.ptr[t])
                next[t + 1] = true;
        }
        memcpy(reach, next, sizeof reach);
    }
    return reach[text.len];
}

static void check_glob(struct span pattern, const struct subject *s, enum match match)
{
    char folded[ADDRESS_MAX];
    bool skip = pattern_is_regex(pattern) || !glob_is_pattern(pattern);
    /* `"@b"`, a local part alone, is no case for `*@b`. */
    skip = skip || (s->address.len && !address_has_domain(&s->address));
    if (skip || pattern.len > sizeof folded || span_empty(s->name))
        return;
    ascii_fold_into(folded, pattern.ptr, pattern.len);
    bool expected = slow_glob((struct span){folded, pattern.len}, s->name);
    require(!expected || match == MATCH_YES, "a wildcard finds what it should");
    /* `*@domain` is canonicalised: it may find more than its letters say. */
    if (!expected && pattern.ptr[0] != '*')
        require(match == MATCH_NO, "a wildcard finds nothing else");
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++)
        if ((a[i / 8] ^ b[i / 8]) & 0x80u >> i % 8)
            return false;
    return true;
}

/* address/bits, bit by bit; IPv4-mapped patterns are left out. */
static void check_cidr(struct span pattern, const struct subject *s, enum match match)
{
    struct ipaddr network;
    size_t slash = span_rfind(pattern, '/');
    if (slash == pattern.len || !span_empty(s->name) ||
        !ipaddr_parse(span_cut(pattern, 0, slash), &network) ||
        (network.family == IP_V4 && memchr(pattern.ptr, ':', pattern.len)))
        return;
    unsigned bits = 0;
    for (size_t i = slash + 1; i < pattern.len; i++)
        bits = bits * 10 + (unsigned)(pattern.ptr[i] - '0');
    require(bits <= ipaddr_bits(network.family), "length of a prefix");
    bool expected = s->client.family == network.family &&
                    same_bits(network.bytes, s->client.bytes, bits);
    require(match == (expected ? MATCH_YES : MATCH_NO), "a network holds its clients");
}

/* --- promises --- */

static bool is_plain(struct span pattern)
{
    return !pattern_is_regex(pattern) && !glob_is_pattern(pattern) &&
           !memchr(pattern.ptr, '/', pattern.len);
}

static void check_plain_matches_itself(int kind, struct list *list, struct span pattern)
{
    struct subject self;
    read_subject(kind, pattern, &self);
    if (kind == KIND_CLIENTS_AND_HOSTS && !client_pattern_is_name(pattern))
        self.name.len = 0;
    require(list_match(list, &self) == MATCH_YES, "a plain pattern matches itself");
}

/* Returns what the pattern alone says of the subject. */
static enum match try_alone(int kind, struct span pattern, const struct subject *s)
{
    struct list alone = list_new(kind);
    enum match match = list_match(&alone, s);
    require(match == MATCH_NO, "an empty list matches nothing");
    if (list_add(&alone, pattern)) {
        match = list_match(&alone, s);
        if (is_plain(pattern))
            check_plain_matches_itself(kind, &alone, pattern);
        if (kind < KIND_CLIENTS)
            check_glob(pattern, s, match);
        else if (!pattern_is_regex(pattern) &&
                 !(kind == KIND_CLIENTS_AND_HOSTS && client_pattern_is_name(pattern)))
            check_cidr(pattern, s, match);
    }
    arena_free(&alone.arena);
    return match;
}

static void try_patterns(int kind, const struct span *patterns, size_t count,
                         const struct subject *s)
{
    struct list all = list_new(kind);
    enum match expected = MATCH_NO;
    for (size_t i = 0; i < count; i++) {
        pattern_is_unanchored(patterns[i]);
        expected = match_or(expected, try_alone(kind, patterns[i], s));
        list_add(&all, patterns[i]);
    }
    enum match match = list_match(&all, s);
    require(match == expected, "a list matches what its patterns match");
    require(list_match(&all, s) == match, "the same question, the same answer");
    client_list_is_everyone(all.clients);
    arena_free(&all.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span patterns[PATTERNS_MAX], rest = fuzz_span(data, size);
    struct subject subject;
    size_t count = 0;
    if (size == 0)
        return -1;
    int kind = data[0] % KINDS;
    rest = span_cut(rest, 1, rest.len);
    while (count < PATTERNS_MAX && rest.len && memchr(rest.ptr, '\n', rest.len))
        patterns[count++] = fuzz_take_until(&rest, '\n');
    read_subject(kind, rest, &subject);
    try_patterns(kind, patterns, count, &subject);
    return 0;
}
