/* SPDX-License-Identifier: BSD-2-Clause */
/* One attempt to log in: what was asked, and how it is decided. Nothing here knows of
 * connections, so that gatepost login runs the same code. */
#ifndef GATEPOST_ATTEMPT_H
#define GATEPOST_ATTEMPT_H

#include <stdint.h>

#include "password.h"
#include "policy.h"
#include "servers.h"
#include "target.h"

enum { SERVICE_MAX = 256, NAME_MAX_BYTES = 1024 };

/* The MTA waits ten seconds for an answer; ours is temporary before that. */
enum { ANSWER_MS = 7500 };

/* What is to be done next. */
enum attempt_next {
    ATTEMPT_ANSWER, /* nothing more: conclude */
    ATTEMPT_HASH,   /* attempt_hash(): takes a processor for a while */
    ATTEMPT_ASK,    /* attempt_ask(): waits for other servers */
};

/* What the password turned out to be. */
enum attempt_check { CHECK_NONE, CHECK_RIGHT, CHECK_WRONG, CHECK_UNTOLD };

/* One server that was asked, or passed over. */
struct attempt_reply {
    const struct target *target;
    const struct target_url *url;
    enum target_answer answer;
    const char *reply;
    int64_t ms;
};

/* Is told of every server, in order. */
struct attempt_trace {
    void (*server)(void *context, const struct attempt_reply *reply);
    void *context;
};

struct attempt_found {
    enum attempt_check check;
    const struct target *target; /* the last one asked */
    const struct target_url *url;
    char reply[TARGET_REPLY];
};

struct attempt {
    /* Asked; whoever makes the attempt fills this in. */
    const struct snapshot *snapshot;
    const struct servers *servers;
    const char *protocol;  /* for the log */
    const char *mechanism; /* for the log */
    unsigned unknown;      /* of enum txn_unknown */
    bool tls;
    struct ipaddr client;
    size_t service_len, name_len, password_len;
    char service[SERVICE_MAX];
    char name[NAME_MAX_BYTES];
    char password[PASSWORD_MAX]; /* with a NUL */
    const char *malformed;       /* why it cannot be a login at all, or NULL */
    int64_t started, deadline;   /* milliseconds of CLOCK_MONOTONIC */

    /* Decided by attempt_begin() and attempt_conclude(). */
    struct policy policy;
    struct verdict verdict;

    /* Written by attempt_hash() and attempt_ask() alone, which may run in other
     * threads. */
    struct attempt_found found;
};

/* Refused, whatever else may come. The first reason stays. */
void attempt_malformed(struct attempt *attempt, const char *reason);

/* Each makes the attempt malformed if it is too long or holds what no name or password
 * may hold. */
void attempt_set_service(struct attempt *attempt, struct span service);
void attempt_set_name(struct attempt *attempt, struct span name);
void attempt_set_password(struct attempt *attempt, struct span password);

/* Judges all but the password. Does not block. trace may be NULL. */
enum attempt_next attempt_begin(struct attempt *attempt, const struct trace *trace);

/* Who logs in from where too often is refused, too: as rule login-limit. */
void attempt_refuse(struct attempt *attempt, enum rule_id rule, struct source source,
                    const char *reason);

/* What must be done for a look at the password, even if it is refused anyway: that
 * takes the same time. ATTEMPT_ASK is for those only that are not. */
enum attempt_next attempt_plan(const struct attempt *attempt);

void attempt_hash(struct attempt *attempt);
void attempt_ask(struct attempt *attempt, const struct attempt_trace *trace);

/* The verdict from all that was found. */
void attempt_conclude(struct attempt *attempt);

/* Could not be told: temporary. */
void attempt_fault(struct attempt *attempt, const char *reason);

/* The canonical name; absent if it is none. */
struct span attempt_login(const struct attempt *attempt);

/* Wipes the password. */
void attempt_forget(struct attempt *attempt);

int64_t attempt_now(void);

#endif
