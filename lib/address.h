/* SPDX-License-Identifier: BSD-2-Clause */
/* The one parser of mail addresses and login names. */
#ifndef GATEPOST_ADDRESS_H
#define GATEPOST_ADDRESS_H

#include "domain.h"
#include "span.h"

/* A local part may be longer than RFC 5321's 64 bytes (bounce addresses are),
 * but not as long as a whole command line. */
enum { LOCAL_MAX = 512, ADDRESS_MAX = LOCAL_MAX + 1 + DOMAIN_MAX };

/* A canonical address or login: the local part with its quotes resolved and ASCII
 * case folded, then, if it has a domain, "@" and the canonical domain. The last
 * "@" of text is always the one before the domain: local_len tells it apart from
 * one that was quoted. */
struct address {
    size_t len;       /* 0: the null sender <> */
    size_t local_len; /* == len: there is no domain */
    char text[ADDRESS_MAX];
};

/* Parses the argument of MAIL or RCPT as the MTA got it: angle brackets optional,
 * a source route dropped. `<>` gives len 0, and an empty text is an error. False if
 * it does not parse by RFC 5321 4.1.2, with these allowances for real mail: dots
 * anywhere in a local part, UTF-8 local parts (RFC 6531), underscores in a domain,
 * one trailing dot, and no domain at all, though not with a quoted @: an MTA would
 * take what follows it for the domain. */
bool address_parse(struct span argument, struct address *address);

/* What stands behind the source route of such an argument, without its brackets. Empty
 * where there is no route. */
struct span address_behind_route(struct span argument);

/* Parses a mailbox without brackets or route, as a configuration names it. */
bool address_parse_mailbox(struct span text, struct address *address);

/* Parses a login name. Unlike a local part it may hold any printable character
 * but the space, so that `DOMAIN\user` passes; quotes count only around the whole
 * local part. False for controls, NUL, spaces, invalid UTF-8, an empty part, or two
 * unquoted @. */
bool address_parse_login(struct span text, struct address *login);

static inline struct span address_text(const struct address *a)
{
    return (struct span){a->text, a->len};
}

static inline bool address_has_domain(const struct address *a)
{
    return a->local_len < a->len;
}

/* Absent (ptr NULL) when there is no domain. */
static inline struct span address_domain(const struct address *a)
{
    if (!address_has_domain(a))
        return (struct span){NULL, 0};
    return span_cut(address_text(a), a->local_len + 1, a->len);
}

bool address_equal(const struct address *a, const struct address *b);

/* Cuts the local part at the first of these delimiters (recipient_delimiter), never to
 * nothing. False, and nothing done, if it has none of them. */
bool address_without_extension(const struct address *address, const char *delimiters,
                               struct address *cut);

/* Replaces the domain by an already canonical one, or removes it (empty). */
void address_set_domain(struct address *address, struct span domain);

#endif
