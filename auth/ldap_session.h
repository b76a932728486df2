/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to an LDAP server over a channel. Connecting, TLS and every wait are the
 * channel's; libldap only writes and reads messages. */
#ifndef GATEPOST_LDAP_SESSION_H
#define GATEPOST_LDAP_SESSION_H

#include <ldap.h>

#include "dialogue.h"

struct ldap_session {
    struct dialogue *d;
    LDAP *handle;
    int code; /* result of the last request */
};

/* As steps of a dialogue, all return false when the answer is given. The others set
 * code, and give no answer because of it. */
bool ldap_session_open(struct ldap_session *session, struct dialogue *dialogue);
bool ldap_session_start_tls(struct ldap_session *session);

/* Never with an empty name or password: a server would take both for nobody in
 * particular, and say yes (RFC 4513 5.1). */
bool ldap_session_bind(struct ldap_session *session, const char *step, const char *dn,
                       struct span password);

/* Counts up to two entries; d->query has the filter, then the DN of the first. */
bool ldap_session_search(struct ldap_session *session, unsigned *hits);

bool ldap_session_compare(struct ldap_session *session, const char *dn,
                          const char *attribute, const char *value);

/* Gives that answer with code and the server's words. Always returns false. */
bool ldap_session_answer(struct ldap_session *session, enum target_answer answer);

void ldap_session_close(struct ldap_session *session);

#endif
