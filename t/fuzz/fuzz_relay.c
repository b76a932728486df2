/* SPDX-License-Identifier: BSD-2-Clause */
/* What is served at relay_socket: its framing, and whether any relay host could have
 * Postfix send without authentication where that is required.
 *
 * The first byte of an input chooses: 0x80, what a client sends follows, and each of
 * its other bits is how a try to log in ends; otherwise what a relay host says, line by
 * line, in one session after the other, and the rest of that byte by three which
 * nexthop it is, and by six whether Postfix asks before each session how to encrypt it.
 * There 0xf8 is the daemon's end and new start, and 0xf9 the host hanging up. */
#include "config.h"
#include "fuzz.h"
#include "model_postfix.h"
#include "protocols.h"
#include "relaytry.h"
#include "runtime.h"
#include "stub_connection.h"
#include "stub_relaytry.h"

enum { ANSWER_SIZE = 65536, SESSIONS_MOST = 64 };

#define SECRET "Hush7-hush8"

static const char configuration[] =
    "relay_socket = \"/tmp/relay\"\n"
    "relay \"host\" { hosts = { \"[mx.example.net]:587\" } account = \"me\""
    " password = \"" SECRET "\" }\n"
    "relay \"domain\" { hosts = { \"example.org\" } account = \"me\""
    " password = \"" SECRET "\" tls = require }\n"
    "relay \"sender\" { hosts = { \"[b.example.net]\" } senders = { \"*@x.example\" }"
    " authentication = enabled account = \"me\" password = \"" SECRET "\" }\n"
    "relay \"none\" { hosts = { \"[c.example.net]\" } authentication = disabled }\n";

static struct {
    char answer[ANSWER_SIZE]; /* the last one */
    bool answered;
    bool for_password; /* what was asked last */
} client;

/* --- the connection --- */

static bool contains(struct span text, const char *word)
{
    return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

static void written(unsigned slot, struct span bytes)
{
    size_t len = 0, at = 0;
    (void)slot;
    for (; at < bytes.len && ascii_is_digit(bytes.ptr[at]); at++)
        len = len * 10 + (size_t)(bytes.ptr[at] - '0');
    require(at > 0 && at + len + 2 == bytes.len && bytes.ptr[at] == ':' &&
                bytes.ptr[bytes.len - 1] == ',',
            "a reply is a netstring");
    struct span text = span_cut(bytes, at + 1, bytes.len - 1);
    require(text.len < sizeof client.answer, "a reply is not longer than that");
    memcpy(client.answer, text.ptr, text.len);
    client.answer[text.len] = '\0';
    require(strncmp(client.answer, "OK ", 3) == 0 ||
                strncmp(client.answer, "TEMP ", 5) == 0 ||
                strcmp(client.answer, "NOTFOUND ") == 0,
            "a reply is one of three");
    require(client.for_password || !contains(text, SECRET), "who may have a password");
    client.answered = true;
}

static void before(unsigned slot, struct span input)
{
    const char *colon = memchr(input.ptr, ':', input.len);
    struct span rest = {colon, colon ? (size_t)(input.ptr + input.len - colon) : 0};
    (void)slot;
    client.for_password = rest.len > 10 && memcmp(rest.ptr, ":password.", 10) == 0;
    /* What repeats what was asked may well hold it. */
    client.for_password = client.for_password || contains(input, SECRET);
    client.answered = false;
}

static void after(unsigned slot, struct span input, size_t consumed)
{
    (void)slot;
    (void)input;
    const struct connection *c = stub_connection(0);
    require(client.answered == (consumed > 0 && !c->doomed && !c->awaiting),
            "each request has its answer");
}

static void closed(unsigned slot)
{
    (void)slot;
}

static const struct stub_watch watch = {before, after, written, closed};

static void load(void)
{
    struct diag diag = {0};
    struct snapshot *s = config_load_text(configuration, sizeof configuration - 1,
                                          "relay.conf", SECRETS_KEEP, &diag);
    if (!s)
        fprintf(stderr, "line %u: %s\n", diag.items[0].line, diag.items[0].message);
    require(s, "the configuration of this test loads");
    diag_clear(&diag);
    runtime_publish(s);
}

/* --- Postfix --- */

struct host {
    struct span said;
    const char *relay;
};

static void restart(void)
{
    stub_hang_up(0);
    stub_open(0, &protocol_relay, &watch);
}

static bool read_line(void *context, char line[POSTFIX_LINE + 1])
{
    struct host *host = context;
    size_t len = 0;
    bool any = false;
    while (host->said.len > 0) {
        const char c = host->said.ptr[0];
        host->said = span_cut(host->said, 1, host->said.len);
        if (c == '\xf8')
            restart();
        else if (c == '\xf9')
            return false;
        else if (c == '\n')
            break;
        else if (len < POSTFIX_LINE)
            line[len++] = c;
        any = true;
    }
    line[len] = '\0';
    return any || host->said.len > 0;
}

static const char *look_up(void *context, const char *map, const char *key)
{
    const struct host *host = context;
    char text[ANSWER_SIZE], request[ANSWER_SIZE + 16];
    int len = snprintf(text, sizeof text, "%.*s%s %s", (int)strcspn(map, "N"), map,
                       host->relay, key);
    int whole = snprintf(request, sizeof request, "%d:%s,", len, text);
    stub_feed(0, (struct span){request, (size_t)whole});
    require(stub_connection(0) && client.answered, "Postfix is answered");
    return client.answer;
}

/* Of the nexthops the last is one that the relay had before a reload, and whose TLS
 * policy Postfix has kept. */
static void deliver(struct host *host, unsigned choice, bool asks)
{
    static const char *const nexthops[] = {"[mx.example.net]:587", "example.org",
                                           "old.example"};
    const struct postfix postfix = {
        .read_line = read_line,
        .look_up = look_up,
        .context = host,
        .host = choice ? "mx1.example.com" : "mx.example.net",
        .nexthop = nexthops[choice],
    };
    host->relay = choice ? "domain" : "host";
    for (unsigned i = 0; i < SESSIONS_MOST && host->said.len > 0; i++) {
        if (asks)
            look_up(host, "tls.NAME", nexthops[choice]);
        require(postfix_deliver(&postfix) != POSTFIX_SENT_WITHOUT,
                "nothing is sent without authentication");
    }
}

/* --- Sendmail --- */

/* Whatever a host says to our login, in which words ever. */
static void end_tries(unsigned choice, struct span words)
{
    char fault[RELAY_TRY_WORDS];
    snprintf(fault, sizeof fault, "%.*s", (int)(words.len < 300 ? words.len : 300),
             words.len ? words.ptr : "");
    client.for_password = true; /* the words may hold all that was asked */
    for (unsigned i = 0; stub_end_try(choice >> i % 7 & 1 ? fault : NULL); i++)
        continue;
    require(!stub_connection(0) || !stub_connection(0)->awaiting,
            "what comes later comes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool loaded;
    if (!loaded)
        load();
    loaded = true;
    if (size == 0)
        return 0;
    struct span rest = fuzz_span(data + 1, size - 1);
    stub_open(0, &protocol_relay, &watch);
    if (data[0] & 0x80) {
        stub_feed(0, rest);
        end_tries(data[0], rest);
    } else {
        deliver(&(struct host){.said = rest}, data[0] % 3, data[0] / 3 % 2);
    }
    stub_hang_up(0);
    while (stub_end_try(NULL))
        continue;
    return 0;
}
