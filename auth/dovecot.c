/* SPDX-License-Identifier: BSD-2-Clause */
/* Dovecot's auth protocol, as its clients (Postfix, Exim) speak it. Lines of fields
 * separated by TAB. */
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ascii.h"
#include "base64.h"
#include "protocols.h"
#include "request.h"

/* Exim allows itself lines of 8192, Postfix continuations of 12288. */
enum { LINE_MOST = 16 * 1024, FIELDS_MOST = 64 };

/* What the client has told, in connection.state. */
enum { SAID_VERSION = 1, SAID_CPID = 2 };

static void opened(struct connection *c)
{
    unsigned char random[16];
    char cookie[33];
    if (RAND_bytes(random, sizeof random) != 1) {
        connection_doom(c);
        return;
    }
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(cookie + 2 * i, 3, "%02x", random[i]);
    connection_printf(c, "VERSION\t1\t2\n");
    for (const struct mechanism *m = mechanisms; m->name; m++)
        connection_printf(c, "MECH\t%s\t%s\n", m->name, m->flags);
    connection_printf(c, "SPID\t%ld\nCUID\t%lu\nCOOKIE\t%s\nDONE\n", (long)getpid(),
                      c->number, cookie);
}

/* --- fields --- */

static bool is_word(struct span field, const char *word)
{
    return span_equal(field, span_of(word));
}

/* The value of key=value; absent if it is another field. */
static struct span value_of(struct span field, const char *key)
{
    size_t len = strlen(key);
    if (field.len < len || memcmp(field.ptr, key, len) != 0)
        return (struct span){NULL, 0};
    return span_cut(field, len, field.len);
}

static size_t split(struct span line, struct span fields[FIELDS_MOST])
{
    size_t count = 0;
    for (;;) {
        const char *tab = memchr(line.ptr, '\t', line.len);
        size_t len = tab ? (size_t)(tab - line.ptr) : line.len;
        if (count == FIELDS_MOST)
            return 0;
        fields[count++] = span_cut(line, 0, len);
        if (!tab)
            return count;
        line = span_cut(line, len + 1, line.len);
    }
}

/* A number from 1 to 2^32 - 1, 0 if it is none. */
static unsigned long read_id(struct span text)
{
    unsigned long id = 0;
    if (text.len == 0 || text.len > 10)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return 0;
        id = id * 10 + (unsigned long)(text.ptr[i] - '0');
    }
    return id <= 0xffffffffUL ? id : 0;
}

static struct request *find(const struct connection *c, unsigned long id)
{
    struct request *r = c->requests;
    while (r && r->id != id)
        r = r->next;
    return r;
}

/* --- requests --- */

/* Hands one message of the client to the mechanism. Absent: there is none yet. */
static void take_message(struct request *r, struct span encoded)
{
    char message[LINE_MOST], text[128];
    const char *challenge = NULL;
    size_t len = 0;
    struct span decoded = {NULL, 0};
    if (encoded.ptr && !base64_decode(encoded, message, &len)) {
        attempt_malformed(&r->attempt, "this is not base64");
        request_run(r);
        return;
    }
    if (encoded.ptr)
        decoded = (struct span){message, len};
    enum mechanism_step step =
        r->mechanism->step(&r->attempt, &r->mechanism_state, decoded, &challenge);
    explicit_bzero(message, len);
    if (step == MECHANISM_DONE) {
        request_run(r);
        return;
    }
    base64_encode(span_of(challenge), text);
    connection_printf(r->connection, "CONT\t%lu\t%s\n", r->id, text);
}

struct seen {
    bool service, rip, secured;
};

/* Once is enough: two of them would let one speak for the other. */
static void once(struct attempt *a, bool *seen)
{
    if (*seen)
        attempt_malformed(a, "a field of the request is given twice");
    *seen = true;
}

/* Fields that are not known are no error: newer clients send more. */
static void read_field(struct attempt *a, struct span field, struct seen *seen)
{
    struct span service = value_of(field, "service="), rip = value_of(field, "rip=");
    if (service.ptr) {
        once(a, &seen->service);
        attempt_set_service(a, service);
    } else if (rip.ptr) {
        once(a, &seen->rip);
        if (!ipaddr_parse(rip, &a->client))
            a->client = (struct ipaddr){.family = IP_UNKNOWN};
    } else if (is_word(field, "secured") || is_word(field, "secured=tls")) {
        once(a, &seen->secured);
        a->tls = true;
    }
}

/* AUTH id mechanism field... [resp=...] */
static void auth(struct connection *c, const struct span *fields, size_t count)
{
    struct seen seen = {false};
    struct span response = {NULL, 0};
    unsigned long id = count > 2 ? read_id(fields[1]) : 0;
    if (id == 0 || find(c, id)) {
        connection_doom(c);
        return;
    }
    struct request *r = request_new(c);
    if (!r) { /* too many: ending the connection is "try again" to the client */
        connection_doom(c);
        return;
    }
    r->id = id;
    r->attempt.unknown = TXN_NO_PORT;
    r->mechanism = mechanism_find(fields[2]);
    for (size_t i = 3; i < count; i++) {
        response = value_of(fields[i], "resp=");
        if (response.ptr && i + 1 < count)
            attempt_malformed(&r->attempt, "fields behind the response");
        if (!response.ptr)
            read_field(&r->attempt, fields[i], &seen);
    }
    if (!r->mechanism) {
        attempt_malformed(&r->attempt, "this mechanism was not offered");
        request_run(r);
        return;
    }
    r->attempt.mechanism = r->mechanism->name;
    /* Exim may send an empty one where there is none. */
    if (span_empty(response))
        response.ptr = NULL;
    take_message(r, response);
}

static void cont(struct connection *c, const struct span *fields, size_t count)
{
    unsigned long id = count == 3 ? read_id(fields[1]) : 0;
    struct request *r = id ? find(c, id) : NULL;
    if (id == 0 || (r && r->state != REQUEST_UNFINISHED))
        connection_doom(c);
    else if (r)
        take_message(r, fields[2]);
    else /* it took too long, and was forgotten */
        connection_printf(c, "FAIL\t%lu\tuser=?\n", id);
}

static void cancel(struct connection *c, const struct span *fields, size_t count)
{
    unsigned long id = count == 2 ? read_id(fields[1]) : 0;
    struct request *r = id ? find(c, id) : NULL;
    if (r && r->state == REQUEST_UNFINISHED)
        request_cancel(r);
    else if (id == 0)
        connection_doom(c);
}

static void version(struct connection *c, const struct span *fields, size_t count)
{
    if (count != 3 || !is_word(fields[1], "1") || c->state != 0)
        connection_doom(c);
    c->state |= SAID_VERSION;
}

static void take_line(struct connection *c, struct span line)
{
    struct span fields[FIELDS_MOST];
    size_t count = memchr(line.ptr, '\0', line.len) ? 0 : split(line, fields);
    bool greeted = c->state == (SAID_VERSION | SAID_CPID);
    if (count && is_word(fields[0], "VERSION"))
        version(c, fields, count);
    else if (count == 2 && is_word(fields[0], "CPID") && c->state == SAID_VERSION &&
             read_id(fields[1]))
        c->state |= SAID_CPID;
    else if (count && greeted && is_word(fields[0], "AUTH"))
        auth(c, fields, count);
    else if (count && greeted && is_word(fields[0], "CONT"))
        cont(c, fields, count);
    else if (count && greeted && is_word(fields[0], "CANCEL"))
        cancel(c, fields, count);
    else
        connection_doom(c);
}

static size_t message(struct connection *c, struct span input)
{
    const char *newline = memchr(input.ptr, '\n', input.len);
    if (!newline)
        return 0;
    size_t len = (size_t)(newline - input.ptr);
    take_line(c, span_cut(input, 0, len));
    return len + 1;
}

/* A FAIL would be permanent to Postfix whatever it says: "try again" is the end of the
 * connection. A reason would be shown to the client. */
static void answer(struct connection *c, const struct request *r)
{
    struct span login = attempt_login(&r->attempt);
    switch (r->attempt.verdict.kind) {
    case VERDICT_PASS:
        connection_printf(c, "OK\t%lu\tuser=%.*s\n", r->id, (int)login.len, login.ptr);
        return;
    case VERDICT_REFUSE:
        connection_printf(c, "FAIL\t%lu\tuser=%.*s\n", r->id,
                          login.ptr ? (int)login.len : 1, login.ptr ? login.ptr : "?");
        return;
    case VERDICT_DEFER:
        break;
    }
    connection_doom(c);
}

const struct protocol protocol_dovecot = {
    .name = "dovecot",
    .input_most = LINE_MOST,
    .opened = opened,
    .message = message,
    .answer = answer,
};
