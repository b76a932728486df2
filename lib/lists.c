/* SPDX-License-Identifier: BSD-2-Clause */
/* The setters of options that are lists. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "ascii.h"
#include "pattern.h"
#include "schema.h"
#include "textfile.h"
#include "utf8.h"

static void *field(const struct given *g, void *section)
{
    return (char *)section + g->spec->offset;
}

static struct word_list *words_field(struct load *ld, const struct given *g,
                                     void *section)
{
    struct word_list *list = field(g, section);
    list->words = arena_alloc(ld->arena, g->count * sizeof *list->words + 1);
    return list;
}

static void word_list_push(struct load *ld, struct word_list *list, struct span word)
{
    list->words[list->count++] = arena_copy(ld->arena, word);
}

/* Listener names and names of OUs: compared with ASCII case folded. */
void set_names(struct load *ld, const struct given *g, void *section)
{
    struct word_list *list = words_field(ld, g, section);
    for (size_t i = 0; i < g->count; i++) {
        struct span name = span_of(g->values[i]);
        if (span_empty(name) || !utf8_is_text(name))
            load_error(ld, g->lines[i], g->spec->name, "not a name: \"%.60s\"",
                       g->values[i]);
        else
            word_list_push(ld, list, arena_fold(ld->arena, name));
    }
}

void set_ports(struct load *ld, const struct given *g, void *section)
{
    struct interface *interface = section;
    struct word_list *list = words_field(ld, g, section);
    uint16_t *numbers = arena_alloc(ld->arena, g->count * sizeof *numbers + 1);
    for (size_t i = 0; i < g->count; i++) {
        const char *value = g->values[i];
        size_t len = strlen(value);
        unsigned long port = strtoul(value, NULL, 10);
        if (len == 0 || len > 5 || strspn(value, "0123456789") != len ||
            value[0] == '0' || port > 65535) {
            load_error(ld, g->lines[i], g->spec->name,
                       "\"%.60s\" is not a decimal port from 1 to 65535", value);
            continue;
        }
        numbers[list->count] = (uint16_t)port;
        word_list_push(ld, list, span_of(value));
    }
    interface->port_numbers = numbers;
}

/* A domain, or "." and a domain for all that is below it. */
static size_t domain_entry(const char *text, char out[DOMAIN_MAX + 1])
{
    size_t dot = text[0] == '.';
    size_t len = domain_canonical(span_of(text + dot), out + dot);
    if (len == 0 || (dot && out[dot] == '['))
        return 0;
    out[0] = dot ? '.' : out[0];
    return len + dot;
}

static void complain_of_domain(struct load *ld, const struct given *g, size_t i)
{
    const char *value = g->values[i];
    load_error(ld, g->lines[i], g->spec->name, "\"%.60s\" is not a domain%s", value,
               strncmp(value, "*.", 2) == 0
                   ? ": for all below a domain write \".example.org\""
                   : "");
}

void set_domains(struct load *ld, const struct given *g, void *section)
{
    struct word_list *list = words_field(ld, g, section);
    for (size_t i = 0; i < g->count; i++) {
        char domain[DOMAIN_MAX + 1];
        size_t len = domain_entry(g->values[i], domain);
        if (len == 0)
            complain_of_domain(ld, g, i);
        else
            word_list_push(ld, list, (struct span){domain, len});
    }
}

void set_realms(struct load *ld, const struct given *g, void *section)
{
    struct interface *interface = section;
    struct word_list *list = words_field(ld, g, section);
    for (size_t i = 0; i < g->count; i++) {
        char domain[DOMAIN_MAX];
        size_t len = domain_canonical(span_of(g->values[i]), domain);
        if (len == 0) {
            complain_of_domain(ld, g, i);
            continue;
        }
        word_list_push(ld, list, (struct span){domain, len});
        const char *word = list->words[list->count - 1];
        strmap_add(&interface->realms, span_of(word), (void *)(uintptr_t)word);
    }
}

/* --- lists of patterns. One that was given, if only as a file without any, is not
 * the same as none: "from these clients only" are then none. --- */

struct pattern_target {
    struct load *load;
    const struct given *given;
    void *section;
    struct name_list *names; /* one of these two */
    struct client_list *clients;
    bool with_host_names;
    size_t added;
    unsigned regexes, wildcards;
};

/* Each of these costs time at every decision: a tenant could take that of others. */
enum { TENANT_REGEXES = 256, TENANT_WILDCARDS = 4096 };

/* `*@domain` is looked up like a plain name. */
static bool is_wildcard(struct span text)
{
    size_t from = text.len > 2 && text.ptr[0] == '*' && text.ptr[1] == '@' ? 2 : 0;
    for (size_t i = from; i < text.len; i++)
        if (text.ptr[i] == '*' || text.ptr[i] == '?')
            return true;
    return false;
}

/* Says so once. */
static bool is_too_much(struct pattern_target *t, struct span text, const char *file,
                        unsigned line)
{
    bool regex = pattern_is_regex(text);
    if (!t->load->in_ou_directory || !(regex || is_wildcard(text)))
        return false;
    unsigned most = regex ? TENANT_REGEXES : TENANT_WILDCARDS;
    unsigned count = ++*(regex ? &t->regexes : &t->wildcards);
    if (count == most + 1)
        diag_add(t->load->diag, SEVERITY_ERROR, file, line, t->given->spec->name,
                 "more than %u %s in a list of ou_directory", most,
                 regex ? "regexes" : "wildcards");
    return count > most;
}

static bool is_allow_list(const struct pattern_target *t)
{
    size_t allows = t->given->spec->allows;
    if (allows == ALLOWS_NEVER || allows == ALLOWS_ALWAYS)
        return allows == ALLOWS_ALWAYS;
    int restriction;
    memcpy(&restriction, (const char *)t->section + allows, sizeof restriction);
    return restriction == RESTRICTION_ALLOW;
}

/* Letters that stand behind backslashes only: `/^10\.\d+\./` was meant for an address.
 */
static bool only_escaped_letters(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\')
            i++;
        else if (ascii_is_letter(text.ptr[i]) && i + 1 < text.len)
            return false;
    }
    return true;
}

static void add_pattern(struct pattern_target *t, struct span text, const char *file,
                        unsigned line)
{
    struct load *ld = t->load;
    const char *option = t->given->spec->name;
    if (is_too_much(t, text, file, line))
        return;
    const char *fault =
        t->names ? name_list_add(t->names, text) : client_list_add(t->clients, text);
    /* A tenant's list may be anybody's file: what is in it is not repeated. */
    bool secret = ld->in_ou_directory && file != ld->file;
    struct span shown = secret ? span_of("...") : text;
    int len = shown.len > 80 ? 80 : (int)shown.len;
    if (fault) {
        diag_add(ld->diag, SEVERITY_ERROR, file, line, option, "%s: \"%.*s\"", fault,
                 len, shown.ptr);
        return;
    }
    t->added++;
    if (is_allow_list(t) && pattern_is_unanchored(text))
        diag_add(
            ld->diag, SEVERITY_WARNING, file, line, option,
            "a regex without ^ and $ in an allow list lets in whatever contains it: "
            "%.*s",
            len, shown.ptr);
    if (t->with_host_names && pattern_is_regex(text) && client_pattern_is_name(text) &&
        only_escaped_letters(text))
        diag_add(
            ld->diag, SEVERITY_WARNING, file, line, option,
            "a pattern with a letter and no colon is for host names, this one too: "
            "%.*s",
            len, shown.ptr);
}

/* A tenant's list is no file of the configuration, which may be another tenant's. */
static bool is_configuration(const char *path)
{
    size_t len = strlen(path);
    return len >= 5 && strcmp(path + len - 5, ".conf") == 0;
}

/* One pattern a line. `#` starts a comment at the start of a line or after a blank,
 * but not in a regex, which may hold both. */
static struct span strip_line(struct span line)
{
    size_t end = line.len;
    while (line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t'))
        line = span_cut(line, 1, line.len);
    end = line.len;
    if (line.len && line.ptr[0] != '/')
        for (size_t i = 0; i < line.len; i++)
            if (line.ptr[i] == '#' &&
                (i == 0 || line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t')) {
                end = i;
                break;
            }
    while (end && strchr(" \t\r", line.ptr[end - 1]))
        end--;
    return span_cut(line, 0, end);
}

static void add_file(struct pattern_target *t, const char *path, unsigned line)
{
    struct load *ld = t->load;
    const char *option = t->given->spec->name;
    struct textfile text;
    char reason[200];
    if (path[0] != '/') {
        load_error(ld, line, option, "file: needs an absolute path");
        return;
    }
    const char *below = ld->in_ou_directory ? ld->ou_root : NULL;
    if (below && is_configuration(path)) {
        load_error(ld, line, option, "%.200s: a file of the configuration is no list",
                   path);
        return;
    }
    if (!textfile_read(path, below, &text, reason, sizeof reason)) {
        load_error(ld, line, option, "%.200s: %s", path, reason);
        return;
    }
    const char *name = arena_copy(ld->arena, span_of(path));
    const size_t before = t->added, errors = ld->diag->errors;
    unsigned number = 0;
    for (size_t at = 0; at < text.len;) {
        const char *newline = memchr(text.bytes + at, '\n', text.len - at);
        size_t end = newline ? (size_t)(newline - text.bytes) : text.len;
        struct span word = strip_line((struct span){text.bytes + at, end - at});
        number++;
        at = end + 1;
        if (word.len > 5 && memcmp(word.ptr, "file:", 5) == 0)
            diag_add(ld->diag, SEVERITY_ERROR, name, number, option,
                     "a list cannot name another list");
        else if (word.len)
            add_pattern(t, word, name, number);
    }
    if (t->added == before && ld->diag->errors == errors)
        load_warning(ld, line, option, "%.200s: the list is empty", path);
    textfile_free(&text);
}

static void add_patterns(struct pattern_target *t)
{
    for (size_t i = 0; i < t->given->count; i++) {
        const char *value = t->given->values[i];
        unsigned line = t->given->lines[i];
        if (strncmp(value, "file:", 5) == 0)
            add_file(t, value + 5, line);
        else
            add_pattern(t, span_of(value), t->load->file, line);
    }
}

static void set_client_patterns(struct load *ld, const struct given *g, void *section,
                                bool with_host_names)
{
    struct pattern_target target = {.load = ld,
                                    .given = g,
                                    .section = section,
                                    .clients =
                                        client_list_new(ld->arena, with_host_names),
                                    .with_host_names = with_host_names};
    add_patterns(&target);
    client_list_finish(target.clients);
    if (g->count > 0)
        *(const struct client_list **)field(g, section) = target.clients;
}

static void set_name_patterns(struct load *ld, const struct given *g, void *section,
                              enum name_kind kind)
{
    struct pattern_target target = {.load = ld,
                                    .given = g,
                                    .section = section,
                                    .names = name_list_new(ld->arena, kind)};
    add_patterns(&target);
    if (target.added)
        *(const struct name_list **)field(g, section) = target.names;
}

void set_addresses(struct load *ld, const struct given *g, void *section)
{
    set_client_patterns(ld, g, section, false);
}

void set_clients(struct load *ld, const struct given *g, void *section)
{
    set_client_patterns(ld, g, section, true);
}

void set_logins(struct load *ld, const struct given *g, void *section)
{
    set_name_patterns(ld, g, section, NAME_LOGIN);
}

void set_senders_or_null(struct load *ld, const struct given *g, void *section)
{
    set_name_patterns(ld, g, section, NAME_SENDER_OR_NULL);
}

void set_senders(struct load *ld, const struct given *g, void *section)
{
    set_name_patterns(ld, g, section, NAME_SENDER);
}
