/* SPDX-License-Identifier: BSD-2-Clause */
/* A transaction as it was logged, or as a program describes it. */
#include "txn.h"

/* The words that the log has for clients without an address. */
static bool names_no_address(struct span text)
{
    return span_empty(text) || span_equal(text, span_of("unknown")) ||
           span_equal(text, span_of("unix"));
}

static bool read_mta(struct span word, enum mta *mta)
{
    *mta = MTA_AUTO;
    if (span_equal(word, span_of("postfix")))
        *mta = MTA_POSTFIX;
    else if (span_equal(word, span_of("sendmail")))
        *mta = MTA_SENDMAIL;
    else if (span_equal(word, span_of("unknown")))
        *mta = MTA_UNKNOWN;
    return span_empty(word) || *mta != MTA_AUTO;
}

const char *txn_from_record(const struct record *r, struct txn *txn)
{
    struct span client = r->text[FIELD_CLIENT];
    *txn = (struct txn){.client_name = r->text[FIELD_CLIENT_NAME],
                        .daemon_name = r->text[FIELD_DAEMON_NAME],
                        .port = (unsigned)r->number[FIELD_PORT],
                        .tls = r->number[FIELD_TLS] != 0,
                        .login = r->text[FIELD_LOGIN],
                        .from = r->text[FIELD_FROM],
                        .mail_addr = r->text[FIELD_MAIL_ADDR]};
    if (r->fault)
        return r->fault;
    if (!names_no_address(client) && !ipaddr_parse(client, &txn->client))
        return "client is not an address";
    if (r->number[FIELD_PORT] > 65535)
        return "port is not a port";
    if (!txn->from.ptr)
        return "from is missing or not a string";
    if (!read_mta(r->text[FIELD_MTA], &txn->mta))
        return "mta is none of postfix, sendmail, unknown";
    return NULL;
}

/* --- the message --- */

static const struct {
    enum record_field field;
    enum originator which;
} originators[] = {{FIELD_HEADER_FROM, ORIGINATOR_FROM},
                   {FIELD_HEADER_SENDER, ORIGINATOR_SENDER},
                   {FIELD_RESENT_FROM, ORIGINATOR_RESENT_FROM},
                   {FIELD_RESENT_SENDER, ORIGINATOR_RESENT_SENDER}};

enum { ORIGINATOR_KEYS = sizeof originators / sizeof *originators };

bool txn_has_message(const struct record *r)
{
    for (size_t i = 0; i < ORIGINATOR_KEYS; i++)
        if (record_has(r, originators[i].field))
            return true;
    return false;
}

const char *txn_message_from_record(const struct record *r, struct txn_message *m)
{
    m->message = (struct message){.fields = m->fields};
    for (size_t i = 0; i < ORIGINATOR_KEYS; i++) {
        enum record_field field = originators[i].field;
        for (size_t n = 0; n < r->list[field].count; n++) {
            if (m->message.count == TXN_FIELDS)
                return "there are too many header fields";
            m->fields[m->message.count++] = (struct originator_field){
                originators[i].which, record_item(r, field, n)};
        }
    }
    return NULL;
}
