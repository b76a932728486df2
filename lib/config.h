/* SPDX-License-Identifier: BSD-2-Clause */
/* From files to a snapshot. The language is gatepost.conf(5). */
#ifndef GATEPOST_CONFIG_H
#define GATEPOST_CONFIG_H

#include "diag.h"
#include "snapshot.h"

#ifndef GATEPOST_CONFIG_DIR
#define GATEPOST_CONFIG_DIR "/etc/gatepost"
#endif
#define CONFIG_DEFAULT_FILE GATEPOST_CONFIG_DIR "/gatepost.conf"

/* The control socket of gatepost-auth is beside that of gatepost-milter. */
#define CONTROL_AUTH_SUFFIX "-auth"

/* Password hashes, and passwords of our own at other servers. Those that are sealed
 * take a key (see seal.h). */
enum secrets {
    SECRETS_FORGET,   /* they are checked, as far as the key can be read */
    SECRETS_KEEP,     /* all of them, else it is an error; this process keeps the key */
    SECRETS_READABLE, /* as above, but without those whose key this user may not read */
};

/* Loads file and the ou_directory it names. Returns a snapshot that the caller ends
 * with snapshot_free(), or NULL when there was an error; errors and warnings, all
 * that one run can find, are added to diag either way. Reads files, so it may block;
 * safe from any thread. generation is left 0. */
struct snapshot *config_load(const char *file, enum secrets secrets, struct diag *diag);

/* Reads nothing of file but the option control_socket, however broken the rest may
 * be. Returns the path, the default where there is none; the caller frees it. NULL,
 * with the reason in error[], if the file cannot be read at all. *wants_auth: it gives
 * a socket to gatepost-auth; may be NULL. */
char *config_control_socket(const char *file, bool *wants_auth, char *error,
                            size_t size);

/* The same for the option seal_key_file. */
char *config_seal_key_file(const char *file, char *error, size_t size);

/* Loads from a text instead of a file, under the name given, without looking for an
 * ou_directory. For tests. */
struct snapshot *config_load_text(const char *text, size_t len, const char *name,
                                  enum secrets secrets, struct diag *diag);

#endif
