/* SPDX-License-Identifier: BSD-2-Clause */
/* The pool: turns of lanes, shares of threads, bounds of queues. */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "pool.h"

struct task {
    struct job job;
    int lane;
};

/* What the jobs do: they wait until the gate is open, and write down their order. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    unsigned running, done;
    unsigned running_of[3], most_of[3];
    int order[64];
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void run(struct job *job)
{
    struct task *task = (struct task *)job;
    pthread_mutex_lock(&gate.lock);
    gate.running++;
    if (++gate.running_of[task->lane] > gate.most_of[task->lane])
        gate.most_of[task->lane] = gate.running_of[task->lane];
    pthread_cond_broadcast(&gate.changed);
    while (!gate.open)
        pthread_cond_wait(&gate.changed, &gate.lock);
    gate.order[gate.done] = task->lane;
    pthread_mutex_unlock(&gate.lock);
}

static void done(struct job *job)
{
    struct task *task = (struct task *)job;
    pthread_mutex_lock(&gate.lock);
    gate.running--;
    gate.running_of[task->lane]--;
    gate.done++;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static struct task task_of(int lane)
{
    return (struct task){.job = {.run = run, .done = done}, .lane = lane};
}

static void wait_for(const unsigned *number, unsigned wanted)
{
    pthread_mutex_lock(&gate.lock);
    while (*number < wanted)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void set_gate(bool open)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = open;
    if (!open) {
        gate.done = gate.running = 0;
        for (int i = 0; i < 3; i++)
            gate.most_of[i] = 0;
    }
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static struct lane *lane_named(struct pool *pool, const char *name)
{
    return pool_lane(pool, span_of(name), span_of(name));
}

/* Stays to the end, since its threads may. */
static struct pool *pool_of(unsigned threads, unsigned lane_threads, unsigned queue,
                            unsigned lane_queue)
{
    struct pool *pool =
        pool_new(&(struct pool_limits){threads, lane_threads, 3, queue, lane_queue});
    assert_non_null(pool);
    return pool;
}

static void test_lanes(void **state)
{
    struct pool *pool = pool_of(1, 1, 9, 9);
    (void)state;
    assert_ptr_equal(lane_named(pool, "a"), lane_named(pool, "a"));
    assert_ptr_not_equal(lane_named(pool, "a"), lane_named(pool, "b"));
    assert_non_null(lane_named(pool, ""));
}

/* One thread, ten jobs of the first lane before those of the second: in turns. */
static void test_turns(void **state)
{
    struct pool *pool = pool_of(1, 1, 99, 99);
    static struct task tasks[12];
    (void)state;
    set_gate(false);
    for (int i = 0; i < 12; i++) {
        tasks[i] = task_of(i >= 10);
        assert_true(
            pool_submit(pool, lane_named(pool, i < 10 ? "a" : "b"), &tasks[i].job));
    }
    wait_for(&gate.running, 1);
    set_gate(true);
    wait_for(&gate.done, 12);
    static const int want[] = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    /* The first two of lane a may be taken before lane b has its first job. */
    int seen = 0;
    for (int i = 0; i < 6; i++)
        seen += gate.order[i];
    assert_int_equal(seen, want[2] + want[4]);
}

/* A lane that hangs leaves threads for the others. */
static void test_share(void **state)
{
    struct pool *pool = pool_of(4, 2, 99, 99);
    static struct task stuck[10], others[2];
    (void)state;
    set_gate(false);
    for (int i = 0; i < 10; i++) {
        stuck[i] = task_of(0);
        assert_true(pool_submit(pool, lane_named(pool, "stuck"), &stuck[i].job));
    }
    wait_for(&gate.running, 2);
    for (int i = 0; i < 2; i++) {
        others[i] = task_of(1);
        assert_true(pool_submit(pool, lane_named(pool, "other"), &others[i].job));
    }
    wait_for(&gate.running, 4);
    assert_int_equal(gate.most_of[0], 2);
    set_gate(true);
    wait_for(&gate.done, 12);
    assert_int_equal(gate.most_of[0], 2);
}

/* Many lanes of one group have no more than its share, and no more of the queue. */
static void test_group(void **state)
{
    struct pool *pool = pool_of(6, 2, 99, 5);
    static struct task tasks[12], others[2];
    static const char *const names[] = {"x", "y", "z", "w"};
    (void)state;
    set_gate(false);
    for (int i = 0; i < 8; i++) {
        struct lane *lane = pool_lane(pool, span_of(names[i / 2]), span_of("tenant"));
        tasks[i] = task_of(0);
        assert_true(pool_submit(pool, lane, &tasks[i].job));
        wait_for(&gate.running, i < 3 ? (unsigned)i + 1 : 3);
    }
    tasks[8] = task_of(0);
    assert_false(pool_submit(pool, lane_named(pool, "x"), &tasks[8].job));
    for (int i = 0; i < 2; i++) {
        others[i] = task_of(1);
        assert_true(pool_submit(pool, lane_named(pool, "other"), &others[i].job));
    }
    wait_for(&gate.running, 5);
    set_gate(true);
    wait_for(&gate.done, 10);
    assert_int_equal(gate.most_of[0], 3);
}

static void test_bounds(void **state)
{
    struct pool *pool = pool_of(1, 1, 4, 3);
    static struct task tasks[7];
    (void)state;
    set_gate(false);
    for (int i = 0; i < 7; i++)
        tasks[i] = task_of(i > 4);
    assert_true(pool_submit(pool, lane_named(pool, "a"), &tasks[0].job));
    wait_for(&gate.running, 1);
    for (int i = 1; i <= 3; i++)
        assert_true(pool_submit(pool, lane_named(pool, "a"), &tasks[i].job));
    assert_false(pool_submit(pool, lane_named(pool, "a"), &tasks[4].job)); /* lane */
    assert_true(pool_submit(pool, lane_named(pool, "b"), &tasks[5].job));
    assert_false(pool_submit(pool, lane_named(pool, "c"), &tasks[6].job)); /* pool */
    set_gate(true);
    wait_for(&gate.done, 5);
    assert_int_equal(gate.done, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lanes),  cmocka_unit_test(test_turns),
        cmocka_unit_test(test_share),  cmocka_unit_test(test_group),
        cmocka_unit_test(test_bounds),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fflush(NULL);
    _exit(failed); /* threads of the pools wait for jobs */
}
