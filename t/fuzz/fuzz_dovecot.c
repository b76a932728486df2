/* SPDX-License-Identifier: BSD-2-Clause */
/* Dovecot's auth protocol as MTAs, or somebody in their place, might speak it. A reader
 * of our own follows what was asked; what is answered must fit. */
#include "login_driver.h"
#include "protocols.h"
#include "reference.h"
#include "request.h"

#include <strings.h>

enum { ASKED_MOST = 80, MESSAGES_MOST = 3, MESSAGE_MOST = 16 * 1024 };

struct asked {
    bool live;
    unsigned long id;
    bool plain, login;
    bool wrong; /* it must not pass, whatever else it has */
    bool tls;
    char service[300], client[300];
    bool has_service, has_client;
    size_t count;
    struct sent_message {
        size_t len;
        char bytes[MESSAGE_MOST];
    } * messages[MESSAGES_MOST];
};

static struct model {
    struct asked asked[ASKED_MOST];
    bool must_end;   /* the message that was just read is none */
    size_t greeting; /* lines of it */
    bool greeted;
} models[STUB_CONNECTIONS];

/* --- what was asked --- */

static void forget(struct asked *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->messages[i]);
    *a = (struct asked){0};
}

static struct asked *find(struct model *m, unsigned long id)
{
    for (size_t i = 0; i < ASKED_MOST; i++)
        if (m->asked[i].live && m->asked[i].id == id)
            return &m->asked[i];
    return NULL;
}

/* 0: no number from 1 to 2^32 - 1. */
static unsigned long read_id(struct span text)
{
    unsigned long long id = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i >= 10)
            return 0;
        id = id * 10 + (unsigned long long)(text.ptr[i] - '0');
    }
    return id < 1ULL << 32 ? (unsigned long)id : 0;
}

static void add_message(struct asked *a, struct span encoded)
{
    if (a->count == MESSAGES_MOST) {
        a->wrong = true;
        return;
    }
    struct sent_message *message = calloc(1, sizeof *message);
    if (!message)
        abort();
    a->messages[a->count++] = message;
    if (encoded.len > MESSAGE_MOST ||
        !reference_base64(encoded, message->bytes, &message->len))
        a->wrong = true;
}

static bool takes(struct span *field, const char *key)
{
    size_t len = strlen(key);
    if (field->len < len || memcmp(field->ptr, key, len) != 0)
        return false;
    *field = span_cut(*field, len, field->len);
    return true;
}

static void keep(struct asked *a, char out[300], bool *has, struct span value)
{
    if (*has || value.len >= 300) /* twice, or too long */
        a->wrong = true;
    else
        memcpy(out, value.ptr, value.len);
    *has = true;
}

static void note_field(struct asked *a, struct span field, bool is_last)
{
    if (takes(&field, "resp=")) {
        a->wrong = a->wrong || !is_last;
        if (field.len > 0 && is_last)
            add_message(a, field);
    } else if (takes(&field, "service=")) {
        keep(a, a->service, &a->has_service, field);
    } else if (takes(&field, "rip=")) {
        keep(a, a->client, &a->has_client, field);
    } else if (span_equal(field, span_of("secured")) ||
               span_equal(field, span_of("secured=tls"))) {
        a->wrong = a->wrong || a->tls;
        a->tls = true;
    }
}

static void note_auth(struct model *m, struct span rest)
{
    struct asked *a = NULL;
    unsigned long id = read_id(fuzz_take_until(&rest, '\t'));
    for (size_t i = 0; i < ASKED_MOST && !a; i++)
        a = m->asked[i].live ? NULL : &m->asked[i];
    require(a, "so many at once are not taken");
    m->must_end = id == 0 || find(m, id) != NULL;
    if (m->must_end)
        return;
    struct span mechanism = fuzz_take_until(&rest, '\t');
    *a = (struct asked){.live = true, .id = id};
    a->plain = mechanism.len == 5 && strncasecmp(mechanism.ptr, "PLAIN", 5) == 0;
    a->login = mechanism.len == 5 && strncasecmp(mechanism.ptr, "LOGIN", 5) == 0;
    while (rest.len > 0) {
        bool is_last = !memchr(rest.ptr, '\t', rest.len);
        note_field(a, fuzz_take_until(&rest, '\t'), is_last);
    }
}

static void note_line(struct model *m, struct span line)
{
    struct span rest = line, word = fuzz_take_until(&rest, '\t');
    if (span_equal(word, span_of("AUTH"))) {
        note_auth(m, rest);
    } else if (span_equal(word, span_of("CONT"))) {
        struct asked *a = find(m, read_id(fuzz_take_until(&rest, '\t')));
        if (a)
            add_message(a, rest);
    }
}

/* --- what is answered --- */

static struct span text_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static bool has_name_and_password(const struct asked *a, struct login_claim *c)
{
    if (a->wrong || a->count == 0)
        return false;
    struct span first = {a->messages[0]->bytes, a->messages[0]->len};
    if (a->login) {
        c->name = first;
        if (a->count == 2)
            c->password = (struct span){a->messages[1]->bytes, a->messages[1]->len};
        return a->count == 2;
    }
    struct span as = fuzz_take_until(&first, '\0');
    c->name = fuzz_take_until(&first, '\0');
    c->password = first;
    return a->plain && a->count == 1 && (as.len == 0 || span_equal(as, c->name));
}

static void check_ok(const struct asked *a, struct span rest)
{
    struct login_claim claim = {.service = text_of(a->service),
                                .client = text_of(a->client),
                                .tls = a->tls,
                                .tells_tls = true};
    require(takes(&rest, "user=") && rest.len > 0, "OK has a user");
    require(!memchr(rest.ptr, '\t', rest.len), "and nothing else");
    require(has_name_and_password(a, &claim), "OK only to a name and a password");
    require(login_may_pass(&claim, rest), "OK only to the right ones, and their name");
}

static void check_fail(struct span rest)
{
    require(takes(&rest, "user="), "user= on every FAIL");
    require(rest.len > 0, "and a name");
}

static void check_cont(const struct asked *a, struct span rest)
{
    char challenge[200];
    size_t len;
    require(rest.len < sizeof challenge && reference_base64(rest, challenge, &len),
            "a challenge is base64");
    require(a->plain || a->login, "a mechanism that is known goes on");
}

static void check_line(struct model *m, struct span line)
{
    struct span rest = line, word = fuzz_take_until(&rest, '\t');
    for (size_t i = 0; i < line.len; i++)
        require(line.ptr[i] == '\t' || !ascii_is_control(line.ptr[i]),
                "no control characters in a line");
    if (!m->greeted) {
        static const char *const words[] = {"VERSION", "MECH",   "MECH", "SPID",
                                            "CUID",    "COOKIE", "DONE"};
        require(span_equal(word, span_of(words[m->greeting])), "the greeting");
        m->greeted = ++m->greeting == sizeof words / sizeof *words;
        return;
    }
    struct asked *a = find(m, read_id(fuzz_take_until(&rest, '\t')));
    if (span_equal(word, span_of("FAIL")))
        check_fail(rest);
    if (span_equal(word, span_of("FAIL")) && !a)
        return; /* to a CONT that comes too late */
    require(a, "an answer to what was asked, and not answered");
    if (span_equal(word, span_of("CONT"))) {
        check_cont(a, rest);
        return;
    }
    if (span_equal(word, span_of("OK")))
        check_ok(a, rest);
    else
        require(span_equal(word, span_of("FAIL")), "OK, FAIL or CONT");
    forget(a);
}

static void written(unsigned slot, struct span bytes)
{
    while (bytes.len > 0) {
        require(memchr(bytes.ptr, '\n', bytes.len), "whole lines are written");
        check_line(&models[slot], fuzz_take_until(&bytes, '\n'));
    }
}

/* --- the connection --- */

/* Those that the daemon has forgotten are forgotten here. */
static void compare_requests(unsigned slot)
{
    const struct connection *c = stub_connection(slot);
    struct model *m = &models[slot];
    for (size_t i = 0; c && !c->doomed && i < ASKED_MOST; i++) {
        const struct request *r = c->requests;
        while (r && r->id != m->asked[i].id)
            r = r->next;
        if (m->asked[i].live && !r)
            forget(&m->asked[i]);
    }
}

static void before(unsigned slot, struct span input)
{
    struct span rest = input;
    compare_requests(slot);
    models[slot].must_end = false;
    if (memchr(input.ptr, '\n', input.len))
        note_line(&models[slot], fuzz_take_until(&rest, '\n'));
}

static void after(unsigned slot, struct span input, size_t consumed)
{
    const char *newline = memchr(input.ptr, '\n', input.len);
    size_t whole = newline ? (size_t)(newline - input.ptr) + 1 : 0;
    require(consumed == whole, "a line at a time");
    if (models[slot].must_end)
        require(stub_connection(slot)->doomed,
                "what is no request ends the connection");
}

static void closed(unsigned slot)
{
    for (size_t i = 0; i < ASKED_MOST; i++)
        forget(&models[slot].asked[i]);
    models[slot] = (struct model){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stub_watch watch = {before, after, written, closed};
    login_driver_run(data, size, &protocol_dovecot, &watch);
    return 0;
}
