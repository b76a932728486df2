/* SPDX-License-Identifier: BSD-2-Clause */
/* Postfix's SMTP client, as far as it decides whether to authenticate: how it reads
 * replies (smtp_chat.c), what it makes of them (smtp_proto.c, TLS required), and when
 * it asks for a password (smtp_sasl_glue.c). */
#ifndef GATEPOST_MODEL_POSTFIX_H
#define GATEPOST_MODEL_POSTFIX_H

#include <stdbool.h>

/* line_length_limit */
enum { POSTFIX_LINE = 2048 };

struct postfix {
    /* The next line of the relay host. False: it has hung up. */
    bool (*read_line)(void *context, char line[POSTFIX_LINE + 1]);
    /* What a socketmap answers; NULL: nothing, it cannot be asked. */
    const char *(*look_up)(void *context, const char *map, const char *key);
    void *context;
    const char *host, *nexthop;
};

enum postfix_outcome {
    POSTFIX_SENT_NOTHING,
    POSTFIX_AUTHENTICATED, /* and got as far as MAIL */
    POSTFIX_SENT_WITHOUT   /* MAIL, and nobody had authenticated */
};

/* One session with one mail. */
enum postfix_outcome postfix_deliver(const struct postfix *postfix);

#endif
