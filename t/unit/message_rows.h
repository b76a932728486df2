/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the tests of a whole message: a configuration, a header, its verdict. */
#ifndef GATEPOST_MESSAGE_ROWS_H
#define GATEPOST_MESSAGE_ROWS_H

#include "unit.h"

#include "policy.h"

#define ACME(options)                                                                  \
    "ou 'acme' { domains = { 'acme.example' }\n" options "\n}\n"                       \
    "ou 'beta' { domains = { 'beta.example' } }\n"
#define BETA(options)                                                                  \
    "ou 'acme' { domains = { 'acme.example' } }\n"                                     \
    "ou 'beta' { domains = { 'beta.example' }\n" options "\n}\n"
#define EXEMPT "ip_exceptions = { '192.0.2.1' }\n"
#define ME     "From: a@acme.example\n"
#define PASS   "pass"
#define BAD    "bad-header-from 550 5.7.1"
#define OTHER  "header-from 550 5.7.1"
#define ALIGN  "header-aligned 550 5.7.1"
#define NAME   "display-name 550 5.7.1"

/* Logins, or none, and senders. */
#define AS      "a@acme.example", "<a@acme.example>"
#define OUTSIDE NULL, "<x@else.example>"

struct message_row {
    const char *configuration;
    const char *login; /* NULL: not authenticated */
    const char *from;
    const char *header; /* fields, each with its newline */
    const char *want;   /* as in test_policy.c */
};

/* The verdict as rows have it. */
void verdict_words(const struct verdict *v, char *out, size_t size);

/* Fails the test if a row does not hold. */
void check_rows(const struct message_row *rows, size_t count);

#endif
