/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates that a login name is put into: %u the name, %n its local part, %d its
 * domain, %% a percent sign. */
#ifndef GATEPOST_TEMPLATE_H
#define GATEPOST_TEMPLATE_H

#include "span.h"

struct template_values {
    struct span user, local, domain; /* domain: absent (ptr NULL) where there is none */
};

/* Writes value so that it stands for itself where the template puts it. Returns the
 * bytes written to out, which has size of them; more than size: it does not fit. */
typedef size_t template_escape(struct span value, char *out, size_t size);

/* NULL, or what is wrong with the template, in words that stay valid. */
const char *template_fault(const char *text);

/* Writes the expanded text with a NUL. escape may be NULL. False if it does not fit,
 * or asks for the domain of a login that has none. */
bool template_expand(const char *text, const struct template_values *values,
                     template_escape *escape, char *out, size_t size);

#endif
