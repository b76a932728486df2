/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with a configuration before any value is looked at. */
#include "ascii.h"
#include "load.h"

/* "stands in: ..." for a name that exists elsewhere. */
static void complain_of_name(struct load *ld, const struct section_spec *spec,
                             const struct statement *st)
{
    for (const struct section_spec *const *s = schema_sections; *s; s++) {
        bool there = st->is_section ? section_child(*s, st->name) != NULL
                                    : section_option(*s, st->name) != NULL;
        if (there) {
            load_error(ld, st->line, st->name, "does not belong in %s, but in %s",
                       spec->phrase, (*s)->phrase);
            return;
        }
    }
    load_error(ld, st->line, st->name, "unknown %s",
               st->is_section ? "section" : "option");
}

static bool check_section(struct load *ld, const struct section_spec *spec,
                          const struct statement *st)
{
    const struct section_spec *child = section_child(spec, st->name);
    if (!child) {
        const struct option_spec *option = section_option(spec, st->name);
        if (option)
            load_error(ld, st->line, st->name, "= was expected after the name");
        else
            complain_of_name(ld, spec, st);
        return false;
    }
    if (st->has_title != child->titled) {
        load_error(ld, st->line, st->name,
                   child->titled ? "a name in quotes was expected: %s \"name\" { ... }"
                                 : "%s has no name",
                   st->name);
        return false;
    }
    return true;
}

static bool check_option(struct load *ld, const struct section_spec *spec,
                         const struct statement *st)
{
    const struct option_spec *option = section_option(spec, st->name);
    if (!option) {
        if (section_child(spec, st->name))
            load_error(ld, st->line, st->name, "{ was expected: this is a section");
        else
            complain_of_name(ld, spec, st);
        return false;
    }
    if (st->is_list != option->is_list && (st->is_list || !option->or_one)) {
        load_error(ld, st->line, st->name,
                   option->is_list ? "a list is written { \"one\", \"two\" }"
                                   : "one value was expected, not a list");
        return false;
    }
    return true;
}

enum { ONCE_MAX = 32 }; /* options and untitled sections that a section can have */

/* What may stand once only has a number; a section with a name has none. */
static int number_of(const struct section_spec *spec, const struct statement *st)
{
    if (!st->is_section)
        return (int)(section_option(spec, st->name) - spec->options);
    for (int i = 0; spec->sections[i]; i++)
        if (strcmp(spec->sections[i]->name, st->name) == 0)
            return spec->sections[i]->titled ? -1 : (int)spec->option_count + i;
    return -1;
}

static bool check_double(struct load *ld, const struct section_spec *spec,
                         const struct statement *st, unsigned first_line[ONCE_MAX])
{
    int number = number_of(spec, st);
    if (number < 0)
        return true;
    if (first_line[number])
        load_error(ld, st->line, st->name, "given twice: first in line %u",
                   first_line[number]);
    bool first = first_line[number] == 0;
    if (first)
        first_line[number] = st->line;
    return first;
}

/* Two sections of one name would be one to libconfuse. */
static bool check_title(struct load *ld, struct strmap *titles, struct statement *st)
{
    size_t kind = strlen(st->name) + 1;
    char *key = arena_alloc(ld->scratch, kind + st->title.len + 1);
    memcpy(key, st->name, kind);
    ascii_fold_into(key + kind, st->title.ptr, st->title.len);
    const struct statement *other =
        strmap_add(titles, (struct span){key, kind + st->title.len}, st);
    if (other)
        load_error(ld, st->line, st->name,
                   "there are two of the name \"%.*s\": first in line %u",
                   st->title.len > 80 ? 80 : (int)st->title.len, st->title.ptr,
                   other->line);
    return !other;
}

void statements_check(struct load *ld, char *text, const struct section_spec *spec,
                      struct statement **statements)
{
    unsigned first_line[ONCE_MAX] = {0};
    struct strmap titles = {0};
    struct statement **link = statements;
    while (*link) {
        struct statement *st = *link;
        bool good =
            st->is_section ? check_section(ld, spec, st) : check_option(ld, spec, st);
        if (good && !st->is_section && section_option(spec, st->name)->is_secret)
            scan_take_secret(ld->scratch, text, st);
        good = good && check_double(ld, spec, st, first_line);
        good = good && (!st->has_title || check_title(ld, &titles, st));
        if (good && st->is_section)
            statements_check(ld, text, section_child(spec, st->name), &st->children);
        if (good) {
            link = &st->next;
        } else {
            scan_blank(text, st);
            *link = st->next;
        }
    }
    strmap_clear(&titles);
}
