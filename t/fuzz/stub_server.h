/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for the socket, TLS and the clock under auth/channel.c: a server that says
 * what a script has, whatever it is asked. In a script the bytes from 0xf8 are: */
#ifndef GATEPOST_STUB_SERVER_H
#define GATEPOST_STUB_SERVER_H

#include <stdint.h>

#include "span.h"

enum stub_op {
    STUB_PAUSE = 0xf8, /* what follows comes after the client's next command */
    STUB_AGAIN,        /* nothing for now */
    STUB_STALL,        /* nothing any more */
    STUB_TLS,          /* the server's side of a handshake; what follows is within */
    STUB_SHORT,        /* takes one byte of the next command at first */
    STUB_RESET,
    STUB_MOMENT, /* what follows takes a second to come */
    STUB_DEAF,   /* what the client sends is an error */
};

enum { STUB_COMMANDS = 24, STUB_COMMAND = 8192 };

/* All that the client wrote between two readings. */
struct stub_command {
    bool tls;
    size_t heard; /* how many bytes it had read before */
    size_t len;
    char text[STUB_COMMAND];
};

struct stub_record {
    struct stub_command commands[STUB_COMMANDS];
    size_t count;
    char *heard;                /* all it has read */
    size_t heard_len, tls_from; /* tls_from: what it has read in clear */
    bool has_tls;
    unsigned long calls;
};

/* Starts anew. The record stays valid until the next call. */
struct stub_record *stub_server_start(struct span script);

int64_t stub_server_now(void);

/* Is the connection closed, and what was allocated for it freed? */
bool stub_server_is_closed(void);

#endif
