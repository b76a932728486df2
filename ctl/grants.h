/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may send as whom, as owners and may-send list it: each is asked of the evaluator,
 * none is worked out a second time. */
#ifndef GATEPOST_CTL_GRANTS_H
#define GATEPOST_CTL_GRANTS_H

#include <jansson.h>

#include "policy.h"

/* A configuration in which senders alone are judged: one interface, where anybody may
 * log in, from anywhere. */
struct senders {
    struct snapshot snapshot;          /* a copy: the original owns what it points to */
    struct policy policy;              /* of the last question */
    const struct interface *interface; /* whose logins are meant; NULL: of none */
};

/* Why a login owns a sender. */
enum owned_by {
    OWNED_NOT,
    OWNED_AS_ITSELF,
    OWNED_AS_EXTENSION,
    OWNED_BY_MAP,
    OWNED_BY_SENDERS,
    OWNED_BY_DOMAIN,
    OWNED_BY_LOCAL_PART,
    OWNED_BY_ANY_SENDER,
    OWNED_BY_ANYBODY,
    OWNED_BY_NOBODY,
};

/* May the login show the address to the reader? */
enum in_from {
    FROM_UNASKED, /* no OU asks */
    FROM_YES,
    FROM_NO,
    FROM_WITH_SENDER, /* if Sender has an address of its own */
};

/* What the evaluator says of a login and a sender. */
struct judgement {
    bool able;
    enum owned_by by;
    const char *why; /* how the login owns the sender; "" where it does not */
    struct source source;
    enum rule_id rule; /* RULE_NONE, or what refuses, monitor mode or not, and ... */
    const char *reason;
    struct source refused_by;
    enum in_from from;
    const char *from_why; /* NULL, or what grants it where no OU owns the domain */
    struct source from_source;
};

enum grant_kind {
    GRANT_LOGIN,
    GRANT_LOGINS, /* all of a kind: subject tells which */
    GRANT_ADDRESS,
    GRANT_DOMAIN,
    GRANT_PATTERN,
};

struct grant {
    enum grant_kind kind;
    struct span subject; /* canonical */
    const char *class;   /* of GRANT_LOGINS: domain, ou, bare or other */
    struct judgement judgement;
    const struct ou *ou;     /* whose addresses, or NULL */
    bool known_only;         /* of a domain: the addresses that the OU knows */
    bool by_entry;           /* of a domain: a sender map says so */
    unsigned exceptions;     /* of a domain: entries of a sender map that hide this */
    struct source exception; /* the first of them */
};

/* All zero but for the arena, which keeps the subjects, is an empty list. */
struct grant_list {
    struct arena *arena;
    struct grant *items;
    size_t count, size;
    size_t able;         /* how many of them may */
    struct strmap known; /* the subjects, by their number from 1 */
};

/* Copies what it needs of snapshot, which must outlive it. interface may be NULL. */
void senders_open(struct senders *senders, const struct snapshot *snapshot,
                  const struct interface *interface);

/* Asks about a login, as one types it, and a sender. policy is then filled. */
/* What refuse_unknown_senders alone refuses has a why, too. */
struct judgement senders_judge(struct senders *senders, struct span login,
                               struct span sender);

/* Fills in what is said of From. sender: of the same form as above. */
void senders_judge_from(struct senders *senders, struct span login, struct span sender,
                        struct judgement *judgement);

/* What lets it, if anything does, is this. */
void judgement_grant_from(struct judgement *judgement, const char *granted,
                          struct source source);

/* Of a kind of logins, which own an address of ou or do not. */
void judgement_from_of_class(struct judgement *judgement, const struct ou *ou,
                             bool owned);

/* For programs. */
const char *from_word(enum in_from from);

/* Adds an item, unless its subject is there already; the subject is copied. Returns
 * it, or NULL. The pointer is good until the next call. */
struct grant *grant_add(struct grant_list *list, enum grant_kind kind,
                        struct span subject, const struct judgement *judgement);

/* NULL if it is not there. */
struct grant *grant_find(const struct grant_list *list, struct span subject);

void grant_list_clear(struct grant_list *list);

/* On a terminal: each with what grants it, and what refuses it. */
void grant_list_show(const struct grant_list *list);
json_t *grant_list_json(const struct grant_list *list);

/* "name  text: file:line", and the place alone on the next line where it is long. */
void show_setting(const char *name, const char *text, struct source source);

/* How owners and may-send are called. */
struct senders_call {
    const char *config, *interface; /* the latter may be NULL */
    bool json;
    const char *word; /* the address or the login */
};

/* Reads the arguments. Returns -1 to go on, or the exit status to end with. what is
 * the name of the word. */
int senders_call_read(int argc, char **argv, const char *help, const char *what,
                      struct senders_call *call);

/* Loads the configuration that the call means, reports what is wrong with it, and opens
 * senders on it. NULL, and the exit status in *status, if that cannot be. */
struct snapshot *senders_call_load(const struct senders_call *call, const char *command,
                                   struct senders *senders, int *status);

/* A note for who reads it: text, then where the setting stands. */
struct note {
    const char *text;
    struct source source;
};

enum { NOTES_MAX = 16 };

struct notes {
    struct note items[NOTES_MAX];
    size_t count;
};

void note_add(struct notes *notes, const char *text, struct source source);

/* What both say of an OU: monitor mode, a filter of its logins, exempt clients. Of the
 * configuration as a whole, too. */
void note_modes(struct notes *notes, const struct snapshot *snapshot,
                const struct senders *senders, const struct ou *ou);
void notes_show(const struct notes *notes);
json_t *notes_json(const struct notes *notes);

enum { QUOTED_TEXT = 2 * ADDRESS_MAX + 3 };

/* A canonical address or login as it can be parsed again, in quotes. */
struct span quote_address(const struct address *address, char out[QUOTED_TEXT]);

#endif
