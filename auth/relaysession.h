/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a session of Postfix with a relay host has come, and why it came to nothing:
 * for the log and the status. What the reply filter answers does not depend on it.
 *
 * Where a session begins is known once Postfix has asked how to encrypt one; until
 * then nothing is told. */
#ifndef GATEPOST_AUTH_RELAYSESSION_H
#define GATEPOST_AUTH_RELAYSESSION_H

#include "relay.h"

/* Bytes of a reply that are kept to be quoted. */
enum { RELAY_SAID = 200, RELAY_HOSTS_KNOWN = 64 };

/* What the next reply is to. */
enum relay_phase {
    PHASE_UNKNOWN,
    PHASE_GREETING, /* the connection */
    PHASE_EHLO,     /* EHLO before TLS */
    PHASE_STARTTLS,
    PHASE_EHLO_TLS, /* EHLO within TLS */
    PHASE_MAIL,     /* AUTH, or what follows if there is none */
    PHASE_OVER      /* all is told; a 220 is the greeting of another session */
};

/* Why nobody has authenticated. */
enum relay_trouble {
    TROUBLE_UNREACHED, /* no word came from the host */
    TROUBLE_BROKEN,    /* it greeted */
    TROUBLE_REFUSED,   /* it said no before AUTH; see said */
    TROUBLE_NO_TLS,
    TROUBLE_NO_AUTH,
    TROUBLE_LOGIN_OPEN,   /* a password was given out, and no reply to AUTH came */
    TROUBLE_LOGIN_REFUSED /* see said */
};

struct relay_session {
    enum relay_phase phase;
    bool known;          /* which host it is with; */
    unsigned host;       /* its place among the relay's */
    bool plain;          /* it is a try without a password */
    bool put_off;        /* and that was told */
    size_t lines, bytes; /* of the reply so far, as Postfix keeps it */
    bool starttls, auth; /* words in it */
    /* Of the last try with a password at each host, by its place. */
    unsigned char troubles[RELAY_HOSTS_KNOWN];
    unsigned said_host;
    char said[RELAY_SAID];
};

/* A complete reply. */
struct relay_reply {
    unsigned code;
    struct span line; /* its last */
};

/* What is to be told of a reply. */
enum relay_news {
    NEWS_NONE,
    NEWS_NO_TLS,  /* the mail waits: TLS is needed, and not offered */
    NEWS_NO_AUTH, /* the mail waits: AUTH is needed, and not offered */
    NEWS_WITHOUT, /* the mail goes, and nobody has authenticated */
    NEWS_PUT_OFF  /* the mail waits: the host refuses it without authentication */
};

/* Postfix is about to begin one with the host in that place, `plain` if that is a try
 * without a password. */
void relay_session_begin(struct relay_session *session, unsigned host, bool plain);

/* A password was given out. */
void relay_session_password(struct relay_session *session);

/* The relay host has answered to AUTH. */
void relay_session_login(struct relay_session *session, bool good, struct span line);

/* A line of a reply, in the order they come. */
void relay_session_line(struct relay_session *session, const struct relay *relay,
                        struct span line);

/* The last one has come. */
enum relay_news relay_session_reply(struct relay_session *session,
                                    const struct relay *relay,
                                    const struct relay_reply *reply);

/* The host, as the relay section has it; "the host" if that is not known. */
const char *relay_session_host(const struct relay_session *session,
                               const struct relay *relay);

/* Why there is no login there: "smtp.example.net offers no AUTH". */
void relay_session_explain(const struct relay_session *session,
                           const struct relay *relay, char *out, size_t size);

#endif
