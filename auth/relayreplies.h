/* SPDX-License-Identifier: BSD-2-Clause */
/* What Postfix's smtp_reply_filter makes of the replies of a relay host, line by line.
 *
 * The filter is told neither the command nor where a session begins. Postfix takes any
 * 2xx for a yes, whatever the command was; it does not authenticate where the reply to
 * EHLO has no AUTH; and it goes on with HELO where EHLO is refused by anything but 421.
 * So, where authentication is required, until one has happened
 * - each reply of 2xx gets an AUTH line, which then finds no mechanism but those that
 *   the relay host itself offers, and
 * - each other one becomes 421, with which the mail waits.
 * What follows an AUTH that succeeded is left alone. That a password was asked for is
 * what tells the replies to AUTH from others. */
#ifndef GATEPOST_AUTH_RELAYREPLIES_H
#define GATEPOST_AUTH_RELAYREPLIES_H

#include "relayanswer.h"
#include "relaysession.h"

enum relay_stage {
    STAGE_OUTSIDE,    /* nobody has authenticated, as far as one knows */
    STAGE_LOGGING_IN, /* a password was given out: what follows is about AUTH */
    STAGE_INSIDE,     /* authenticated */
    STAGE_DATA        /* authenticated, and a message is being sent */
};

/* Of one process of Postfix, which has one session at a time, at one relay. */
struct relay_replies {
    enum relay_stage stage;
    size_t seen;       /* bytes of the reply so far */
    bool continued;    /* it has had a line that was not its last */
    bool marked;       /* AUTH was put in already */
    bool had_mark;     /* it was into the last whole reply */
    bool plain;        /* this session is one without a password */
    bool has_asked;    /* for one, since AUTH was offered, and had none */
    bool heard;        /* a reply, and nothing was asked about a host since */
    unsigned host;     /* which of the relay's this session is with */
    bool implicit_tls; /* TLS comes first here */
    bool may_be_clear; /* this session need not have come to TLS yet */
    bool has_starttls; /* so far the reply offers STARTTLS */
    bool was_starttls; /* the one before did: this one is about STARTTLS */
    uint64_t
        logged_in; /* a bit for each host: the last try to log in there succeeded */
    char said[RELAY_SAID]; /* what it said then, so that the mail was not delivered */
    struct relay_session session; /* for what is told, not for what is answered */
};

/* At the start, or where something was lost: nothing is known, not even whether this
 * is the middle of a reply. */
void relay_replies_start(struct relay_replies *replies);

/* Postfix asked how a session with that host has to be encrypted: it is about to begin
 * one, `plain` if that is a try without a password. */
void relay_replies_begin(struct relay_replies *replies, const struct relay *relay,
                         const struct relay_host *host, bool plain);

/* Was there a login at that host, with the message that a try without one is for? Then
 * what the host said counts, and that try is none. */
bool relay_replies_logged_in(const struct relay_replies *replies,
                             const struct relay *relay, const struct relay_host *host);

/* Postfix has taken the last reply for one to EHLO. False if nothing made it
 * authenticate: where a host has two addresses it begins a session with the second one
 * that we are not told of, and a greeting like `250 x` does not show it either. */
bool relay_replies_ehlo(struct relay_replies *replies);

/* Postfix asked for a password, and was given it, or (plain) was told that there is
 * none. */
void relay_replies_password(struct relay_replies *replies, bool given);

/* What a line was. */
enum relay_event {
    REPLY_OTHER,
    REPLY_AUTHENTICATED,
    REPLY_AUTH_REFUSED,
    REPLY_HELD,     /* refused before AUTH: now 421 */
    REPLY_KEPT_OUT, /* a try without a password, after a login: now 421 */
    REPLY_NO_TLS,   /* the mail waits: there is no TLS, */
    REPLY_NO_AUTH,  /* or no AUTH */
    REPLY_WITHOUT,  /* the mail goes without authentication */
    REPLY_PUT_OFF   /* refused without authentication: now 450 */
};

/* Takes the next line. True: it is to be replaced by what is added to answer. Where
 * authentication is disabled none is. */
bool relay_replies_filter(struct relay_replies *replies, const struct relay *relay,
                          struct span line, struct relay_answer *answer,
                          enum relay_event *event);

#endif
