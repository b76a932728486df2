/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS towards a target: nobody but the server that was meant. */
#ifndef GATEPOST_TLS_H
#define GATEPOST_TLS_H

#include <openssl/ssl.h>

#include "target.h"

/* What a handshake asks of the server's certificate. */
enum tls_demand {
    TLS_OF_HOST = 1, /* it is trusted, and that of the host */
    TLS_OF_ANYBODY,  /* nothing: certificate_of() tells what it is worth */
};

/* A client's session on a non-blocking socket with host (a name or an address). NULL if
 * there is no memory, or no certificate could name such a host. */
SSL *tls_session_new(const struct tls_trust *trust, const char *host,
                     enum tls_demand demand, int fd);

/* Why the last operation on a session failed. Clears the thread's error queue. */
void tls_fault(const SSL *session, char *out, size_t size);

#endif
