/* SPDX-License-Identifier: BSD-2-Clause */
/* How explain and login show on a terminal what was looked at. */
#include "show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ascii.h"
#include "json.h"

/* As wide as what a manual page has room for. */
enum { INDENT = 32, COLUMNS = 75, REPLY_INDENT = 3 };

void show_escaped(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (ascii_is_control(c) || ascii_is_high(c))
            printf("\\x%02x", (unsigned char)c);
        else
            putchar(c);
    }
}

void show_field(const char *name, struct span value)
{
    printf("%-11s", name);
    show_escaped(value);
    putchar('\n');
}

const char *show_colour(const char *word)
{
    if (!isatty(STDOUT_FILENO))
        return "";
    if (strcmp(word, "pass") == 0)
        return "\033[32m";
    return strcmp(word, "refuse") == 0 ? "\033[31m" : "\033[33m";
}

const char *show_plain(void)
{
    return isatty(STDOUT_FILENO) ? "\033[0m" : "";
}

/* From the column indent on, in as many lines as it takes. */
static void show_words(int indent, const char *text)
{
    size_t room = (size_t)(COLUMNS - indent);
    while (strlen(text) > room) {
        size_t len = room;
        while (len > 0 && text[len] != ' ')
            len--;
        if (len == 0)
            break; /* one long word */
        printf("%.*s\n%*s", (int)len, text, indent, "");
        text += len + 1;
    }
    printf("%s\n", text);
}

void show_step(void *context, const struct step *step)
{
    (void)context;
    const char *word = outcome_name(step);
    bool quiet = step->outcome == OUTCOME_UNCONCERNED;
    printf("  %-20s %s%-7s%s ", rule_name(step->rule), quiet ? "" : show_colour(word),
           word, quiet ? "" : show_plain());
    show_words(INDENT, step->reason);
    char source[SOURCE_TEXT];
    source_format(step->source, source);
    if (step->source.file)
        printf("%*s%s\n", INDENT, "", source);
}

void show_verdict(const struct verdict *v, const char *hint)
{
    char reply[REPLY_TEXT], source[SOURCE_TEXT];
    const char *word = verdict_name(v->kind);
    printf("=> %s%s%s", show_colour(word), word, show_plain());
    if (v->rule != RULE_NONE)
        printf(" (%s)", rule_name(v->rule));
    if (v->would != RULE_NONE)
        printf(v->kind == VERDICT_PASS ? ", would be refused but for monitor mode (%s)"
                                       : ", after monitor mode held back %s",
               rule_name(v->would));
    putchar('\n');
    if (v->kind == VERDICT_DEFER)
        printf("   %s\n", v->reason);
    if (v->kind == VERDICT_DEFER && !v->interface)
        printf("   (here: %s)\n", hint);
    if (*verdict_reply(v, reply)) {
        printf("%*s", REPLY_INDENT, "");
        show_words(REPLY_INDENT, reply);
    }
    bool by_setting = v->kind == VERDICT_REFUSE && v->rule != RULE_BAD_SENDER &&
                      v->rule != RULE_BAD_RECIPIENT;
    if (v->source.file || by_setting) {
        source_format(v->source, source);
        printf("   decided by %s", source);
        if (v->ou)
            printf(", ou \"%s\"", v->ou->name);
        putchar('\n');
    }
}

int show_status(const struct verdict *v)
{
    return v->kind == VERDICT_PASS ? 0 : v->kind == VERDICT_REFUSE ? 1 : 2;
}
