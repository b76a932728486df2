/* SPDX-License-Identifier: BSD-2-Clause */
/* Postfix's socketmap: netstrings "map key", answered by "OK data", "NOTFOUND " and the
 * like. The map ehlo.NAME says what the listener NAME must not offer to a client. */
#include "netstring.h"
#include "policy.h"
#include "protocols.h"
#include "runtime.h"

enum { REQUEST_MOST = 1024 };

static void reply(struct connection *c, const char *text)
{
    netstring_reply(c, span_of(text));
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

static void look_up(struct connection *c, struct span map, struct span key)
{
    static const char ehlo[] = "ehlo.";
    if (map.len > sizeof ehlo - 1 && memcmp(map.ptr, ehlo, sizeof ehlo - 1) == 0)
        look_up_ehlo(c, span_cut(map, sizeof ehlo - 1, map.len), key);
    else
        reply(c, "PERM there is no such map");
}

static size_t message(struct connection *c, struct span input)
{
    return netstring_take(c, input, REQUEST_MOST, look_up);
}

const struct protocol protocol_socketmap = {
    .name = "socketmap",
    .input_most = REQUEST_MOST + NETSTRING_FRAME,
    .message = message,
};
