/* SPDX-License-Identifier: BSD-2-Clause */
/* The originator fields of a message: From, Sender, Resent-From, Resent-Sender. */
#ifndef GATEPOST_MAILBOX_H
#define GATEPOST_MAILBOX_H

#include "address.h"

enum { MAILBOXES_MAX = 32, MAILBOX_NAME_MAX = 512, MAILBOX_FIELD_MAX = 64 * 1024 };

struct mailbox {
    struct address address; /* has a domain */
    size_t name_len;
    char name[MAILBOX_NAME_MAX]; /* display name, then comments, decoded to UTF-8 */
};

struct mailboxes {
    size_t count;
    struct mailbox boxes[MAILBOXES_MAX];
};

/* Parses the value of a field, folded (CRLF or LF) or not, and appends its mailboxes.
 * RFC 5322 3.4 and, obsolete forms, 4.4; RFC 6532; groups (RFC 6854), of which an empty
 * one gives no mailbox. Encoded words (RFC 2047) are decoded in names alone. NULL, or
 * why the field cannot be read: a static text that a user can act on. What was appended
 * until then is without meaning.
 *
 * What mail programs read in different ways is refused where it could show another
 * author: a name without quotes that holds an @, text behind an address, encoded words
 * in an address, an address in brackets in the name of another, controls in encoded
 * words, bytes that are not UTF-8, lines of blanks, character sets that charset.h does
 * not know. Bytes of an encoded word that are no text become U+FFFD, but in a name with
 * an @ they are refused. A name is cut to MAILBOX_NAME_MAX bytes at a character's end,
 * but not one that holds an @: that is refused. So is what takes more than 500 bytes
 * with its address: Sendmail would make another of it. */
const char *mailboxes_parse(struct span value, struct mailboxes *list);

/* For fields that do not parse: calls found() with every canonical domain that a reader
 * could see in it, whatever stands behind any @ (full-width ones, too): in addresses,
 * quotes and comments, as it is and with encoded words decoded in every way that mail
 * programs do. Rather finds too many than too few, and some twice. The field may be of
 * any length. */
void mailboxes_scan(struct span value, void (*found)(void *context, struct span domain),
                    void *context);

/* Calls found() with everything in a decoded name that looks like an address: for each
 * @ the domains that mailboxes_scan() finds there, some of them twice, each with the
 * one local part before it. The first is what most readers see. An @ with nothing
 * before it, or with blanks beside it and no dot behind, is none. Reads the first
 * MAILBOX_NAME_MAX bytes. */
void mailbox_name_addresses(struct span name,
                            void (*found)(void *context, const struct address *),
                            void *context);

static inline struct span mailbox_name(const struct mailbox *box)
{
    return (struct span){box->name, box->name_len};
}

#endif
