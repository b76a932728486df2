/* SPDX-License-Identifier: BSD-2-Clause */
/* A password put before a POP3 server (RFC 1939, RFC 2449, RFC 2595, RFC 5034). */
#include "dialogue.h"

/* What the server offers since its last reply to CAPA. */
struct offer {
    bool stls, plain, user;
};

enum reply_kind { REPLY_OK, REPLY_ERR, REPLY_GO_ON };

/* "+" alone may follow only AUTH. */
static bool read_reply(struct dialogue *d, enum reply_kind *kind, struct span *text)
{
    if (!dialogue_read(d, text))
        return false;
    struct span rest = *text;
    struct span word = dialogue_word(&rest);
    if (word.ptr != text->ptr)
        word.len = 0;
    if (dialogue_is(word, "+OK"))
        *kind = REPLY_OK;
    else if (dialogue_is(word, "-ERR"))
        *kind = REPLY_ERR;
    else if (dialogue_is(word, "+"))
        *kind = REPLY_GO_ON;
    else
        return dialogue_untold(d, "%s: the reply is not one of POP3", d->step);
    return true;
}

static bool expect(struct dialogue *d, enum reply_kind wanted)
{
    enum reply_kind kind = REPLY_ERR;
    struct span text;
    if (!read_reply(d, &kind, &text))
        return false;
    return kind == wanted || dialogue_answer(d, TARGET_UNTOLD, text);
}

static void note_offer(struct offer *offer, struct span line)
{
    struct span word = dialogue_word(&line);
    if (dialogue_is(word, "STLS"))
        offer->stls = true;
    if (dialogue_is(word, "USER"))
        offer->user = true;
    if (!dialogue_is(word, "SASL"))
        return;
    while ((word = dialogue_word(&line)).len > 0)
        if (dialogue_is(word, "PLAIN"))
            offer->plain = true;
}

/* A server that is too old for CAPA knows USER. */
static bool ask_offer(struct dialogue *d, struct offer *offer)
{
    enum reply_kind kind = REPLY_ERR;
    struct span line;
    *offer = (struct offer){0};
    if (!dialogue_send(d, "CAPA", "CAPA\r\n") || !read_reply(d, &kind, &line))
        return false;
    if (kind == REPLY_GO_ON)
        return dialogue_answer(d, TARGET_UNTOLD, line);
    if (kind == REPLY_ERR) {
        offer->user = true;
        return true;
    }
    for (;;) {
        if (!dialogue_read(d, &line))
            return false;
        if (dialogue_is(line, "."))
            return true;
        note_offer(offer, line);
    }
}

static bool start_tls(struct dialogue *d, struct offer *offer)
{
    if (!offer->stls)
        return dialogue_untold(d, "the server does not offer STLS");
    return dialogue_send(d, "STLS", "STLS\r\n") && expect(d, REPLY_OK) &&
           dialogue_secure(d) && ask_offer(d, offer);
}

/* RFC 2449 8, RFC 3206: what is no judgement on the password. */
static bool is_temporary(struct span text)
{
    static const char *const codes[] = {"[SYS/TEMP]", "[SYS/PERM]", "[IN-USE]",
                                        "[LOGIN-DELAY]"};
    dialogue_word(&text);
    struct span code = dialogue_word(&text);
    for (size_t i = 0; i < code.len; i++)
        if (code.ptr[i] == ']')
            code.len = i + 1;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (dialogue_is(code, codes[i]))
            return true;
    return false;
}

static bool judge(struct dialogue *d, enum reply_kind kind, struct span text)
{
    enum target_answer answer = TARGET_UNTOLD;
    if (kind == REPLY_OK)
        answer = TARGET_ACCEPTED;
    else if (kind == REPLY_ERR && !is_temporary(text))
        answer = TARGET_REFUSED;
    return dialogue_answer(d, answer, text);
}

static bool last_reply(struct dialogue *d)
{
    enum reply_kind kind = REPLY_ERR;
    struct span text;
    return read_reply(d, &kind, &text) && judge(d, kind, text);
}

/* Without an initial response: that came only with RFC 5034, and its lines are short.
 */
static bool auth_plain(struct dialogue *d)
{
    return dialogue_send(d, "AUTH PLAIN", "AUTH PLAIN\r\n") && expect(d, REPLY_GO_ON) &&
           dialogue_send(d, "AUTH PLAIN", "%s\r\n", d->plain) && last_reply(d);
}

static bool user_and_pass(struct dialogue *d)
{
    enum reply_kind kind = REPLY_ERR;
    struct span text;
    if (!dialogue_send(d, "USER", "USER %s\r\n", d->user) ||
        !read_reply(d, &kind, &text))
        return false;
    if (kind == REPLY_ERR)
        return judge(d, kind, text);
    if (kind != REPLY_OK)
        return dialogue_answer(d, TARGET_UNTOLD, text);
    return dialogue_send(d, "PASS", "PASS %s\r\n", d->password.ptr) && last_reply(d);
}

static void run(struct dialogue *d)
{
    struct offer offer;
    d->step = "greeting";
    if (!expect(d, REPLY_OK) || !ask_offer(d, &offer))
        return;
    if (d->url->tls == TLS_STARTTLS && !start_tls(d, &offer))
        return;
    if (offer.plain)
        auth_plain(d);
    else if (offer.user)
        user_and_pass(d);
    else
        dialogue_untold(d, "the server offers neither SASL PLAIN nor USER");
}

const struct target_protocol target_protocol_pop3 = {.run = run, .goodbye = "QUIT\r\n"};
