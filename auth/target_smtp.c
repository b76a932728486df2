/* SPDX-License-Identifier: BSD-2-Clause */
/* A password put before an SMTP server (RFC 5321, RFC 4954, RFC 3207). */
#include "smtp_dialogue.h"

/* Nothing that was offered before counts any more (RFC 3207 4.2). */
static bool greet(struct dialogue *d, struct smtp_offer *offer)
{
    *offer = (struct smtp_offer){0};
    return smtp_send_hello(d, "EHLO") && smtp_expect(d, 250, offer);
}

static bool start_tls(struct dialogue *d, struct smtp_offer *offer)
{
    if (!offer->starttls)
        return dialogue_untold(d, "the server does not offer STARTTLS");
    return dialogue_send(d, "STARTTLS", "STARTTLS\r\n") && smtp_expect(d, 220, NULL) &&
           dialogue_secure(d) && greet(d, offer);
}

static void run(struct dialogue *d)
{
    struct smtp_offer offer;
    d->step = "greeting";
    if (!smtp_expect(d, 220, NULL) || !greet(d, &offer))
        return;
    if (d->url->tls == TLS_STARTTLS && !start_tls(d, &offer))
        return;
    if (offer.mechanisms[SMTP_PLAIN])
        smtp_authenticate(d, SMTP_PLAIN);
    else if (offer.mechanisms[SMTP_LOGIN])
        smtp_authenticate(d, SMTP_LOGIN);
    else
        dialogue_untold(d, "the server does not offer AUTH PLAIN or LOGIN");
}

const struct target_protocol target_protocol_smtp = {.run = run, .goodbye = "QUIT\r\n"};
