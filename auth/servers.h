/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept beside a configuration for its targets and relays: trusted certificates,
 * and which server does not answer at present. */
#ifndef GATEPOST_SERVERS_H
#define GATEPOST_SERVERS_H

#include <stdint.h>

#include "config.h"
#include "diag.h"
#include "snapshot.h"
#include "target.h"

struct servers;

/* Reads the ca_files of the targets. What is wrong with them goes to diag (which may be
 * NULL); such a target then answers nothing. Those of relays are for the MTA to say.
 * Blocks; for one thread at a time. */
struct servers *servers_new(const struct snapshot *snapshot, struct diag *diag);
void servers_free(struct servers **servers);

/* As config_load(), but the ca_files have to be good, too. */
struct snapshot *servers_load_config(const char *file, enum secrets secrets,
                                     struct diag *diag);

/* NULL if its ca_file is no good. */
const struct tls_trust *servers_trust(const struct servers *servers,
                                      const struct target *target);

/* What our login at the relay's hosts is to trust. NULL if its ca_file is no good, or
 * authentication is not required there. */
const struct tls_trust *servers_relay_trust(const struct servers *servers,
                                            const struct relay *relay);

/* May this server be asked now? One that took long to fail is left alone for a while,
 * then tried by one attempt at a time. If true, servers_report() must follow. From any
 * thread. */
bool servers_may_ask(const struct servers *servers, const struct target_url *url,
                     int64_t now);

/* told: it gave a definite answer. slow: it failed, and took long to. */
void servers_report(const struct servers *servers, const struct target *target,
                    const struct target_url *url, bool told, bool slow, int64_t now);

/* Is told, from any thread, when a server begins or ceases to give no answer. */
void servers_on_change(void (*changed)(const struct target *target,
                                       const struct target_url *url, bool answers));

#endif
