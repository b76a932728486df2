/* SPDX-License-Identifier: BSD-2-Clause */
/* What is served at relay_socket: socketmap, with maps of credentials. */
#include <stdio.h>

#include "netstring.h"
#include "protocols.h"
#include "relaylogins.h"
#include "relaymaps.h"
#include "runtime.h"

struct map {
    const char *name; /* with a dot at its end: the name of a relay follows */
    relay_map *look_up;
};

/* A new map is one more line. */
static const struct map maps[] = {
    {"transport", relay_map_transport},
    {"tls.", relay_map_tls},
    {"no-login.", relay_map_no_login},
    {"password.", relay_map_password},
    {"password-of-all.", relay_map_password_of_all},
    {"reply.", relay_map_reply},
    {"ehlo.", relay_map_ehlo},
    {"gatepost_mode", relay_map_sendmail_mode},
    {"gatepost_authinfo", relay_map_sendmail_authinfo},
    {"gatepost_route", relay_map_sendmail_route},
};

static const struct map *find_map(struct span name, struct span *relay)
{
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        struct span known = span_of(maps[i].name);
        const bool has_relay = known.ptr[known.len - 1] == '.';
        if (name.len < known.len || memcmp(name.ptr, known.ptr, known.len) != 0)
            continue;
        *relay =
            has_relay ? span_cut(name, known.len, name.len) : (struct span){NULL, 0};
        if (has_relay || name.len == known.len)
            return &maps[i];
    }
    return NULL;
}

static void ask(struct relay_question *q)
{
    struct span relay;
    const struct map *map = find_map(q->map, &relay);
    if (!map) {
        relay_answer_denied(q, "no such map");
        return;
    }
    q->relay = relay.ptr ? relay_find(q->snapshot, relay) : NULL;
    if (!relay.ptr || q->relay) {
        map->look_up(q);
        return;
    }
    char reason[100];
    snprintf(reason, sizeof reason, "no relay %.*s",
             relay.len < 60 ? (int)relay.len : 60, relay.ptr);
    relay_answer_denied(q, reason);
}

/* A NUL, or no key at all: not from an MTA. */
static bool is_malformed(struct span map, struct span key)
{
    return !key.ptr || (map.len && memchr(map.ptr, '\0', map.len)) ||
           (key.len && memchr(key.ptr, '\0', key.len));
}

static void look_up(struct connection *c, struct span map, struct span key)
{
    struct relay_answer answer;
    if (is_malformed(map, key) || !c->own) {
        connection_doom(c);
        return;
    }
    answer.len = 0;
    answer.overflow = answer.later = false;
    struct edition *edition = runtime_pin();
    ask(&(struct relay_question){.snapshot = edition->snapshot,
                                 .edition = &edition,
                                 .connection = c,
                                 .client = c->own,
                                 .map = map,
                                 .key = key,
                                 .answer = &answer});
    runtime_unpin(&edition);
    if (answer.overflow)
        connection_doom(c);
    else if (!answer.later)
        netstring_reply(c, (struct span){answer.text, answer.len});
    explicit_bzero(answer.text, answer.len);
}

static void opened(struct connection *c)
{
    c->own = relay_client_come(c->fd);
}

static void closed(struct connection *c)
{
    struct relay_client *client = c->own;
    relay_logins_abandon(c);
    if (client)
        relay_logins_doubt(client);
    relay_client_go(&client);
}

static size_t message(struct connection *c, struct span input)
{
    return netstring_take(c, input, RELAY_REQUEST_MOST, look_up);
}

const struct protocol protocol_relay = {
    .name = "relay",
    .input_most = RELAY_REQUEST_MOST + NETSTRING_FRAME,
    .opened = opened,
    .closed = closed,
    .message = message,
};
