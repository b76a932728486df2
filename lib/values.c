/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of a configuration, as libconfuse reads them. */
#include <confuse.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "load.h"

/* libconfuse compares each titled section with all others of the same parse, so that
 * one parse of many costs their square. */
enum { SECTIONS_A_PARSE = 64, OPTIONS_MAX = 32, KINDS_MAX = 8 };

/* The lexer of libconfuse is global, and so is what its error function can see. */
static pthread_mutex_t confuse_lock = PTHREAD_MUTEX_INITIALIZER;
static char confuse_error[300];

__attribute__((format(printf, 2, 0))) static void keep_error(cfg_t *cfg,
                                                             const char *format,
                                                             va_list args)
{
    (void)cfg;
    if (!*confuse_error)
        vsnprintf(confuse_error, sizeof confuse_error, format, args);
}

static void options_of(const struct section_spec *spec, cfg_opt_t out[OPTIONS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < spec->option_count; i++) {
        const char *name = spec->options[i].name;
        cfg_opt_t one = CFG_STR(name, NULL, CFGF_NODEFAULT);
        cfg_opt_t list = CFG_STR_LIST(name, NULL, CFGF_NODEFAULT);
        out[n++] = spec->options[i].is_list ? list : one;
    }
    for (const struct section_spec *const *s = spec->sections; *s; s++) {
        /* libconfuse copies these for each parse. */
        static _Thread_local cfg_opt_t inner[SCHEMA_SECTIONS][OPTIONS_MAX];
        int slot = 0;
        while (schema_sections[slot] != *s)
            slot++;
        options_of(*s, inner[slot]);
        cfg_opt_t section = CFG_SEC((*s)->name, inner[slot],
                                    (*s)->titled ? CFGF_MULTI | CFGF_TITLE : 0);
        out[n++] = section;
    }
    cfg_opt_t end = CFG_END();
    out[n] = end;
}

static cfg_t *parse(char *text, size_t begin, size_t end, const cfg_opt_t *options)
{
    cfg_t *cfg = cfg_init((cfg_opt_t *)(uintptr_t)options, CFGF_NONE);
    if (!cfg)
        abort();
    cfg_set_error_function(cfg, keep_error);
    char saved = text[end];
    text[end] = '\0';
    *confuse_error = '\0';
    int rc = cfg_parse_buf(cfg, text + begin);
    text[end] = saved;
    if (rc == CFG_SUCCESS)
        return cfg;
    cfg_free(cfg);
    return NULL;
}

static void apply_option(struct load *ld, const struct option_spec *spec, cfg_t *cfg,
                         const struct statement *st, void *section)
{
    cfg_opt_t *option = cfg_getopt(cfg, spec->name);
    size_t count = option ? cfg_opt_size(option) : 0;
    if (count != st->items) {
        load_error(ld, st->line, st->name, "cannot be read");
        return;
    }
    const char **values = arena_alloc(ld->scratch, (count + 1) * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = st->secret ? st->secret : cfg_opt_getnstr(option, (unsigned)i);
    struct given given = {spec, st->line, values, st->item_lines, count};
    spec->set(ld, &given, section);
}

static const struct statement *find_option(const struct statement *first,
                                           const struct statement *end,
                                           const char *name)
{
    for (const struct statement *st = first; st != end; st = st->next)
        if (!st->is_section && strcmp(st->name, name) == 0)
            return st;
    return NULL;
}

/* In the order of the table, so that a restriction is known before its list. */
static void apply_options(struct load *ld, const struct section_spec *spec, cfg_t *cfg,
                          const struct statement *first, const struct statement *end,
                          void *section)
{
    for (size_t i = 0; i < spec->option_count; i++) {
        const struct statement *st = find_option(first, end, spec->options[i].name);
        if (!st)
            continue;
        ((unsigned *)((char *)section + spec->lines))[i] = st->line;
        apply_option(ld, &spec->options[i], cfg, st, section);
    }
}

static void apply(struct load *ld, const struct section_spec *spec, cfg_t *cfg,
                  const struct statement *first, const struct statement *end,
                  void *section);

static void apply_section(struct load *ld, const struct section_spec *spec, cfg_t *cfg,
                          const struct statement *st, void *parent)
{
    const char *title = cfg ? cfg_title(cfg) : NULL;
    if (!cfg || (spec->titled && !(title && span_equal(span_of(title), st->title)))) {
        load_error(ld, st->line, st->name, "cannot be read");
        return;
    }
    void *section = section_begin(ld, spec, st, parent);
    if (!section)
        return;
    apply_options(ld, spec, cfg, st->children, NULL, section);
    section_built(ld, spec, st, section);
    apply(ld, spec, cfg, st->children, NULL, section);
}

/* The sections between two statements, which libconfuse has in the same order. */
static void apply(struct load *ld, const struct section_spec *spec, cfg_t *cfg,
                  const struct statement *first, const struct statement *end,
                  void *section)
{
    unsigned seen[KINDS_MAX] = {0};
    for (const struct statement *st = first; st != end; st = st->next) {
        if (!st->is_section)
            continue;
        int kind = 0;
        while (strcmp(spec->sections[kind]->name, st->name) != 0)
            kind++;
        cfg_t *inner = cfg_getnsec(cfg, st->name, seen[kind]++);
        apply_section(ld, spec->sections[kind], inner, st, section);
    }
}

/* One parse: from first up to, but without, end. */
static void apply_run(struct load *ld, char *text, const struct section_spec *spec,
                      const cfg_opt_t *options, const struct statement *first,
                      const struct statement *end, size_t end_at, void *section)
{
    cfg_t *cfg = parse(text, first->begin, end_at, options);
    if (!cfg) {
        load_error(ld, first->line, NULL, "%s", confuse_error);
        return;
    }
    apply_options(ld, spec, cfg, first, end, section);
    apply(ld, spec, cfg, first, end, section);
    cfg_free(cfg);
}

void values_apply(struct load *ld, char *text, const struct section_spec *spec,
                  struct statement *statements, void *section)
{
    cfg_opt_t options[OPTIONS_MAX];
    pthread_mutex_lock(&confuse_lock);
    options_of(spec, options);
    const struct statement *first = statements;
    while (first) {
        const struct statement *end = first;
        size_t end_at = 0;
        for (int n = 0; end && n < SECTIONS_A_PARSE; n++) {
            end_at = end->end;
            end = end->next;
        }
        apply_run(ld, text, spec, options, first, end, end_at, section);
        first = end;
    }
    pthread_mutex_unlock(&confuse_lock);
}
