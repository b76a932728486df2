/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to an LDAP server over a channel. */
#include "ldap_session.h"

#include <errno.h>
#include <openldap.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/time.h>

#include "deadline.h"

/* Nobody listens there: should libldap ever want to connect by itself, it cannot. */
static const char nowhere[] = "ldapi://%2Fdev%2Fnull";

static int channel_setup(Sockbuf_IO_Desc *io, void *channel)
{
    io->sbiod_pvt = channel;
    return 0;
}

static int channel_remove(Sockbuf_IO_Desc *io)
{
    io->sbiod_pvt = NULL;
    return 0;
}

static int channel_control(Sockbuf_IO_Desc *io, int option, void *argument)
{
    (void)argument;
    return option == LBER_SB_OPT_DATA_READY && channel_has_more(io->sbiod_pvt);
}

static ber_slen_t channel_read(Sockbuf_IO_Desc *io, void *out, ber_len_t size)
{
    size_t len;
    bool good = channel_read_some(io->sbiod_pvt, out, size, &len);
    errno = good ? EAGAIN : EIO;
    return good && len > 0 ? (ber_slen_t)len : -1;
}

/* The bytes are those of libldap's request, a password among them: it does not look at
 * them again, and does not wipe them. */
static ber_slen_t channel_send(Sockbuf_IO_Desc *io, void *bytes, ber_len_t len)
{
    bool sent = channel_write(io->sbiod_pvt, (struct span){bytes, len});
    explicit_bzero(bytes, len);
    errno = EIO;
    return sent ? (ber_slen_t)len : -1;
}

static int channel_end(Sockbuf_IO_Desc *io)
{
    (void)io;
    return 0;
}

static Sockbuf_IO channel_io = {channel_setup, channel_remove, channel_control,
                                channel_read,  channel_send,   channel_end};

/* libldap reads its files and environment at the first handle, which is not safe in
 * two threads at once. */
static void initialize(void)
{
    LDAP *handle;
    if (ldap_create(&handle) == LDAP_SUCCESS)
        ldap_destroy(handle);
}

/* What ldap.conf, .ldaprc and the environment can set is set here again, or given with
 * each request, or is about connecting and TLS, which libldap does not do for us. */
static bool set_options(LDAP *handle)
{
    static const int version = LDAP_VERSION3, never = LDAP_DEREF_NEVER, none = 0;
    return ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version) == 0 &&
           ldap_set_option(handle, LDAP_OPT_DEREF, &never) == 0 &&
           ldap_set_option(handle, LDAP_OPT_SIZELIMIT, &none) == 0 &&
           ldap_set_option(handle, LDAP_OPT_TIMELIMIT, &none) == 0 &&
           ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == 0 &&
           ldap_set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_ON) == 0;
}

bool ldap_session_open(struct ldap_session *s, struct dialogue *d)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    Sockbuf *sockbuf = NULL;
    ber_len_t most = CHANNEL_TOTAL;
    *s = (struct ldap_session){.d = d};
    pthread_once(&once, initialize);
    if (ldap_init_fd(d->channel.fd, LDAP_PROTO_EXT, nowhere, &s->handle) != 0)
        return dialogue_untold(d, "libldap gives no handle");
    if (ldap_get_option(s->handle, LDAP_OPT_SOCKBUF, &sockbuf) != 0 ||
        ber_sockbuf_add_io(sockbuf, &channel_io, LBER_SBIOD_LEVEL_PROVIDER,
                           &d->channel) != 0 ||
        ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &most) != 1 ||
        !set_options(s->handle))
        return dialogue_untold(d, "libldap refuses an option");
    return true;
}

void ldap_session_close(struct ldap_session *s)
{
    if (s->handle)
        ldap_destroy(s->handle);
    s->handle = NULL;
}

static bool begin(struct ldap_session *s, const char *step)
{
    s->d->step = step;
    return channel_is_quiet(&s->d->channel) || dialogue_broken(s->d);
}

static struct timeval time_left(const struct ldap_session *s)
{
    int left = deadline_left(s->d->channel.deadline);
    return (struct timeval){left / 1000, left % 1000 * 1000};
}

/* Our own call failed, not what the server made of it. */
static bool call_failed(struct ldap_session *s, int rc)
{
    if (s->d->channel.fault[0])
        return dialogue_broken(s->d);
    return dialogue_untold(s->d, "%s: %s", s->d->step, ldap_err2string(rc));
}

/* The next message to that request: to be freed. NULL when the answer is given. */
static LDAPMessage *next_message(struct ldap_session *s, int request)
{
    struct timeval left = time_left(s);
    LDAPMessage *message = NULL;
    int rc = ldap_result(s->handle, request, LDAP_MSG_ONE, &left, &message);
    if (rc > 0)
        return message;
    ldap_msgfree(message);
    if (rc == 0)
        dialogue_untold(s->d, "%s: no answer in time", s->d->step);
    else
        call_failed(s, LDAP_PROTOCOL_ERROR);
    return NULL;
}

/* Takes the message. */
static bool take_result(struct ldap_session *s, LDAPMessage *message, int type)
{
    bool good = ldap_msgtype(message) == type &&
                ldap_parse_result(s->handle, message, &s->code, NULL, NULL, NULL, NULL,
                                  0) == LDAP_SUCCESS;
    ldap_msgfree(message);
    return good || call_failed(s, LDAP_PROTOCOL_ERROR);
}

static bool finish(struct ldap_session *s, int rc, int request, int type)
{
    if (rc != LDAP_SUCCESS)
        return call_failed(s, rc);
    LDAPMessage *message = next_message(s, request);
    return message && take_result(s, message, type);
}

bool ldap_session_start_tls(struct ldap_session *s)
{
    int request = 0;
    if (!begin(s, "StartTLS"))
        return false;
    int rc = ldap_extended_operation(s->handle, LDAP_EXOP_START_TLS, NULL, NULL, NULL,
                                     &request);
    if (!finish(s, rc, request, LDAP_RES_EXTENDED))
        return false;
    if (s->code != LDAP_SUCCESS)
        return ldap_session_answer(s, TARGET_UNTOLD);
    return dialogue_secure(s->d);
}

bool ldap_session_bind(struct ldap_session *s, const char *step, const char *dn,
                       struct span password)
{
    int request = 0;
    struct berval secret = {password.len, (char *)(uintptr_t)password.ptr};
    if (*dn == '\0' || password.len == 0)
        return dialogue_untold(s->d, "%s: no bind without a name and a password", step);
    if (!begin(s, step))
        return false;
    int rc =
        ldap_sasl_bind(s->handle, dn, LDAP_SASL_SIMPLE, &secret, NULL, NULL, &request);
    return finish(s, rc, request, LDAP_RES_BIND);
}

static bool keep_dn(struct ldap_session *s, LDAPMessage *entry)
{
    char *dn = ldap_get_dn(s->handle, entry);
    int n = dn ? snprintf(s->d->query, sizeof s->d->query, "%s", dn) : -1;
    ldap_memfree(dn);
    return (n > 0 && (size_t)n < sizeof s->d->query) ||
           dialogue_untold(s->d, "%s: an entry without a usable name", s->d->step);
}

/* References to other servers are left aside: some directories add them always. */
static bool take_entries(struct ldap_session *s, int request, unsigned *hits)
{
    while (*hits < 2) {
        LDAPMessage *message = next_message(s, request);
        if (!message)
            return false;
        int type = ldap_msgtype(message);
        if (type != LDAP_RES_SEARCH_ENTRY && type != LDAP_RES_SEARCH_REFERENCE)
            return take_result(s, message, LDAP_RES_SEARCH_RESULT);
        bool good = true;
        if (type == LDAP_RES_SEARCH_ENTRY && ++*hits == 1)
            good = keep_dn(s, message);
        ldap_msgfree(message);
        if (!good)
            return false;
    }
    s->code = LDAP_SUCCESS;
    return true;
}

bool ldap_session_search(struct ldap_session *s, unsigned *hits)
{
    static const int scopes[] = {
        [SEARCH_SUB] = LDAP_SCOPE_SUBTREE,
        [SEARCH_ONE] = LDAP_SCOPE_ONELEVEL,
        [SEARCH_BASE] = LDAP_SCOPE_BASE,
    };
    const struct target *target = s->d->target;
    char no_attributes[] = LDAP_NO_ATTRS;
    char *attributes[] = {no_attributes, NULL};
    struct timeval limit = time_left(s);
    int request = 0;
    limit.tv_sec++; /* none at all would mean that of ldap.conf */
    *hits = 0;
    if (!begin(s, "search"))
        return false;
    int rc =
        ldap_search_ext(s->handle, target->search_base, scopes[target->search_scope],
                        s->d->query, attributes, 0, NULL, NULL, &limit, 2, &request);
    if (rc != LDAP_SUCCESS)
        return call_failed(s, rc);
    return take_entries(s, request, hits);
}

bool ldap_session_compare(struct ldap_session *s, const char *dn, const char *attribute,
                          const char *value)
{
    int request = 0;
    struct berval wanted = {strlen(value), (char *)(uintptr_t)value};
    if (!begin(s, "group"))
        return false;
    int rc = ldap_compare_ext(s->handle, dn, attribute, &wanted, NULL, NULL, &request);
    return finish(s, rc, request, LDAP_RES_COMPARE);
}

bool ldap_session_answer(struct ldap_session *s, enum target_answer answer)
{
    struct dialogue *d = s->d;
    char *words = NULL;
    ldap_get_option(s->handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &words);
    snprintf(d->command, sizeof d->command, "%s: %s (%d)%s%s", d->step,
             ldap_err2string(s->code), s->code, words && *words ? ": " : "",
             words ? words : "");
    dialogue_answer(d, answer, span_of(d->command));
    ldap_memfree(words);
    return false;
}
