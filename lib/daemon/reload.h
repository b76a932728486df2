/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the configuration again, all or nothing. */
#ifndef GATEPOST_RELOAD_H
#define GATEPOST_RELOAD_H

#include <jansson.h>

#include "diag.h"
#include "snapshot.h"

struct reload_settings {
    const char *file;
    struct snapshot *(*load)(const char *file, struct diag *diag);
    const enum global_option *fixed; /* need a restart; GLOBAL_OPTIONS ends them */
};

/* The first configuration, which is put in force; settings must stay. */
void reload_start(const struct reload_settings *settings, struct snapshot *first);

/* Loads and publishes, or keeps what there is. Returns what is to be told: ok,
 * messages, generation. Called by the control thread alone. */
json_t *reload_run(void);

/* Adds the keys of status that speak of the configuration. */
void reload_report(json_t *object);

#endif
