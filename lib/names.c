/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of patterns for names: logins, senders, host names. */
#include "names.h"

#include "address.h"
#include "ascii.h"
#include "glob.h"
#include "pattern.h"
#include "strmap.h"
#include "utf8.h"

struct name_list {
    struct arena *arena;
    enum name_kind kind;
    struct strmap plain;
    struct strmap domains; /* those of `*@domain` */
    struct pattern *patterns;
};

static const struct span null_sender = {NAME_NULL_SENDER, sizeof NAME_NULL_SENDER - 1};
static char present; /* the value of every key: the maps are sets */

static void release_maps(void *object)
{
    struct name_list *list = object;
    strmap_clear(&list->plain);
    strmap_clear(&list->domains);
}

struct name_list *name_list_new(struct arena *arena, enum name_kind kind)
{
    struct name_list *list = arena_alloc(arena, sizeof *list);
    list->arena = arena;
    list->kind = kind;
    arena_defer(arena, release_maps, list);
    return list;
}

static const char *add_address(struct name_list *list, struct span text)
{
    struct address a;
    if (list->kind == NAME_SENDER_OR_NULL && span_equal(text, null_sender)) {
        strmap_add(&list->plain, null_sender, &present);
        return NULL;
    }
    bool parsed = list->kind == NAME_LOGIN ? address_parse_login(text, &a)
                                           : address_parse_mailbox(text, &a);
    if (!parsed)
        return list->kind == NAME_LOGIN ? "no login name could ever be like this"
                                        : "no mail address could ever be like this";
    strmap_add(&list->plain, arena_span(list->arena, address_text(&a)), &present);
    return NULL;
}

static const char *add_host(struct name_list *list, struct span text)
{
    char domain[DOMAIN_MAX];
    size_t len = domain_canonical(text, domain);
    if (len == 0)
        return "not a host name";
    strmap_add(&list->plain, arena_span(list->arena, (struct span){domain, len}),
               &present);
    return NULL;
}

/* U-labels cannot be turned into A-labels around a wildcard. */
static bool has_international_wildcard(const struct name_list *list, struct span text)
{
    size_t at = span_rfind(text, '@');
    if (list->kind != NAME_HOST && at == text.len)
        return false;
    for (size_t i = list->kind == NAME_HOST ? 0 : at; i < text.len; i++)
        if (ascii_is_high(text.ptr[i]))
            return true;
    return false;
}

/* `*@domain`, with nothing else in it that a look-up could not do. */
static bool add_whole_domain(struct name_list *list, struct span text)
{
    char domain[DOMAIN_MAX];
    if (list->kind == NAME_HOST || text.len < 3 || memcmp(text.ptr, "*@", 2) != 0)
        return false;
    size_t len = domain_canonical(span_cut(text, 2, text.len), domain);
    if (len == 0)
        return false;
    struct span key = arena_span(list->arena, (struct span){domain, len});
    strmap_add(&list->domains, key, &present);
    return true;
}

const char *name_list_add(struct name_list *list, struct span text)
{
    if (span_empty(text))
        return "an empty pattern";
    if (!utf8_is_text(text))
        return "a pattern with control characters or invalid UTF-8";
    if (pattern_is_regex(text))
        return pattern_add(list->arena, &list->patterns, text, true);
    if (glob_is_pattern(text) && text.ptr[text.len - 1] == '.')
        return "a canonical name has no dot at its end";
    if (glob_is_pattern(text)) {
        if (add_whole_domain(list, text))
            return NULL;
        if (has_international_wildcard(list, text))
            return "beside a wildcard, write the domain with xn-- labels";
        return pattern_add(list->arena, &list->patterns, text, true);
    }
    return list->kind == NAME_HOST ? add_host(list, text) : add_address(list, text);
}

static void add_key(void *map, struct span key)
{
    strmap_add(map, key, &present);
}

size_t name_list_merge(struct name_list *list, const struct name_list *other)
{
    size_t walked = 0;
    strmap_each(&other->plain, add_key, &list->plain);
    strmap_each(&other->domains, add_key, &list->domains);
    for (const struct pattern *p = other->patterns; p; p = p->next) {
        struct pattern *copy = arena_alloc(list->arena, sizeof *copy);
        *copy = *p;
        copy->next = list->patterns;
        list->patterns = copy;
        walked++;
    }
    return walked;
}

struct visitor {
    void (*visit)(void *context, struct span text);
    void *context;
};

static void visit_whole_domain(void *context, struct span domain)
{
    const struct visitor *visitor = context;
    char text[DOMAIN_MAX + 2] = "*@";
    memcpy(text + 2, domain.ptr, domain.len);
    visitor->visit(visitor->context, (struct span){text, domain.len + 2});
}

void name_list_each(const struct name_list *list,
                    void (*visit)(void *context, struct span text), void *context)
{
    struct visitor visitor = {visit, context};
    if (!list)
        return;
    strmap_each(&list->plain, visit, context);
    strmap_each(&list->domains, visit_whole_domain, &visitor);
    for (const struct pattern *p = list->patterns; p; p = p->next)
        visit(context, p->glob);
}

enum match name_list_match(const struct name_list *list, struct span name)
{
    if (!list || span_empty(name))
        return MATCH_NO;
    if (strmap_find(&list->plain, name))
        return MATCH_YES;
    size_t at = span_rfind(name, '@');
    if (at > 0 && at < name.len &&
        strmap_find(&list->domains, span_cut(name, at + 1, name.len)))
        return MATCH_YES;
    return pattern_list_match(list->patterns, name);
}

bool name_list_is_everyone(const struct name_list *list)
{
    return list && pattern_list_is_all(list->patterns);
}

struct keys_in {
    const struct strmap *map;
    bool all;
};

static void look_for_key(void *context, struct span key)
{
    struct keys_in *in = context;
    in->all = in->all && strmap_find(in->map, key);
}

bool name_list_covers(const struct name_list *wide, const struct name_list *narrow)
{
    if (!narrow || !wide)
        return !narrow;
    struct keys_in plain = {&wide->plain, true}, domains = {&wide->domains, true};
    strmap_each(&narrow->plain, look_for_key, &plain);
    strmap_each(&narrow->domains, look_for_key, &domains);
    for (const struct pattern *p = narrow->patterns; p; p = p->next)
        if (!pattern_list_holds(wide->patterns, p))
            return false;
    return plain.all && domains.all;
}

/* Alike, or by a wildcard without `?`: its `*` takes the wildcards of the other one,
 * and so whatever those stand for. */
static bool is_within(const struct pattern *wide, struct span pattern)
{
    if (span_equal(wide->glob, pattern))
        return true;
    return !wide->regex && !pattern_is_regex(pattern) &&
           !memchr(wide->glob.ptr, '?', wide->glob.len) &&
           glob_match(wide->glob, pattern);
}

bool name_list_claims(const struct name_list *list, struct span pattern)
{
    const bool regex = pattern_is_regex(pattern);
    if (!list || name_list_is_everyone(list))
        return list != NULL;
    if (!regex && !glob_is_pattern(pattern))
        return name_list_match(list, pattern) == MATCH_YES;
    const size_t at = span_rfind(pattern, '@');
    if (!regex && at < pattern.len &&
        strmap_find(&list->domains, span_cut(pattern, at + 1, pattern.len)))
        return true;
    for (const struct pattern *p = list->patterns; p; p = p->next)
        if (is_within(p, pattern))
            return true;
    return false;
}

static void visit_address(void *visit, struct span key)
{
    const struct name_visit *v = visit;
    size_t at = span_rfind(key, '@');
    if (at < key.len)
        v->visit(v->context, key, span_cut(key, at + 1, key.len));
}

static void visit_domain(void *visit, struct span key)
{
    const struct name_visit *v = visit;
    v->visit(v->context, key, key);
}

void name_list_domains(const struct name_list *list, const struct name_visit *visit)
{
    struct name_visit copy = *visit;
    strmap_each(&list->plain, visit_address, &copy);
    strmap_each(&list->domains, visit_domain, &copy);
}
