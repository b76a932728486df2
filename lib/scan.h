/* SPDX-License-Identifier: BSD-2-Clause */
/* The statements of a configuration file, each with its lines and its place in the
 * text. libconfuse keeps the grammar and the values; this keeps what it loses. */
#ifndef GATEPOST_SCAN_H
#define GATEPOST_SCAN_H

#include "arena.h"
#include "diag.h"
#include "lexer.h"
#include "span.h"

struct statement {
    struct statement *next;
    const char *name;
    unsigned line;
    size_t begin, end; /* its bytes in the text */
    bool is_section;
    /* of a section */
    bool has_title;
    struct span title; /* its meaning */
    struct statement *children;
    /* of an assignment */
    bool is_list;
    unsigned *item_lines;
    size_t items;
    struct token value; /* as written, unless it is a list */
    const char *secret; /* its meaning, taken out of the text; NULL: it was not */
};

/* Reads the statements of text, which is changed: comments and statements with
 * errors become blanks. Every error goes to diag. The result lives in the arena. */
struct statement *scan_text(struct arena *arena, char *text, size_t len,
                            const char *file, struct diag *diag);

/* Puts the value of an assignment into the arena and fills its place in text, so that
 * libconfuse does not see it and leaves no copies. */
void scan_take_secret(struct arena *arena, char *text, struct statement *statement);

/* Blanks a statement, so that libconfuse does not see it. */
void scan_blank(char *text, const struct statement *statement);

#endif
