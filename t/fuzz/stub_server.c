/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for the socket, TLS and the clock under auth/channel.c. The functions are
 * called in the place of those they are named after. */
#include "stub_server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "tls.h"

enum { FD = 4711, MOMENT_MS = 1000, START_MS = 1000000, MUCH = 1 << 20 };

static struct {
    struct span script;
    size_t at;
    int64_t now;
    bool open, session, stalled, deaf, take_one;
    int error; /* of the session's last call */
    struct stub_record record;
} server;

struct stub_record *stub_server_start(struct span script)
{
    free(server.record.heard);
    memset(&server, 0, sizeof server);
    server.script = script;
    server.now = START_MS;
    server.record.heard = malloc(script.len + 1);
    if (!server.record.heard)
        abort();
    return &server.record;
}

int64_t stub_server_now(void)
{
    return server.now;
}

bool stub_server_is_closed(void)
{
    return !server.open && !server.session;
}

static void called(void)
{
    require(++server.record.calls < MUCH, "a dialogue ends");
    require(server.open, "the connection is open");
}

/* --- what the server does --- */

static int peek(void)
{
    return server.at < server.script.len ? (unsigned char)server.script.ptr[server.at]
                                         : -1;
}

/* Does what stands before the next bytes. False: they do not come now. */
static bool advance(bool *again)
{
    *again = false;
    for (;;) {
        switch (peek()) {
        case STUB_PAUSE:
        case STUB_TLS:
        case STUB_MOMENT:
            return false;
        case STUB_STALL:
            server.stalled = true;
            return false;
        case STUB_AGAIN:
            server.at++;
            *again = true;
            return false;
        case STUB_SHORT:
            server.take_one = true;
            break;
        case STUB_DEAF:
            server.deaf = true;
            break;
        default:
            return true;
        }
        server.at++;
    }
}

/* Returns bytes; 0: the end; -1 with errno. */
static ssize_t say(char *out, size_t size)
{
    bool again;
    size_t len = 0;
    if (server.stalled || !advance(&again)) {
        errno = EAGAIN;
        return -1;
    }
    if (peek() == STUB_RESET) {
        errno = ECONNRESET;
        return -1;
    }
    require(size > 0, "there is room for what is read");
    while (len < size && peek() >= 0 && peek() < STUB_PAUSE)
        out[len++] = server.script.ptr[server.at++];
    memcpy(server.record.heard + server.record.heard_len, out, len);
    server.record.heard_len += len;
    return (ssize_t)len;
}

static struct stub_command *command(void)
{
    struct stub_record *r = &server.record;
    struct stub_command *last = r->count ? &r->commands[r->count - 1] : NULL;
    if (last && last->heard == r->heard_len && last->tls == server.session)
        return last;
    require(r->count < STUB_COMMANDS, "a dialogue has few commands");
    last = &r->commands[r->count++];
    last->heard = r->heard_len;
    last->tls = server.session;
    last->len = 0;
    return last;
}

static ssize_t hear(const char *bytes, size_t len)
{
    if (server.deaf) {
        errno = EPIPE;
        return -1;
    }
    if (server.take_one && len > 1) {
        server.take_one = false;
        len = 1;
    }
    struct stub_command *c = command();
    require(c->len + len < sizeof c->text, "a command is no longer than it may be");
    memcpy(c->text + c->len, bytes, len);
    c->len += len;
    c->text[c->len] = '\0';
    if (peek() == STUB_PAUSE && bytes[len - 1] == '\n')
        server.at++;
    return (ssize_t)len;
}

/* --- the socket --- */

int stub_getaddrinfo(const char *, const char *, const struct addrinfo *,
                     struct addrinfo **);
void stub_freeaddrinfo(struct addrinfo *);
int stub_socket(int, int, int);
int stub_connect(int, const struct sockaddr *, socklen_t);
int stub_setsockopt(int, int, int, const void *, socklen_t);
int stub_getsockopt(int, int, int, void *, socklen_t *);
int stub_getsockname(int, struct sockaddr *, socklen_t *);
int stub_fcntl(int, int, ...);
int stub_poll(struct pollfd *, nfds_t, int);
ssize_t stub_recv(int, void *, size_t, int);
ssize_t stub_send(int, const void *, size_t, int);
int stub_close(int);
int stub_clock_gettime(clockid_t, struct timespec *);

int stub_getaddrinfo(const char *host, const char *service,
                     const struct addrinfo *hints, struct addrinfo **list)
{
    static struct sockaddr_in in = {.sin_family = AF_INET};
    static struct addrinfo info = {.ai_family = AF_INET,
                                   .ai_addr = (struct sockaddr *)&in,
                                   .ai_addrlen = sizeof in};
    require(host && service && hints, "a host is looked up");
    *list = &info;
    return 0;
}

void stub_freeaddrinfo(struct addrinfo *list)
{
    require(list != NULL, "what was looked up is freed");
}

int stub_socket(int family, int type, int protocol)
{
    require(family == AF_INET && type == SOCK_STREAM && protocol == 0, "a socket");
    require(!server.open, "one at a time");
    server.open = true;
    return FD;
}

int stub_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    require(fd == FD && address && len, "a connection");
    called();
    errno = EINPROGRESS;
    return -1;
}

int stub_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
    (void)level;
    (void)option;
    require(fd == FD && value && len, "an option");
    return 0;
}

int stub_getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
    (void)level;
    (void)option;
    require(fd == FD && *len == sizeof(int), "an option");
    *(int *)value = 0;
    return 0;
}

int stub_getsockname(int fd, struct sockaddr *address, socklen_t *len)
{
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(0x7f000001)};
    require(fd == FD && *len >= sizeof in, "room for an address");
    memcpy(address, &in, sizeof in);
    *len = sizeof in;
    return 0;
}

int stub_fcntl(int fd, int what, ...)
{
    (void)what;
    require(fd == FD, "of our socket");
    return 0;
}

int stub_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    require(count == 1 && fds->fd == FD && timeout > 0, "a wait that ends");
    called();
    bool again = false;
    if (fds->events == POLLOUT)
        return 1;
    if (!server.stalled && (advance(&again) || again))
        return 1;
    if (peek() == STUB_MOMENT && timeout > MOMENT_MS) {
        server.at++;
        server.now += MOMENT_MS;
        return 1;
    }
    server.now += timeout;
    return 0;
}

ssize_t stub_recv(int fd, void *out, size_t size, int flags)
{
    require(fd == FD && flags == 0 && !server.session, "no clear text after TLS");
    called();
    return say(out, size);
}

ssize_t stub_send(int fd, const void *bytes, size_t len, int flags)
{
    require(fd == FD && flags == MSG_NOSIGNAL && !server.session,
            "no clear text after TLS");
    called();
    return hear(bytes, len);
}

int stub_close(int fd)
{
    require(fd == FD && server.open, "closed once");
    server.open = false;
    return 0;
}

int stub_clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    now->tv_sec = server.now / 1000;
    now->tv_nsec = server.now % 1000 * 1000000;
    return 0;
}

/* --- TLS --- */

static SSL *the_session(void)
{
    static char session;
    return (SSL *)(void *)&session;
}

SSL *tls_session_new(const struct tls_trust *trust, const char *host,
                     enum tls_demand demand, int fd)
{
    (void)trust;
    require(*host && fd == FD && demand == TLS_OF_HOST, "TLS with somebody");
    require(!server.session, "TLS once");
    server.session = true;
    return the_session();
}

void tls_fault(const SSL *session, char *out, size_t size)
{
    require(session == the_session(), "the session");
    snprintf(out, size, "the handshake failed");
}

int stub_do_handshake(SSL *);
int stub_read_ex(SSL *, void *, size_t, size_t *);
int stub_write_ex(SSL *, const void *, size_t, size_t *);
int stub_get_error(const SSL *, int);
int stub_pending(const SSL *);
int stub_shutdown(SSL *);
void stub_free(SSL *);

/* Fails if something stands before it in the script: that is not of a handshake. */
int stub_do_handshake(SSL *session)
{
    bool again;
    require(session == the_session(), "the session");
    called();
    advance(&again);
    if (peek() == STUB_TLS && !server.record.has_tls) {
        server.at++;
        server.record.has_tls = true;
        server.record.tls_from = server.record.heard_len;
        return 1;
    }
    bool waits =
        again || server.stalled || peek() == STUB_PAUSE || peek() == STUB_MOMENT;
    server.error = waits ? SSL_ERROR_WANT_READ : SSL_ERROR_SSL;
    return -1;
}

static int result_of(ssize_t n, size_t *len)
{
    *len = n > 0 ? (size_t)n : 0;
    if (n > 0)
        return 1;
    server.error = n < 0 && errno == EAGAIN ? SSL_ERROR_WANT_READ : SSL_ERROR_SSL;
    return 0;
}

int stub_read_ex(SSL *session, void *out, size_t size, size_t *len)
{
    require(session == the_session() && server.record.has_tls, "TLS was agreed on");
    called();
    return result_of(say(out, size), len);
}

int stub_write_ex(SSL *session, const void *bytes, size_t size, size_t *len)
{
    require(session == the_session() && server.record.has_tls, "TLS was agreed on");
    called();
    return result_of(hear(bytes, size), len);
}

int stub_get_error(const SSL *session, int result)
{
    require(session == the_session() && result <= 0, "an error");
    return server.error;
}

int stub_pending(const SSL *session)
{
    require(session == the_session(), "the session");
    return 0;
}

int stub_shutdown(SSL *session)
{
    require(session == the_session(), "the session");
    return 0;
}

void stub_free(SSL *session)
{
    require(session == the_session() && server.session, "freed once");
    server.session = false;
}
