/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of the originator fields of a message: blanks, comments, quotes, atoms,
 * domains. Functions that return false have set the fault. */
#ifndef GATEPOST_MAILBOX_LEXER_H
#define GATEPOST_MAILBOX_LEXER_H

#include "ascii.h"
#include "span.h"

enum { DEPTH_MAX = 32, TEXT_MAX = 4096, PART_MAX = 1024 };

/* A name as it is written, without quotes, folds and outer parentheses. */
struct text {
    size_t len;
    char bytes[TEXT_MAX];
};

/* A local part or a domain on its way, by its meaning and without CFWS. */
struct part {
    size_t len;
    bool quoted;     /* some of it was */
    bool after_word; /* so that only a dot may follow */
    bool broken;     /* too long, or two words without a dot between them */
    char bytes[PART_MAX];
};

struct mailbox_lexer {
    struct span in;
    size_t at;
    const char *fault; /* the first one */
    /* Of the element of a list that is read: */
    bool gap;          /* CFWS was before what comes next */
    bool odd;          /* names hold what programs stumble over */
    size_t risky;      /* comments that could be taken for a part of an address */
    size_t risky_then; /* those before the address */
    size_t risky_now;  /* and those before its last part */
    struct text words, comments;
    struct part local, domain;
};

/* Keeps the first fault. Returns false. */
bool mailbox_fail(struct mailbox_lexer *p, const char *fault);

/* Controls, folds and UTF-8 of the whole field. */
bool mailbox_check_bytes(struct mailbox_lexer *p);

/* Blanks, folds and comments (RFC 5322 3.2.2). */
bool mailbox_skip_cfws(struct mailbox_lexer *p);

/* Words and dots, and the CFWS around them: a phrase, which is appended to the name
 * unless that is NULL, or a local part. */
bool mailbox_read_words(struct mailbox_lexer *p, struct text *name);

/* A domain and the CFWS around it. */
bool mailbox_read_domain(struct mailbox_lexer *p);

static inline bool mailbox_at_end(const struct mailbox_lexer *p)
{
    return p->at == p->in.len;
}

/* NUL at the end: there is none in the text. */
static inline char mailbox_peek(const struct mailbox_lexer *p)
{
    return mailbox_at_end(p) ? '\0' : p->in.ptr[p->at];
}

#endif
