/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking the running daemon. */
#ifndef GATEPOST_CTL_CONTROL_H
#define GATEPOST_CTL_CONTROL_H

#include <jansson.h>

/* Sends one request to the control socket named by the configuration file (or by
 * socket, if not NULL) and returns the answer, which the caller ends with
 * json_decref(). On failure prints why and returns NULL. Waits 60 s at the most. */
json_t *control_request(const char *config, const char *socket, const char *request);

#endif
