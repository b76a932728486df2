/* SPDX-License-Identifier: BSD-2-Clause */
/* What Sendmail's rules ask gatepost-auth about a session, as they write it:
 * "WHAT!NEXTHOP!SERVER!ADDRESS!SENDER!", blanks beside the marks. The last mark shows
 * that nothing was cut off. NEXTHOP is Sendmail's, which may be a list with colons;
 * SERVER is the name that it leads to, by MX and by CNAME. */
#ifndef GATEPOST_AUTH_SENDMAILKEY_H
#define GATEPOST_AUTH_SENDMAILKEY_H

#include "address.h"
#include "relayhost.h"

enum { SENDMAIL_NEXTHOPS_MOST = 16 };

struct sendmail_session {
    struct span what;
    struct relay_host_name hosts[SENDMAIL_NEXTHOPS_MOST]; /* of the nexthop */
    size_t host_count;
    /* The server by its name and by its address. */
    struct relay_host_name server, address;
    bool has_server, has_address;
    struct address sender;
    bool has_sender; /* it could be read, that is */
};

/* False if it is not whole. Points into the key. */
bool sendmail_read_session(struct span key, struct sendmail_session *session);

/* Without the blanks around it. */
struct span sendmail_trim(struct span text);

#endif
