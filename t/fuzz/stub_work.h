/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for what takes time in gatepost-auth: its pools of threads (jobs run when
 * the fuzz target says so), libcrypt, other servers, and the clock. */
#ifndef GATEPOST_STUB_WORK_H
#define GATEPOST_STUB_WORK_H

#include <stdint.h>
#include <time.h>

#include "request.h"

/* A hash that the loader takes, and the one password that it is of. */
struct stub_hash {
    const char *hash, *password;
};

/* What password_matches() goes by; ends with one without a hash. */
void stub_set_hashes(const struct stub_hash *hashes);

/* To be given to requests_start(). */
void stub_job_is_done(struct job *request);

/* Runs a job that waits, the oldest or the newest; false if there is none. It comes
 * back with stub_take_back(). */
bool stub_run_job(bool newest);
void stub_take_back(void);

/* All of it, until nothing waits. */
void stub_work_off(void);

/* The next jobs are turned away, as from a full queue. */
void stub_refuse_jobs(unsigned count);

void stub_pass_time(int64_t milliseconds);

/* Lets the time go by until the next timer fires; false if there is none. */
bool stub_next_timer(void);

int stub_clock_gettime(clockid_t clock, struct timespec *now);

/* The servers of all targets say yes to the password "right", cannot tell of "untold"
 * and, after a while, of "dead", and refuse any other, "late" after a moment. */

#endif
