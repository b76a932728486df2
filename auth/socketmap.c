/* SPDX-License-Identifier: BSD-2-Clause */
/* Postfix's socketmap: netstrings "map key", answered by "OK data", "NOTFOUND " and the
 * like. The map ehlo.NAME says what the listener NAME must not offer to a client. */
#include <stdio.h>

#include "ascii.h"
#include "policy.h"
#include "protocols.h"
#include "runtime.h"

enum { REQUEST_MOST = 1024, DIGITS_MOST = 5 };

static void reply(struct connection *c, const char *text)
{
    connection_printf(c, "%zu:%s,", strlen(text), text);
}

/* Sendmail writes IPv6:2001:db8::1. */
static struct ipaddr read_client(struct span key)
{
    static const char tag[] = "IPv6:";
    struct ipaddr client = {.family = IP_UNKNOWN};
    if (key.len > sizeof tag - 1 && memcmp(key.ptr, tag, sizeof tag - 1) == 0)
        key = span_cut(key, sizeof tag - 1, key.len);
    if (!ipaddr_parse(key, &client))
        client.family = IP_UNKNOWN;
    return client;
}

/* May this client log in at that listener, as far as it can be told without a login? */
static void look_up_ehlo(struct connection *c, struct span daemon_name, struct span key)
{
    struct policy policy;
    struct verdict verdict;
    const struct txn txn = {.client = read_client(key),
                            .daemon_name = daemon_name,
                            .unknown = TXN_NO_PORT | TXN_NO_TLS | TXN_NO_LOGIN};
    struct edition *edition = runtime_pin();
    policy_login(edition->snapshot, &txn, &policy, &verdict, NULL);
    enum verdict_kind kind = verdict.kind;
    runtime_unpin(&edition);
    reply(c, kind == VERDICT_PASS     ? "NOTFOUND "
             : kind == VERDICT_REFUSE ? "OK auth"
                                      : "TEMP try again");
}

static void look_up(struct connection *c, struct span request)
{
    static const char ehlo[] = "ehlo.";
    const char *space = memchr(request.ptr, ' ', request.len);
    size_t len = space ? (size_t)(space - request.ptr) : 0;
    struct span map = span_cut(request, 0, len), key = {NULL, 0};
    if (space)
        key = span_cut(request, len + 1, request.len);
    if (map.len > sizeof ehlo - 1 && memcmp(map.ptr, ehlo, sizeof ehlo - 1) == 0)
        look_up_ehlo(c, span_cut(map, sizeof ehlo - 1, map.len), key);
    else
        reply(c, "PERM there is no such map");
}

/* Length of "123:", with the number in *len. 0: not whole; -1: none at all. */
static int read_length(struct span input, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < input.len && i <= DIGITS_MOST; i++) {
        if (input.ptr[i] == ':' && i > 0)
            return *len <= REQUEST_MOST ? (int)i + 1 : -1;
        if (!ascii_is_digit(input.ptr[i]) || (i > 0 && input.ptr[0] == '0'))
            return -1;
        *len = *len * 10 + (size_t)(input.ptr[i] - '0');
    }
    return input.len > DIGITS_MOST ? -1 : 0;
}

static size_t message(struct connection *c, struct span input)
{
    size_t len;
    int head = read_length(input, &len);
    size_t whole = head > 0 ? (size_t)head + len + 1 : 0;
    if (head < 0 || (whole && input.len >= whole && input.ptr[whole - 1] != ',')) {
        connection_doom(c);
        return 0;
    }
    if (!whole || input.len < whole)
        return 0;
    look_up(c, span_cut(input, (size_t)head, (size_t)head + len));
    return whole;
}

const struct protocol protocol_socketmap = {
    .name = "socketmap",
    .input_most = REQUEST_MOST + 16,
    .message = message,
};
