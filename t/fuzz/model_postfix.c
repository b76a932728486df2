/* SPDX-License-Identifier: BSD-2-Clause */
/* Postfix's SMTP client, as far as it decides whether to authenticate. */
#include "model_postfix.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"

enum { REPLY_SIZE = 3 * POSTFIX_LINE + 4096 };

struct session {
    const struct postfix *postfix;
    char reply[REPLY_SIZE]; /* all lines that were kept */
    int code;
    bool esmtp, starttls, auth;
    char mechanisms[REPLY_SIZE];
};

/* --- smtp_chat_resp() --- */

static void make_printable(char *line)
{
    for (; *line; line++)
        if (*line < 0x20 || *line > 0x7e)
            *line = '?';
}

/* Is it the last line of a reply? */
static bool is_last(const char *line, int *code)
{
    size_t digits = strspn(line, "0123456789");
    *code = 0;
    if (digits != 3 || (line[3] != ' ' && line[3] != '\0'))
        return false;
    *code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
    return true;
}

/* False: the session ends, since the filter cannot be asked. */
static bool filter(const struct postfix *p, char line[REPLY_SIZE])
{
    const char *answer = p->look_up(p->context, "reply.NAME", line);
    if (!answer)
        return false;
    if (strncmp(answer, "OK ", 3) == 0) {
        int before, after;
        const bool last = is_last(line, &before);
        require(strlen(answer) < REPLY_SIZE, "a line does not grow much");
        snprintf(line, REPLY_SIZE, "%s", answer + 3);
        require(is_last(line, &after) == last, "replies end where they ended");
        require(after == before || after == 421, "and no refusal becomes a yes");
        return true;
    }
    return strncmp(answer, "NOTFOUND ", 9) == 0;
}

static bool read_reply(struct session *s)
{
    size_t len = 0;
    char line[REPLY_SIZE];
    s->reply[0] = '\0';
    do {
        if (!s->postfix->read_line(s->postfix->context, line))
            return false;
        make_printable(line);
        const bool keep = len < POSTFIX_LINE;
        if (!filter(s->postfix, line))
            return false;
        if (keep)
            len += (size_t)snprintf(s->reply + len, sizeof s->reply - len, "%s%s",
                                    len ? "\n" : "", line);
        require(len < sizeof s->reply, "a reply does not grow much");
    } while (!is_last(line, &s->code));
    return true;
}

static bool is_yes(const struct session *s)
{
    return s->code / 100 == 2;
}

/* --- smtp_helo() --- */

static char *take_word(char **text, const char *delimiters)
{
    char *word = *text + strspn(*text, delimiters);
    if (*word == '\0')
        return NULL;
    *text = word + strcspn(word, delimiters);
    if (**text)
        *(*text)++ = '\0';
    return word;
}

static void take_mechanisms(struct session *s, const char *words)
{
    words += strspn(words, " \t=");
    if (!*s->mechanisms)
        snprintf(s->mechanisms, sizeof s->mechanisms, "%s", words);
    s->auth = true;
}

static void read_features(struct session *s)
{
    char *lines = s->reply, *line;
    for (unsigned n = 0; (line = take_word(&lines, "\n")) != NULL;) {
        char *word = take_word(&line, "- ") ? take_word(&line, " \t=") : NULL;
        if (!word)
            continue;
        if (n > 0 && strcasecmp(word, "STARTTLS") == 0)
            s->starttls = true;
        else if (n > 0 && strcasecmp(word, "AUTH") == 0)
            take_mechanisms(s, line);
        n++;
    }
}

/* EHLO, and HELO where that is refused. False: the session ends. */
static bool say_hello(struct session *s)
{
    s->starttls = s->auth = false;
    s->mechanisms[0] = '\0';
    if (!read_reply(s) || (!is_yes(s) && s->code == 421))
        return false;
    if (is_yes(s)) {
        read_features(s);
        return true;
    }
    return read_reply(s) && is_yes(s);
}

/* --- smtp_sasl_helo_login() --- */

/* NULL: it cannot be told, and the session ends. */
static const char *find_password(const struct postfix *p)
{
    const char *keys[] = {p->host, p->nexthop};
    for (size_t i = 0; i < 2; i++) {
        const char *answer = p->look_up(p->context, "password.NAME", keys[i]);
        if (!answer || strncmp(answer, "NOTFOUND ", 9) != 0)
            return answer && strncmp(answer, "OK ", 3) == 0 ? answer + 3 : NULL;
    }
    return "";
}

/* Of the mechanisms, PLAIN is all that Cyrus SASL would have. */
static bool has_plain(const struct session *s)
{
    return strstr(s->mechanisms, "PLAIN") != NULL;
}

static enum postfix_outcome send_mail(struct session *s, enum postfix_outcome outcome)
{
    if (!read_reply(s) || !is_yes(s) || !read_reply(s) || !is_yes(s)) /* MAIL, RCPT */
        return outcome;
    if (read_reply(s) && s->code / 100 == 3) /* DATA */
        read_reply(s);
    return outcome;
}

static enum postfix_outcome log_in(struct session *s)
{
    if (!s->auth)
        return send_mail(s, POSTFIX_SENT_WITHOUT);
    const char *password = find_password(s->postfix);
    if (!password)
        return POSTFIX_SENT_NOTHING;
    if (!*password)
        return send_mail(s, POSTFIX_SENT_WITHOUT);
    if (!has_plain(s)) /* none at all, or none that fits: AUTH is not sent */
        return POSTFIX_SENT_NOTHING;
    do {
        if (!read_reply(s))
            return POSTFIX_SENT_NOTHING;
    } while (s->code / 100 == 3);
    return is_yes(s) ? send_mail(s, POSTFIX_AUTHENTICATED) : POSTFIX_SENT_NOTHING;
}

enum postfix_outcome postfix_deliver(const struct postfix *postfix)
{
    static struct session session;
    struct session *s = &session;
    s->postfix = postfix;
    if (!read_reply(s) || !is_yes(s)) /* the greeting */
        return POSTFIX_SENT_NOTHING;
    if (!say_hello(s) || !s->starttls)
        return POSTFIX_SENT_NOTHING;
    if (!read_reply(s) || !is_yes(s)) /* STARTTLS */
        return POSTFIX_SENT_NOTHING;
    return say_hello(s) ? log_in(s) : POSTFIX_SENT_NOTHING;
}
