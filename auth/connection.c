/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections of MTAs. */
#include "connection.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "request.h"

enum {
    FIRST_BYTES = 1024,
    OUTPUT_MOST = 64 * 1024,
    LINE_MOST = 4096,
    REQUESTS_AT_ONCE = 64
};

static struct connection *all;
static unsigned count;
static unsigned long opened;
static bool all_finish;

/* --- buffers. What was in them may be secret. --- */

static bool buffer_reserve(struct buffer *b, size_t room)
{
    size_t size = b->size ? b->size : FIRST_BYTES;
    while (size < b->len + room)
        size *= 2;
    if (size == b->size)
        return true;
    char *larger = malloc(size);
    if (!larger)
        return false;
    if (b->len)
        memcpy(larger, b->bytes, b->len);
    if (b->bytes)
        explicit_bzero(b->bytes, b->len);
    free(b->bytes);
    b->bytes = larger;
    b->size = size;
    return true;
}

static void buffer_drop(struct buffer *b, size_t len)
{
    b->len -= len;
    memmove(b->bytes, b->bytes + len, b->len);
    explicit_bzero(b->bytes + b->len, len);
}

static void buffer_free(struct buffer *b)
{
    if (b->bytes)
        explicit_bzero(b->bytes, b->size);
    free(b->bytes);
    *b = (struct buffer){0};
}

/* --- out --- */

static struct ev_loop *loop_of(const struct connection *c)
{
    return c->idle.data;
}

static void flush(struct connection *c)
{
    while (c->out.len > 0) {
        ssize_t n = send(c->fd, c->out.bytes, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (n <= 0) {
            connection_doom(c);
            return;
        }
        buffer_drop(&c->out, (size_t)n);
    }
    if (c->out.len)
        ev_io_start(loop_of(c), &c->writer);
    else
        ev_io_stop(loop_of(c), &c->writer);
}

void connection_write(struct connection *c, const char *bytes, size_t len)
{
    if (c->doomed)
        return;
    if (c->out.len + len > OUTPUT_MOST || !buffer_reserve(&c->out, len)) {
        connection_doom(c);
        return;
    }
    memcpy(c->out.bytes + c->out.len, bytes, len);
    c->out.len += len;
    flush(c);
}

void connection_printf(struct connection *c, const char *format, ...)
{
    char text[LINE_MOST];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof text)
        connection_write(c, text, (size_t)n);
    else
        connection_doom(c);
}

/* --- in --- */

/* What a client asks while so many of its requests are on their way waits in its
 * socket. */
static bool is_full(const struct connection *c)
{
    return c->awaiting || c->request_count >= REQUESTS_AT_ONCE;
}

static bool has_to_answer(const struct connection *c)
{
    return c->awaiting || requests_running(c);
}

static void take_messages(struct connection *c)
{
    while (!c->doomed && !c->ending && !all_finish && c->in.len && !is_full(c)) {
        size_t n = c->protocol->message(c, (struct span){c->in.bytes, c->in.len});
        if (n == 0)
            break;
        buffer_drop(&c->in, n);
        c->active = ev_now(loop_of(c));
        if (c->protocol->idle_seconds > 0)
            ev_timer_again(loop_of(c), &c->idle);
    }
    c->paused = is_full(c);
    if (c->paused)
        ev_io_stop(loop_of(c), &c->reader);
    else if (c->in.len >= c->protocol->input_most)
        connection_doom(c);
}

static void resume(struct connection *c)
{
    c->busy = true;
    if (!c->finishing && !all_finish)
        ev_io_start(loop_of(c), &c->reader);
    take_messages(c);
    c->busy = false;
}

/* A client that has said all may still wait for an answer. */
static void take_end(struct connection *c)
{
    c->finishing = true;
    ev_io_stop(loop_of(c), &c->reader);
}

static void read_some(struct connection *c)
{
    size_t room = c->protocol->input_most - c->in.len;
    if (room > LINE_MOST)
        room = LINE_MOST;
    if (!buffer_reserve(&c->in, room)) {
        connection_doom(c);
        return;
    }
    ssize_t n = recv(c->fd, c->in.bytes + c->in.len, room, MSG_DONTWAIT);
    if (n > 0) {
        c->in.len += (size_t)n;
        take_messages(c);
    } else if (n == 0) {
        take_end(c);
    } else if (errno != EAGAIN && errno != EINTR) {
        connection_doom(c);
    }
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct connection *c = watcher->data;
    (void)loop;
    (void)events;
    c->busy = true;
    read_some(c);
    c->busy = false;
    connection_settle(c);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct connection *c = watcher->data;
    (void)loop;
    (void)events;
    flush(c);
    connection_settle(c);
}

/* Who waits for an answer is not idle. */
static void on_idle(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct connection *c =
        (struct connection *)((char *)watcher - offsetof(struct connection, idle));
    (void)events;
    if (c->requests || c->awaiting)
        ev_timer_again(loop, watcher);
    else
        connection_doom(c);
    connection_settle(c);
}

/* --- life --- */

struct connection *connection_open(struct ev_loop *loop, int fd,
                                   const struct protocol *protocol)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c) {
        close(fd);
        return NULL;
    }
    c->protocol = protocol;
    c->fd = fd;
    c->number = ++opened;
    c->active = ev_now(loop);
    ev_io_init(&c->reader, on_readable, fd, EV_READ);
    ev_io_init(&c->writer, on_writable, fd, EV_WRITE);
    ev_timer_init(&c->idle, on_idle, 0, protocol->idle_seconds);
    c->reader.data = c->writer.data = c;
    c->idle.data = loop;
    c->next = all;
    if (all)
        all->previous = c;
    all = c;
    count++;
    ev_io_start(loop, &c->reader);
    if (protocol->idle_seconds > 0)
        ev_timer_again(loop, &c->idle);
    if (protocol->opened)
        protocol->opened(c);
    return c;
}

static void connection_free(struct connection *c)
{
    ev_io_stop(loop_of(c), &c->reader);
    ev_io_stop(loop_of(c), &c->writer);
    ev_timer_stop(loop_of(c), &c->idle);
    requests_abandon(c);
    if (c->protocol->closed)
        c->protocol->closed(c);
    close(c->fd);
    if (c->previous)
        c->previous->next = c->next;
    else
        all = c->next;
    if (c->next)
        c->next->previous = c->previous;
    count--;
    buffer_free(&c->in);
    buffer_free(&c->out);
    free(c);
}

void connection_await(struct connection *c)
{
    c->awaiting = true;
}

void connection_answered(struct connection *c)
{
    c->awaiting = false;
    connection_settle(c);
}

void connection_end(struct connection *c)
{
    c->ending = true;
}

void connection_doom(struct connection *c)
{
    c->doomed = true;
}

void connection_settle(struct connection *c)
{
    if (c->busy)
        return;
    if (c->paused && !is_full(c))
        resume(c);
    if ((all_finish || c->finishing) && !has_to_answer(c))
        c->ending = true;
    if (c->doomed || (c->ending && c->out.len == 0))
        connection_free(c);
    else if (c->ending)
        ev_io_stop(loop_of(c), &c->reader);
}

unsigned connection_count(void)
{
    return count;
}

bool connection_make_room(unsigned most)
{
    struct connection *idle = NULL;
    if (count < most)
        return true;
    for (struct connection *c = all; c; c = c->next)
        if (!c->requests && !c->awaiting && (!idle || c->active < idle->active))
            idle = c;
    if (idle)
        connection_free(idle);
    return idle != NULL;
}

/* What was asked before is still heard. */
void connections_finish(void)
{
    for (struct connection *c = all; c; c = c->next) {
        c->busy = true;
        if (!c->paused && !c->finishing)
            read_some(c);
        c->busy = false;
    }
    all_finish = true;
    for (struct connection *c = all, *next; c; c = next) {
        next = c->next;
        ev_io_stop(loop_of(c), &c->reader);
        if (!has_to_answer(c))
            connection_doom(c);
        connection_settle(c);
    }
}
