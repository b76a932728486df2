/* SPDX-License-Identifier: BSD-2-Clause */
/* What gatepost replay prints for people. */
#include <stdio.h>

#include "columns.h"
#include "replay.h"

enum { ROWS = 10, LABEL = 46, COUNT = 12, INDENT = COUNT + 2 };

static const char *const names[CHANGES] = {
    [CHANGE_REFUSED] = "newly refused",
    [CHANGE_DEFERRED] = "newly deferred",
    [CHANGE_PASSED] = "newly passed",
    [CHANGE_HELD] = "newly held back by monitor mode (mails)",
    [CHANGE_RELEASED] = "no longer held back by monitor mode (mails)",
};

static const char *const dimensions[DIMENSIONS] = {
    [BY_OU] = "ou", [BY_RULE] = "rule", [BY_LOGIN] = "login", [BY_CLIENT] = "client"};

/* What an empty key stands for. */
static const char *const nothing[DIMENSIONS] = {[BY_OU] = "(no ou)",
                                                [BY_RULE] = "(no rule)",
                                                [BY_LOGIN] = "(not authenticated)",
                                                [BY_CLIENT] = "(no client)"};

static void print_count(const char *name, unsigned long count)
{
    char text[COUNT_TEXT];
    printf("%-*s %*s\n", LABEL, name, COUNT, columns_count(count, text));
}

/* Where there is something to tell. */
static void print_some(const char *name, unsigned long count)
{
    if (count > 0)
        print_count(name, count);
}

static void print_summary(const struct replay_result *result)
{
    const struct judge_counts *c = &result->counts;
    printf("candidate  ");
    columns_text(span_of(result->config), COLUMNS - 11);
    printf("\n\n");
    print_count("lines read", c->lines);
    print_some("  of other programs", c->foreign);
    print_some("  that could not be read", c->unreadable);
    print_count("mails judged again", c->mails);
    print_count("recipients judged again", c->recipients);
    print_count("as before", c->unchanged);
    print_some("refused as before, but by another rule", c->other_rule);
    print_some("not judged: their headers are not in the log", c->not_again);
    print_some("cannot be judged: a value was cut in the log", c->cut);
    print_some("cannot be judged: recipients that are not listed", c->unlisted);
    for (enum change change = 0; change < CHANGES; change++)
        print_count(names[change], result->tallies.totals[change]);
}

/* --- examples --- */

static int print_limited(struct span text, const char *empty, int width)
{
    return columns_text(span_empty(text) ? span_of(empty) : text, width);
}

/* Who to whom, in one line. */
static void print_mail(const struct example *e)
{
    int left = COLUMNS - INDENT;
    printf("%*s", INDENT, "");
    left -= print_limited(e->texts[EXAMPLE_FROM], "(no sender)", left / 2 - 2);
    if (!span_empty(e->texts[EXAMPLE_TO])) {
        printf(" to ");
        columns_text(e->texts[EXAMPLE_TO], left - 4);
    }
    putchar('\n');
}

/* What a rule of the header looked at. */
static void print_header(const char *name, struct span value)
{
    if (span_empty(value))
        return;
    printf("%*s%s: ", INDENT, "", name);
    columns_text(value, COLUMNS - INDENT - (int)strlen(name) - 2);
    putchar('\n');
}

static void print_session(const struct example *e)
{
    int left = COLUMNS - INDENT;
    printf("%*s", INDENT, "");
    left -= print_limited(e->texts[EXAMPLE_CLIENT], "(no client)", 40);
    printf(", ");
    print_limited(e->texts[EXAMPLE_LOGIN], "no login", left - 2);
    putchar('\n');
}

static void print_decision(const struct example *e)
{
    char text[SOURCE_TEXT + 64], source[SOURCE_TEXT];
    const struct verdict *v = &e->now;
    enum rule_id rule = v->kind == VERDICT_PASS ? v->would : v->rule;
    if (rule == RULE_NONE)
        return;
    source_format(v->source, source);
    snprintf(text, sizeof text, "%s by %s", rule_name(rule), source);
    columns_field(INDENT, "", span_of(text));
}

static void print_place(const struct replay_result *result, const struct example *e)
{
    char text[4096 + 64];
    const struct span *time = &e->texts[EXAMPLE_TIME];
    snprintf(text, sizeof text, "%.*s %.4000s:%lu",
             (int)(time->len < 30 ? time->len : 30), time->ptr, result->paths[e->file],
             e->line);
    columns_field(INDENT, "", span_of(text));
}

/* Those of a change that were printed in full. */
struct shown {
    const struct example *items[DIMENSIONS * ROWS];
    size_t count;
};

static bool was_shown(struct shown *shown, const struct example *e)
{
    for (size_t i = 0; i < shown->count; i++)
        if (shown->items[i] == e)
            return true;
    shown->items[shown->count++] = e;
    return false;
}

/* Of one that was shown, its place is enough. */
static void print_example(const struct replay_result *result, struct shown *shown,
                          const struct example *e)
{
    print_place(result, e);
    if (was_shown(shown, e))
        return;
    print_mail(e);
    print_header("From", e->texts[EXAMPLE_HEADER_FROM]);
    print_header("Sender", e->texts[EXAMPLE_HEADER_SENDER]);
    print_session(e);
    print_decision(e);
}

/* --- tables --- */

static void print_more(unsigned long count, const char *what)
{
    char text[COUNT_TEXT];
    if (count > 0)
        printf("%*s  ... and %s %s\n", COUNT, "", columns_count(count, text), what);
}

static void print_table(const struct replay_result *result, struct shown *shown,
                        enum change change, enum dimension dimension)
{
    const struct tally_table *table = &result->tallies.tables[change][dimension];
    char count[COUNT_TEXT];
    printf("\n  by %s\n", dimensions[dimension]);
    for (size_t i = 0; i < table->used && i < ROWS; i++) {
        const struct tally *tally = table->tallies[i];
        printf("%*s  ", COUNT, columns_count(tally->count, count));
        print_limited(tally->key, nothing[dimension], COLUMNS - INDENT);
        putchar('\n');
        print_example(result, shown, tally->example);
    }
    if (table->used > ROWS)
        print_more(table->used - ROWS, "more: --json has them all");
    print_more(table->others, "of others, too many to tell apart");
}

void replay_show_text(const struct replay_result *result)
{
    print_summary(result);
    for (enum change change = 0; change < CHANGES; change++) {
        struct shown shown = {.count = 0};
        char count[COUNT_TEXT];
        if (result->tallies.totals[change] == 0)
            continue;
        printf("\n%s: %s\n", names[change],
               columns_count(result->tallies.totals[change], count));
        for (enum dimension d = 0; d < DIMENSIONS; d++)
            print_table(result, &shown, change, d);
    }
}
