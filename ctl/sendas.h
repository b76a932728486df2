/* SPDX-License-Identifier: BSD-2-Clause */
/* What a login may send as, gathered for may-send. */
#ifndef GATEPOST_CTL_SENDAS_H
#define GATEPOST_CTL_SENDAS_H

#include "grants.h"

struct may_send {
    const struct snapshot *snapshot;
    struct senders senders;
    struct span typed;
    struct address login; /* canonical */
    bool completed;       /* by default_domain */
    const struct user *user;
    const struct ou *login_ou;
    struct judgement null;         /* of the null sender: may it log in at all? */
    bool foreign;                  /* it may use senders of no ou, too ... */
    struct judgement foreign_from; /* ... which it may show or not */
    bool *knows; /* by index of the OU: it asks for known senders, and has some */
    struct grant_list list;
};

/* Fills in what follows typed; snapshot, senders and typed are the caller's. False if
 * no login could be like this. */
bool may_send_gather(struct may_send *m);

void may_send_clear(struct may_send *m);

#endif
