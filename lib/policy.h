/* SPDX-License-Identifier: BSD-2-Clause */
/* The one evaluator: who may send as whom. Pure over a snapshot: it reads no file,
 * takes no lock and keeps nothing but what the caller hands it. It looks at a clock
 * only to end, as a fault, a decision that costs too much. */
#ifndef GATEPOST_POLICY_H
#define GATEPOST_POLICY_H

#include "address.h"
#include "ipaddr.h"
#include "snapshot.h"
#include "verdict.h"

/* What who asks cannot know. */
enum txn_unknown {
    TXN_NO_PORT = 1,
    TXN_NO_TLS = 2,
    TXN_NO_CLIENT = 4,
    TXN_NO_LOGIN = 8, /* the question is whether there may be one */
};

/* What the MTA said of a transaction. Spans are raw, as they came; absent ones have
 * a NULL ptr. */
struct txn {
    struct ipaddr client;
    struct span client_name; /* only if the MTA verified it */
    struct span daemon_name;
    unsigned port; /* of the listener; 0: not known */
    bool tls;
    struct span login;     /* decoded; empty: not authenticated */
    bool login_unreadable; /* it could not be decoded: refused as no name */
    struct span from;      /* the argument of MAIL */
    struct span mail_addr; /* the MTA's own reading of it */
    enum mta mta;          /* who says all this, where the option mta does not tell */
    unsigned unknown;      /* of enum txn_unknown */
};

/* What the site's policies have in mind for a recipient. */
struct handling {
    const struct site_policy *discard, *redirect; /* or NULL */
    /* The policies that act on the whole message (quarantine, add_header, log), by
     * index. */
    uint64_t marks[SITE_POLICIES_MAX / 64];
};

/* What is known of a transaction once MAIL was judged. Belongs to the caller, may be
 * reused for the next one, and points into the snapshot. Read-only outside policy.c
 * and rules.c. */
struct policy {
    const struct snapshot *snapshot;
    const struct interface *interface; /* NULL: could not be chosen */
    struct ipaddr client;
    char host_text[DOMAIN_MAX];
    struct span host; /* the verified client name, canonical; may be empty */
    bool tls;
    unsigned unknown; /* of enum txn_unknown */
    bool authenticated;
    bool login_valid;
    bool login_completed; /* by default_domain */
    struct address login;
    const struct user *user;       /* the internal user of that name, or NULL */
    const struct ou *login_ou;     /* or NULL */
    const struct ou *login_domain; /* who owns the domain of the login, or NULL */
    bool sender_valid;
    struct address sender;
    const struct ou *sender_ou; /* or NULL */
    enum mta mta;
    bool accepted; /* MAIL passed: recipients may be judged */
    /* of the recipient being judged */
    bool recipient_valid;
    struct address recipient;
    struct address recipient_reading; /* the MTA's own; len 0: none */
    struct handling handling;
    /* of the message being judged */
    const struct ou *message_ou; /* for whom */
    bool authors_hidden;         /* a From that cannot be read shows a domain of it */
    const struct authorship *authorship;
};

/* What a client wrote into the fields that say who wrote a message (RFC 5322 3.6.2 and
 * 3.6.6). */
enum originator {
    ORIGINATOR_FROM,
    ORIGINATOR_SENDER,
    ORIGINATOR_RESENT_FROM,
    ORIGINATOR_RESENT_SENDER,
    ORIGINATORS
};

/* The name of the field. */
const char *originator_name(enum originator which);

struct originator_field {
    enum originator which;
    struct span value; /* raw, folded or not */
};

struct message {
    const struct originator_field *fields; /* in the order of the message */
    size_t count;
    bool incomplete; /* there were more of them than could be kept */
};

enum outcome {
    OUTCOME_UNCONCERNED, /* the rule does not apply */
    OUTCOME_PASS,
    OUTCOME_REFUSE,
    OUTCOME_FAULT, /* it could not be told */
};

/* One rule that was looked at. */
struct step {
    enum rule_id rule;
    enum outcome outcome;
    bool held_back; /* monitor mode: judging went on */
    const struct ou *ou;
    struct source source;
    const char *reason; /* as long as the snapshot */
};

/* Is told of every rule looked at, in order. */
struct trace {
    void (*step)(void *context, const struct step *step);
    void *context;
};

/* The MTA that a transaction is from: what the configuration says, else txn. */
enum mta policy_mta(const struct snapshot *snapshot, enum mta said);

/* Who owns the domain of an address? NULL if nobody does, or there is none. */
const struct ou *policy_owner(const struct policy *policy,
                              const struct address *address);

/* Would this MTA find another domain in the local part: user%host, host!user, or
 * "user@host" in quotes? */
bool policy_routes_local_part(const struct policy *policy,
                              const struct address *address);

/* Judges a login before any mail: all that MAIL will judge of it, but for what is
 * unknown. With TXN_NO_LOGIN: may this client log in here at all? The verdict says
 * nothing of passwords. policy and trace as below. */
void policy_login(const struct snapshot *snapshot, const struct txn *txn,
                  struct policy *policy, struct verdict *verdict,
                  const struct trace *trace);

/* Judges MAIL. policy is filled whatever the verdict is; trace may be NULL. */
void policy_mail(const struct snapshot *snapshot, const struct txn *txn,
                 struct policy *policy, struct verdict *verdict,
                 const struct trace *trace);

/* Judges one RCPT of a transaction whose MAIL passed (else: defer). rcpt_addr is the
 * MTA's own reading. What the policies of the site say is then in policy->handling. */
void policy_rcpt(struct policy *policy, struct span to, struct span rcpt_addr,
                 struct verdict *verdict, const struct trace *trace);

/* Judges a message at its end, by who it says wrote it. Of use only where the snapshot
 * needs_headers. */
void policy_message(struct policy *policy, const struct message *message,
                    struct verdict *verdict, const struct trace *trace);

#endif
