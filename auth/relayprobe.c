/* SPDX-License-Identifier: BSD-2-Clause */
/* Speaks to a relay host as a delivery would, up to the first MAIL. */
#include "relayprobe.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "probe.h"

static int authentication(const struct probe *p)
{
    return p->order->relay->authentication;
}

/* --- connection, TLS --- */

static bool connect_server(struct probe *p)
{
    struct sockaddr_storage peer = {0};
    socklen_t size = sizeof peer;
    struct channel *c = &p->dialogue.channel;
    probe_begin(p, "connect");
    const struct probe_order *o = p->order;
    if (!channel_open(c, o->address ? o->address : o->server, o->host->port,
                      c->deadline)) {
        dialogue_broken(&p->dialogue);
        return probe_give_up(p);
    }
    char *out = p->result->address;
    getpeername(c->fd, (struct sockaddr *)&peer, &size);
    if (peer.ss_family == AF_INET)
        inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, out,
                  sizeof p->result->address);
    else if (peer.ss_family == AF_INET6)
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&peer)->sin6_addr, out,
                  sizeof p->result->address);
    probe_tell(p, STEP_GOOD, span_of(out));
    return true;
}

static void tell_certificate(struct probe *p, enum probe_outcome outcome)
{
    const struct certificate *c = &p->result->certificate;
    char text[3 * CERTIFICATE_TEXT + DOMAIN_MAX];
    p->dialogue.step = "certificate";
    snprintf(text, sizeof text, "%s%.100s, %s %.*s; until %s; by %s; it names %s",
             c->trusted ? "trusted" : "not trusted: ", c->distrust,
             c->is_of_host ? "that of" : "not that of", DOMAIN_MAX,
             p->order->host->name, *c->expires ? c->expires : "?", c->issuer, c->names);
    probe_tell(p, outcome, span_of(c->is_there ? text : "none"));
}

static void hide(const struct probe *p, char text[CERTIFICATE_TEXT])
{
    struct span shown = dialogue_shown(&p->dialogue, span_of(text));
    if (shown.ptr != text)
        snprintf(text, CERTIFICATE_TEXT, "%s", shown.ptr);
}

/* tls = verify demands what the MTA will: trust, and the name in hosts. */
static bool check_certificate(struct probe *p)
{
    struct certificate *c = &p->result->certificate;
    char text[PROBE_WORDS];
    probe_begin(p, "certificate");
    certificate_of(p->dialogue.channel.session, p->order->host->name, c);
    hide(p, c->names);
    hide(p, c->issuer);
    const bool good = c->trusted && c->is_of_host;
    if (good || p->order->relay->tls != RELAY_TLS_VERIFY) {
        tell_certificate(p, good ? STEP_GOOD : STEP_NOTED);
        return true;
    }
    tell_certificate(p, STEP_BAD);
    if (c->trusted)
        snprintf(text, sizeof text, "the certificate is not that of %.*s", DOMAIN_MAX,
                 p->order->host->name);
    else
        snprintf(text, sizeof text, "the certificate is not trusted: %.200s",
                 c->distrust);
    return probe_end_both(p, PROBE_FAILS, span_of(text));
}

/* The handshake. Where it fails, a try that needs no TLS goes on without. */
static bool secure(struct probe *p)
{
    struct dialogue *d = &p->dialogue;
    struct probe_why why;
    probe_begin(p, "TLS");
    if (!channel_secure(&d->channel, p->order->trust, p->order->server,
                        TLS_OF_ANYBODY)) {
        dialogue_broken(d);
        probe_tell(p, STEP_BAD, probe_fault(p));
        probe_end_without_tls(p, probe_say_why(p, probe_fault(p), &why));
        return probe_end_both(
            p, p->order->implicit_tls ? PROBE_FAILS : PROBE_UNAUTHENTICATED,
            span_of(why.text));
    }
    p->tls = true;
    probe_tell(p, STEP_GOOD, span_of(SSL_get_version(d->channel.session)));
    return check_certificate(p);
}

/* --- SMTP --- */

/* command may be NULL: then nothing is sent. */
static bool ask(struct probe *p, const char *step, const char *command,
                struct smtp_reply *reply)
{
    probe_begin(p, step);
    if ((!command || dialogue_send(&p->dialogue, step, "%s\r\n", command)) &&
        smtp_read_reply(&p->dialogue, reply, NULL))
        return true;
    return probe_give_up(p);
}

static bool say_hello(struct probe *p, const char *verb, struct smtp_reply *reply)
{
    probe_begin(p, verb);
    p->offer = (struct smtp_offer){0};
    return (smtp_send_hello(&p->dialogue, verb) &&
            smtp_read_reply(&p->dialogue, reply, &p->offer)) ||
           probe_give_up(p);
}

static bool read_greeting(struct probe *p)
{
    struct smtp_reply reply;
    if (!ask(p, "greeting", NULL, &reply))
        return false;
    if (!smtp_is_good(&reply))
        return probe_refused(p, reply.text);
    probe_tell(p, STEP_GOOD, reply.text);
    return true;
}

static void tell_offer(struct probe *p, const struct smtp_reply *reply)
{
    char text[SMTP_WORDS + 64];
    const struct smtp_offer *o = &p->offer;
    const char *starttls = p->tls ? "" : o->starttls ? ", STARTTLS" : ", no STARTTLS";
    snprintf(text, sizeof text, "%d%s, %s%s%s", reply->code, starttls,
             o->auth ? "AUTH" : "no AUTH", *o->words ? " " : "", o->words);
    probe_tell(p, STEP_GOOD, span_of(text));
}

/* An MTA would greet with HELO then, and nobody could authenticate. Where that is
 * required it lets the mail wait instead. */
static bool refused_ehlo(struct probe *p, struct smtp_reply *reply)
{
    struct probe_why why;
    const bool final = reply->code == 421 || authentication(p) == RELAY_REQUIRED;
    probe_tell(p, STEP_BAD, reply->text);
    probe_say_why(p, reply->text, &why);
    if (final)
        return probe_end_both(p, PROBE_FAILS, span_of(why.text));
    probe_end_without_tls(p, span_of(why.text));
    if (!probe_goes_on(p) || !say_hello(p, "HELO", reply))
        return false;
    if (!smtp_is_good(reply))
        return probe_refused(p, reply->text);
    probe_tell(p, STEP_GOOD, reply->text);
    return probe_end_both(p, PROBE_UNAUTHENTICATED, span_of(why.text));
}

/* Nothing that was offered before counts any more (RFC 3207 4.2). */
static bool greet(struct probe *p)
{
    struct smtp_reply reply;
    if (!say_hello(p, "EHLO", &reply))
        return false;
    if (!smtp_is_good(&reply))
        return refused_ehlo(p, &reply);
    tell_offer(p, &reply);
    return true;
}

static bool stay_in_clear(struct probe *p, struct span words)
{
    const struct relay *relay = p->order->relay;
    const bool demanded =
        relay->authentication != RELAY_DISABLED || relay_needs_tls(relay);
    struct probe_why why;
    probe_tell(p, demanded ? STEP_BAD : STEP_NOTED, words);
    probe_say_why(p, words, &why);
    probe_end_without_tls(p, span_of(why.text));
    return probe_end_both(p, PROBE_UNAUTHENTICATED, span_of(why.text));
}

static bool start_tls(struct probe *p)
{
    struct smtp_reply reply;
    if (!p->offer.starttls) {
        probe_begin(p, "STARTTLS");
        return stay_in_clear(p, span_of("it is not offered"));
    }
    if (!ask(p, "STARTTLS", "STARTTLS", &reply))
        return false;
    if (!smtp_is_good(&reply))
        return stay_in_clear(p, reply.text);
    probe_tell(p, STEP_GOOD, reply.text);
    return secure(p) && greet(p);
}

/* --- AUTH --- */

static bool is_allowed(const struct relay *relay, const char *mechanism)
{
    for (size_t i = 0; i < relay->mechanisms.count; i++)
        if (strcmp(relay->mechanisms.words[i], mechanism) == 0)
            return true;
    return relay->mechanisms.count == 0;
}

/* As an MTA's library does: first what does not show the password. */
static bool choose(const struct probe *p, enum smtp_mechanism *chosen)
{
    static const enum smtp_mechanism order[] = {SMTP_CRAM_MD5, SMTP_PLAIN, SMTP_LOGIN};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        *chosen = order[i];
        if (p->offer.mechanisms[*chosen] &&
            is_allowed(p->order->relay, smtp_mechanism_names[*chosen]))
            return true;
    }
    return false;
}

static bool no_mechanism(struct probe *p)
{
    char text[SMTP_WORDS + 100];
    struct probe_why why;
    probe_begin(p, "AUTH");
    snprintf(text, sizeof text, "of what it offers (%s) nothing can be used",
             *p->offer.words ? p->offer.words : "nothing");
    probe_tell(p, STEP_BAD, span_of(text));
    probe_say_why(p, span_of(text), &why);
    probe_end_try(p, &p->result->first, PROBE_FAILS, span_of(why.text));
    return probe_end_both(p, PROBE_UNAUTHENTICATED, span_of(why.text));
}

static bool no_auth(struct probe *p)
{
    const bool required = authentication(p) == RELAY_REQUIRED;
    probe_begin(p, "AUTH");
    probe_tell(p, required ? STEP_BAD : STEP_NOTED, span_of("it is not offered"));
    return probe_end_both(p, required ? PROBE_FAILS : PROBE_UNAUTHENTICATED,
                          span_of("AUTH: it is not offered"));
}

/* The login is right: will the server listen to MAIL? */
static bool confirm(struct probe *p)
{
    struct smtp_reply reply;
    struct probe_why why;
    probe_tell(p, STEP_GOOD, span_of(p->said.reply));
    if (!ask(p, "NOOP", "NOOP", &reply))
        return false;
    probe_tell(p, smtp_is_good(&reply) ? STEP_GOOD : STEP_BAD, reply.text);
    probe_say_why(p, reply.text, &why);
    return probe_end_both(p, smtp_is_good(&reply) ? PROBE_AUTHENTICATED : PROBE_FAILS,
                          span_of(why.text));
}

static bool authenticate(struct probe *p)
{
    static const char *const steps[SMTP_MECHANISMS] = {[SMTP_PLAIN] = "AUTH PLAIN",
                                                       [SMTP_LOGIN] = "AUTH LOGIN",
                                                       [SMTP_CRAM_MD5] =
                                                           "AUTH CRAM-MD5"};
    enum smtp_mechanism mechanism;
    struct probe_why why;
    if (authentication(p) == RELAY_DISABLED)
        return probe_end_both(p, PROBE_UNAUTHENTICATED, span_of(""));
    if (!p->offer.auth)
        return no_auth(p);
    if (!choose(p, &mechanism))
        return no_mechanism(p);
    probe_begin(p, steps[mechanism]);
    smtp_authenticate(&p->dialogue, mechanism);
    p->dialogue.step = steps[mechanism];
    if (p->said.answer == TARGET_ACCEPTED)
        return confirm(p);
    probe_tell(p, STEP_BAD, probe_fault(p));
    probe_say_why(p, probe_fault(p), &why);
    probe_end_try(p, &p->result->first, PROBE_FAILS, span_of(why.text));
    return probe_end_both(p, PROBE_UNAUTHENTICATED, span_of(why.text));
}

/* What comes of it does not matter any more. */
static void quit(struct probe *p)
{
    struct smtp_reply reply;
    if (p->dialogue.channel.fault[0])
        return;
    probe_begin(p, "QUIT");
    bool polite = dialogue_send(&p->dialogue, "QUIT", "QUIT\r\n") &&
                  smtp_read_reply(&p->dialogue, &reply, NULL);
    probe_tell(p, polite && smtp_is_good(&reply) ? STEP_GOOD : STEP_NOTED,
               polite ? reply.text : probe_fault(p));
}

static void run(struct probe *p)
{
    const bool implicit = p->order->implicit_tls;
    if (!connect_server(p) || (implicit && !secure(p)) || !read_greeting(p) ||
        !greet(p) || (!implicit && !start_tls(p)))
        return;
    authenticate(p);
}

void relay_probe(const struct probe_order *order, struct probe_result *result)
{
    const struct relay *relay = order->relay;
    struct probe p;
    memset(&p, 0, sizeof p);
    memset(result, 0, sizeof *result);
    p.order = order;
    p.result = result;
    p.url.host = order->server;
    p.dialogue.url = &p.url;
    p.dialogue.trust = order->trust;
    p.dialogue.result = &p.said;
    p.dialogue.password = span_of(relay->password ? relay->password : "");
    snprintf(p.dialogue.user, sizeof p.dialogue.user, "%s", relay->account);
    if (relay->password)
        dialogue_encode(&p.dialogue);
    run(&p);
    quit(&p);
    if (relay->authentication == RELAY_DISABLED &&
        result->first.end == PROBE_UNAUTHENTICATED)
        snprintf(result->first.reason, sizeof result->first.reason,
                 "authentication is disabled");
    channel_close(&p.dialogue.channel);
    explicit_bzero(&p, sizeof p);
}
