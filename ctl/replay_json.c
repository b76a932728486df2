/* SPDX-License-Identifier: BSD-2-Clause */
/* What gatepost replay prints for programs. */
#include "json.h"
#include "replay.h"

static const char *const names[CHANGES] = {
    [CHANGE_REFUSED] = "newly_refused",        [CHANGE_DEFERRED] = "newly_deferred",
    [CHANGE_PASSED] = "newly_passed",          [CHANGE_HELD] = "newly_held_back",
    [CHANGE_RELEASED] = "no_longer_held_back",
};

static const char *const dimensions[DIMENSIONS] = {[BY_OU] = "by_ou",
                                                   [BY_RULE] = "by_rule",
                                                   [BY_LOGIN] = "by_login",
                                                   [BY_CLIENT] = "by_client"};

static json_t *example_of(const struct replay_result *result, const struct example *e)
{
    const struct span *t = e->texts;
    json_t *then = json_pack(
        "{s:o, s:o, s:o}", "verdict", json_safe_span(t[EXAMPLE_VERDICT]), "rule",
        json_safe_span(t[EXAMPLE_RULE]), "source", json_safe_span(t[EXAMPLE_SOURCE]));
    return json_pack(
        "{s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "file",
        json_safe_string(result->paths[e->file]), "line", (json_int_t)e->line, "time",
        json_safe_span(t[EXAMPLE_TIME]), "session", json_safe_span(t[EXAMPLE_SESSION]),
        "client", json_safe_span(t[EXAMPLE_CLIENT]), "login",
        json_safe_span(t[EXAMPLE_LOGIN]), "from", json_safe_span(t[EXAMPLE_FROM]), "to",
        json_safe_span(t[EXAMPLE_TO]), "header_from",
        json_safe_span(t[EXAMPLE_HEADER_FROM]), "header_sender",
        json_safe_span(t[EXAMPLE_HEADER_SENDER]), "then", then, "now",
        json_verdict(&e->now));
}

static json_t *rows_of(const struct replay_result *result,
                       const struct tally_table *table)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < table->used; i++) {
        const struct tally *tally = table->tallies[i];
        json_array_append_new(rows, json_pack("{s:o, s:I, s:o}", "name",
                                              json_safe_span(tally->key), "count",
                                              (json_int_t)tally->count, "example",
                                              example_of(result, tally->example)));
    }
    return rows;
}

static json_t *change_of(const struct replay_result *result, enum change change)
{
    const struct tallies *t = &result->tallies;
    json_t *object = json_pack("{s:I}", "count", (json_int_t)t->totals[change]);
    json_t *others = json_object();
    for (enum dimension d = 0; d < DIMENSIONS; d++) {
        const struct tally_table *table = &t->tables[change][d];
        json_object_set_new(object, dimensions[d], rows_of(result, table));
        json_object_set_new(others, dimensions[d],
                            json_integer((json_int_t)table->others));
    }
    json_object_set_new(object, "others", others);
    return object;
}

void replay_show_json(const struct replay_result *result)
{
    const struct judge_counts *c = &result->counts;
    json_t *logs = json_array();
    for (size_t i = 0; i < result->path_count; i++)
        json_array_append_new(logs, json_safe_string(result->paths[i]));
    json_t *all = json_pack(
        "{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "config",
        json_safe_string(result->config), "logs", logs, "lines", (json_int_t)c->lines,
        "other_programs", (json_int_t)c->foreign, "unreadable",
        (json_int_t)c->unreadable, "mails", (json_int_t)c->mails, "recipients",
        (json_int_t)c->recipients, "unchanged", (json_int_t)c->unchanged, "other_rule",
        (json_int_t)c->other_rule, "not_judged_again", (json_int_t)c->not_again,
        "cut_values", (json_int_t)c->cut, "unlisted_recipients",
        (json_int_t)c->unlisted);
    for (enum change change = 0; change < CHANGES; change++)
        json_object_set_new(all, names[change], change_of(result, change));
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(all);
}
