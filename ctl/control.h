/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking the running daemon. */
#ifndef GATEPOST_CTL_CONTROL_H
#define GATEPOST_CTL_CONTROL_H

#include <jansson.h>
#include <stdbool.h>

/* What the daemons answered; NULL: that one does not run. */
struct control_answers {
    json_t *milter, *auth;
};

/* Sends one request to the control sockets named by the configuration file, or to
 * socket alone, whosever it is, if that is not NULL: then milter is its answer. False,
 * with the reason printed, if neither daemon runs, or one gave no good answer. The
 * caller ends the answers either way. command: whose name is put before a reason. Waits
 * 60 s for each at the most. */
bool control_request(const char *command, const char *config, const char *socket,
                     const char *request, struct control_answers *answers);
void control_answers_clear(struct control_answers *answers);

/* Does nobody listen at this socket? False as well if that cannot be told. */
bool control_is_deserted(const char *socket);

/* The milter's answer, and that of gatepost-auth as its key "auth". */
void control_print_json(struct control_answers *answers);

#endif
