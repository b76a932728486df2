/* SPDX-License-Identifier: BSD-2-Clause */
/* What an MTA has to be told so that it uses the relays of a configuration. */
#ifndef GATEPOST_CTL_RELAYCONFIG_H
#define GATEPOST_CTL_RELAYCONFIG_H

#include <stdio.h>

#include "snapshot.h"

/* Prints services for master.cf and lines for main.cf. queue_directory is Postfix's: a
 * path below it is written as a chrooted service needs it. NULL if all is well, else
 * why nothing was printed; there may be no relay, or what Postfix cannot do. */
const char *relay_config_postfix(FILE *out, const struct snapshot *snapshot,
                                 const char *queue_directory);

/* Prints lines for sendmail.mc. */
void relay_config_sendmail(FILE *out, const struct snapshot *snapshot);

#endif
