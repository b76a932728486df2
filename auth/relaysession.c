/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a session of Postfix with a relay host has come. */
#include "relaysession.h"

#include <stdio.h>
#include <strings.h>

#include "ascii.h"

/* Of a reply Postfix keeps the lines that begin within line_length_limit; the filter
 * has put its own among those of a long one where authentication is required. */
enum {
    KEPT_BYTES = 2048,
    KEPT_BYTES_REQUIRED = KEPT_BYTES - (int)sizeof "\n250-GATEPOST\n250-AUTH" + 1,
    IMPLICIT_TLS_PORT = 465
};

static unsigned place(unsigned host)
{
    return host % RELAY_HOSTS_KNOWN;
}

static void set_trouble(struct relay_session *s, enum relay_trouble trouble)
{
    if (!s->plain)
        s->troubles[place(s->host)] = (unsigned char)trouble;
}

static enum relay_trouble trouble_of(const struct relay_session *s)
{
    return (enum relay_trouble)s->troubles[place(s->host)];
}

static void keep_said(struct relay_session *s, enum relay_trouble trouble,
                      struct span line)
{
    const size_t len = line.len < sizeof s->said ? line.len : sizeof s->said - 1;
    if (s->plain)
        return;
    set_trouble(s, trouble);
    s->said_host = s->host;
    memcpy(s->said, line.ptr, len);
    s->said[len] = '\0';
}

static void begin_reply(struct relay_session *s)
{
    s->lines = s->bytes = 0;
    s->starttls = s->auth = false;
}

void relay_session_begin(struct relay_session *s, unsigned host, bool plain)
{
    begin_reply(s);
    s->phase = PHASE_GREETING;
    s->known = true;
    s->host = host;
    s->plain = plain;
    s->put_off = false;
    set_trouble(s, TROUBLE_UNREACHED);
}

void relay_session_password(struct relay_session *s)
{
    if (trouble_of(s) != TROUBLE_NO_AUTH) /* which the filter has hidden from Postfix */
        set_trouble(s, TROUBLE_LOGIN_OPEN);
}

void relay_session_login(struct relay_session *s, bool good, struct span line)
{
    if (!good)
        keep_said(s, TROUBLE_LOGIN_REFUSED, line);
    if (s->phase != PHASE_UNKNOWN)
        s->phase = PHASE_OVER;
}

/* --- lines --- */

static struct span cut_before(struct span s, const char *delimiters)
{
    size_t len = 0;
    while (len < s.len && !strchr(delimiters, s.ptr[len]))
        len++;
    return span_cut(s, 0, len);
}

static struct span skip(struct span s, const char *delimiters)
{
    size_t len = 0;
    while (len < s.len && s.ptr[len] && strchr(delimiters, s.ptr[len]))
        len++;
    return span_cut(s, len, s.len);
}

/* As Postfix finds it, who looks at no code: "250-AUTH=LOGIN" has AUTH. */
static struct span keyword(struct span line)
{
    line = skip(line, "- ");
    const struct span code = cut_before(line, "- ");
    line = skip(span_cut(line, code.len, line.len), "- ");
    return cut_before(line, " \t=");
}

static bool is_word(struct span word, const char *known)
{
    return word.len == strlen(known) && strncasecmp(word.ptr, known, word.len) == 0;
}

/* The first line has the name of the host. */
void relay_session_line(struct relay_session *s, const struct relay *relay,
                        struct span line)
{
    const size_t most = relay->authentication == RELAY_REQUIRED
                            ? (size_t)KEPT_BYTES_REQUIRED
                            : (size_t)KEPT_BYTES;
    const bool kept = s->bytes < most;
    s->bytes += line.len + 1;
    if (s->lines++ == 0 || !kept || line.len == 0)
        return;
    const struct span word = keyword(line);
    s->starttls = s->starttls || is_word(word, "STARTTLS");
    s->auth = s->auth || is_word(word, "AUTH");
}

/* --- replies --- */

static bool is_implicit(const struct relay_session *s, const struct relay *relay)
{
    return s->host < relay->host_count &&
           relay->hosts[s->host].port == IMPLICIT_TLS_PORT;
}

static enum relay_phase after_greeting(const struct relay_session *s,
                                       const struct relay *relay)
{
    return is_implicit(s, relay) ? PHASE_EHLO_TLS : PHASE_EHLO;
}

/* Who offers STARTTLS is not within TLS: the session before broke off, and Postfix has
 * gone on with another address. */
static enum relay_phase next_phase(const struct relay_session *s,
                                   const struct relay *relay, unsigned code)
{
    const bool yes = code / 100 == 2;
    switch (s->phase) {
    case PHASE_GREETING:
        return yes ? after_greeting(s, relay) : PHASE_OVER;
    case PHASE_EHLO:
    case PHASE_EHLO_TLS:
        if (!yes)
            return code == 421 ? PHASE_OVER : s->phase; /* HELO follows */
        return s->starttls ? PHASE_STARTTLS : PHASE_MAIL;
    case PHASE_STARTTLS:
        return yes ? PHASE_EHLO_TLS : PHASE_MAIL;
    case PHASE_MAIL:
    case PHASE_OVER:
        return code == 220 && s->lines == 1 ? after_greeting(s, relay) : s->phase;
    default:
        return s->phase;
    }
}

/* What was said to EHLO. */
static enum relay_news judge_hello(struct relay_session *s, const struct relay *relay)
{
    const bool required = relay->authentication == RELAY_REQUIRED;
    const bool in_tls = s->phase == PHASE_EHLO_TLS;
    const bool needs_tls = !s->plain || relay_needs_tls(relay);
    if (s->starttls || (in_tls ? s->auth : !needs_tls))
        return NEWS_NONE;
    if (trouble_of(s) != TROUBLE_REFUSED)
        set_trouble(s, in_tls ? TROUBLE_NO_AUTH : TROUBLE_NO_TLS);
    if (in_tls)
        return required ? NEWS_NO_AUTH : NEWS_NONE;
    return required || s->plain ? NEWS_NO_TLS : NEWS_NONE;
}

/* In a try without a password, the last one: is a refusal the end of it? */
static bool is_put_off(const struct relay_session *s, const struct relay *relay)
{
    if (!s->plain || s->put_off || relay->authentication != RELAY_ENABLED)
        return false;
    return s->phase == PHASE_GREETING || s->phase == PHASE_MAIL ||
           (s->phase == PHASE_STARTTLS && relay_needs_tls(relay));
}

static enum relay_news judge(struct relay_session *s, const struct relay *relay,
                             const struct relay_reply *reply)
{
    const unsigned kind = reply->code / 100;
    const bool hello = s->phase == PHASE_EHLO || s->phase == PHASE_EHLO_TLS;
    if (s->phase == PHASE_GREETING && kind == 2)
        set_trouble(s, TROUBLE_BROKEN);
    if (hello && kind == 2)
        return judge_hello(s, relay);
    if (kind == 3 && s->phase == PHASE_MAIL && relay->authentication == RELAY_ENABLED &&
        (s->plain || trouble_of(s) != TROUBLE_LOGIN_OPEN))
        return NEWS_WITHOUT;
    if (kind == 5 && is_put_off(s, relay))
        return NEWS_PUT_OFF;
    if (kind != 2 && s->phase >= PHASE_GREETING && s->phase < PHASE_MAIL)
        keep_said(s, TROUBLE_REFUSED, reply->line);
    return NEWS_NONE;
}

enum relay_news relay_session_reply(struct relay_session *s, const struct relay *relay,
                                    const struct relay_reply *reply)
{
    const enum relay_news news = judge(s, relay, reply);
    s->put_off = s->put_off || news == NEWS_PUT_OFF;
    s->phase = news == NEWS_NONE || news == NEWS_PUT_OFF
                   ? next_phase(s, relay, reply->code)
                   : PHASE_OVER;
    begin_reply(s);
    return news;
}

/* --- words --- */

const char *relay_session_host(const struct relay_session *s, const struct relay *relay)
{
    return s->known && s->host < relay->host_count ? relay->hosts[s->host].text
                                                   : "the host";
}

void relay_session_explain(const struct relay_session *s, const struct relay *relay,
                           char *out, size_t size)
{
    static const char *const words[] = {
        [TROUBLE_UNREACHED] = "could not be reached before",
        [TROUBLE_BROKEN] = "broke off the session before",
        [TROUBLE_REFUSED] = "refused before authentication",
        [TROUBLE_NO_TLS] = "offers no TLS",
        [TROUBLE_NO_AUTH] = "offers no AUTH",
        [TROUBLE_LOGIN_OPEN] =
            "has not answered to AUTH, or has no mechanism that fits",
        [TROUBLE_LOGIN_REFUSED] = "refused to authenticate",
    };
    const enum relay_trouble trouble = trouble_of(s);
    const bool login = trouble == TROUBLE_LOGIN_REFUSED;
    const bool quotes =
        s->said_host == s->host && (login || trouble == TROUBLE_REFUSED);
    snprintf(out, size, "%s %s%s%s%s%s", relay_session_host(s, relay), words[trouble],
             login ? " " : "", login ? relay->account : "", quotes ? ": " : "",
             quotes ? s->said : "");
}
