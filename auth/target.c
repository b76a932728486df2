/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking another server whether a password is right. */
#include "target.h"

#include "ascii.h"
#include "dialogue.h"

static const struct target_protocol *const protocols[] = {
    [TARGET_LDAP] = &target_protocol_ldap,
    [TARGET_SMTP] = &target_protocol_smtp,
    [TARGET_IMAP] = &target_protocol_imap,
    [TARGET_POP3] = &target_protocol_pop3,
};

static bool has_control(const char *text)
{
    while (*text && !ascii_is_control(*text))
        text++;
    return *text != '\0';
}

/* An LDAP server says yes to an empty password (RFC 4513 5.1.2). */
static bool prepare(struct dialogue *d, const struct address *login,
                    const struct target_protocol *protocol)
{
    d->values.user = address_text(login);
    d->values.local = span_cut(d->values.user, 0, login->local_len);
    d->values.domain = address_domain(login);
    if (d->password.len == 0)
        return dialogue_refused(d, "an empty password is never right");
    if (d->password.len > DIALOGUE_PASSWORD ||
        strlen(d->password.ptr) != d->password.len || has_control(d->password.ptr))
        return dialogue_untold(d, "the password is too long or has control characters");
    if (!dialogue_expand(d, d->target->username, NULL, d->user, sizeof d->user))
        return false;
    d->values.user = span_of(d->user);
    if (d->user[0] == '\0' || has_control(d->user))
        return dialogue_untold(d, "the name is empty or has control characters");
    dialogue_encode(d);
    return !protocol->prepare || protocol->prepare(d);
}

static bool reach(struct dialogue *d, int64_t deadline)
{
    d->step = "connect";
    if (!channel_open(&d->channel, d->url->host, d->url->port, deadline))
        return dialogue_broken(d);
    return d->url->tls != TLS_IMPLICIT || dialogue_secure(d);
}

static void say_goodbye(struct dialogue *d, const struct target_protocol *protocol)
{
    if (protocol->goodbye && d->result->answer != TARGET_UNTOLD)
        channel_write(&d->channel, span_of(protocol->goodbye));
}

void target_ask(const struct target *target, const struct target_url *url,
                const struct tls_trust *trust, const struct address *login,
                struct span password, int64_t deadline, struct target_result *result)
{
    const struct target_protocol *protocol = protocols[url->kind];
    struct dialogue d;
    memset(&d, 0, sizeof d);
    d.target = target;
    d.url = url;
    d.trust = trust;
    d.password = password;
    d.result = result;
    dialogue_untold(&d, "no answer");
    if (prepare(&d, login, protocol)) {
        if (reach(&d, deadline)) {
            protocol->run(&d);
            say_goodbye(&d, protocol);
        }
        channel_close(&d.channel);
    }
    explicit_bzero(&d, sizeof d);
}
