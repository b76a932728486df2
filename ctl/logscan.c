/* SPDX-License-Identifier: BSD-2-Clause */
/* Has several threads look at each line of some log files, while one reads them. */
#include "logscan.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "logfile.h"
#include "progress.h"

enum { THREADS_MOST = 16, BATCHES = 2 * THREADS_MOST + 2 };

/* Batches go round: from free to full and back. All but the bytes is guarded by lock.
 */
struct exchange {
    pthread_mutex_t lock;
    pthread_cond_t has_free, has_full;
    struct logbatch *free[BATCHES], *full[BATCHES]; /* full is a ring */
    size_t free_count, full_start, full_count;
    bool ended;
};

struct worker {
    pthread_t thread;
    struct exchange *exchange;
    const struct logscan *scan;
    void *own;
};

static struct logbatch *wait_free(struct exchange *x)
{
    pthread_mutex_lock(&x->lock);
    while (x->free_count == 0)
        pthread_cond_wait(&x->has_free, &x->lock);
    struct logbatch *batch = x->free[--x->free_count];
    pthread_mutex_unlock(&x->lock);
    return batch;
}

static void put_free(struct exchange *x, struct logbatch *batch)
{
    pthread_mutex_lock(&x->lock);
    x->free[x->free_count++] = batch;
    pthread_cond_signal(&x->has_free);
    pthread_mutex_unlock(&x->lock);
}

static void put_full(struct exchange *x, struct logbatch *batch)
{
    pthread_mutex_lock(&x->lock);
    x->full[(x->full_start + x->full_count++) % BATCHES] = batch;
    pthread_cond_signal(&x->has_full);
    pthread_mutex_unlock(&x->lock);
}

/* NULL when there will be no more. */
static struct logbatch *wait_full(struct exchange *x)
{
    struct logbatch *batch = NULL;
    pthread_mutex_lock(&x->lock);
    while (x->full_count == 0 && !x->ended)
        pthread_cond_wait(&x->has_full, &x->lock);
    if (x->full_count > 0) {
        batch = x->full[x->full_start];
        x->full_start = (x->full_start + 1) % BATCHES;
        x->full_count--;
    }
    pthread_mutex_unlock(&x->lock);
    return batch;
}

/* --- a worker --- */

static void take_lines(const struct worker *w, struct logbatch *batch)
{
    struct logline line = {batch->bytes, 0, batch->file, batch->first};
    for (size_t left = batch->len; left > 0; left -= line.len + 1) {
        const char *end = memchr(line.text, '\n', left);
        line.len = (size_t)(end - line.text); /* each line has its newline */
        if (line.len > LOGFILE_LINE)
            trouble_add(w->scan->troubles, line.file, line.number,
                        "a line that is too long was skipped");
        else
            w->scan->take(w->own, &line);
        line.text += line.len + 1;
        line.number++;
    }
}

static void *work(void *context)
{
    const struct worker *w = context;
    struct logbatch *batch;
    while ((batch = wait_full(w->exchange))) {
        take_lines(w, batch);
        put_free(w->exchange, batch);
    }
    return NULL;
}

size_t logscan_threads(void)
{
    static size_t threads; /* the same whenever it is asked */
    long processors = threads ? 0 : sysconf(_SC_NPROCESSORS_ONLN);
    if (!threads)
        threads = processors < 1              ? 1
                  : processors > THREADS_MOST ? THREADS_MOST
                                              : (size_t)processors;
    return threads;
}

/* Returns how many there are. */
static size_t start_workers(struct exchange *x, const struct logscan *scan,
                            struct worker *workers)
{
    size_t count = 0, wanted = logscan_threads();
    for (; count < wanted; count++) {
        struct worker *w = &workers[count];
        *w = (struct worker){.exchange = x, .scan = scan, .own = scan->owns[count]};
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            break;
    }
    if (count == 0) {
        fputs("gatepost: no thread could be started\n", stderr);
        exit(1);
    }
    return count;
}

static void end_workers(struct exchange *x, const struct worker *workers, size_t count)
{
    pthread_mutex_lock(&x->lock);
    x->ended = true;
    pthread_cond_broadcast(&x->has_full);
    pthread_mutex_unlock(&x->lock);
    for (size_t i = 0; i < count; i++)
        pthread_join(workers[i].thread, NULL);
}

/* --- the reader --- */

struct reading {
    struct progress progress;
    int64_t done; /* bytes of the files before this one */
    unsigned long lines;
};

static void read_file(struct exchange *x, const struct logscan *scan, size_t number,
                      struct reading *reading)
{
    struct logfile *file = logfile_open(scan->paths[number], number, scan->troubles);
    bool more = file != NULL;
    while (more) {
        struct logbatch *batch = wait_free(x);
        more = logfile_read(file, batch);
        if (more && batch->len > 0)
            put_full(x, batch);
        else
            put_free(x, batch);
        if (more)
            progress_update(&reading->progress, reading->done + logfile_position(file),
                            reading->lines + logfile_lines(file));
    }
    if (file) {
        reading->done += logfile_position(file);
        reading->lines += logfile_lines(file);
    }
    logfile_close(&file);
}

static void make_batches(struct exchange *x)
{
    for (size_t i = 0; i < logscan_threads() * 2 + 2; i++) {
        struct logbatch *batch = malloc(sizeof *batch);
        if (!batch) {
            fputs("gatepost: out of memory\n", stderr);
            abort();
        }
        x->free[x->free_count++] = batch;
    }
}

void logscan_run(const struct logscan *scan)
{
    static struct worker workers[THREADS_MOST];
    struct exchange x = {.lock = PTHREAD_MUTEX_INITIALIZER,
                         .has_free = PTHREAD_COND_INITIALIZER,
                         .has_full = PTHREAD_COND_INITIALIZER};
    struct reading reading = {.lines = 0};
    int64_t total = 0;
    for (size_t i = 0; i < scan->count; i++)
        total += logfile_size(scan->paths[i]);
    make_batches(&x);
    size_t count = start_workers(&x, scan, workers);
    progress_start(&reading.progress, total);
    for (size_t i = 0; i < scan->count; i++)
        read_file(&x, scan, i, &reading);
    end_workers(&x, workers, count);
    progress_end(&reading.progress);
    while (x.free_count > 0)
        free(x.free[--x.free_count]);
}
