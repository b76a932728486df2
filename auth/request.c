/* SPDX-License-Identifier: BSD-2-Clause */
/* An attempt to log in on its way from a connection through the pools and back. */
#include "request.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "delay.h"
#include "held.h"
#include "journal.h"
#include "login_limits.h"
#include "protect.h"

/* A client may take five minutes for a line (RFC 5321 4.5.3.2). */
#define UNFINISHED_SECONDS 310.0

#define HOLD_SECONDS 0.01

enum {
    REQUESTS_MOST = 8192, /* together */
    UNFINISHED_MOST = 4,  /* of a connection */
    ASK_THREADS = 128,
    ASK_LANE_THREADS = 8,
    ASK_GROUP_THREADS = 32,
    HASH_QUEUE = 2048,
    ASK_QUEUE = 2048,
    GROUP_QUEUE = 512
};

/* Passwords are in them. */
static struct locked_pool memory = {sizeof(struct request), NULL};

static struct ev_loop *loop;
static struct pool *hash_pool, *ask_pool;
static void (*tell_done)(struct job *);
static atomic_uint running;
static unsigned total;

static ev_timer held_timer; /* runs while some are held */

static void on_held(struct ev_loop *l, ev_timer *timer, int events);

bool requests_start(struct ev_loop *l, unsigned workers, void (*done)(struct job *))
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = workers ? workers : processors > 0 ? (unsigned)processors : 1;
    /* One more than an OU may have: a costly hash of one leaves room for the others. */
    loop = l;
    tell_done = done;
    hash_pool = pool_new(&(struct pool_limits){.threads = threads + 1,
                                               .lane_threads = threads,
                                               .group_threads = threads,
                                               .queue = HASH_QUEUE,
                                               .group_queue = GROUP_QUEUE});
    ask_pool = pool_new(&(struct pool_limits){.threads = ASK_THREADS,
                                              .lane_threads = ASK_LANE_THREADS,
                                              .group_threads = ASK_GROUP_THREADS,
                                              .queue = ASK_QUEUE,
                                              .group_queue = GROUP_QUEUE});
    ev_timer_init(&held_timer, on_held, 0.0, 0.0);
    return hash_pool && ask_pool;
}

unsigned requests_count(void)
{
    return atomic_load(&running);
}

/* --- life --- */

static void unlink_request(struct request *r)
{
    struct connection *c = r->connection;
    if (!c)
        return;
    struct request **link = &c->requests;
    while (*link != r)
        link = &(*link)->next;
    *link = r->next;
    c->request_count--;
    r->connection = NULL;
}

static void request_free(struct request *r)
{
    unlink_request(r);
    ev_timer_stop(loop, &r->timer);
    runtime_unpin(&r->edition);
    locked_give(&memory, r); /* wiped */
    total--;
}

static void on_timer(struct ev_loop *l, ev_timer *timer, int events);

static void set_timer(struct request *r, double seconds)
{
    ev_timer_stop(loop, &r->timer);
    ev_timer_set(&r->timer, seconds, 0.0);
    ev_timer_start(loop, &r->timer);
}

/* A client that gives up does not tell (Postfix sends no CANCEL). */
static void drop_oldest_unfinished(const struct connection *c)
{
    struct request *oldest = NULL;
    unsigned count = 0;
    for (struct request *r = c->requests; r; r = r->next) { /* newest first */
        if (r->state != REQUEST_UNFINISHED)
            continue;
        oldest = r;
        count++;
    }
    if (count >= UNFINISHED_MOST)
        request_free(oldest);
}

struct request *request_new(struct connection *c)
{
    drop_oldest_unfinished(c);
    struct request *r = total < REQUESTS_MOST ? locked_take(&memory) : NULL;
    if (!r)
        return NULL;
    r->connection = c;
    r->next = c->requests;
    c->requests = r;
    c->request_count++;
    total++;
    ev_timer_init(&r->timer, on_timer, 0.0, 0.0);
    r->timer.data = r;
    r->attempt.protocol = c->protocol->name;
    set_timer(r, UNFINISHED_SECONDS);
    return r;
}

void request_cancel(struct request *r)
{
    request_free(r);
}

/* --- the answer --- */

/* Once for each, whether or not somebody still waits for it. found as for
 * journal_login(). */
static void record(struct request *r, const struct attempt_found *found)
{
    if (r->logged)
        return;
    r->logged = true;
    counters_count(&r->attempt.verdict, &r->attempt.policy, r->edition->tallies);
    journal_login(&r->attempt, found, attempt_now() - r->attempt.started);
}

static void answer(struct request *r)
{
    struct connection *c = r->connection;
    if (!c)
        return;
    unlink_request(r);
    c->protocol->answer(c, r);
    connection_settle(c);
}

/* Nobody waits any more, and no pool has it. */
static void finish(struct request *r)
{
    record(r, &r->attempt.found);
    answer(r);
    atomic_fetch_sub(&running, 1);
    request_free(r);
}

static struct limits_subject subject_of(const struct request *r)
{
    const struct attempt *a = &r->attempt;
    struct limits_subject subject = {.login = attempt_login(a), .slow = r->slow};
    if (!(a->unknown & TXN_NO_CLIENT))
        subject.client = a->client;
    return subject;
}

static void leave_limits(struct request *r)
{
    const struct attempt *a = &r->attempt;
    const struct limits_subject subject = subject_of(r);
    enum verdict_kind kind = a->verdict.kind;
    if (r->entered)
        limits_leave(&a->snapshot->limits, &subject,
                     kind == VERDICT_PASS     ? LIMITS_PASSED
                     : kind == VERDICT_REFUSE ? LIMITS_FAILED
                                              : LIMITS_UNTOLD,
                     attempt_now());
    r->entered = false;
}

void request_conclude(struct request *r)
{
    struct attempt *a = &r->attempt;
    if (r->skipped)
        attempt_fault(a, "no answer in time");
    if (a->verdict.kind != VERDICT_DEFER)
        attempt_conclude(a);
    attempt_forget(a);
    leave_limits(r);
    delay_learn(a);
    int64_t ms = r->connection ? delay_needed(a) : 0;
    if (ms > 0) {
        r->state = REQUEST_DELAYED;
        set_timer(r, (double)ms / 1000);
    } else {
        finish(r);
    }
}

/* --- the way --- */

static struct request *request_of(struct job *job)
{
    return (struct request *)((char *)job - offsetof(struct request, job));
}

static void run_job(struct job *job)
{
    struct request *r = request_of(job);
    r->skipped = attempt_now() >= r->attempt.deadline;
    if (r->skipped)
        return;
    if (r->stage == ATTEMPT_HASH)
        attempt_hash(&r->attempt);
    else
        attempt_ask(&r->attempt, NULL);
}

static void conclude_job(struct job *job)
{
    request_conclude(request_of(job));
}

/* Of its OU; those of one file of ou_directory are a group. */
static struct lane *lane_of(const struct attempt *a, struct pool *pool)
{
    const struct ou *ou = a->policy.login_ou;
    struct span name = ou ? ou->folded_name : span_of("");
    return pool_lane(pool, name, ou && ou->of_tenant ? span_of(ou->file) : name);
}

static void submit(struct request *r, enum attempt_next next)
{
    struct pool *pool = next == ATTEMPT_HASH ? hash_pool : ask_pool;
    if (next == ATTEMPT_ANSWER) {
        request_conclude(r);
        return;
    }
    r->stage = next;
    r->job.run = run_job;
    r->job.done = tell_done;
    r->job.conclude = conclude_job;
    if (pool_submit(pool, lane_of(&r->attempt, pool), &r->job))
        return;
    attempt_fault(&r->attempt, "too much to do: the queue is full");
    request_conclude(r);
}

static void refuse_by_limit(struct attempt *a, enum limits_option option,
                            const char *reason, bool monitor)
{
    const struct limits_settings *s = &a->snapshot->limits;
    const struct source source = source_at(s->file, s->lines[option]);
    if (monitor)
        verdict_hold_back(&a->verdict, RULE_LOGIN_LIMIT, NULL, source, reason);
    else
        attempt_refuse(a, RULE_LOGIN_LIMIT, source, reason);
}

static void hold(struct request *r)
{
    r->state = REQUEST_HELD;
    held_add(r);
    if (!ev_is_active(&held_timer)) {
        ev_timer_set(&held_timer, HOLD_SECONDS, 0.0);
        ev_timer_start(loop, &held_timer);
    }
}

/* An attack is not to cost us the time of a hash: who is over the limits is answered
 * without a look at the password. */
static void proceed(struct request *r)
{
    struct attempt *a = &r->attempt;
    const struct limits_settings *s = &a->snapshot->limits;
    r->slow = attempt_plan(a) == ATTEMPT_ASK;
    const struct limits_subject subject = subject_of(r);
    bool monitor = s->mode == MODE_MONITOR || a->snapshot->globals.mode == MODE_MONITOR;
    enum limits_option option;
    const char *reason;
    switch (limits_enter(s, &subject, attempt_now(), !monitor, &option, &reason)) {
    case LIMITS_PASS:
        r->entered = true;
        break;
    case LIMITS_HOLD:
        hold(r);
        return;
    case LIMITS_REFUSE:
        if (a->verdict.kind == VERDICT_PASS)
            refuse_by_limit(a, option, reason, monitor);
        if (!monitor) {
            request_conclude(r);
            return;
        }
        break;
    }
    r->state = REQUEST_RUNNING;
    submit(r, attempt_plan(a));
}

/* Those that they waited for have ended, perhaps. */
static void on_held(struct ev_loop *l, ev_timer *timer, int events)
{
    struct request *r = held_take_all();
    (void)l;
    (void)timer;
    (void)events;
    while (r) {
        struct request *next = r->next_held;
        proceed(r);
        r = next;
    }
}

void request_run(struct request *r)
{
    struct attempt *a = &r->attempt;
    r->state = REQUEST_RUNNING;
    r->edition = runtime_pin();
    a->snapshot = r->edition->snapshot;
    a->servers = r->edition->extra;
    a->started = attempt_now();
    a->deadline = a->started + ANSWER_MS - 500;
    atomic_fetch_add(&running, 1);
    set_timer(r, ANSWER_MS / 1000.0);
    if (attempt_begin(a, NULL) == ATTEMPT_ANSWER && a->verdict.kind == VERDICT_DEFER)
        request_conclude(r);
    else
        proceed(r);
}

/* The client took too long, or we did, or the time has come. */
static void on_timer(struct ev_loop *l, ev_timer *timer, int events)
{
    struct request *r = timer->data;
    (void)l;
    (void)events;
    if (r->state == REQUEST_UNFINISHED) {
        request_free(r);
    } else if (r->state == REQUEST_HELD) {
        held_remove(r);
        attempt_fault(&r->attempt,
                      "too many logins at once to tell if it is one too many");
        request_conclude(r);
    } else if (r->state == REQUEST_DELAYED) {
        finish(r);
    } else {
        attempt_fault(&r->attempt, "no answer in time");
        record(r, NULL);
        answer(r);
    }
}

void requests_abandon(struct connection *c)
{
    while (c->requests) {
        struct request *r = c->requests;
        if (r->state == REQUEST_UNFINISHED) {
            request_free(r);
        } else if (r->state == REQUEST_DELAYED) {
            unlink_request(r);
            finish(r);
        } else {
            unlink_request(r);
        }
    }
}

bool requests_running(const struct connection *c)
{
    for (const struct request *r = c->requests; r; r = r->next)
        if (r->state != REQUEST_UNFINISHED)
            return true;
    return false;
}
