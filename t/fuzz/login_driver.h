/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fuzz targets of gatepost-auth's protocols have in common: configurations,
 * who may log in by them, and how an input is read.
 *
 * The first byte of an input chooses the configuration (low bits) and the log's format
 * (0x80); with 0x40 every job is done at once. The others are what a client sends, but
 * for 0x0e and 0x0f, between which bytes are sent in base64, and 0xf8 to 0xff (see
 * login_driver.c), which end a chunk and do something else. */
#ifndef GATEPOST_LOGIN_DRIVER_H
#define GATEPOST_LOGIN_DRIVER_H

#include "fuzz.h"
#include "stub_connection.h"

/* What a client has told of itself. */
struct login_claim {
    struct span name, password, service;
    struct span client; /* its address; absent: the protocol does not tell */
    bool tls;
    bool tells_tls; /* the protocol does */
};

/* Is there an account that this lets in? If canonical is not absent, it has to be the
 * name of just that. What it says no to must not pass; it may say yes too often to odd
 * spellings of names. */
bool login_may_pass(const struct login_claim *claim, struct span canonical);

/* Publishes the configuration if it is not in force. */
void login_driver_run(const uint8_t *data, size_t size, const struct protocol *protocol,
                      const struct stub_watch *watch);

/* Does the configuration in force only watch? */
bool login_is_monitored(void);

#endif
