/* SPDX-License-Identifier: BSD-2-Clause */
/* SMTP as a client speaks it that proves who it is (RFC 5321, RFC 4954). */
#include "smtp_dialogue.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <sys/socket.h>

#include "ascii.h"
#include "base64.h"

enum {
    SMTP_COMMAND = 512, /* RFC 5321 4.5.3.1.4, with its CR LF */
    SMTP_NAME = INET6_ADDRSTRLEN + sizeof "[IPv6:]",
    CHALLENGE = 2048, /* in base64 */
};

const char *const smtp_mechanism_names[SMTP_MECHANISMS] = {
    [SMTP_PLAIN] = "PLAIN", [SMTP_LOGIN] = "LOGIN", [SMTP_CRAM_MD5] = "CRAM-MD5"};

/* --- replies --- */

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

static void note_mechanism(struct smtp_offer *offer, struct span word)
{
    size_t len = strlen(offer->words);
    for (int i = 0; i < SMTP_MECHANISMS; i++)
        if (dialogue_is(word, smtp_mechanism_names[i]))
            offer->mechanisms[i] = true;
    if (len + 1 + word.len >= sizeof offer->words)
        return;
    if (len > 0)
        offer->words[len++] = ' ';
    memcpy(offer->words + len, word.ptr, word.len);
    offer->words[len + word.len] = '\0';
}

/* `AUTH=PLAIN` is of a draft that never became a standard. */
static void note_offer(struct smtp_offer *offer, struct span line)
{
    struct span rest = span_cut(line, line.len > 3 ? 4 : line.len, line.len);
    struct span word = dialogue_word(&rest);
    if (dialogue_is(word, "STARTTLS"))
        offer->starttls = true;
    if (!dialogue_is(word, "AUTH"))
        return;
    offer->auth = true;
    while ((word = dialogue_word(&rest)).len > 0)
        note_mechanism(offer, word);
}

/* The first line of a reply to EHLO is a name, not an offer. */
bool smtp_read_reply(struct dialogue *d, struct smtp_reply *reply,
                     struct smtp_offer *offer)
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

bool smtp_expect(struct dialogue *d, int code, struct smtp_offer *offer)
{
    struct smtp_reply reply;
    if (!smtp_read_reply(d, &reply, offer))
        return false;
    return reply.code == code || dialogue_answer(d, TARGET_UNTOLD, reply.text);
}

/* --- hello --- */

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

bool smtp_send_hello(struct dialogue *d, const char *verb)
{
    char name[SMTP_NAME];
    own_name(d->channel.fd, name);
    return dialogue_send(d, verb, "%s %s\r\n", verb, name);
}

/* --- AUTH --- */

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
    return smtp_read_reply(d, &reply, NULL) && judge(d, &reply);
}

static bool auth_plain(struct dialogue *d)
{
    if (strlen("AUTH PLAIN \r\n") + strlen(d->plain) <= SMTP_COMMAND)
        return dialogue_send(d, "AUTH PLAIN", "AUTH PLAIN %s\r\n", d->plain) &&
               last_reply(d);
    return dialogue_send(d, "AUTH PLAIN", "AUTH PLAIN\r\n") &&
           smtp_expect(d, 334, NULL) &&
           dialogue_send(d, "AUTH PLAIN", "%s\r\n", d->plain) && last_reply(d);
}

/* Some servers tell by their reply to the name that they do not know it. */
static bool auth_login(struct dialogue *d)
{
    struct smtp_reply reply;
    if (!dialogue_send(d, "AUTH LOGIN", "AUTH LOGIN\r\n") ||
        !smtp_expect(d, 334, NULL) ||
        !dialogue_send(d, "AUTH LOGIN", "%s\r\n", d->user_base64) ||
        !smtp_read_reply(d, &reply, NULL))
        return false;
    if (reply.code == 235) /* it has not seen the password */
        return dialogue_answer(d, TARGET_UNTOLD, reply.text);
    if (reply.code != 334)
        return judge(d, &reply);
    return dialogue_send(d, "AUTH LOGIN", "%s\r\n", d->password_base64) &&
           last_reply(d);
}

/* RFC 2195: the name, and the digest of the challenge by the password. */
static bool respond(const struct dialogue *d, struct span challenge, char *out,
                    size_t size)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (!HMAC(EVP_md5(), d->password.ptr, (int)d->password.len,
              (const unsigned char *)challenge.ptr, challenge.len, digest, &len))
        return false;
    int used = snprintf(out, size, "%s ", d->user);
    for (unsigned i = 0; i < len; i++)
        used += snprintf(out + used, size - (size_t)used, "%02x", digest[i]);
    return true;
}

static bool auth_cram_md5(struct dialogue *d)
{
    static const char step[] = "AUTH CRAM-MD5";
    struct smtp_reply reply;
    char challenge[CHALLENGE], answer[DIALOGUE_NAME + 2 * EVP_MAX_MD_SIZE + 2];
    char encoded[BASE64_ENCODED(sizeof answer)];
    size_t len;
    if (!dialogue_send(d, step, "AUTH CRAM-MD5\r\n") ||
        !smtp_read_reply(d, &reply, NULL))
        return false;
    if (reply.code != 334)
        return dialogue_answer(d, TARGET_UNTOLD, reply.text);
    struct span text = span_cut(reply.text, reply.text.len > 3 ? 4 : 3, reply.text.len);
    if (text.len == 0 || text.len > sizeof challenge ||
        !base64_decode(text, challenge, &len))
        return dialogue_untold(d, "%s: the challenge is not one of base64", step);
    if (!respond(d, (struct span){challenge, len}, answer, sizeof answer))
        return dialogue_untold(d, "%s: there is no MD5 here", step);
    base64_encode(span_of(answer), encoded);
    return dialogue_send(d, step, "%s\r\n", encoded) && last_reply(d);
}

bool smtp_authenticate(struct dialogue *d, enum smtp_mechanism mechanism)
{
    switch (mechanism) {
    case SMTP_PLAIN:
        return auth_plain(d);
    case SMTP_LOGIN:
        return auth_login(d);
    case SMTP_CRAM_MD5:
        return auth_cram_md5(d);
    case SMTP_MECHANISMS:
        break;
    }
    return dialogue_untold(d, "there is no such mechanism");
}
