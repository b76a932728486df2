/* SPDX-License-Identifier: BSD-2-Clause */
/* Logs in over Dovecot's auth protocol, as many Postfix processes do, and tells how
 * many logins were answered and how long that took.
 *
 * loginload [-c CONNECTIONS] [-s SECONDS] [-r RATE] [-n NAME] [-u USERS] [-p PASSWORD]
 *           SOCKET
 *   NAME     of the users; a # in it becomes a number below USERS, each in turn
 *   RATE     logins a second, all connections together; 0: as many as it can
 *
 * Prints: connections logins seconds p50 p99 passed refused deferred, times in
 * microseconds. A connection that is ended instead of an answer is deferred, and opened
 * again. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "measure.h"

enum { LINE_MAX_BYTES = 2048, EVENTS = 256 };
enum { WARM_UP_PARTS = 10 }; /* the first tenth is not counted */
enum { ANSWER_SECONDS = 10 };

enum state { GREETING, IDLE, ASKING };

struct client {
    int fd;
    enum state state;
    unsigned long id;
    double due, sent;
    size_t in_len;
    char in[LINE_MAX_BYTES];
};

static struct {
    const char *path, *name, *password;
    unsigned connections, users, next_user;
    double seconds, interval; /* of one connection */
    double start, counted_from, end;
    double *samples;
    size_t count, size;
    unsigned long passed, refused, deferred, opened;
    int epoll, timer;
    bool running;
} load = {.name = "user#@b.example",
          .password = "secret",
          .connections = 1,
          .users = 1,
          .seconds = 2};

static void die(const char *what)
{
    fprintf(stderr, "loginload: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void sample(double seconds)
{
    if (load.count == load.size) {
        load.size = load.size ? load.size * 2 : 1 << 16;
        load.samples = realloc(load.samples, load.size * sizeof *load.samples);
        if (!load.samples)
            die("memory");
    }
    load.samples[load.count++] = seconds * 1e6;
}

/* --- one client --- */

static void send_text(struct client *c, const char *text, size_t len)
{
    /* A few hundred bytes: the socket's buffer takes them whole. */
    if (send(c->fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
        die("send");
}

/* Dovecot wants a number of its own from each. */
static void open_client(struct client *c)
{
    char text[80];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct epoll_event event = {EPOLLIN, {.ptr = c}};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", load.path);
    c->state = GREETING;
    c->in_len = 0;
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0)
        die(load.path);
    if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        die("epoll");
    int n = snprintf(text, sizeof text, "VERSION\t1\t0\nCPID\t%lu\n",
                     ((unsigned long)getpid() << 8 ^ load.opened++) & 0x7fffffff);
    send_text(c, text, (size_t)n);
}

static size_t encode(const char *bytes, size_t len, char *out)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (size_t i = 0; i < len; i += 3) {
        unsigned group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < len ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            out[n++] = i + k <= len ? letters[group >> (18 - 6 * k) & 63] : '=';
    }
    return n;
}

/* NUL name NUL password, in base64; returns its length. */
static size_t put_response(char out[LINE_MAX_BYTES / 2])
{
    char plain[LINE_MAX_BYTES / 4];
    size_t before = strcspn(load.name, "#");
    const char *behind = load.name + before + (load.name[before] != '\0');
    int n = snprintf(plain, sizeof plain, "%c%.*s", '\0', (int)before, load.name);
    if (load.name[before])
        n += snprintf(plain + n, sizeof plain - (size_t)n, "%u", load.next_user);
    n += snprintf(plain + n, sizeof plain - (size_t)n, "%s%c%s", behind, '\0',
                  load.password);
    load.next_user = (load.next_user + 1) % load.users;
    return encode(plain, (size_t)n, out);
}

static void ask(struct client *c)
{
    char line[LINE_MAX_BYTES];
    int n = snprintf(line, sizeof line,
                     "AUTH\t%lu\tPLAIN\tservice=smtp\tnologin\tlip=192.0.2.1"
                     "\trip=192.0.2.7\tsecured\tresp=",
                     ++c->id);
    size_t len = (size_t)n;
    len += put_response(line + len);
    line[len++] = '\n';
    c->sent = measure_now();
    c->state = ASKING;
    send_text(c, line, len);
}

static void is_answered(struct client *c, unsigned long *counter)
{
    double now = measure_now();
    if (now >= load.counted_from && now < load.end) {
        sample(now - c->sent);
        ++*counter;
    }
    c->state = IDLE;
    c->due += load.interval;
    if (c->due < now) /* late: not all at once later */
        c->due = now;
    if (load.interval == 0 && now < load.end)
        ask(c);
}

static void on_line(struct client *c, const char *line)
{
    if (c->state == GREETING) {
        if (strcmp(line, "DONE") != 0)
            return;
        c->state = IDLE;
        if (load.running && load.interval == 0 && measure_now() < load.end)
            ask(c);
    } else if (c->state != ASKING) {
        die("an answer that nobody asked for");
    } else if (strncmp(line, "OK\t", 3) == 0) {
        is_answered(c, &load.passed);
    } else if (strncmp(line, "FAIL\t", 5) == 0) {
        is_answered(c, &load.refused);
    } else {
        die("an answer that is none");
    }
}

static void on_end(struct client *c)
{
    bool asked = c->state == ASKING;
    close(c->fd);
    open_client(c);
    double now = measure_now();
    if (asked && now >= load.counted_from && now < load.end)
        load.deferred++;
}

static void on_readable(struct client *c)
{
    ssize_t n = recv(c->fd, c->in + c->in_len, sizeof c->in - c->in_len, 0);
    if (n <= 0) {
        on_end(c);
        return;
    }
    c->in_len += (size_t)n;
    size_t at = 0;
    char *newline;
    while ((newline = memchr(c->in + at, '\n', c->in_len - at)) != NULL) {
        *newline = '\0';
        on_line(c, c->in + at);
        at = (size_t)(newline - c->in) + 1;
    }
    c->in_len -= at;
    memmove(c->in, c->in + at, c->in_len);
    if (c->in_len == sizeof c->in)
        die("a line that has no end");
}

/* --- all of them --- */

static void serve(int timeout)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(load.epoll, events, EVENTS, timeout);
    for (int i = 0; i < n; i++)
        if (events[i].data.ptr) /* not the timer, which has just to wake us */
            on_readable(events[i].data.ptr);
}

static void wait_for_greetings(const struct client *clients)
{
    double limit = measure_now() + 10;
    for (unsigned i = 0; i < load.connections;) {
        if (clients[i].state == IDLE)
            i++;
        else
            serve(10);
        if (measure_now() > limit)
            die("no greeting");
    }
}

/* Begins what is due. The clients are due in the order of their numbers, round and
 * round, so that only the next one needs to be looked at. */
static void begin_due(struct client *clients, unsigned *next)
{
    double now = measure_now();
    for (unsigned i = 0; i < load.connections; i++) {
        struct client *c = &clients[*next];
        if (c->due > now)
            return;
        if (c->state == IDLE)
            ask(c);
        else
            c->due += load.interval; /* still at the last one */
        *next = (*next + 1) % load.connections;
    }
}

static void wake_at(double moment)
{
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)moment}};
    when.it_value.tv_nsec = (long)((moment - (double)when.it_value.tv_sec) * 1e9);
    timerfd_settime(load.timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void run_paced(struct client *clients)
{
    unsigned next = 0;
    for (unsigned i = 0; i < load.connections; i++)
        clients[i].due = load.start + load.interval * i / load.connections;
    while (measure_now() < load.end) {
        begin_due(clients, &next);
        wake_at(clients[next].due < load.end ? clients[next].due : load.end);
        serve(100);
    }
}

static void run_flat_out(struct client *clients)
{
    for (unsigned i = 0; i < load.connections; i++)
        ask(&clients[i]);
    while (measure_now() < load.end)
        serve(100);
}

/* Dovecot does not bear it if a client goes away while it waits for an answer. */
static void wait_for_answers(const struct client *clients)
{
    for (unsigned i = 0; i < load.connections;) {
        if (clients[i].state != ASKING)
            i++;
        else
            serve(10);
        if (measure_now() > load.end + ANSWER_SECONDS)
            return;
    }
}

static void report(void)
{
    double p50 = measure_median(load.samples, load.count);
    printf("%u %zu %.3f %.1f %.1f %lu %lu %lu\n", load.connections, load.count,
           load.end - load.counted_from, p50,
           measure_quantile(load.samples, load.count, 0.99), load.passed, load.refused,
           load.deferred);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static unsigned number_of(const char *text)
{
    unsigned long number = strtoul(text, NULL, 10);
    return number > 0 && number < 10000000 ? (unsigned)number : 1;
}

static void read_options(int argc, char **argv)
{
    double rate = 0;
    int c;
    while ((c = getopt(argc, argv, "c:s:r:n:u:p:")) != -1) {
        if (c == 'c')
            load.connections = number_of(optarg);
        else if (c == 's')
            load.seconds = strtod(optarg, NULL);
        else if (c == 'r')
            rate = strtod(optarg, NULL);
        else if (c == 'n')
            load.name = optarg;
        else if (c == 'u')
            load.users = number_of(optarg);
        else if (c == 'p')
            load.password = optarg;
        else
            exit(64);
    }
    if (optind + 1 != argc)
        exit(64);
    load.path = argv[optind];
    load.interval = rate > 0 ? load.connections / rate : 0;
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    raise_descriptor_limit();
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    load.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct epoll_event event = {EPOLLIN | EPOLLET, {.ptr = NULL}};
    struct client *clients = calloc(load.connections, sizeof *clients);
    if (load.epoll < 0 || load.timer < 0 || !clients ||
        epoll_ctl(load.epoll, EPOLL_CTL_ADD, load.timer, &event) != 0)
        die("epoll");
    for (unsigned i = 0; i < load.connections; i++)
        open_client(&clients[i]);
    wait_for_greetings(clients);
    load.running = true;
    load.start = measure_now();
    load.end = load.start + load.seconds;
    load.counted_from = load.start + load.seconds / WARM_UP_PARTS;
    if (load.interval > 0)
        run_paced(clients);
    else
        run_flat_out(clients);
    wait_for_answers(clients);
    report();
    return 0;
}
