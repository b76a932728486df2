/* SPDX-License-Identifier: BSD-2-Clause */
/* What the patterns for names and for addresses have in common. */
#include "pattern.h"

#include "budget.h"

#include <stdio.h>

#include "glob.h"
#include "regex.h"

bool pattern_regex_body(struct span text, struct span *body, bool *fold)
{
    *fold = text.len > 1 && text.ptr[text.len - 1] == 'i';
    size_t end = *fold ? text.len - 1 : text.len;
    if (end < 3 || text.ptr[end - 1] != '/')
        return false;
    *body = span_cut(text, 1, end - 1);
    return true;
}

static void release_regex(void *object)
{
    struct regex *regex = object;
    regex_free(&regex);
}

static struct regex *compile(struct span text, bool always_fold, const char **error)
{
    static _Thread_local char reason[256];
    char message[200];
    struct span body;
    bool fold;
    *error = reason;
    if (!pattern_regex_body(text, &body, &fold)) {
        snprintf(reason, sizeof reason, "a regex is written /.../ or /.../i");
        return NULL;
    }
    struct regex *regex = regex_new(body, fold || always_fold, message, sizeof message);
    snprintf(reason, sizeof reason, "bad regex: %s", regex ? "" : message);
    return regex;
}

const char *pattern_add(struct arena *arena, struct pattern **list, struct span text,
                        bool always_fold)
{
    struct pattern entry = {.next = *list};
    if (pattern_is_regex(text)) {
        const char *error;
        entry.regex = compile(text, always_fold, &error);
        if (!entry.regex)
            return error;
        arena_defer(arena, release_regex, entry.regex);
        entry.glob = arena_span(arena, text);
    } else {
        entry.glob = arena_fold(arena, text);
    }
    *list = arena_alloc(arena, sizeof entry);
    **list = entry;
    return NULL;
}

bool pattern_is_unanchored(struct span text)
{
    struct span body;
    bool fold;
    return pattern_is_regex(text) && pattern_regex_body(text, &body, &fold) &&
           !regex_is_anchored(body);
}

/* Each regex has its limit; many that hit theirs would still add up. After so many the
 * list is undecided, whatever else is in it. A regex may cost as much as some
 * wildcards.
 */
enum { UNDECIDED_MAX = 32, UNITS_GLOB = 1, UNITS_REGEX = 16 };

enum match pattern_list_match(const struct pattern *list, struct span folded)
{
    enum match found = MATCH_NO;
    unsigned undecided = 0;
    for (const struct pattern *p = list; p && undecided < UNDECIDED_MAX; p = p->next) {
        if (!budget_allows(p->regex ? UNITS_REGEX : UNITS_GLOB))
            return MATCH_UNKNOWN;
        enum match match = p->regex                      ? regex_match(p->regex, folded)
                           : glob_match(p->glob, folded) ? MATCH_YES
                                                         : MATCH_NO;
        if (match == MATCH_YES)
            return match;
        undecided += match == MATCH_UNKNOWN;
        found = match_or(found, match);
    }
    return found;
}

bool pattern_list_holds(const struct pattern *list, const struct pattern *one)
{
    for (const struct pattern *p = list; p; p = p->next)
        if (!p->regex == !one->regex && span_equal(p->glob, one->glob))
            return true;
    return false;
}

bool pattern_list_is_all(const struct pattern *list)
{
    for (const struct pattern *p = list; p; p = p->next) {
        size_t stars = 0;
        while (stars < p->glob.len && p->glob.ptr[stars] == '*')
            stars++;
        if (stars == p->glob.len)
            return true;
    }
    return false;
}
