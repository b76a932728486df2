/* SPDX-License-Identifier: BSD-2-Clause */
/* How socketmap frames its requests and replies: "13:map and a key,". */
#ifndef GATEPOST_AUTH_NETSTRING_H
#define GATEPOST_AUTH_NETSTRING_H

#include "connection.h"

/* Bytes that the frame of a request may add to it. */
enum { NETSTRING_FRAME = 16 };

/* A request was read; key is absent where there is no space behind the map. */
typedef void netstring_asked(struct connection *connection, struct span map,
                             struct span key);

/* Takes one request of up to so many bytes from the input, and has it answered. Returns
 * its length; 0 if it is not whole, or if it is none, which ends the connection. */
size_t netstring_take(struct connection *connection, struct span input, size_t most,
                      netstring_asked *asked);

/* Leaves nothing of the text behind. */
void netstring_reply(struct connection *connection, struct span text);

#endif
