/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept of an SMTP session between the callbacks. */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct session_counts session_counts;

/* Start of the process and a number: unique in the log of a host. */
static void make_id(char id[20])
{
    static atomic_ulong number;
    static atomic_ulong start;
    unsigned long expected = 0;
    atomic_compare_exchange_strong(&start, &expected, (unsigned long)time(NULL));
    snprintf(id, 20, "%08lx-%lx", atomic_load(&start) & 0xffffffffUL,
             (atomic_fetch_add(&number, 1) + 1) & 0xffffffffffUL);
}

struct session *session_new(void)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    make_id(s->id);
    atomic_fetch_add(&session_counts.open, 1);
    atomic_fetch_add(&session_counts.total, 1);
    return s;
}

void session_free(struct session **session)
{
    struct session *s = *session;
    if (!s)
        return;
    transaction_end(&s->transaction);
    free(s);
    *session = NULL;
    atomic_fetch_sub(&session_counts.open, 1);
}

void short_text_set(struct short_text *text, const char *value)
{
    size_t len = value ? strlen(value) : 0;
    text->len = len < sizeof text->bytes ? len : sizeof text->bytes;
    if (len)
        memcpy(text->bytes, value, text->len);
}

void long_text_set(struct long_text *text, struct span value)
{
    text->len = value.len < sizeof text->bytes ? value.len : sizeof text->bytes;
    if (text->len)
        memcpy(text->bytes, value.ptr, text->len);
}

void transaction_start(struct transaction *t)
{
    transaction_end(t);
    t->edition = runtime_pin();
    t->mechanism.len = t->login.len = t->from.len = t->mail_addr.len = t->queue_id.len =
        0;
    t->lost_headers = false;
    t->accepted.used = 0;
    t->accepted.count = 0;
    t->would = RULE_NONE;
    t->would_source = (struct source){NULL, 0}; /* pointed into the old snapshot */
    t->would_ou = NULL;
}

void transaction_end(struct transaction *t)
{
    t->open = false;
    t->policy.accepted = false;
    headers_free(&t->headers);
    edits_clear(&t->edits);
    runtime_unpin(&t->edition);
}

void transaction_keep_would(struct transaction *t, const struct verdict *v)
{
    if (t->would != RULE_NONE || v->would == RULE_NONE)
        return;
    t->would = v->would;
    t->would_source = v->source;
    t->would_ou = v->held_count ? v->held[0].ou : NULL;
}

void recipients_add(struct recipients *r, struct span to)
{
    r->count++;
    if (to.len >= sizeof r->bytes - r->used)
        return;
    memcpy(r->bytes + r->used, to.ptr, to.len);
    r->used += to.len;
    r->bytes[r->used++] = '\0';
}
