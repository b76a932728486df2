/* SPDX-License-Identifier: BSD-2-Clause */
/* A password put before an IMAP server (RFC 3501, RFC 9051, RFC 4959, RFC 5530). */
#include <stdio.h>

#include "ascii.h"
#include "dialogue.h"

enum reply_kind { REPLY_OK, REPLY_NO, REPLY_GO_ON };

struct imap {
    struct dialogue *d;
    unsigned tag;
    bool starttls, plain, initial_response, login_disabled;
};

struct imap_reply {
    enum reply_kind kind;
    struct span text; /* without the tag */
};

static void note_offer(struct imap *imap, struct span rest)
{
    struct span word;
    while ((word = dialogue_word(&rest)).len > 0) {
        if (dialogue_is(word, "STARTTLS"))
            imap->starttls = true;
        if (dialogue_is(word, "AUTH=PLAIN"))
            imap->plain = true;
        if (dialogue_is(word, "SASL-IR"))
            imap->initial_response = true;
        if (dialogue_is(word, "LOGINDISABLED"))
            imap->login_disabled = true;
    }
}

/* Only the reply to our CAPABILITY command counts (offers). A literal could hold what
 * looks like our tag; before a login there is no need of one. */
static bool skip_untagged(struct imap *imap, struct span line, bool offers)
{
    struct span rest = line;
    dialogue_word(&rest);
    struct span word = dialogue_word(&rest);
    if (dialogue_is(word, "BYE") || line.ptr[line.len - 1] == '}')
        return dialogue_answer(imap->d, TARGET_UNTOLD, line);
    if (offers && dialogue_is(word, "CAPABILITY"))
        note_offer(imap, rest);
    return true;
}

static bool tagged(struct imap *imap, struct span line, struct imap_reply *reply)
{
    char tag[16];
    struct span rest = line;
    snprintf(tag, sizeof tag, "a%u", imap->tag);
    struct span first = dialogue_word(&rest);
    if (first.ptr != line.ptr || !span_equal(first, span_of(tag)) || rest.len < 2)
        return dialogue_untold(imap->d, "%s: the reply is not one of IMAP",
                               imap->d->step);
    reply->text = span_cut(rest, 1, rest.len);
    struct span word = dialogue_word(&rest);
    if (dialogue_is(word, "OK"))
        reply->kind = REPLY_OK;
    else if (dialogue_is(word, "NO"))
        reply->kind = REPLY_NO;
    else
        return dialogue_answer(imap->d, TARGET_UNTOLD, reply->text);
    return true;
}

/* Up to the tagged reply, or the server's wish to hear more. */
static bool read_reply(struct imap *imap, struct imap_reply *reply, bool offers)
{
    struct span line;
    for (;;) {
        if (!dialogue_read(imap->d, &line))
            return false;
        if (line.len > 1 && line.ptr[0] == '*' && line.ptr[1] == ' ') {
            if (!skip_untagged(imap, line, offers))
                return false;
            continue;
        }
        if (line.len == 0 || line.ptr[0] != '+')
            return tagged(imap, line, reply);
        *reply = (struct imap_reply){REPLY_GO_ON, line};
        return true;
    }
}

static bool expect(struct imap *imap, enum reply_kind kind, bool offers)
{
    struct imap_reply reply;
    if (!read_reply(imap, &reply, offers))
        return false;
    return reply.kind == kind || dialogue_answer(imap->d, TARGET_UNTOLD, reply.text);
}

static bool read_greeting(struct imap *imap)
{
    struct span line;
    imap->d->step = "greeting";
    if (!dialogue_read(imap->d, &line))
        return false;
    struct span rest = line;
    struct span star = dialogue_word(&rest);
    if (!dialogue_is(star, "*") || star.ptr != line.ptr ||
        !dialogue_is(dialogue_word(&rest), "OK"))
        return dialogue_answer(imap->d, TARGET_UNTOLD, line);
    return true;
}

static bool ask_offer(struct imap *imap)
{
    imap->starttls = imap->plain = imap->initial_response = false;
    imap->login_disabled = false;
    return dialogue_send(imap->d, "CAPABILITY", "a%u CAPABILITY\r\n", ++imap->tag) &&
           expect(imap, REPLY_OK, true);
}

static bool start_tls(struct imap *imap)
{
    if (!imap->starttls)
        return dialogue_untold(imap->d, "the server does not offer STARTTLS");
    return dialogue_send(imap->d, "STARTTLS", "a%u STARTTLS\r\n", ++imap->tag) &&
           expect(imap, REPLY_OK, false) && dialogue_secure(imap->d) && ask_offer(imap);
}

/* RFC 5530 3: what is no judgement on the password. */
static bool is_temporary(struct span text)
{
    static const char *const codes[] = {"[UNAVAILABLE",  "[INUSE",
                                        "[LIMIT",        "[SERVERBUG",
                                        "[CONTACTADMIN", "[PRIVACYREQUIRED"};
    dialogue_word(&text);
    struct span code = dialogue_word(&text);
    for (size_t i = 0; i < code.len; i++)
        if (code.ptr[i] == ']')
            code.len = i;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (dialogue_is(code, codes[i]))
            return true;
    return false;
}

static bool judge(struct imap *imap, const struct imap_reply *reply)
{
    enum target_answer answer = TARGET_UNTOLD;
    if (reply->kind == REPLY_OK)
        answer = TARGET_ACCEPTED;
    else if (reply->kind == REPLY_NO && !is_temporary(reply->text))
        answer = TARGET_REFUSED;
    return dialogue_answer(imap->d, answer, reply->text);
}

static bool last_reply(struct imap *imap)
{
    struct imap_reply reply;
    return read_reply(imap, &reply, false) && judge(imap, &reply);
}

static bool authenticate(struct imap *imap)
{
    static const char step[] = "AUTHENTICATE";
    struct dialogue *d = imap->d;
    imap->tag++;
    if (imap->initial_response)
        return dialogue_send(d, step, "a%u AUTHENTICATE PLAIN %s\r\n", imap->tag,
                             d->plain) &&
               last_reply(imap);
    return dialogue_send(d, step, "a%u AUTHENTICATE PLAIN\r\n", imap->tag) &&
           expect(imap, REPLY_GO_ON, false) &&
           dialogue_send(d, step, "%s\r\n", d->plain) && last_reply(imap);
}

/* A quoted string has seven bits. */
static bool needs_literal(const char *text)
{
    while (*text && !ascii_is_high(*text) && !ascii_is_control(*text))
        text++;
    return *text != '\0';
}

static void quote(const char *text, char out[DIALOGUE_COMMAND])
{
    *out++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *out++ = '\\';
        *out++ = *text;
    }
    *out++ = '"';
    *out = '\0';
}

/* Sends a string after what stands before it in its line. */
static bool send_string(struct imap *imap, const char *before, const char *text,
                        const char *after)
{
    char quoted[DIALOGUE_COMMAND];
    struct dialogue *d = imap->d;
    if (needs_literal(text))
        return dialogue_send(d, "LOGIN", "%s{%zu}\r\n", before, strlen(text)) &&
               expect(imap, REPLY_GO_ON, false) &&
               dialogue_send(d, "LOGIN", "%s%s", text, after);
    quote(text, quoted);
    bool sent = dialogue_send(d, "LOGIN", "%s%s%s", before, quoted, after);
    explicit_bzero(quoted, sizeof quoted);
    return sent;
}

static bool login(struct imap *imap)
{
    char before[32];
    snprintf(before, sizeof before, "a%u LOGIN ", ++imap->tag);
    return send_string(imap, before, imap->d->user, "") &&
           send_string(imap, " ", imap->d->password.ptr, "\r\n") && last_reply(imap);
}

static void run(struct dialogue *d)
{
    struct imap imap = {.d = d};
    if (!read_greeting(&imap) || !ask_offer(&imap))
        return;
    if (d->url->tls == TLS_STARTTLS && !start_tls(&imap))
        return;
    if (imap.plain)
        authenticate(&imap);
    else if (!imap.login_disabled)
        login(&imap);
    else
        dialogue_untold(d, "the server offers neither AUTH=PLAIN nor LOGIN");
}

const struct target_protocol target_protocol_imap = {.run = run,
                                                     .goodbye = "z LOGOUT\r\n"};
