/* SPDX-License-Identifier: BSD-2-Clause */
/* The statements of a configuration file. */
#include "scan.h"

#include <stdlib.h>

enum { DEPTH_MAX = 4 };

struct scanner {
    struct lexer lexer;
    struct token token; /* the next one, not yet used */
    size_t end_of_last; /* where the token before it ended */
    size_t begin;       /* where it begins */
    bool faulty_list;   /* an error ended a list before its } */
    struct arena *arena;
};

static void advance(struct scanner *sc)
{
    sc->end_of_last = sc->lexer.at;
    sc->token = lexer_next(&sc->lexer);
    sc->begin = sc->lexer.at - sc->token.raw.len;
}

static void complain(struct scanner *sc, unsigned line, const char *option,
                     const char *message)
{
    if (sc->token.kind != TOKEN_BAD) /* that has been said already */
        diag_add(sc->lexer.diag, SEVERITY_ERROR, sc->lexer.file, line, option, "%s",
                 message);
}

static void blank_range(char *text, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (text[i] != '\n')
            text[i] = ' ';
}

void scan_blank(char *text, const struct statement *st)
{
    blank_range(text, st->begin, st->end);
}

void scan_take_secret(struct arena *arena, char *text, struct statement *st)
{
    struct span raw = st->value.raw;
    size_t quotes = st->value.kind == TOKEN_STRING;
    char *secret = arena_alloc(arena, raw.len + 1);
    secret[token_meaning(st->value, secret)] = '\0';
    st->secret = secret;
    char *at = text + (raw.ptr - text);
    for (size_t i = quotes; i + quotes < raw.len; i++)
        if (at[i] != '\n')
            at[i] = 'x';
}

/* After an error: the rest of the line is not looked at, nor a block that begins
 * there; a brace that closes the section around is left alone. depth is 1 inside of
 * a list. */
static void recover(struct scanner *sc, unsigned line, int depth)
{
    while (sc->token.kind != TOKEN_END) {
        if (depth == 0 && (sc->token.line > line || token_is(sc->token, "}")))
            return;
        if (token_is(sc->token, "{"))
            depth++;
        else if (token_is(sc->token, "}") && --depth == 0)
            line = sc->token.line;
        advance(sc);
    }
}

static bool is_value(struct token token)
{
    return token.kind == TOKEN_WORD || token.kind == TOKEN_STRING;
}

struct line_list {
    unsigned *lines;
    size_t used, size;
};

static void line_list_add(struct line_list *list, unsigned line)
{
    if (list->used == list->size) {
        list->size = list->size ? list->size * 2 : 8;
        list->lines = realloc(list->lines, list->size * sizeof *list->lines);
        if (!list->lines)
            abort();
    }
    list->lines[list->used++] = line;
}

static void keep_lines(struct scanner *sc, struct statement *st, struct line_list *list)
{
    st->items = list->used;
    st->item_lines = arena_alloc(sc->arena, list->used * sizeof *list->lines);
    if (list->used)
        memcpy(st->item_lines, list->lines, list->used * sizeof *list->lines);
    free(list->lines);
}

/* One value of a list and the comma after it. False at the list's end, in good or bad:
 * *fault tells. A bad value, which has been reported, does not end the list. */
static bool read_item(struct scanner *sc, struct line_list *lines, bool *good,
                      const char **fault)
{
    if (token_is(sc->token, "}"))
        return false;
    *good = *good && sc->token.kind != TOKEN_BAD;
    if (sc->token.kind == TOKEN_END)
        *fault = "the list that starts here is not closed";
    else if (!is_value(sc->token) && sc->token.kind != TOKEN_BAD)
        *fault = "a value was expected in the list";
    if (*fault)
        return false;
    line_list_add(lines, sc->token.line);
    advance(sc);
    if (token_is(sc->token, ","))
        advance(sc);
    else if (is_value(sc->token) || token_is(sc->token, "{") ||
             token_is(sc->token, "="))
        *fault = "a comma or } was expected after a value of the list";
    return !*fault;
}

/* Stands behind the "{". */
static bool read_list(struct scanner *sc, struct statement *st)
{
    struct line_list lines = {0};
    const char *fault = NULL;
    bool good = true;
    st->is_list = true;
    while (read_item(sc, &lines, &good, &fault))
        ;
    keep_lines(sc, st, &lines);
    sc->faulty_list = fault != NULL;
    sc->lexer.option = NULL; /* the next token is another statement's */
    if (fault)
        complain(sc, sc->token.kind == TOKEN_END ? st->line : sc->token.line, st->name,
                 fault);
    else
        advance(sc);
    return good && !fault;
}

static bool read_assignment(struct scanner *sc, struct statement *st)
{
    if (token_is(sc->token, "+=")) {
        complain(sc, sc->token.line, st->name,
                 "+= is not allowed: give the whole list");
        return false;
    }
    advance(sc);
    if (token_is(sc->token, "{")) {
        advance(sc);
        return read_list(sc, st);
    }
    if (!is_value(sc->token)) {
        complain(sc, sc->token.line, st->name, "a value was expected after =");
        return false;
    }
    st->items = 1;
    st->item_lines = arena_alloc(sc->arena, sizeof *st->item_lines);
    st->item_lines[0] = sc->token.line;
    st->value = sc->token;
    sc->lexer.option = NULL; /* the next token is another statement's */
    advance(sc);
    if (token_is(sc->token, ",")) {
        complain(sc, sc->token.line, st->name, "put a value with a comma in quotes");
        return false;
    }
    return true;
}

static struct statement *read_statements(struct scanner *sc, int depth);

/* A word on a later line is a title only if a block follows it; else it is the next
 * statement, and this one lacks its "=". */
static void read_title(struct scanner *sc, struct statement *st)
{
    const struct scanner before = *sc;
    if (!is_value(sc->token))
        return;
    char *title = arena_alloc(sc->arena, sc->token.raw.len + 1);
    st->has_title = true;
    st->title = (struct span){title, token_meaning(sc->token, title)};
    advance(sc);
    if (!token_is(sc->token, "{") && before.token.line != st->line)
        *sc = before;
}

static bool read_section(struct scanner *sc, struct statement *st, int depth)
{
    st->is_section = true;
    read_title(sc, st);
    if (!token_is(sc->token, "{") || depth == DEPTH_MAX) {
        complain(sc, st->line, st->name,
                 depth == DEPTH_MAX ? "sections are nested too deeply"
                                    : "= or { was expected after the name");
        return false;
    }
    sc->lexer.option = NULL;
    advance(sc);
    st->children = read_statements(sc, depth + 1);
    if (!token_is(sc->token, "}")) {
        sc->token.kind = TOKEN_END;
        complain(sc, st->line, st->name, "the section that starts here is not closed");
        return false;
    }
    advance(sc);
    return true;
}

static struct statement *read_statement(struct scanner *sc, int depth)
{
    struct statement *st = arena_alloc(sc->arena, sizeof *st);
    st->begin = sc->begin;
    st->line = sc->token.line;
    bool good = false;
    if (sc->token.kind == TOKEN_WORD) {
        st->name = arena_copy(sc->arena, sc->token.raw);
        sc->lexer.option = st->name;
        advance(sc);
        good = token_is(sc->token, "=") || token_is(sc->token, "+=")
                   ? read_assignment(sc, st)
                   : read_section(sc, st, depth);
        sc->lexer.option = NULL;
    } else {
        complain(sc, st->line, NULL, "the name of an option or section was expected");
        if (sc->token.kind != TOKEN_BAD && sc->token.kind != TOKEN_END)
            advance(sc);
    }
    bool in_list = st->is_list && sc->faulty_list;
    sc->faulty_list = false;
    if (!good)
        recover(sc, in_list ? sc->token.line : st->line, in_list);
    st->end = sc->end_of_last;
    if (good)
        return st;
    blank_range(sc->lexer.text, st->begin, st->end);
    return NULL;
}

static struct statement *read_statements(struct scanner *sc, int depth)
{
    struct statement *first = NULL, **last = &first;
    while (sc->token.kind != TOKEN_END) {
        if (token_is(sc->token, "}")) {
            if (depth > 0)
                break;
            size_t begin = sc->begin;
            complain(sc, sc->token.line, NULL, "a } that closes nothing");
            advance(sc);
            blank_range(sc->lexer.text, begin, sc->end_of_last);
            continue;
        }
        struct statement *st = read_statement(sc, depth);
        if (!st)
            continue;
        *last = st;
        last = &st->next;
    }
    return first;
}

struct statement *scan_text(struct arena *arena, char *text, size_t len,
                            const char *file, struct diag *diag)
{
    struct scanner sc = {
        .lexer = {.text = text, .len = len, .line = 1, .file = file, .diag = diag},
        .arena = arena,
    };
    const char *nul = memchr(text, '\0', len);
    if (nul) {
        diag_add(diag, SEVERITY_ERROR, file, 0, NULL, "a NUL byte at offset %zu",
                 (size_t)(nul - text));
        return NULL;
    }
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        diag_add(diag, SEVERITY_ERROR, file, 1, NULL,
                 "a byte order mark before the text: save the file without it");
        blank_range(text, 0, 3);
    }
    advance(&sc);
    return read_statements(&sc, 0);
}
