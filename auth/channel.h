/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to a server that is not trusted to behave: every wait ends with the
 * deadline, and what it may send is bounded. */
#ifndef GATEPOST_CHANNEL_H
#define GATEPOST_CHANNEL_H

#include <stdint.h>

#include "span.h"
#include "tls.h"

/* Bytes of a line with its end, and of all that is read from one server. */
enum { CHANNEL_LINE = 8192, CHANNEL_TOTAL = 128 * 1024, CHANNEL_FAULT = 192 };

struct channel {
    int fd;       /* non-blocking; -1: not connected */
    SSL *session; /* NULL: no TLS */
    int64_t deadline;
    size_t start, end; /* of what was received and not yet taken */
    size_t total;
    char received[CHANNEL_LINE];
    char fault[CHANNEL_FAULT]; /* why the last function failed */
};

/* The functions return false with the reason in fault; then only channel_close() is
 * left to call. */

/* Tries all addresses of host. The channel needs no preparation, and is closed in the
 * end whatever is returned. */
bool channel_open(struct channel *channel, const char *host, uint16_t port,
                  int64_t deadline);

/* The TLS handshake. Fails if bytes came before it: they could be anybody's. */
bool channel_secure(struct channel *channel, const struct tls_trust *trust,
                    const char *host, enum tls_demand demand);

/* False if the server has spoken before it was asked: a reply must not come before
 * its command. To be asked before every command. */
bool channel_is_quiet(struct channel *channel);

/* All of it. */
bool channel_write(struct channel *channel, struct span bytes);

/* A line that ends in CR LF and has no other CR and no NUL, without its end. It stays
 * valid until the next call. */
bool channel_read_line(struct channel *channel, struct span *line);

/* Up to size bytes that are there without waiting. *len 0: none for now. */
bool channel_read_some(struct channel *channel, char *out, size_t size, size_t *len);

/* Has received bytes that poll() cannot see. */
bool channel_has_more(const struct channel *channel);

/* Does not wait, and leaves nothing of what was said in memory. */
void channel_close(struct channel *channel);

#endif
