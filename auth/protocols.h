/* SPDX-License-Identifier: BSD-2-Clause */
/* The languages that MTAs speak to us. */
#ifndef GATEPOST_PROTOCOLS_H
#define GATEPOST_PROTOCOLS_H

#include "connection.h"

/* Dovecot's auth protocol, 1.2, server side: Postfix, Exim. */
extern const struct protocol protocol_dovecot;

/* The protocol of Cyrus saslauthd: Sendmail, Postfix with Cyrus SASL. */
extern const struct protocol protocol_saslauthd;

/* Postfix's socketmap, which Sendmail speaks, too. */
extern const struct protocol protocol_socketmap;

/* The same, at relay_socket: credentials for relay hosts, for those who may have them.
 */
extern const struct protocol protocol_relay;

#endif
