/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept of the header of a message. */
#include "headers.h"

#include <stdlib.h>
#include <strings.h>

#include "authresults.h"
#include "mailbox.h"

struct headers {
    struct originator_field fields[HEADERS_FIELDS_MAX];
    struct message message;
    size_t used;
    unsigned results;      /* Authentication-Results fields so far */
    unsigned forged_count; /* of them, those that claim to be ours */
    unsigned *forged;
    unsigned
        own[SITE_POLICIES_MAX]; /* fields of a policy's name so far, by its index */
    char bytes[HEADERS_BYTES_MAX];
};

struct headers *headers_new(void)
{
    struct headers *h = malloc(sizeof *h);
    if (!h)
        return NULL;
    memset(h, 0, offsetof(struct headers, bytes));
    h->message.fields = h->fields;
    return h;
}

void headers_free(struct headers **headers)
{
    if (*headers)
        free((*headers)->forged);
    free(*headers);
    *headers = NULL;
}

static void keep_originator(struct headers *h, enum originator which, struct span value)
{
    struct message *m = &h->message;
    if (m->count == HEADERS_FIELDS_MAX || value.len > HEADERS_BYTES_MAX - h->used) {
        m->incomplete = true;
        return;
    }
    memcpy(h->bytes + h->used, value.ptr, value.len);
    h->fields[m->count++] =
        (struct originator_field){which, {h->bytes + h->used, value.len}};
    h->used += value.len;
}

/* The array has room for a power of two of them. */
static bool look_at_results(struct headers *h, const struct snapshot *s,
                            struct span value)
{
    unsigned n = h->forged_count;
    h->results++;
    if (!authresults_claims(value, s->globals.authserv_id))
        return true;
    if ((n & (n - 1)) == 0) {
        unsigned *grown = realloc(h->forged, (n ? 2 * n : 1) * sizeof *grown);
        if (!grown)
            return false;
        h->forged = grown;
    }
    h->forged[h->forged_count++] = h->results;
    return true;
}

/* Blanks before the colon (RFC 5322 4.5) are no part of the name. */
static bool is_named(struct span name, const char *wanted)
{
    while (name.len && strchr(" \t", name.ptr[name.len - 1]))
        name.len--;
    return name.len == strlen(wanted) && strncasecmp(name.ptr, wanted, name.len) == 0;
}

bool headers_add(struct headers *h, const struct snapshot *s, const char *name,
                 const char *value)
{
    struct span field = span_of(name);
    bool kept = true;
    for (int i = 0; i < ORIGINATORS; i++)
        if (is_named(field, originator_name((enum originator)i)))
            keep_originator(h, (enum originator)i, span_of(value));
    if (s->globals.authentication_results && is_named(field, AUTHRESULTS_FIELD))
        kept = look_at_results(h, s, span_of(value));
    for (const struct site_policy *p = s->policies; p; p = p->next)
        if (p->field_name && is_named(field, p->field_name))
            h->own[p->index]++;
    return kept;
}

const struct message *headers_message(const struct headers *h)
{
    return &h->message;
}

/* Is there a policy before this one that adds the same field? */
static bool is_counted_before(const struct snapshot *s,
                              const struct site_policy *policy)
{
    for (const struct site_policy *p = s->policies; p != policy; p = p->next)
        if (p->field_name && strcasecmp(p->field_name, policy->field_name) == 0)
            return true;
    return false;
}

bool headers_forgeries(const struct headers *h, const struct snapshot *s,
                       bool (*remove)(void *context, const char *name, unsigned number),
                       void *context)
{
    unsigned count = h->forged_count;
    for (const struct site_policy *p = s->policies; p; p = p->next)
        if (h->own[p->index] && !is_counted_before(s, p))
            count += h->own[p->index];
    if (count > FORGERIES_MAX)
        return false;
    for (unsigned i = h->forged_count; i > 0; i--)
        if (!remove(context, AUTHRESULTS_FIELD, h->forged[i - 1]))
            return false;
    for (const struct site_policy *p = s->policies; p; p = p->next) {
        if (!h->own[p->index] || is_counted_before(s, p))
            continue;
        for (unsigned n = h->own[p->index]; n > 0; n--)
            if (!remove(context, p->field_name, n))
                return false;
    }
    return true;
}
