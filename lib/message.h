/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a message says wrote it: what its From, Sender, Resent-From and Resent-Sender
 * fields came to. */
#ifndef GATEPOST_MESSAGE_H
#define GATEPOST_MESSAGE_H

#include "mailbox.h"
#include "policy.h"

/* A message is judged for no more OUs than this. */
enum { MESSAGE_OUS_MAX = 64, UNREAD_MAX = 64 };

struct authorship {
    const struct message *message;
    unsigned fields[ORIGINATORS];    /* how many there are of each */
    const char *faults[ORIGINATORS]; /* why the first bad one cannot be read, or NULL */
    /* Those of From and Resent-From that cannot be read. */
    const struct originator_field *unread[UNREAD_MAX];
    size_t unread_count;
    enum originator field_of[MAILBOXES_MAX];
    /* The OUs that ask something of this message. */
    struct {
        const struct ou *ou;
        bool is_hidden; /* a field that cannot be read shows a domain of it */
    } ous[MESSAGE_OUS_MAX];
    size_t ou_count;
    bool too_many; /* OUs, or fields that cannot be read */
    /* Of all fields that can be read. What is before this is zeroed at the start. */
    struct mailboxes mailboxes;
};

/* Reads the fields, and finds out which OUs they concern. */
void authorship_read(struct authorship *a, const struct policy *p,
                     const struct message *message);

static inline bool originator_is_author(enum originator which)
{
    return which == ORIGINATOR_FROM || which == ORIGINATOR_RESENT_FROM;
}

#endif
