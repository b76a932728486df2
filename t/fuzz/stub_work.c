/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for what takes time in gatepost-auth. */
#include "stub_work.h"

#include "fuzz.h"
#include "password.h"

enum { START_SECONDS = 1000000 };

static struct job *waiting, *done;
static unsigned refusals;
static int64_t passed_ms;
static const struct stub_hash *known;

/* --- the pools --- */

struct pool {
    char unused;
};

struct lane {
    char unused;
};

struct pool *pool_new(const struct pool_limits *limits)
{
    static struct pool pool;
    (void)limits;
    return &pool;
}

struct lane *pool_lane(struct pool *pool, struct span name, struct span group)
{
    static struct lane lane;
    require(pool && name.ptr && group.ptr, "a lane has a name and a group");
    return &lane;
}

bool pool_submit(struct pool *pool, struct lane *lane, struct job *job)
{
    struct job **link = &waiting;
    require(pool && lane && job->run && job->done && job->conclude, "a job is whole");
    if (refusals > 0) {
        refusals--;
        return false;
    }
    while (*link)
        link = &(*link)->next;
    job->next = NULL;
    *link = job;
    return true;
}

void stub_refuse_jobs(unsigned count)
{
    refusals = count;
}

bool stub_run_job(bool newest)
{
    struct job **link = &waiting;
    while (newest && *link && (*link)->next)
        link = &(*link)->next;
    struct job *job = *link;
    if (!job)
        return false;
    *link = job->next;
    job->run(job);
    job->done(job);
    return true;
}

void stub_job_is_done(struct job *job)
{
    job->next = done;
    done = job;
}

void stub_take_back(void)
{
    while (done) {
        struct job *job = done;
        done = job->next;
        job->conclude(job);
    }
}

void stub_work_off(void)
{
    stub_take_back();
    while (stub_run_job(false))
        stub_take_back();
}

/* --- libcrypt --- */

void stub_set_hashes(const struct stub_hash *hashes)
{
    known = hashes;
}

enum password_answer password_check(const char *password, const char *hash)
{
    for (const struct stub_hash *h = known; h->hash; h++)
        if (strcmp(h->hash, hash) == 0)
            return strcmp(h->password, password) == 0 ? PASSWORD_RIGHT : PASSWORD_WRONG;
    require(*hash == '*', "every hash is one of the configuration");
    return PASSWORD_WRONG;
}

/* --- other servers --- */

void target_ask(const struct target *target, const struct target_url *url,
                const struct tls_trust *trust, const struct address *login,
                struct span password, int64_t deadline, struct target_result *result)
{
    (void)trust;
    require(target->auth && url->text, "a target that may be asked");
    require(login->len > 0 && password.len > 0, "nothing is asked for nobody");
    require(password.ptr[password.len] == '\0' && strlen(password.ptr) == password.len,
            "a password has a NUL behind it and none in it");
    require(deadline > attempt_now(), "there is time");
    result->answer = TARGET_REFUSED;
    if (span_equal(password, span_of("right")))
        result->answer = TARGET_ACCEPTED;
    else if (span_equal(password, span_of("untold")))
        result->answer = TARGET_UNTOLD;
    else if (span_equal(password, span_of("late")))
        stub_pass_time(40);
    else if (span_equal(password, span_of("dead"))) {
        stub_pass_time(900);
        result->answer = TARGET_UNTOLD;
    }
    snprintf(result->reply, sizeof result->reply, "as the stub says");
}

/* --- the clock, and timers by it --- */

enum { TIMERS_MOST = 4096 };

static struct {
    ev_timer *timer;
    int64_t due;
} timers[TIMERS_MOST];
static size_t timer_count;

void stub_timer_start(struct ev_loop *loop, ev_timer *timer);
void stub_timer_stop(struct ev_loop *loop, ev_timer *timer);

void stub_timer_start(struct ev_loop *loop, ev_timer *timer)
{
    require(loop && timer->at >= 0, "a timer that is set");
    stub_timer_stop(loop, timer);
    require(timer_count < TIMERS_MOST, "few timers");
    timers[timer_count].timer = timer;
    timers[timer_count++].due = passed_ms + (int64_t)(timer->at * 1000);
}

void stub_timer_stop(struct ev_loop *loop, ev_timer *timer)
{
    (void)loop;
    for (size_t i = 0; i < timer_count; i++)
        if (timers[i].timer == timer)
            timers[i] = timers[--timer_count];
}

bool stub_next_timer(void)
{
    size_t next = 0;
    for (size_t i = 1; i < timer_count; i++)
        if (timers[i].due < timers[next].due)
            next = i;
    if (timer_count == 0)
        return false;
    ev_timer *timer = timers[next].timer;
    if (timers[next].due > passed_ms)
        passed_ms = timers[next].due;
    timers[next] = timers[--timer_count];
    timer->cb(NULL, timer, EV_TIMER);
    return true;
}

void stub_pass_time(int64_t milliseconds)
{
    passed_ms += milliseconds;
}

int stub_clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    now->tv_sec = START_SECONDS + passed_ms / 1000;
    now->tv_nsec = passed_ms % 1000 * 1000000;
    return 0;
}
