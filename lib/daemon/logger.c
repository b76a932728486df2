/* SPDX-License-Identifier: BSD-2-Clause */
/* The one logger. */
#include "logger.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum {
    QUEUE_BYTES = 4 * 1024 * 1024,
    BATCH_BYTES = 256 * 1024,
    DRAIN_MS = 300,
    LINGER_MS = 1
};

/* Before each line in the queue. */
struct header {
    size_t len;
    enum log_level level;
};

struct sink {
    enum log_target kind;
    int fd; /* -1 for syslog */
};

/* Everything here is guarded by lock, which is never held across I/O. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake, idle;
    char *bytes; /* a ring */
    size_t start, used;
    bool writing;
    struct sink next; /* to be taken up by the writer */
    bool has_next;
    unsigned long unreported; /* lost lines that no line tells of yet */
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER,
           .wake = PTHREAD_COND_INITIALIZER,
           .idle = PTHREAD_COND_INITIALIZER};

static const char *program_name = "";
static atomic_int wanted = LOG_LEVEL_INFO;
static atomic_bool as_json;
static atomic_ulong lost;

/* --- the queue; lock is held --- */

static void ring_write(const void *from, size_t len)
{
    size_t at = (queue.start + queue.used) % QUEUE_BYTES;
    size_t head = len < QUEUE_BYTES - at ? len : QUEUE_BYTES - at;
    memcpy(queue.bytes + at, from, head);
    memcpy(queue.bytes, (const char *)from + head, len - head);
    queue.used += len;
}

static void ring_read(void *to, size_t len)
{
    size_t head = len < QUEUE_BYTES - queue.start ? len : QUEUE_BYTES - queue.start;
    memcpy(to, queue.bytes + queue.start, head);
    memcpy((char *)to + head, queue.bytes, len - head);
    queue.start = (queue.start + len) % QUEUE_BYTES;
    queue.used -= len;
}

/* Takes out lines until the batch is full. */
static size_t take_batch(char *batch)
{
    size_t len = 0;
    while (queue.used && len + sizeof(struct header) + LINE_MAX_BYTES <= BATCH_BYTES) {
        struct header header;
        ring_read(&header, sizeof header);
        memcpy(batch + len, &header, sizeof header);
        ring_read(batch + len + sizeof header, header.len);
        len += sizeof header + header.len;
    }
    return len;
}

/* --- the writer's thread --- */

static int syslog_priority(enum log_level level)
{
    static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
    return priorities[level];
}

static bool write_whole(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static void write_syslog(const char *batch, size_t len)
{
    for (size_t at = 0; at < len;) {
        struct header header;
        memcpy(&header, batch + at, sizeof header);
        at += sizeof header;
        syslog(syslog_priority(header.level), "%.*s", (int)header.len - 1, batch + at);
        at += header.len;
    }
}

/* Takes the headers out, so that one write() does for all lines. */
static size_t join_lines(char *batch, size_t len, unsigned long *lines)
{
    size_t joined = 0;
    *lines = 0;
    for (size_t at = 0; at < len;) {
        struct header header;
        memcpy(&header, batch + at, sizeof header);
        at += sizeof header;
        memmove(batch + joined, batch + at, header.len);
        joined += header.len;
        at += header.len;
        ++*lines;
    }
    return joined;
}

/* Returns the lines that were lost. */
static unsigned long write_batch(const struct sink *target, char *batch, size_t len)
{
    unsigned long lines;
    if (target->kind == LOG_TO_SYSLOG) {
        write_syslog(batch, len);
        return 0;
    }
    size_t joined = join_lines(batch, len, &lines);
    return write_whole(target->fd, batch, joined) ? 0 : lines;
}

static void report_lost(const struct sink *target, char *batch)
{
    pthread_mutex_lock(&queue.lock);
    unsigned long count = queue.unreported;
    pthread_mutex_unlock(&queue.lock);
    struct line *line = count ? logger_line("message") : NULL;
    if (!line)
        return;
    char text[80];
    snprintf(text, sizeof text, "%lu log lines were lost", count);
    line_text(line, "program", program_name);
    line_text(line, "level", "warning");
    line_text(line, "message", text);
    line_end(line);
    const struct header header = {line->len, LOG_LEVEL_WARNING};
    memcpy(batch, &header, sizeof header);
    memcpy(batch + sizeof header, line->bytes, line->len);
    unsigned long failed = write_batch(target, batch, sizeof header + line->len);
    free(line);
    if (failed)
        return;
    pthread_mutex_lock(&queue.lock);
    queue.unreported -= count;
    pthread_mutex_unlock(&queue.lock);
}

static void count_lost(unsigned long lines) /* lock is held */
{
    queue.unreported += lines;
    atomic_fetch_add(&lost, lines);
}

static void take_target(struct sink *target) /* lock is held */
{
    if (!queue.has_next)
        return;
    if (target->fd > STDERR_FILENO)
        close(target->fd);
    *target = queue.next;
    queue.has_next = false;
}

/* More lines will come in a moment, and one write() does for all; lock is held. */
static void linger(void)
{
    const struct timespec moment = {.tv_nsec = LINGER_MS * 1000000L};
    pthread_mutex_unlock(&queue.lock);
    nanosleep(&moment, NULL);
    pthread_mutex_lock(&queue.lock);
}

static void *writer(void *batch)
{
    struct sink target = {LOG_TO_STDERR, STDERR_FILENO};
    for (;;) {
        pthread_mutex_lock(&queue.lock);
        while (queue.used == 0 && !queue.has_next) {
            queue.writing = false;
            pthread_cond_broadcast(&queue.idle);
            pthread_cond_wait(&queue.wake, &queue.lock);
        }
        queue.writing = true;
        linger();
        take_target(&target);
        size_t len = take_batch(batch);
        pthread_mutex_unlock(&queue.lock);
        unsigned long failed = write_batch(&target, batch, len);
        pthread_mutex_lock(&queue.lock);
        count_lost(failed);
        pthread_mutex_unlock(&queue.lock);
        report_lost(&target, batch);
    }
    return NULL;
}

/* --- targets --- */

static bool open_target(const struct log_settings *s, struct sink *target, char *error,
                        size_t size)
{
    *target = (struct sink){(enum log_target)s->target, -1};
    if (s->target == LOG_TO_STDERR)
        target->fd = STDERR_FILENO;
    if (s->target != LOG_TO_FILE)
        return true;
    target->fd =
        open(s->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
             0640);
    if (target->fd >= 0)
        return true;
    snprintf(error, size, "%s: %s", s->path, strerror(errno));
    return false;
}

static void switch_target(const struct log_settings *s, const struct sink *target)
{
    pthread_mutex_lock(&queue.lock);
    if (queue.has_next && queue.next.fd > STDERR_FILENO)
        close(queue.next.fd); /* never taken up */
    queue.next = *target;
    queue.has_next = true;
    pthread_cond_signal(&queue.wake);
    pthread_mutex_unlock(&queue.lock);
    atomic_store(&wanted, s->level);
    atomic_store(&as_json, s->format == LOG_JSON);
}

bool logger_start(const char *program, const struct log_settings *s, char *error,
                  size_t size)
{
    struct sink target;
    pthread_t thread;
    if (!open_target(s, &target, error, size))
        return false;
    program_name = program;
    openlog(program, LOG_PID, LOG_MAIL);
    if (s->target == LOG_TO_SYSLOG && access("/dev/log", F_OK) != 0)
        fprintf(stderr, "%s: there is no /dev/log: log lines go nowhere\n", program);
    queue.bytes = malloc(QUEUE_BYTES);
    char *batch = malloc(BATCH_BYTES);
    if (!queue.bytes || !batch || pthread_create(&thread, NULL, writer, batch) != 0) {
        free(batch);
        snprintf(error, size, "no thread for the log");
        return false;
    }
    pthread_detach(thread);
    switch_target(s, &target);
    return true;
}

bool logger_reopen(const struct log_settings *s, char *error, size_t size)
{
    struct sink target;
    if (!open_target(s, &target, error, size))
        return false;
    switch_target(s, &target);
    return true;
}

/* --- lines --- */

bool logger_wants(enum log_level level)
{
    return (int)level <= atomic_load_explicit(&wanted, memory_order_relaxed);
}

bool logger_is_json(void)
{
    return atomic_load_explicit(&as_json, memory_order_relaxed);
}

unsigned long logger_lost(void)
{
    return atomic_load(&lost);
}

void logger_put(enum log_level level, struct line **line)
{
    const struct line *l = *line;
    struct header header = {l->len, level};
    pthread_mutex_lock(&queue.lock);
    if (l->overflow || !queue.bytes ||
        sizeof header + l->len > QUEUE_BYTES - queue.used) {
        count_lost(1);
    } else {
        ring_write(&header, sizeof header);
        ring_write(l->bytes, l->len);
        if (!queue.writing)
            pthread_cond_signal(&queue.wake);
    }
    pthread_mutex_unlock(&queue.lock);
    free(*line);
    *line = NULL;
}

/* Not on the stack: threads of libmilter come and go, and each would touch all its
 * pages anew. */
struct line *logger_line(const char *event)
{
    struct timespec now;
    struct tm utc;
    char seconds[32], text[48];
    struct line *line = malloc(sizeof *line);
    if (!line) {
        pthread_mutex_lock(&queue.lock);
        count_lost(1);
        pthread_mutex_unlock(&queue.lock);
        return NULL;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text, sizeof text, "%s.%03ldZ", seconds, now.tv_nsec / 1000000);
    line_start(line, logger_is_json());
    line_text(line, "time", text);
    line_text(line, "event", event);
    return line;
}

void logger_message(enum log_level level, const char *format, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    int saved = errno;
    struct line *line = logger_wants(level) ? logger_line("message") : NULL;
    if (!line)
        return;
    char text[LINE_VALUE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    line_text(line, "program", program_name);
    line_text(line, "level", names[level]);
    line_text(line, "message", text);
    line_end(line);
    logger_put(level, &line);
    errno = saved;
}

void logger_drain(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += DRAIN_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&queue.lock);
    while (queue.used || queue.writing || queue.has_next)
        if (pthread_cond_timedwait(&queue.idle, &queue.lock, &until) != 0)
            break;
    pthread_mutex_unlock(&queue.lock);
}
