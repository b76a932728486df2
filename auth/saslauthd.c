/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol of Cyrus saslauthd: one request a connection, four fields (login,
 * password, service, realm), each a length of two bytes and that many bytes. */
#include "protocols.h"
#include "request.h"

enum { FIELDS = 4, FIELD_MOST = 1024, MESSAGE_MOST = FIELDS * (2 + FIELD_MOST) };

/* In connection.state, once the request was read: what comes behind it, a fifth field
 * of newer clients, is of no interest. */
enum { ASKED = 1 };

/* Returns the length of the field with its count; 0: not whole; more than
 * 2 + FIELD_MOST: too long. */
static size_t read_field(struct span input, struct span *field)
{
    if (input.len < 2)
        return 0;
    size_t len = ((size_t)(unsigned char)input.ptr[0] << 8) |
                 (size_t)(unsigned char)input.ptr[1];
    if (len > FIELD_MOST)
        return len + 2;
    if (input.len < len + 2)
        return 0;
    *field = span_cut(input, 2, len + 2);
    return len + 2;
}

/* u@dom comes as login u, realm dom. */
static void set_name(struct attempt *a, struct span login, struct span realm)
{
    char name[2 * FIELD_MOST + 1];
    size_t len = login.len;
    if (len)
        memcpy(name, login.ptr, len);
    if (realm.len) {
        name[len++] = '@';
        memcpy(name + len, realm.ptr, realm.len);
        len += realm.len;
    }
    attempt_set_name(a, (struct span){name, len});
}

static void ask(struct connection *c, const struct span fields[FIELDS])
{
    struct request *r = request_new(c);
    if (!r) {
        connection_doom(c);
        return;
    }
    struct attempt *a = &r->attempt;
    a->mechanism = "PLAIN";
    a->unknown = TXN_NO_PORT | TXN_NO_TLS | TXN_NO_CLIENT;
    set_name(a, fields[0], fields[3]);
    attempt_set_password(a, fields[1]);
    attempt_set_service(a, fields[2]);
    request_run(r);
}

static size_t message(struct connection *c, struct span input)
{
    struct span fields[FIELDS] = {{NULL, 0}};
    size_t at = 0;
    if (c->state == ASKED)
        return input.len;
    for (int i = 0; i < FIELDS; i++) {
        size_t n = read_field(span_cut(input, at, input.len), &fields[i]);
        if (n > FIELD_MOST + 2)
            connection_doom(c);
        if (n == 0 || n > FIELD_MOST + 2)
            return 0;
        at += n;
    }
    c->state = ASKED;
    ask(c, fields);
    return at;
}

/* No answer at all is "try again". */
static void answer(struct connection *c, const struct request *r)
{
    enum verdict_kind kind = r->attempt.verdict.kind;
    if (kind == VERDICT_PASS)
        connection_write(c, "\0\2OK", 4);
    else if (kind == VERDICT_REFUSE)
        connection_write(c, "\0\2NO", 4);
    connection_end(c);
}

const struct protocol protocol_saslauthd = {
    .name = "saslauthd",
    .input_most = MESSAGE_MOST + 1,
    .idle_seconds = 10,
    .message = message,
    .answer = answer,
};
