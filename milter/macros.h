/* SPDX-License-Identifier: BSD-2-Clause */
/* The macros of the MTA. */
#ifndef GATEPOST_MACROS_H
#define GATEPOST_MACROS_H

#include <libmilter/mfapi.h>

#include "snapshot.h"

/* Asks for the macros we need at every stage. */
void macros_request(SMFICTX *ctx);

/* NULL if the MTA did not send it. */
const char *macro_get(SMFICTX *ctx, const char *name);

/* Makes a macro of the commands so far look as if it had not been sent. libmilter
 * keeps the macros of a command until the next packet of macros for the same command:
 * without this, MAIL could see the login of the MAIL before, or of another stage. */
void macro_forget(SMFICTX *ctx, const char *name);

/* Which MTA is it by macro v? */
enum mta macros_mta(SMFICTX *ctx);

#endif
