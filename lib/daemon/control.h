/* SPDX-License-Identifier: BSD-2-Clause */
/* The control socket, and the thread that reloads. */
#ifndef GATEPOST_CONTROL_H
#define GATEPOST_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "socket.h"

/* Binds and publishes the control socket, for its owner only. -1 with the reason in
 * error[] on failure. */
int control_listen(struct socket_path *socket, const char *path, uid_t uid, gid_t gid,
                   char *error, size_t size);

/* What only this program knows of; neither may block. */
struct control_hooks {
    const char *program;                    /* its name, as in the log */
    void (*report)(json_t *object);         /* adds to status */
    json_t *(*answer)(const char *request); /* NULL if that is none; may be NULL */
};

/* Starts the thread that serves listener, reloads, and frees old configurations. */
bool control_start(int listener, const struct control_hooks *hooks);

/* Asks for a reload, or (by runtime_on_idle) for a clean-up; from any thread. */
void control_ask_reload(void);

#endif
