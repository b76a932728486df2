/* SPDX-License-Identifier: BSD-2-Clause */
/* What gatepost relay-test finds out, and how it is shown. */
#ifndef GATEPOST_CTL_RELAYTEST_H
#define GATEPOST_CTL_RELAYTEST_H

#include "relayprobe.h"

enum { RELAYTEST_WAITS = 2 }; /* exit status */

/* One server that was spoken to, or a host that has none. */
struct relaytest_server {
    const struct relay_host *host;
    char name[DOMAIN_MAX + 1]; /* the host's, or that of its MX */
    struct probe_result result;
};

/* What a delivery would do now. */
struct relaytest_verdict {
    enum probe_end end;                     /* PROBE_FAILS: the mail waits */
    const struct relaytest_server *server;  /* the one that gets it, or the last one */
    const struct probe_try *try;            /* its */
    const struct relaytest_server *servers; /* all, in the order of a delivery */
    size_t count;
};

/* Text or JSON; the context is the view's own. */
struct relaytest_view {
    void *(*begin)(const struct relay *relay, const char *note);
    void (*server)(void *view, const struct relaytest_server *server);
    void (*step)(void *view, const struct probe_step *step);
    void (*result)(void *view, const struct relaytest_server *server);
    void (*verdict)(void *view, const struct relaytest_verdict *verdict);
};

extern const struct relaytest_view relaytest_text, relaytest_json;

/* Of struct relay's authentication and tls. */
const char *relaytest_authentication(const struct relay *relay);
const char *relaytest_tls(const struct relay *relay);

#endif
