/* SPDX-License-Identifier: BSD-2-Clause */
/* Speaks the MTA's side of the milter protocol in many sessions at once and tells how
 * long the filter takes to answer MAIL and RCPT.
 *
 * wireload [-c SESSIONS] [-s SECONDS] [-r RATE] [-m] SOCKET
 *   SOCKET   unix:/path
 *   RATE     transactions a second, all sessions together; 0: as many as it can
 *   -m       whole messages: with a header, where the filter wants it, and its end
 *
 * Prints: sessions transactions seconds mail_p50 mail_p99 rcpt_p50 rcpt_p99 both_p50
 * both_p99 refused, times in microseconds; both with the end of the message. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "measure.h"
#include "wirepackets.h"

enum { ACTIONS = 0x1ff, STEPS = 0x1fffff, VERSION = 6 };
enum { NO_HEADERS = 1 << 5, NO_REPLY_HEADER = 1 << 7 };
enum { NO_REPLY_CONNECT = 1 << 12, NO_REPLY_HELO = 1 << 13 };
enum { EVENTS = 256, WARM_UP_PARTS = 10 }; /* the first tenth is not counted */

enum state { NEGOTIATING, CONNECTING, GREETING, IDLE, SENDER, RECIPIENT, MESSAGE };

struct session {
    struct packets packets;
    enum state state;
    unsigned number, transactions;
    uint32_t steps;
    double due;        /* when the next transaction is to begin */
    double sent;       /* MAIL, RCPT or the end of the message */
    double mail, rcpt; /* how long they took */
};

struct samples {
    double *values;
    size_t count, size;
};

static struct {
    const char *path;
    unsigned sessions;
    double seconds, interval; /* of one session */
    double start, counted_from, end;
    struct samples mail, rcpt, both;
    unsigned long refused;
    bool messages;
    int epoll, timer;
} load = {.sessions = 10, .seconds = 2};

static void sample(struct samples *s, double seconds)
{
    if (s->count == s->size) {
        s->size = s->size ? s->size * 2 : 1 << 16;
        s->values = realloc(s->values, s->size * sizeof *s->values);
        if (!s->values)
            die("memory");
    }
    s->values[s->count++] = seconds * 1e6;
}

/* --- the session, one command after the other --- */

static void send_negotiation(struct session *s)
{
    uint32_t offer[3] = {htonl(VERSION), htonl(ACTIONS), htonl(STEPS)};
    packets_put(&s->packets, 'O', offer, sizeof offer);
    packets_flush(&s->packets);
    s->state = NEGOTIATING;
}

static void send_connect(struct session *s)
{
    static const char client[] = "client.example\0004\x10\x01"
                                 "192.0.2.1";
    const char *const macros[] = {"v",
                                  "Postfix 3.7.11",
                                  "{daemon_name}",
                                  "MTA",
                                  "{daemon_port}",
                                  "25",
                                  "{client_name}",
                                  "client.example",
                                  "{client_resolve}",
                                  "OK",
                                  NULL};
    packets_put_macros(&s->packets, 'C', macros);
    packets_put(&s->packets, 'C', client, sizeof client);
    s->state = CONNECTING;
}

static void send_helo(struct session *s)
{
    static const char name[] = "client.example";
    const char *const none[] = {NULL};
    packets_put_macros(&s->packets, 'H', none);
    packets_put(&s->packets, 'H', name, sizeof name);
    s->state = GREETING;
}

static void wait_until_due(struct session *s)
{
    packets_flush(&s->packets);
    s->state = IDLE;
}

/* Senders and recipients of tenants with the numbers 0 to 999. */
static unsigned tenant_of(const struct session *s)
{
    return (s->number * 31 + s->transactions * 7) % 1000;
}

static void send_mail(struct session *s)
{
    char login[60], from[64];
    snprintf(login, sizeof login, "user@t%u.example", tenant_of(s));
    snprintf(from, sizeof from, "<%s>", login);
    const char *const macros[] = {
        "{auth_type}", "PLAIN", "{auth_authen}", login, "{mail_addr}", login, NULL};
    packets_put_macros(&s->packets, 'M', macros);
    packets_put(&s->packets, 'M', from, strlen(from) + 1);
    s->sent = measure_now();
    packets_flush(&s->packets);
    s->state = SENDER;
}

static void send_rcpt(struct session *s)
{
    static const char to[] = "<someone@far.example>";
    const char *const macros[] = {"{rcpt_addr}", "someone@far.example", NULL};
    packets_put_macros(&s->packets, 'R', macros);
    packets_put(&s->packets, 'R', to, sizeof to);
    s->sent = measure_now();
    packets_flush(&s->packets);
    s->state = RECIPIENT;
}

/* What a mail program writes. */
static void send_message(struct session *s)
{
    char from[64];
    snprintf(from, sizeof from, "A User <user@t%u.example>", tenant_of(s));
    const char *const fields[] = {
        "Received",
        "from client.example ([192.0.2.1])\n\tby mx.example with ESMTPSA",
        "Date",
        "Mon, 02 Mar 2026 10:11:12 +0100",
        "From",
        from,
        "To",
        "Someone <someone@far.example>",
        "Subject",
        "=?UTF-8?Q?What_we_spoke_of?=",
        "Message-ID",
        "<0123456789.abcdef@client.example>",
        "MIME-Version",
        "1.0",
        "Content-Type",
        "text/plain; charset=UTF-8",
        "User-Agent",
        "Mail 1.0",
        NULL};
    for (size_t i = 0; fields[i] && !(s->steps & NO_HEADERS); i += 2)
        packets_put_field(&s->packets, fields[i], fields[i + 1]);
    packets_put(&s->packets, 'E', "", 0);
    s->sent = measure_now();
    packets_flush(&s->packets);
    s->state = MESSAGE;
}

static void end_transaction(struct session *s, double message)
{
    if (s->sent >= load.counted_from) {
        sample(&load.mail, s->mail);
        sample(&load.rcpt, s->rcpt);
        sample(&load.both, s->mail + s->rcpt + message);
    }
    s->transactions++;
    if (!load.messages)
        packets_put(&s->packets, 'A', "", 0);
    double now = measure_now();
    s->due += load.interval;
    if (s->due < now) /* late: not all at once later */
        s->due = now;
    wait_until_due(s);
    if (load.interval == 0)
        send_mail(s);
}

static void start_session(struct session *s)
{
    send_connect(s);
    if (!(s->steps & NO_REPLY_CONNECT)) {
        packets_flush(&s->packets);
        return;
    }
    send_helo(s);
    if (s->steps & NO_REPLY_HELO)
        wait_until_due(s);
    else
        packets_flush(&s->packets);
}

static void on_packet(struct session *s, char command, const char *data, size_t len)
{
    double took = measure_now() - s->sent;
    switch (s->state) {
    case NEGOTIATING:
        if (command != 'O' || len < 12)
            die("negotiation");
        memcpy(&s->steps, data + 8, 4);
        s->steps = ntohl(s->steps);
        if (load.messages && !(s->steps & (NO_HEADERS | NO_REPLY_HEADER)))
            die("headers that are answered");
        start_session(s);
        break;
    case CONNECTING:
        send_helo(s);
        if (s->steps & NO_REPLY_HELO)
            wait_until_due(s);
        else
            packets_flush(&s->packets);
        break;
    case GREETING:
        wait_until_due(s);
        break;
    case SENDER:
        load.refused += command != 'c';
        s->mail = took;
        send_rcpt(s);
        break;
    case RECIPIENT:
        load.refused += command != 'c';
        s->rcpt = took;
        if (load.messages)
            send_message(s);
        else
            end_transaction(s, 0);
        break;
    case MESSAGE:
        if (strchr("+-himq", command)) /* a change; the answer is to come */
            break;
        load.refused += command != 'c' && command != 'a';
        end_transaction(s, took);
        break;
    case IDLE:
        die("an answer that nobody asked for");
    }
}

static void on_readable(struct session *s)
{
    const char *data;
    size_t len;
    packets_receive(&s->packets);
    for (char command; (command = packets_take(&s->packets, &data, &len)) != 0;)
        on_packet(s, command, data, len);
}

/* --- all of them --- */

static void open_session(struct session *s, unsigned number)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", load.path);
    s->number = number;
    s->packets.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->packets.fd < 0 ||
        connect(s->packets.fd, (struct sockaddr *)&address, sizeof address) != 0)
        die(load.path);
    struct epoll_event event = {EPOLLIN, {.ptr = s}};
    if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, s->packets.fd, &event) != 0)
        die("epoll");
    send_negotiation(s);
}

static void serve(int timeout)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(load.epoll, events, EVENTS, timeout);
    for (int i = 0; i < n; i++)
        if (events[i].data.ptr) /* not the timer, which has just to wake us */
            on_readable(events[i].data.ptr);
}

static bool all_idle(const struct session *sessions)
{
    for (unsigned i = 0; i < load.sessions; i++)
        if (sessions[i].state != IDLE)
            return false;
    return true;
}

static void wait_for_idle(const struct session *sessions)
{
    double limit = measure_now() + 10;
    while (!all_idle(sessions)) {
        serve(10);
        if (measure_now() > limit)
            die("the filter does not answer");
    }
}

/* Begins what is due. The sessions are due in the order of their numbers, round and
 * round, so that only the next one needs to be looked at. */
static void begin_due(struct session *sessions, unsigned *next)
{
    double now = measure_now();
    for (unsigned i = 0; i < load.sessions; i++) {
        struct session *s = &sessions[*next];
        if (s->due > now)
            return;
        if (s->state == IDLE)
            send_mail(s);
        else
            s->due += load.interval; /* still at the last one */
        *next = (*next + 1) % load.sessions;
    }
}

static void wake_at(double moment)
{
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)moment}};
    when.it_value.tv_nsec = (long)((moment - (double)when.it_value.tv_sec) * 1e9);
    timerfd_settime(load.timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void run_paced(struct session *sessions)
{
    unsigned next = 0;
    for (unsigned i = 0; i < load.sessions; i++)
        sessions[i].due = load.start + load.interval * i / load.sessions;
    while (measure_now() < load.end) {
        begin_due(sessions, &next);
        wake_at(sessions[next].due < load.end ? sessions[next].due : load.end);
        serve(100);
    }
}

static void run_flat_out(struct session *sessions)
{
    for (unsigned i = 0; i < load.sessions; i++)
        send_mail(&sessions[i]);
    while (measure_now() < load.end)
        serve(100);
}

static void report(void)
{
    struct samples *all[] = {&load.mail, &load.rcpt, &load.both};
    printf("%u %zu %.3f", load.sessions, load.both.count, load.end - load.counted_from);
    for (int i = 0; i < 3; i++) {
        double p50 = measure_median(all[i]->values, all[i]->count);
        printf(" %.1f %.1f", p50,
               measure_quantile(all[i]->values, all[i]->count, 0.99));
    }
    printf(" %lu\n", load.refused);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void read_options(int argc, char **argv)
{
    double rate = 0;
    int c;
    while ((c = getopt(argc, argv, "c:s:r:m")) != -1) {
        if (c == 'c')
            load.sessions = (unsigned)strtoul(optarg, NULL, 10);
        else if (c == 's')
            load.seconds = strtod(optarg, NULL);
        else if (c == 'r')
            rate = strtod(optarg, NULL);
        else if (c == 'm')
            load.messages = true;
        else
            exit(64);
    }
    if (optind + 1 != argc || strncmp(argv[optind], "unix:", 5) != 0 ||
        !load.sessions) {
        fputs("usage: wireload [-c SESSIONS] [-s SECONDS] [-r RATE] [-m] unix:/path\n",
              stderr);
        exit(64);
    }
    load.path = argv[optind] + 5;
    load.interval = rate > 0 ? load.sessions / rate : 0;
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    raise_descriptor_limit();
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    load.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct epoll_event tick = {EPOLLIN, {.ptr = NULL}};
    struct session *sessions = calloc(load.sessions, sizeof *sessions);
    if (!sessions || load.epoll < 0 ||
        epoll_ctl(load.epoll, EPOLL_CTL_ADD, load.timer, &tick) != 0)
        die("start");
    for (unsigned i = 0; i < load.sessions; i++)
        open_session(&sessions[i], i);
    wait_for_idle(sessions);
    load.start = measure_now();
    load.end = load.start + load.seconds;
    load.counted_from = load.start + load.seconds / WARM_UP_PARTS;
    if (load.interval > 0)
        run_paced(sessions);
    else
        run_flat_out(sessions);
    report();
    return 0;
}
