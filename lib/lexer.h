/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of a configuration file, with their lines. Refuses what libconfuse would
 * read without a word in another meaning than it has on the page. */
#ifndef GATEPOST_LEXER_H
#define GATEPOST_LEXER_H

#include "diag.h"
#include "span.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* unquoted */
    TOKEN_STRING, /* quoted; raw is with the quotes */
    TOKEN_MARK,   /* one of { } ( ) = , and += */
    TOKEN_BAD,    /* reported already */
};

struct token {
    enum token_kind kind;
    struct span raw;
    unsigned line;
};

/* text is changed: comments become blanks, so that libconfuse never sees one. */
struct lexer {
    char *text;
    size_t len, at;
    unsigned line;
    const char *file;
    const char *option; /* what errors are about; may be NULL */
    struct diag *diag;
};

/* Skips blanks and comments and reads a token. */
struct token lexer_next(struct lexer *lexer);

static inline bool token_is(struct token token, const char *mark)
{
    return token.kind == TOKEN_MARK && span_equal(token.raw, span_of(mark));
}

/* The meaning of a TOKEN_STRING or TOKEN_WORD, written to out (as long as raw at the
 * most). Returns its length. */
size_t token_meaning(struct token token, char *out);

#endif
