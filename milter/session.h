/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept of an SMTP session between the callbacks. */
#ifndef GATEPOST_SESSION_H
#define GATEPOST_SESSION_H

#include <stdatomic.h>

#include "edits.h"
#include "headers.h"
#include "line.h"
#include "policy.h"
#include "runtime.h"

enum { TEXT_SHORT = 256, TEXT_LONG = LINE_VALUE };

/* Text from the MTA, cut at the size of its buffer. */
struct short_text {
    size_t len;
    char bytes[TEXT_SHORT];
};
struct long_text {
    size_t len;
    char bytes[TEXT_LONG];
};

/* Recipients for the log; more than fit are only counted. */
struct recipients {
    size_t used;
    unsigned long count;
    char bytes[LINE_LIST]; /* each with its NUL */
};

/* What belongs to one transaction. All of it is set anew by MAIL. */
struct transaction {
    bool open; /* MAIL passed, its end has not been logged */
    struct edition *edition;
    struct policy policy;
    struct short_text mechanism;
    struct short_text tls_version;
    bool tls;
    struct long_text login; /* as logged: decoded */
    struct long_text from;
    struct long_text mail_addr; /* only where it disagrees */
    struct short_text queue_id;
    struct recipients accepted;
    struct edits edits;
    struct headers *headers; /* NULL until the first field */
    bool lost_headers;       /* for want of memory */
    enum rule_id would;
    struct source would_source;
    const struct ou *would_ou; /* whose rule it was, or NULL */
};

struct session {
    char id[20];
    struct ipaddr client;
    bool local_client; /* came by a unix socket */
    struct short_text client_name;
    bool name_verified;
    struct short_text daemon_name;
    unsigned port;
    enum mta mta;       /* by what it says */
    bool cannot_ask;    /* it does not take our list of macros */
    bool has_headers;   /* it was asked for the headers of messages, */
    bool can_edit;      /* and to let us change those, and the envelope, */
    bool edits_offered; /* which it is able to */
    int header_answer;  /* what on_header() returns */
    int eoh_answer;     /* and on_eoh() */
    struct short_text helo;
    struct short_text tls_version; /* as of the last HELO */
    struct transaction transaction;
};

struct session_counts {
    atomic_ulong open, total;
};

extern struct session_counts session_counts;

/* NULL only when there is no memory. */
struct session *session_new(void);

/* Gives the edition back, too. */
void session_free(struct session **session);

void short_text_set(struct short_text *text, const char *value);
void long_text_set(struct long_text *text, struct span value);

static inline struct span short_text_span(const struct short_text *t)
{
    return (struct span){t->bytes, t->len};
}

static inline struct span long_text_span(const struct long_text *t)
{
    return (struct span){t->bytes, t->len};
}

/* Forgets an earlier transaction and pins the newest configuration. */
void transaction_start(struct transaction *transaction);
void transaction_end(struct transaction *transaction);

/* The first of its verdicts that says so tells what monitor mode held back. */
void transaction_keep_would(struct transaction *transaction,
                            const struct verdict *verdict);

void recipients_add(struct recipients *recipients, struct span recipient);

#endif
