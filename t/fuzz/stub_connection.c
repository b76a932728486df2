/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for auth/connection.c. */
#include "stub_connection.h"

#include <stdarg.h>

#include "fuzz.h"
#include "request.h"

enum { PIECE = 4096, TEXT_MOST = 4096, REQUESTS_AT_ONCE = 64 };

struct entry {
    struct connection *connection;
    const struct stub_watch *watch;
    char *in;
    size_t len;
};

static struct entry entries[STUB_CONNECTIONS];

static unsigned slot_of(const struct connection *c)
{
    return (unsigned)c->number;
}

struct connection *stub_connection(unsigned slot)
{
    return entries[slot].connection;
}

void stub_open(unsigned slot, const struct protocol *protocol,
               const struct stub_watch *watch)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->protocol = protocol;
    c->number = slot;
    c->fd = -1;
    entries[slot] = (struct entry){.connection = c, .watch = watch};
    if (protocol->opened)
        protocol->opened(c);
}

static void end(struct connection *c)
{
    struct entry *e = &entries[slot_of(c)];
    const struct stub_watch *watch = e->watch;
    unsigned slot = slot_of(c);
    requests_abandon(c);
    if (c->protocol->closed)
        c->protocol->closed(c);
    require(c->request_count == 0 && !c->requests, "nothing is left of its requests");
    free(e->in);
    free(c);
    *e = (struct entry){0};
    watch->closed(slot);
}

void connection_write(struct connection *c, const char *bytes, size_t len)
{
    if (!c->doomed)
        entries[slot_of(c)].watch->written(slot_of(c), (struct span){bytes, len});
}

void connection_printf(struct connection *c, const char *format, ...)
{
    char text[TEXT_MOST];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    require(n > 0 && (size_t)n < sizeof text, "what is said fits");
    connection_write(c, text, (size_t)n);
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

/* One message, from memory that ends where the input does. */
static size_t read_message(struct connection *c, struct entry *e)
{
    struct span exact = {malloc(e->len), e->len};
    if (!exact.ptr)
        abort();
    memcpy((char *)(uintptr_t)exact.ptr, e->in, e->len);
    e->watch->before(slot_of(c), exact);
    size_t n = c->protocol->message(c, exact);
    require(n <= e->len, "no more is taken than there is");
    e->watch->after(slot_of(c), exact, n);
    free((char *)(uintptr_t)exact.ptr);
    e->len -= n;
    memmove(e->in, e->in + n, e->len);
    return n;
}

/* What is asked while so many requests are on their way waits. */
static bool is_full(const struct connection *c)
{
    return c->awaiting || c->request_count >= REQUESTS_AT_ONCE;
}

static void read_messages(struct connection *c, struct entry *e)
{
    c->busy = true;
    while (!c->doomed && !c->ending && !is_full(c) && e->len > 0 &&
           read_message(c, e) > 0)
        continue;
    if (!is_full(c) && e->len >= c->protocol->input_most)
        connection_doom(c);
    c->paused = is_full(c);
    c->busy = false;
}

void connection_settle(struct connection *c)
{
    if (c->busy)
        return;
    if (c->paused && !is_full(c))
        read_messages(c, &entries[slot_of(c)]);
    if (c->doomed || c->ending)
        end(c);
}

static void feed_piece(unsigned slot, struct span bytes)
{
    struct entry *e = &entries[slot];
    struct connection *c = e->connection;
    char *longer = realloc(e->in, e->len + bytes.len + 1);
    if (!longer)
        abort();
    e->in = longer;
    memcpy(e->in + e->len, bytes.ptr, bytes.len);
    e->len += bytes.len;
    read_messages(c, e);
    connection_settle(c);
}

/* Never more than the room that is left, as auth/connection.c has it. */
void stub_feed(unsigned slot, struct span bytes)
{
    struct entry *e = &entries[slot];
    while (bytes.len > 0 && e->connection && !is_full(e->connection)) {
        size_t room = e->connection->protocol->input_most - e->len;
        size_t len = bytes.len < room ? bytes.len : room;
        if (len > PIECE)
            len = PIECE;
        feed_piece(slot, span_cut(bytes, 0, len));
        bytes = span_cut(bytes, len, bytes.len);
    }
}

void stub_hang_up(unsigned slot)
{
    if (entries[slot].connection)
        end(entries[slot].connection);
}
