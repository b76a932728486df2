/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost status --would: what monitor mode held back. */
#include "would.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"

enum { GROUPS_SHOWN = 20, WHOM_SHOWN = 3, WHOM_COLUMNS = 61, NAME_COLUMNS = 40 };

/* The rows of one OU, of one interface, or of login_limits. */
struct group {
    const char *ou, *interface, *mode;
    long long total;
};

static const char *text_of(json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static long long number_of(json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void print_name(const char *kind, const char *name)
{
    struct span text = span_of(name);
    bool cut = text.len > NAME_COLUMNS;
    printf("%s \"", kind);
    show_escaped(cut ? span_cut(text, 0, NAME_COLUMNS - 3) : text);
    fputs(cut ? "...\"" : "\"", stdout);
}

/* --- what is in monitor mode --- */

static const char *separator(bool *any)
{
    const char *text = *any ? ", " : "";
    *any = true;
    return text;
}

/* login_limits are gatepost-auth's. Returns whether anything is. */
static bool print_modes(json_t *answer)
{
    json_t *modes = json_object_get(answer, "monitor");
    bool any = false;
    long long interfaces = number_of(modes, "interfaces"),
              ous = number_of(modes, "ous");
    fputs("in monitor mode: ", stdout);
    if (json_is_true(json_object_get(modes, "whole")))
        printf("%sthe whole (nothing is refused)", separator(&any));
    if (interfaces)
        printf("%s%lld interface%s", separator(&any), interfaces,
               interfaces == 1 ? "" : "s");
    if (ous)
        printf("%s%lld OU%s", separator(&any), ous, ous == 1 ? "" : "s");
    if (json_is_true(json_object_get(modes, "login_limits")) &&
        strcmp(text_of(answer, "program"), "gatepost-milter") != 0)
        printf("%slogin_limits", separator(&any));
    puts(any ? "" : "nothing");
    return any;
}

/* --- rows --- */

static void print_one(json_t *whom)
{
    char from[60] = "";
    const char *login = text_of(whom, "login");
    struct span name = span_of(*login ? login : text_of(whom, "sender"));
    if (!*login)
        snprintf(from, sizeof from, " from %.45s", text_of(whom, "client"));
    size_t room = WHOM_COLUMNS - strlen(from);
    bool cut = name.len > room;
    printf("  %10lld  ", number_of(whom, "count"));
    show_escaped(cut ? span_cut(name, 0, room - 3) : name);
    printf("%s%s\n", cut ? "..." : "", from);
}

static void print_row(json_t *row, size_t whom_shown)
{
    size_t index;
    json_t *whom;
    long long others = number_of(row, "others");
    long long count = number_of(row, "count");
    const char *what = text_of(row, "what");
    int len = (int)strlen(what) - (count == 1 && *what); /* 1 mail, 2 mails */
    printf("  %10lld %-10.*s  %-22.22s last %.20s\n", count, len, what,
           text_of(row, "rule"), text_of(row, "last"));
    json_array_foreach(json_object_get(row, "whom"), index, whom)
    {
        if (index < whom_shown && number_of(whom, "count"))
            print_one(whom);
        else
            others += number_of(whom, "count");
    }
    if (others)
        printf("  %10lld  others\n", others);
}

static bool is_of_group(json_t *row, const struct group *g)
{
    return strcmp(text_of(row, "ou"), g->ou) == 0 &&
           strcmp(text_of(row, "interface"), g->interface) == 0;
}

/* By its own mode, whatever that of the whole or of the interface is. */
static void print_group(const struct group *g, json_t *rows, size_t whom_shown)
{
    size_t index;
    json_t *row;
    putchar('\n');
    fputs(show_colour("would"), stdout);
    if (*g->ou)
        print_name("ou", g->ou);
    else if (*g->interface)
        print_name("interface", g->interface);
    else
        fputs("login_limits", stdout);
    fputs(show_plain(), stdout);
    if (strcmp(g->mode, "gone") == 0)
        puts(": not in the configuration any more");
    else
        printf(": mode %s\n", g->mode);
    json_array_foreach(rows, index, row)
    {
        if (is_of_group(row, g))
            print_row(row, whom_shown);
    }
}

static int by_total(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    return x->total > y->total ? -1 : x->total < y->total;
}

/* The rows are at most as many as a daemon reports. */
static size_t gather(json_t *rows, struct group *groups)
{
    size_t index, count = 0;
    json_t *row;
    json_array_foreach(rows, index, row)
    {
        size_t i = 0;
        while (i < count && !is_of_group(row, &groups[i]))
            i++;
        if (i == count)
            groups[count++] = (struct group){.ou = text_of(row, "ou"),
                                             .interface = text_of(row, "interface"),
                                             .mode = text_of(row, "mode")};
        groups[i].total += number_of(row, "count");
    }
    qsort(groups, count, sizeof *groups, by_total);
    return count;
}

static void print_rows(json_t *answer, bool all)
{
    json_t *rows = json_object_get(answer, "would");
    json_t *left_out = json_object_get(answer, "left_out");
    struct group *groups = calloc(json_array_size(rows) + 1, sizeof *groups);
    if (!groups)
        abort();
    const size_t count = gather(rows, groups);
    puts("\nPassed, but would have been refused if the mode was enforce:");
    for (size_t i = 0; i < count && (all || i < GROUPS_SHOWN); i++)
        print_group(&groups[i], rows, all ? SIZE_MAX : WHOM_SHOWN);
    if (!all && count > GROUPS_SHOWN)
        printf("\n... and %zu more OUs or interfaces: see --json, or --ou NAME\n",
               count - GROUPS_SHOWN);
    if (number_of(left_out, "rows"))
        printf("\nLeft out: %lld rows more, of %lld in all\n",
               number_of(left_out, "rows"), number_of(left_out, "count"));
    free(groups);
}

/* --- the whole --- */

static bool ou_is_unknown(json_t *answer, const char *ou)
{
    if (!ou || strcmp(text_of(answer, "mode"), "gone") != 0)
        return false;
    putchar('\n');
    print_name("There is no ou", ou);
    puts(" in the configuration.");
    return true;
}

static void print_nothing(const char *ou, bool monitors)
{
    putchar('\n');
    if (ou) {
        print_name("Nothing was held back of ou", ou);
        puts(" since the start.");
    } else if (monitors) {
        puts("Nothing was held back since the start.");
    } else {
        puts("Nothing is in monitor mode, and nothing was held back since the start.");
    }
}

void would_print(json_t *answer, const char *ou)
{
    const char *fault = json_string_value(json_object_get(answer, "error"));
    long long up = number_of(answer, "uptime");
    if (fault) {
        printf("the daemon does not know --would: %.60s\n", fault);
        return;
    }
    printf("%s %s, up %lldd %02lld:%02lld:%02lld\n", text_of(answer, "program"),
           text_of(answer, "version"), up / 86400, up / 3600 % 24, up / 60 % 60,
           up % 60);
    bool monitors = print_modes(answer);
    if (json_array_size(json_object_get(answer, "would")))
        print_rows(answer, ou != NULL);
    else if (!ou_is_unknown(answer, ou))
        print_nothing(ou, monitors);
    if (number_of(answer, "untold"))
        printf("\n%lld more were held back that found no room to be told apart\n",
               number_of(answer, "untold"));
}
