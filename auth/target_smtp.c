/* SPDX-License-Identifier: BSD-2-Clause */
/* A password put before an SMTP server (RFC 5321, RFC 4954, RFC 3207). */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "ascii.h"
#include "dialogue.h"

enum {
    SMTP_COMMAND = 512, /* RFC 5321 4.5.3.1.4, with its CR LF */
    SMTP_NAME = INET6_ADDRSTRLEN + sizeof "[IPv6:]",
};

/* What the server offers since its last reply to EHLO. */
struct offer {
    bool starttls, plain, login;
};

struct smtp_reply {
    int code;
    struct span text; /* its last line */
};

/* RFC 5321 4.2. */
static bool parse_line(struct span line, int *code, bool *last)
{
    if (line.len < 3 || line.ptr[0] < '2' || line.ptr[0] > '5' ||
        !ascii_is_digit(line.ptr[1]) || !ascii_is_digit(line.ptr[2]))
        return false;
    *code = (line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 + line.ptr[2] - '0';
    *last = line.len == 3 || line.ptr[3] == ' ';
    return *last || line.ptr[3] == '-';
}

/* `AUTH=PLAIN` is of a draft that never became a standard. */
static void note_offer(struct offer *offer, struct span line)
{
    struct span rest = span_cut(line, line.len > 3 ? 4 : line.len, line.len);
    struct span word = dialogue_word(&rest);
    if (dialogue_is(word, "STARTTLS"))
        offer->starttls = true;
    if (!dialogue_is(word, "AUTH"))
        return;
    while ((word = dialogue_word(&rest)).len > 0) {
        if (dialogue_is(word, "PLAIN"))
            offer->plain = true;
        if (dialogue_is(word, "LOGIN"))
            offer->login = true;
    }
}

/* offer may be NULL. The first line of a reply to EHLO is a name, not an offer. */
static bool read_reply(struct dialogue *d, struct smtp_reply *reply,
                       struct offer *offer)
{
    int code;
    bool last = false;
    for (unsigned i = 0; !last; i++) {
        if (!dialogue_read(d, &reply->text))
            return false;
        if (!parse_line(reply->text, &code, &last) || (i > 0 && code != reply->code))
            return dialogue_untold(d, "%s: the reply is not one of SMTP", d->step);
        reply->code = code;
        if (offer && i > 0)
            note_offer(offer, reply->text);
    }
    return true;
}

static bool expect(struct dialogue *d, int code, struct offer *offer)
{
    struct smtp_reply reply;
    if (!read_reply(d, &reply, offer))
        return false;
    return reply.code == code || dialogue_answer(d, TARGET_UNTOLD, reply.text);
}

/* Our address: it is a valid name wherever we run (RFC 5321 4.1.4). */
static void own_name(int fd, char out[SMTP_NAME])
{
    struct sockaddr_storage own = {0};
    char text[INET6_ADDRSTRLEN] = "127.0.0.1";
    socklen_t size = sizeof own;
    getsockname(fd, (struct sockaddr *)&own, &size);
    if (own.ss_family == AF_INET)
        inet_ntop(AF_INET, &((struct sockaddr_in *)&own)->sin_addr, text, sizeof text);
    else if (own.ss_family == AF_INET6)
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&own)->sin6_addr, text,
                  sizeof text);
    snprintf(out, SMTP_NAME, strchr(text, ':') ? "[IPv6:%s]" : "[%s]", text);
}

/* Nothing that was offered before counts any more (RFC 3207 4.2). */
static bool greet(struct dialogue *d, struct offer *offer)
{
    char name[SMTP_NAME];
    *offer = (struct offer){0};
    own_name(d->channel.fd, name);
    return dialogue_send(d, "EHLO", "EHLO %s\r\n", name) && expect(d, 250, offer);
}

static bool start_tls(struct dialogue *d, struct offer *offer)
{
    if (!offer->starttls)
        return dialogue_untold(d, "the server does not offer STARTTLS");
    return dialogue_send(d, "STARTTLS", "STARTTLS\r\n") && expect(d, 220, NULL) &&
           dialogue_secure(d) && greet(d, offer);
}

/* After a login was put before it. */
static bool judge(struct dialogue *d, const struct smtp_reply *reply)
{
    enum target_answer answer = TARGET_UNTOLD;
    if (reply->code == 235)
        answer = TARGET_ACCEPTED;
    else if (reply->code == 525 || reply->code == 534 || reply->code == 535)
        answer = TARGET_REFUSED;
    return dialogue_answer(d, answer, reply->text);
}

static bool last_reply(struct dialogue *d)
{
    struct smtp_reply reply;
    return read_reply(d, &reply, NULL) && judge(d, &reply);
}

static bool auth_plain(struct dialogue *d)
{
    if (strlen("AUTH PLAIN \r\n") + strlen(d->plain) <= SMTP_COMMAND)
        return dialogue_send(d, "AUTH PLAIN", "AUTH PLAIN %s\r\n", d->plain) &&
               last_reply(d);
    return dialogue_send(d, "AUTH PLAIN", "AUTH PLAIN\r\n") && expect(d, 334, NULL) &&
           dialogue_send(d, "AUTH PLAIN", "%s\r\n", d->plain) && last_reply(d);
}

/* Some servers tell by their reply to the name that they do not know it. */
static bool auth_login(struct dialogue *d)
{
    struct smtp_reply reply;
    if (!dialogue_send(d, "AUTH LOGIN", "AUTH LOGIN\r\n") || !expect(d, 334, NULL) ||
        !dialogue_send(d, "AUTH LOGIN", "%s\r\n", d->user_base64) ||
        !read_reply(d, &reply, NULL))
        return false;
    if (reply.code == 235) /* it has not seen the password */
        return dialogue_answer(d, TARGET_UNTOLD, reply.text);
    if (reply.code != 334)
        return judge(d, &reply);
    return dialogue_send(d, "AUTH LOGIN", "%s\r\n", d->password_base64) &&
           last_reply(d);
}

static void run(struct dialogue *d)
{
    struct offer offer;
    d->step = "greeting";
    if (!expect(d, 220, NULL) || !greet(d, &offer))
        return;
    if (d->url->tls == TLS_STARTTLS && !start_tls(d, &offer))
        return;
    if (offer.plain)
        auth_plain(d);
    else if (offer.login)
        auth_login(d);
    else
        dialogue_untold(d, "the server does not offer AUTH PLAIN or LOGIN");
}

const struct target_protocol target_protocol_smtp = {.run = run, .goodbye = "QUIT\r\n"};
