/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reader could take for the domain behind an @, in any text. */
#ifndef GATEPOST_MAILBOX_DOMAIN_H
#define GATEPOST_MAILBOX_DOMAIN_H

#include "domain.h"
#include "span.h"

/* Room for a domain in UTF-8. */
enum { RUN_MAX = 4 * DOMAIN_MAX };

/* Where domains go, from any number of watches. What comes twice in a row is passed on
 * once; for an end to that, empty the texts. */
struct domain_sink {
    void (*found)(void *context, struct span domain); /* canonical ones */
    void *context;
    size_t run_len, domain_len;
    char run[RUN_MAX], domain[DOMAIN_MAX];
};

enum watch_state {
    WATCH_IDLE,
    WATCH_BEFORE, /* behind an @, before the domain */
    WATCH_WITHIN,
    WATCH_GAP, /* behind a blank or a comment, which a dot may continue */
};

/* Sees a text, character by character. Each @ gives several domains: as it is, with
 * full stops and hyphens for what looks like them, without what is invisible or a mark
 * above or below a letter, up to where its script ends, each part of it that is ASCII.
 */
struct domain_watch {
    enum watch_state state;
    bool after_dot;
    size_t early; /* times that it was reported before its end */
    size_t len;
    char run[RUN_MAX];
};

/* bytes: of the character, which is UTF-8, or a byte of Latin-1. */
void domain_watch_see(struct domain_watch *w, struct domain_sink *sink, unsigned code,
                      struct span bytes);

/* A comment is in the text. */
void domain_watch_gap(struct domain_watch *w, struct domain_sink *sink);

/* The text ends. */
void domain_watch_end(struct domain_watch *w, struct domain_sink *sink);

/* In scripts that put no blanks between words, an address ends where its script does:
 * what is below U+2000 is one, the rest another. */
enum script { SCRIPT_NONE, SCRIPT_NARROW, SCRIPT_WIDE };

enum script script_of(unsigned code, bool (*is_ascii_part)(char));

#endif
