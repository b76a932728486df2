/* SPDX-License-Identifier: BSD-2-Clause */
/* What the dialogues with all kinds of servers have in common. A step that returns
 * false has given the answer, and the dialogue is over. */
#ifndef GATEPOST_DIALOGUE_H
#define GATEPOST_DIALOGUE_H

#include "channel.h"
#include "target.h"
#include "template.h"

enum {
    DIALOGUE_NAME = 1024,
    DIALOGUE_PASSWORD = 1024,
    DIALOGUE_PLAIN = DIALOGUE_NAME + DIALOGUE_PASSWORD + 2,
    DIALOGUE_COMMAND = 4096, /* holds each of them, encoded in base64 or quoted */
};

/* Ends by being wiped. */
struct dialogue {
    const struct target *target;
    const struct target_url *url;
    const struct tls_trust *trust;
    struct span password;
    struct template_values values; /* of the login; user is what the server knows */
    struct target_result *result;
    struct channel channel;
    const char *step;                   /* what we wait for, for the log */
    char user[DIALOGUE_NAME];           /* the name to log in with */
    char query[DIALOGUE_COMMAND];       /* LDAP: the DN to bind as, or the filter */
    char plain[DIALOGUE_COMMAND];       /* RFC 4616, in base64 */
    char user_base64[DIALOGUE_COMMAND]; /* AUTH LOGIN has no standard */
    char password_base64[DIALOGUE_COMMAND];
    char command[DIALOGUE_COMMAND];
};

struct target_protocol {
    /* Before the server is contacted; may be NULL. */
    bool (*prepare)(struct dialogue *);
    void (*run)(struct dialogue *);
    const char *goodbye; /* sent after an answer; may be NULL */
};

extern const struct target_protocol target_protocol_ldap, target_protocol_smtp,
    target_protocol_imap, target_protocol_pop3;

/* Makes plain, user_base64 and password_base64 of user and password. */
void dialogue_encode(struct dialogue *dialogue);

/* The words, or a text in their place if they quote a secret. */
struct span dialogue_shown(const struct dialogue *dialogue, struct span words);

/* These always return false. What went wrong, in our words: nothing was told. */
bool dialogue_untold(struct dialogue *dialogue, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An answer of our own: this login cannot be right. */
bool dialogue_refused(struct dialogue *dialogue, const char *words);

/* The connection failed or broke. */
bool dialogue_broken(struct dialogue *dialogue);

/* The answer, with the server's words. */
bool dialogue_answer(struct dialogue *dialogue, enum target_answer answer,
                     struct span words);

/* Sends a command (it brings its own end), if nothing came before it. */
bool dialogue_send(struct dialogue *dialogue, const char *step, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool dialogue_read(struct dialogue *dialogue, struct span *line);

/* Only with the host of the url. */
bool dialogue_secure(struct dialogue *dialogue);

/* Expands a template of the target; false with an answer if it asks for the domain of
 * a login that has none (refused), or does not fit (untold). */
bool dialogue_expand(struct dialogue *dialogue, const char *text,
                     template_escape *escape, char *out, size_t size);

/* Takes the next word, up to a space; empty at the end. */
struct span dialogue_word(struct span *rest);

/* Whatever the case of its letters. */
bool dialogue_is(struct span word, const char *upper);

#endif
