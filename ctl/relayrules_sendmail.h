/* SPDX-License-Identifier: BSD-2-Clause */
/* The rulesets by which Sendmail uses relay hosts as gatepost says, as they stand in
 * sendmail.mc. They need the maps and classes that relayconfig_sendmail.c declares. */
#ifndef GATEPOST_CTL_RELAYRULES_SENDMAIL_H
#define GATEPOST_CTL_RELAYRULES_SENDMAIL_H

/* How a host is to be used, and with which account. */
extern const char relayrules_sendmail_login[];

/* Where mail goes by its sender. */
extern const char relayrules_sendmail_route[];

/* Is the connection good enough, before anybody logs in? */
extern const char relayrules_sendmail_tls[];

/* Has the right account logged in, or nobody who should? */
extern const char relayrules_sendmail_recipient[];

#endif
