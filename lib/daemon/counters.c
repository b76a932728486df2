/* SPDX-License-Identifier: BSD-2-Clause */
/* How often what was decided. */
#include "counters.h"

#include <stdlib.h>

#include "would.h"

static atomic_ulong verdicts[VERDICT_PASS + 1];
static atomic_ulong rules[RULE_COUNT], held_back[RULE_COUNT];

static struct {
    struct strmap by_name; /* folded -> struct tally */
    struct tally **all;
    size_t count, size;
} registry;

static struct tally *tally_add(const struct ou *ou)
{
    struct tally *tally = calloc(1, sizeof *tally);
    char *key = strdup(ou->folded_name.ptr);
    char *name = strdup(ou->name);
    if (registry.count == registry.size) {
        registry.size = registry.size ? registry.size * 2 : 64;
        registry.all = realloc(registry.all, registry.size * sizeof(*registry.all));
    }
    if (!tally || !key || !name || !registry.all)
        abort();
    tally->name = name;
    tally->key = key;
    registry.all[registry.count++] = tally;
    strmap_add(&registry.by_name, span_of(key), tally);
    return tally;
}

struct tally **counters_attach(const struct snapshot *s)
{
    struct tally **tallies = calloc(s->ou_count + 1, sizeof(*tallies));
    if (!tallies)
        abort();
    strmap_reserve(&registry.by_name, s->ou_count);
    for (size_t i = 0; i < s->ou_count; i++) {
        tallies[i] = strmap_find(&registry.by_name, s->ou_list[i]->folded_name);
        if (!tallies[i])
            tallies[i] = tally_add(s->ou_list[i]);
    }
    return tallies;
}

static void add_one(atomic_ulong *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

void counters_count_would(const struct verdict *v, const struct policy *p,
                          struct tally *const *tallies)
{
    if (v->would == RULE_NONE)
        return;
    add_one(&held_back[v->would]);
    if (v->ou)
        add_one(&tallies[v->ou->index]->would);
    would_count(v, p, tallies);
}

void counters_count(const struct verdict *v, const struct policy *p,
                    struct tally *const *tallies)
{
    add_one(&verdicts[v->kind]);
    if (v->rule != RULE_NONE)
        add_one(&rules[v->rule]);
    counters_count_would(v, p, tallies);
    if (!v->ou)
        return;
    struct tally *t = tallies[v->ou->index];
    add_one(v->kind == VERDICT_PASS     ? &t->pass
            : v->kind == VERDICT_REFUSE ? &t->refuse
                                        : &t->defer);
}

static json_t *number(atomic_ulong *counter)
{
    return json_integer(
        (json_int_t)atomic_load_explicit(counter, memory_order_relaxed));
}

static json_t *by_rule(atomic_ulong counters[RULE_COUNT])
{
    json_t *object = json_object();
    for (int i = 1; i < RULE_COUNT; i++)
        if (atomic_load(&counters[i]))
            json_object_set_new(object, rule_name((enum rule_id)i),
                                number(&counters[i]));
    return object;
}

void counters_report(json_t *object)
{
    json_t *ous = json_object();
    json_object_set_new(object, "verdicts",
                        json_pack("{s:o, s:o, s:o}", "pass",
                                  number(&verdicts[VERDICT_PASS]), "refuse",
                                  number(&verdicts[VERDICT_REFUSE]), "defer",
                                  number(&verdicts[VERDICT_DEFER])));
    json_object_set_new(object, "rules", by_rule(rules));
    json_object_set_new(object, "would", by_rule(held_back));
    for (size_t i = 0; i < registry.count; i++) {
        struct tally *t = registry.all[i];
        if (atomic_load(&t->pass) + atomic_load(&t->refuse) + atomic_load(&t->defer) +
            atomic_load(&t->would))
            json_object_set_new(
                ous, t->name,
                json_pack("{s:o, s:o, s:o, s:o}", "pass", number(&t->pass), "refuse",
                          number(&t->refuse), "defer", number(&t->defer), "would",
                          number(&t->would)));
    }
    json_object_set_new(object, "ous", ous);
}
