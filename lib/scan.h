/* SPDX-License-Identifier: BSD-2-Clause */
/* The statements of a configuration file, each with its lines and its place in the
 * text. libconfuse keeps the grammar and the values; this keeps what it loses. */
#ifndef GATEPOST_SCAN_H
#define GATEPOST_SCAN_H

#include "arena.h"
#include "diag.h"
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
};

/* Reads the statements of text, which is changed: comments and statements with
 * errors become blanks. Every error goes to diag. The result lives in the arena. */
struct statement *scan_text(struct arena *arena, char *text, size_t len,
                            const char *file, struct diag *diag);

/* Blanks a statement, so that libconfuse does not see it. */
void scan_blank(char *text, const struct statement *statement);

#endif
