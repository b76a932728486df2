/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rules have in common. */
#include "finding.h"

const char not_authenticated[] = "the session is not authenticated";
const char no_sender_ou[] = "the sender belongs to no OU";

static enum outcome concluded(struct finding *f, enum outcome outcome,
                              const char *reason)
{
    f->reason = reason;
    return outcome;
}

enum outcome unconcerned(struct finding *f, const char *reason)
{
    return concluded(f, OUTCOME_UNCONCERNED, reason);
}

enum outcome passes(struct finding *f, const char *reason)
{
    return concluded(f, OUTCOME_PASS, reason);
}

enum outcome refuses(struct finding *f, const char *reason)
{
    return concluded(f, OUTCOME_REFUSE, reason);
}

enum outcome fault(struct finding *f)
{
    return concluded(f, OUTCOME_FAULT, "a regex of the list hit its limit");
}

/* allow: only what matches passes; deny: only what does not. */
enum outcome restricted(struct finding *f, int restriction, enum match match)
{
    if (match == MATCH_UNKNOWN)
        return fault(f);
    if (restriction == RESTRICTION_ALLOW)
        return match == MATCH_YES ? passes(f, "listed in the allow list")
                                  : refuses(f, "not listed in the allow list");
    return match == MATCH_YES ? refuses(f, "listed in the deny list")
                              : passes(f, "not listed in the deny list");
}

enum match client_matches(const struct policy *p, const struct client_list *list)
{
    static const struct span no_name = {NULL, 0};
    return client_list_match(list, &p->client, no_name);
}

/* Settings 12 and 13. */
enum match is_exempt(const struct policy *p, const struct ou *ou)
{
    if (client_list_empty(ou->ip_exceptions) || p->client.family == IP_UNKNOWN)
        return MATCH_NO;
    enum match listed = client_matches(p, ou->ip_exceptions);
    return ou->ip_exception_mode == RESTRICTION_ALLOW ? listed : match_not(listed);
}

static enum outcome passes_as_exempt(const struct ou *ou, struct finding *f)
{
    f->source = ou_source(ou, OU_IP_EXCEPTIONS);
    return passes(f, "the client is exempt by ip_exceptions");
}

enum outcome fault_unless_exempt(const struct policy *p, const struct ou *ou,
                                 struct finding *f)
{
    return is_exempt(p, ou) == MATCH_YES ? passes_as_exempt(ou, f) : fault(f);
}

enum outcome refuses_unless_exempt(const struct policy *p, const struct ou *ou,
                                   struct finding *f, const char *reason)
{
    switch (is_exempt(p, ou)) {
    case MATCH_YES:
        return passes_as_exempt(ou, f);
    case MATCH_NO:
        return refuses(f, reason);
    case MATCH_UNKNOWN:
        break;
    }
    return fault(f);
}

static const struct reply reply_no_authentication = {
    "550", "5.7.1", "Mail from this domain is not accepted here"};

/* No credentials can help where none are taken. */
const struct reply *reply_for_stranger(const struct policy *p)
{
    return p->interface->authentication == AUTH_DISABLED ? &reply_no_authentication
                                                         : NULL;
}
