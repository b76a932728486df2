/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to a server that is not trusted to behave. */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "deadline.h"

/* What a transfer needs before it is tried again. */
enum need { NEED_NOTHING, NEED_READABLE, NEED_WRITABLE, NEED_FAILED };

static bool failed(struct channel *c, const char *fault)
{
    snprintf(c->fault, sizeof c->fault, "%s", fault);
    return false;
}

/* The deadline counts even where there is always something to read. */
static bool wait_for(struct channel *c, enum need need, int64_t deadline)
{
    struct pollfd p = {.fd = c->fd, .events = need == NEED_WRITABLE ? POLLOUT : POLLIN};
    for (;;) {
        int left = deadline_left(deadline);
        int n = left > 0 ? poll(&p, 1, left) : 0;
        if (n > 0)
            return true;
        if (n == 0)
            return failed(c, "no answer in time");
        if (errno != EINTR)
            return failed(c, strerror(errno));
    }
}

static enum need socket_need(struct channel *c, enum need direction)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return direction;
    failed(c, strerror(errno));
    return NEED_FAILED;
}

static enum need session_need(struct channel *c, int result)
{
    switch (SSL_get_error(c->session, result)) {
    case SSL_ERROR_WANT_READ:
        return NEED_READABLE;
    case SSL_ERROR_WANT_WRITE:
        return NEED_WRITABLE;
    default:
        tls_fault(c->session, c->fault, sizeof c->fault);
        return NEED_FAILED;
    }
}

static bool connect_one(struct channel *c, const struct addrinfo *address,
                        int64_t deadline)
{
    int fault = 0, yes = 1;
    socklen_t size = sizeof fault;
    c->fd = socket(address->ai_family, SOCK_STREAM, 0);
    if (c->fd < 0)
        return failed(c, strerror(errno));
    fcntl(c->fd, F_SETFD, FD_CLOEXEC);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(c->fd, address->ai_addr, address->ai_addrlen) == 0)
        return true;
    if (errno != EINPROGRESS && errno != EINTR)
        return failed(c, strerror(errno));
    if (!wait_for(c, NEED_WRITABLE, deadline))
        return false;
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &fault, &size) != 0)
        fault = errno;
    return fault == 0 || failed(c, strerror(fault));
}

static void disconnect(struct channel *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

/* Each address has its share of the time, so that a silent one leaves some for the
 * next. */
static bool connect_any(struct channel *c, const struct addrinfo *list)
{
    int count = 0;
    for (const struct addrinfo *a = list; a; a = a->ai_next)
        count++;
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        if (connect_one(c, a, deadline_now() + deadline_left(c->deadline) / count--))
            return true;
        disconnect(c);
    }
    return false;
}

bool channel_open(struct channel *c, const char *host, uint16_t port, int64_t deadline)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char service[8];
    c->fd = -1;
    c->session = NULL;
    c->deadline = deadline;
    c->start = c->end = c->total = 0;
    snprintf(service, sizeof service, "%u", (unsigned)port);
    int rc = getaddrinfo(host, service, &hints, &list);
    if (rc != 0)
        return failed(c, gai_strerror(rc));
    bool connected = connect_any(c, list);
    freeaddrinfo(list);
    if (connected)
        c->fault[0] = '\0';
    return connected;
}

bool channel_secure(struct channel *c, const struct tls_trust *trust, const char *host,
                    enum tls_demand demand)
{
    if (!channel_is_quiet(c))
        return false;
    c->session = tls_session_new(trust, host, demand, c->fd);
    if (!c->session)
        return failed(c, "cannot set up TLS");
    for (;;) {
        ERR_clear_error();
        int rc = SSL_do_handshake(c->session);
        if (rc == 1)
            return true;
        enum need need = session_need(c, rc);
        if (need == NEED_FAILED || !wait_for(c, need, c->deadline))
            return false;
    }
}

static enum need receive(struct channel *c, char *out, size_t size, size_t *len)
{
    *len = 0;
    if (c->session) {
        ERR_clear_error();
        int rc = SSL_read_ex(c->session, out, size, len);
        return rc == 1 ? NEED_NOTHING : session_need(c, rc);
    }
    ssize_t n = recv(c->fd, out, size, 0);
    if (n < 0)
        return socket_need(c, NEED_READABLE);
    *len = (size_t)n;
    if (n > 0)
        return NEED_NOTHING;
    failed(c, "closed the connection");
    return NEED_FAILED;
}

/* Tries once to add to what was received. */
static enum need fill(struct channel *c)
{
    size_t len;
    if (c->start == c->end)
        c->start = c->end = 0;
    enum need need =
        receive(c, c->received + c->end, sizeof c->received - c->end, &len);
    c->end += len;
    c->total += len;
    if (c->total <= CHANNEL_TOTAL)
        return need;
    failed(c, "it says too much");
    return NEED_FAILED;
}

bool channel_is_quiet(struct channel *c)
{
    if (c->start == c->end && fill(c) == NEED_FAILED)
        return false;
    return c->start == c->end || failed(c, "it spoke before it was asked");
}

static enum need transmit(struct channel *c, struct span bytes, size_t *len)
{
    *len = 0;
    if (c->session) {
        ERR_clear_error();
        int rc = SSL_write_ex(c->session, bytes.ptr, bytes.len, len);
        return rc == 1 ? NEED_NOTHING : session_need(c, rc);
    }
    ssize_t n = send(c->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
    if (n < 0)
        return socket_need(c, NEED_WRITABLE);
    *len = (size_t)n;
    return NEED_NOTHING;
}

bool channel_write(struct channel *c, struct span bytes)
{
    while (bytes.len > 0) {
        size_t len;
        enum need need = transmit(c, bytes, &len);
        if (need == NEED_FAILED ||
            (need != NEED_NOTHING && !wait_for(c, need, c->deadline)))
            return false;
        bytes = span_cut(bytes, len, bytes.len);
    }
    return true;
}

/* Looks from *seen on, which is how much of it has been looked at. */
static const char *line_end(const struct channel *c, size_t *seen)
{
    size_t there = c->end - c->start;
    const char *end = memchr(c->received + c->start + *seen, '\n', there - *seen);
    *seen = there;
    return end;
}

static bool take_line(struct channel *c, const char *end, struct span *line)
{
    *line =
        (struct span){c->received + c->start, (size_t)(end - c->received) - c->start};
    c->start += line->len + 1;
    if (line->len == 0 || line->ptr[--line->len] != '\r' ||
        memchr(line->ptr, '\r', line->len) || memchr(line->ptr, '\0', line->len))
        return failed(c, "what it says is no line of text");
    return true;
}

bool channel_read_line(struct channel *c, struct span *line)
{
    size_t seen = 0;
    memmove(c->received, c->received + c->start, c->end - c->start);
    c->end -= c->start;
    c->start = 0;
    for (;;) {
        const char *end = line_end(c, &seen);
        if (end)
            return take_line(c, end, line);
        if (c->end == sizeof c->received)
            return failed(c, "its line is too long");
        enum need need = fill(c);
        if (need == NEED_FAILED ||
            (need != NEED_NOTHING && !wait_for(c, need, c->deadline)))
            return false;
    }
}

bool channel_read_some(struct channel *c, char *out, size_t size, size_t *len)
{
    if (c->start == c->end && fill(c) == NEED_FAILED)
        return false;
    *len = c->end - c->start < size ? c->end - c->start : size;
    memcpy(out, c->received + c->start, *len);
    c->start += *len;
    if (deadline_left(c->deadline) == 0)
        return failed(c, "no answer in time");
    return true;
}

bool channel_has_more(const struct channel *c)
{
    return c->start < c->end || (c->session && SSL_pending(c->session) > 0);
}

void channel_close(struct channel *c)
{
    if (c->session) {
        ERR_clear_error();
        SSL_shutdown(c->session);
        SSL_free(c->session);
        ERR_clear_error();
    }
    c->session = NULL;
    disconnect(c);
    explicit_bzero(c->received, sizeof c->received);
}
