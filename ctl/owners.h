/* SPDX-License-Identifier: BSD-2-Clause */
/* What gatepost owners found out, and how it is shown. */
#ifndef GATEPOST_OWNERS_H
#define GATEPOST_OWNERS_H

#include "grants.h"

enum { FROM_ENTRIES = 4, FROM_NOTES = 3 };

struct owners {
    const struct snapshot *snapshot;
    struct senders senders;
    struct address address;
    char sender[QUOTED_TEXT];
    struct span text; /* of sender */
    const struct ou *ou;
    const struct sender_entry *entry; /* the one that decides, or NULL */
    const struct sender_entry *hidden[2];
    const struct sender_entry *listing; /* whose logins are gone through */
    const struct sender_entry *for_from[FROM_ENTRIES]; /* where no OU owns the domain */
    bool unknown; /* nobody may: refuse_unknown_senders */
    struct source known_source;
    struct grant_list list;
    struct notes notes;
};

void owners_show(const struct owners *owners);
void owners_show_json(const struct owners *owners);

#endif
