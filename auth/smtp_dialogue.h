/* SPDX-License-Identifier: BSD-2-Clause */
/* SMTP as a client speaks it that proves who it is (RFC 5321, RFC 4954). As with all
 * dialogues, a step that returns false has given the answer. */
#ifndef GATEPOST_SMTP_DIALOGUE_H
#define GATEPOST_SMTP_DIALOGUE_H

#include "dialogue.h"

/* Those that we can use. */
enum smtp_mechanism { SMTP_PLAIN, SMTP_LOGIN, SMTP_CRAM_MD5, SMTP_MECHANISMS };

extern const char *const smtp_mechanism_names[SMTP_MECHANISMS];

enum { SMTP_WORDS = 200 };

/* What the server offers since its last reply to EHLO. */
struct smtp_offer {
    bool starttls, auth;
    bool mechanisms[SMTP_MECHANISMS];
    /* All of AUTH, as the server writes them, apart by a space; what does not fit is
     * left out. Any bytes but NUL. */
    char words[SMTP_WORDS];
};

struct smtp_reply {
    int code;
    struct span text; /* its last line, until the next one is read */
};

static inline bool smtp_is_good(const struct smtp_reply *reply)
{
    return reply->code / 100 == 2;
}

/* Reads a whole reply. offer is added to, and may be NULL. */
bool smtp_read_reply(struct dialogue *dialogue, struct smtp_reply *reply,
                     struct smtp_offer *offer);

/* A reply that has another code is the answer, and tells nothing. */
bool smtp_expect(struct dialogue *dialogue, int code, struct smtp_offer *offer);

/* Sends EHLO or HELO. */
bool smtp_send_hello(struct dialogue *dialogue, const char *verb);

/* Puts the login before the server. Always returns false: it gives the answer. */
bool smtp_authenticate(struct dialogue *dialogue, enum smtp_mechanism mechanism);

#endif
