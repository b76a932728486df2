/* SPDX-License-Identifier: BSD-2-Clause */
/* Those who connected to a socket that is not for them. */
#ifndef GATEPOST_AUTH_STRANGERS_H
#define GATEPOST_AUTH_STRANGERS_H

#include "peer.h"

/* Whom the socket is for: the text of relay_socket_owner, and whether its mode lets the
 * group in. Before the server's thread starts. */
void strangers_start(const char *owner, bool group);

/* Counts it, and warns in the log, but not each time. peer: NULL if nobody knows. By
 * the server's thread only. */
void strangers_note(const struct peer *peer);

#endif
