/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server's certificate is worth, told to an administrator. */
#ifndef GATEPOST_CERTIFICATE_H
#define GATEPOST_CERTIFICATE_H

#include <openssl/ssl.h>
#include <stdbool.h>

enum { CERTIFICATE_TEXT = 200, CERTIFICATE_TIME = 24 };

/* Texts are the server's own: any bytes but NUL, and cut where they are too long. */
struct certificate {
    bool is_there;
    bool trusted;                 /* by those whom the session trusts, and valid now */
    const char *distrust;         /* why it is not; "" if it is; lives for ever */
    bool is_of_host;              /* bears its name, as MTAs compare names */
    char names[CERTIFICATE_TEXT]; /* all that it bears, apart by a comma */
    char issuer[CERTIFICATE_TEXT];
    char expires[CERTIFICATE_TIME]; /* 2026-11-22T09:00:00Z; "" if that is no time */
    char protocol[CERTIFICATE_TIME];
};

/* After the handshake, whatever that demanded. host is what the certificate should be
 * for. A certificate that bears an address is not that of a host called by it: MTAs
 * compare names of hosts alone. */
void certificate_of(const SSL *session, const char *host,
                    struct certificate *certificate);

#endif
