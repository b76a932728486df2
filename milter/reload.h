/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the configuration again, all or nothing. */
#ifndef GATEPOST_RELOAD_H
#define GATEPOST_RELOAD_H

#include <jansson.h>

#include "snapshot.h"

/* The first configuration; its sockets and run_as are in force until the end. */
void reload_start(const char *file, struct snapshot *first);

/* Loads and publishes, or keeps what there is. Returns what is to be told: ok,
 * messages, generation. Called by the control thread alone. */
json_t *reload_run(void);

/* Adds the keys of status that speak of the configuration. */
void reload_report(json_t *object);

#endif
