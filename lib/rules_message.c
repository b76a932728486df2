/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of a whole message, each for one OU, in the order they are judged. */
#include "finding.h"
#include "message.h"
#include "ownership.h"

static const char not_asked[] = "the OU does not ask for it";

/* Is the message of one who logged in to this OU, or sent from it? */
static bool is_its_sender(const struct policy *p)
{
    return p->message_ou == p->login_ou || p->message_ou == p->sender_ou;
}

/* --- bad-header-from --- */

static bool has_author(const struct authorship *a)
{
    for (size_t i = 0; i < a->mailboxes.count; i++)
        if (a->field_of[i] == ORIGINATOR_FROM)
            return true;
    return false;
}

/* The sender is told what is wrong, to be able to mend it. */
static enum outcome bad_from(const struct policy *p, struct finding *f,
                             const char *reason)
{
    f->detail = reason;
    return refuses_unless_exempt(p, p->message_ou, f, reason);
}

static enum outcome test_bad_header_from(const struct policy *p, struct finding *f)
{
    const struct authorship *a = p->authorship;
    f->source = ou_source(p->message_ou, OU_MATCH_HEADER_FROM);
    if (p->message_ou->match_header_from == HEADER_NO)
        return unconcerned(f, not_asked);
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    if (!is_its_sender(p))
        return unconcerned(f, "the login is not of the OU, nor the sender");
    if (a->message->incomplete)
        return bad_from(p, f, "there is more of it than can be read");
    if (a->fields[ORIGINATOR_FROM] == 0)
        return bad_from(p, f, "there is no From field");
    if (a->fields[ORIGINATOR_FROM] > 1)
        return bad_from(p, f, "there is more than one From field");
    if (a->fields[ORIGINATOR_SENDER] > 1)
        return bad_from(p, f, "there is more than one Sender field");
    for (int i = 0; i < ORIGINATORS; i++)
        if (a->faults[i])
            return bad_from(p, f, a->faults[i]);
    if (!has_author(a))
        return bad_from(p, f, "there is no address in From");
    return passes(f, "who wrote the message can be read");
}

/* --- header-from --- */

/* Are all authors of From, or of Resent-From, the login's? only: of those in the
 * domains of this OU; NULL: of all. */
static enum match authors_owned(const struct policy *p, enum originator which,
                                const struct ou *only)
{
    const struct authorship *a = p->authorship;
    enum match all = MATCH_YES;
    for (size_t i = 0; i < a->mailboxes.count; i++) {
        const struct address *address = &a->mailboxes.boxes[i].address;
        if (a->field_of[i] != which || (only && policy_owner(p, address) != only))
            continue;
        enum match one = may_show(p, address);
        if (one == MATCH_NO)
            return MATCH_NO;
        all = one == MATCH_YES ? all : one;
    }
    return all;
}

/* Is there exactly one, and the login's? */
static enum match sender_owned(const struct policy *p, enum originator which)
{
    const struct authorship *a = p->authorship;
    const struct address *only = NULL;
    for (size_t i = 0; i < a->mailboxes.count; i++) {
        if (a->field_of[i] != which)
            continue;
        if (only)
            return MATCH_NO;
        only = &a->mailboxes.boxes[i].address;
    }
    return only && !a->faults[which] ? may_show(p, only) : MATCH_NO;
}

static enum match authors_match(const struct policy *p, enum originator from,
                                enum originator sender)
{
    enum match match = authors_owned(p, from, is_its_sender(p) ? NULL : p->message_ou);
    if (match != MATCH_YES && is_its_sender(p) &&
        p->message_ou->match_header_from == HEADER_FROM_OR_SENDER)
        match = match_or(match, sender_owned(p, sender));
    return match;
}

/* A From that cannot be read is bad-header-from's where the OU is the sender's. */
static enum match all_authors_match(const struct policy *p)
{
    if (!is_its_sender(p) && p->authors_hidden)
        return MATCH_NO;
    enum match from = authors_match(p, ORIGINATOR_FROM, ORIGINATOR_SENDER);
    enum match resent =
        authors_match(p, ORIGINATOR_RESENT_FROM, ORIGINATOR_RESENT_SENDER);
    if (from == MATCH_NO || resent == MATCH_NO)
        return MATCH_NO;
    return from == MATCH_YES ? resent : from;
}

static enum outcome test_header_from(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->message_ou;
    f->source = ou_source(ou, OU_MATCH_HEADER_FROM);
    if (ou->match_header_from == HEADER_NO)
        return unconcerned(f, not_asked);
    if (!p->authenticated)
        return unconcerned(f, not_authenticated);
    switch (all_authors_match(p)) {
    case MATCH_YES:
        return passes(f, "the login may show these authors");
    case MATCH_NO:
        return refuses_unless_exempt(p, ou, f,
                                     "the login does not own an address in From");
    case MATCH_UNKNOWN:
        break;
    }
    return fault_unless_exempt(p, ou, f);
}

/* --- header-aligned --- */

static bool shows_author_of(const struct policy *p, const struct ou *ou)
{
    const struct authorship *a = p->authorship;
    for (size_t i = 0; i < a->mailboxes.count; i++)
        if (originator_is_author(a->field_of[i]) &&
            policy_owner(p, &a->mailboxes.boxes[i].address) == ou)
            return true;
    return p->authors_hidden;
}

static enum outcome test_header_aligned(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->message_ou;
    f->source = ou_source(ou, OU_REQUIRE_ALIGNED);
    if (!ou->require_aligned)
        return unconcerned(f, not_asked);
    if (p->authenticated)
        return unconcerned(f, "the session is authenticated");
    if (!shows_author_of(p, ou))
        return passes(f, "From shows no address of the OU");
    return refuses_unless_exempt(
        p, ou, f, "From shows an address of the OU, and nobody logged in");
}

/* --- display-name --- */

struct name_search {
    const struct policy *policy;
    const struct address *own; /* the mailbox whose name it is */
    bool any_local;            /* or of the OU alone */
    bool found;
};

static void look_at_name(void *context, const struct address *address)
{
    struct name_search *s = context;
    const struct policy *p = s->policy;
    struct span domain = address_domain(address);
    if (!domain.ptr || address_equal(address, s->own))
        return;
    if (policy_owner(p, address) == p->message_ou ||
        (s->any_local && snapshot_domain_is_local(p->snapshot, domain)))
        s->found = true;
}

static bool name_carries_address(const struct policy *p)
{
    const struct mailboxes *list = &p->authorship->mailboxes;
    for (size_t i = 0; i < list->count; i++) {
        const struct mailbox *box = &list->boxes[i];
        bool own = is_its_sender(p) || policy_owner(p, &box->address) == p->message_ou;
        struct name_search s = {.policy = p, .own = &box->address, .any_local = own};
        mailbox_name_addresses(mailbox_name(box), look_at_name, &s);
        if (s.found)
            return true;
    }
    return false;
}

static enum outcome test_display_name(const struct policy *p, struct finding *f)
{
    const struct ou *ou = p->message_ou;
    f->source = ou_source(ou, OU_REFUSE_DISPLAY_NAME);
    if (!ou->refuse_display_name)
        return unconcerned(f, not_asked);
    if (!name_carries_address(p) && !p->authors_hidden)
        return passes(f, "no display name carries another address");
    return refuses_unless_exempt(
        p, ou, f, "a display name carries another address of this system");
}

const struct rule rules_message[] = {
    {RULE_BAD_HEADER_FROM,
     OWNER_MESSAGE_OU,
     test_bad_header_from,
     {"550", "5.7.1", "Please send with one From field, of your own address"}},
    {RULE_HEADER_FROM,
     OWNER_MESSAGE_OU,
     test_header_from,
     {"550", "5.7.1",
      "The From address is not owned by your login: please send with your own"}},
    {RULE_HEADER_ALIGNED,
     OWNER_MESSAGE_OU,
     test_header_aligned,
     {"550", "5.7.1", "Authentication required to show this domain in From"}},
    {RULE_DISPLAY_NAME,
     OWNER_MESSAGE_OU,
     test_display_name,
     {"550", "5.7.1",
      "A name in From or Sender shows another address: please change it"}},
    {RULE_NONE, OWNER_NOBODY, NULL, {NULL, NULL, NULL}},
};
