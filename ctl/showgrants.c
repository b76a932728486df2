/* SPDX-License-Identifier: BSD-2-Clause */
/* How owners and may-send are called, and how they answer. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "check.h"
#include "grants.h"
#include "json.h"
#include "show.h"
#include "usage.h"

enum { COLUMNS = 80, INDENT = 10 };

/* --- the call --- */

int senders_call_read(int argc, char **argv, const char *help, const char *what,
                      struct senders_call *call)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"interface", required_argument, NULL, 'i'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int c;
    *call = (struct senders_call){.config = CONFIG_DEFAULT_FILE};
    opterr = 0;
    while ((c = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (c == 'h')
            return usage_help(help);
        if (c == 'c')
            call->config = optarg;
        else if (c == 'i')
            call->interface = optarg;
        else if (c == 'j')
            call->json = true;
        else
            return usage_error(argv[0], "%s: %s", argv[optind - 1],
                               c == ':' ? "its value is missing" : "bad option");
    }
    if (argc - optind != 1)
        return usage_error(argv[0], "one %s was expected", what);
    call->word = argv[optind];
    return -1;
}

static const struct interface *find_interface(const struct snapshot *s,
                                              const char *name)
{
    struct arena *arena = arena_new();
    struct span folded = arena_fold(arena, span_of(name));
    const struct interface *i = s->interfaces;
    while (i && !span_equal(i->folded_name, folded))
        i = i->next;
    arena_free(&arena);
    return i;
}

struct snapshot *senders_call_load(const struct senders_call *call, const char *command,
                                   struct senders *senders, int *status)
{
    struct snapshot *s = load_and_report(call->config, SECRETS_FORGET);
    *status = EX_CONFIG;
    if (!s)
        return NULL;
    const struct interface *interface = NULL;
    if (call->interface && !(interface = find_interface(s, call->interface))) {
        *status = usage_error(command, "there is no interface of this name: %s",
                              call->interface);
        snapshot_free(&s);
        return NULL;
    }
    senders_open(senders, s, interface);
    return s;
}

/* --- text --- */

static void show_place(struct source source)
{
    char text[SOURCE_TEXT];
    source_format(source, text);
    show_escaped(span_of(text));
}

void show_setting(const char *name, const char *text, struct source source)
{
    char place[SOURCE_TEXT];
    source_format(source, place);
    bool fits = INDENT + 1 + strlen(text) + 2 + strlen(place) <= COLUMNS;
    printf("%-*s ", INDENT, name);
    show_escaped(span_of(text));
    if (!*text)
        show_place(source);
    else if (source.file) {
        printf(fits ? ", " : "\n%*s", fits ? 0 : INDENT + 1, "");
        show_place(source);
    }
    putchar('\n');
}

static const char *word_of(const struct judgement *j)
{
    return j->able ? "pass" : j->rule == RULE_FAULT ? "fault" : "refuse";
}

static void show_reason(const char *before, const char *text, struct source source)
{
    if (!*text)
        return;
    printf("%*s%s%s\n", INDENT, "", before, text);
    if (source.file) {
        printf("%*s", INDENT, "");
        show_place(source);
        putchar('\n');
    }
}

static void show_domain(const struct grant *g)
{
    if (g->known_only)
        printf("%*sonly what the ou knows (refuse_unknown_senders)\n", INDENT, "");
    if (!g->exceptions)
        return;
    char place[SOURCE_TEXT];
    source_format(g->exception, place);
    printf("%*sbut for %u with an entry of %s own, the first is\n%*s", INDENT, "",
           g->exceptions, g->exceptions == 1 ? "its" : "their", INDENT, "");
    show_escaped(span_of(place));
    putchar('\n');
}

/* Where From is judged in another way than MAIL. */
static void show_from(const struct judgement *j)
{
    if (j->from_why) {
        show_reason(j->able ? "in From, too: " : "but in From it may: ", j->from_why,
                    j->from_source);
    } else if (j->able && j->from == FROM_NO) {
        show_reason("", "but not in From: match_header_from", j->from_source);
    } else if (j->able && j->from == FROM_WITH_SENDER) {
        show_reason("", "but in From only with a Sender of its own", j->from_source);
    } else if (!j->able && j->from == FROM_YES) {
        show_reason("", "but in From it may be shown: match_header_from",
                    j->from_source);
    }
}

static void show_grant(const struct grant *g)
{
    const struct judgement *j = &g->judgement;
    const char *word = word_of(j);
    printf("  %s%-7s%s ", show_colour(word), word, show_plain());
    show_escaped(g->subject);
    putchar('\n');
    show_reason("", j->why, j->source);
    show_domain(g);
    if (!j->able)
        show_reason("but ", j->reason, j->refused_by);
    show_from(j);
}

void grant_list_show(const struct grant_list *list)
{
    if (list->count)
        putchar('\n');
    for (size_t i = 0; i < list->count; i++)
        show_grant(&list->items[i]);
}

/* --- JSON --- */

static json_t *json_place(struct source source)
{
    char text[SOURCE_TEXT];
    if (!source.file)
        return json_string("");
    source_format(source, text);
    return json_safe_string(text);
}

static json_t *grant_json(const struct grant *g)
{
    static const char *const keys[] = {
        [GRANT_LOGIN] = "login",     [GRANT_LOGINS] = "logins",
        [GRANT_ADDRESS] = "address", [GRANT_DOMAIN] = "domain",
        [GRANT_PATTERN] = "pattern",
    };
    const struct judgement *j = &g->judgement;
    json_t *object = json_pack("{s:s, s:s, s:o, s:s, s:s, s:o}", "verdict",
                               j->able                 ? "pass"
                               : j->rule == RULE_FAULT ? "defer"
                                                       : "refuse",
                               "why", j->why, "source", json_place(j->source), "rule",
                               rule_name(j->rule), "reason", j->reason, "refused_by",
                               json_place(j->refused_by));
    json_object_set_new(object, keys[g->kind], json_safe_string(g->subject.ptr));
    json_object_set_new(object, "header_from", json_string(from_word(j->from)));
    json_object_set_new(object, "header_from_source", json_place(j->from_source));
    if (g->kind == GRANT_LOGINS)
        json_object_set_new(object, "class", json_string(g->class));
    if (g->kind != GRANT_LOGIN && g->kind != GRANT_LOGINS)
        json_object_set_new(object, "ou", json_safe_string(g->ou ? g->ou->name : ""));
    if (g->kind == GRANT_DOMAIN) {
        json_object_set_new(object, "known_only", json_boolean(g->known_only));
        json_object_set_new(object, "exceptions", json_integer(g->exceptions));
    }
    return object;
}

json_t *grant_list_json(const struct grant_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, grant_json(&list->items[i]));
    return array;
}
