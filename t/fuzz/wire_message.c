/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzz_wire knows of the message of a transaction. */
#include "wire_message.h"

#include <strings.h>

#include "authresults.h"
#include "fuzz.h"
#include "headers.h"

/* --- gathering --- */

static char *copy_text(const char *text)
{
    char *copy = strdup(text);
    require(copy, "memory");
    return copy;
}

void wire_message_clear(struct wire_message *m)
{
    for (size_t i = 0; i < m->field_count; i++) {
        free(m->fields[i].name);
        free(m->fields[i].value);
    }
    for (size_t i = 0; i < m->diversion_count; i++)
        free(m->diversions[i].recipient);
    free(m->fields);
    free(m->diversions);
    *m = (struct wire_message){0};
}

/* The array has room for a power of two of them. */
static void *with_room(void *array, size_t count, size_t size)
{
    if ((count & (count - 1)) == 0)
        array = realloc(array, (count ? 2 * count : 1) * size);
    require(array, "memory");
    return array;
}

void wire_message_field(struct wire_message *m, const char *name, const char *value)
{
    m->fields = with_room(m->fields, m->field_count, sizeof *m->fields);
    m->fields[m->field_count++] =
        (struct wire_field){copy_text(name), copy_text(value)};
}

void wire_message_recipient(struct wire_message *m, const char *recipient,
                            const struct handling *h)
{
    const struct site_policy *policy = h->discard ? h->discard : h->redirect;
    m->recipients++;
    m->discarded += h->discard != NULL;
    for (size_t i = 0; i < sizeof m->marks / sizeof *m->marks; i++)
        m->marks[i] |= h->marks[i];
    if (!policy)
        return;
    m->diversions = with_room(m->diversions, m->diversion_count, sizeof *m->diversions);
    m->diversions[m->diversion_count++] =
        (struct wire_diversion){copy_text(recipient), policy};
}

/* --- the verdict --- */

/* A blank may stand between a name and its colon (RFC 5322 4.5). */
static bool is_named(const struct wire_field *field, const char *name)
{
    size_t len = strlen(field->name);
    while (len > 0 && (field->name[len - 1] == ' ' || field->name[len - 1] == '\t'))
        len--;
    return len == strlen(name) && strncasecmp(field->name, name, len) == 0;
}

void wire_message_judge(const struct wire_message *m, const struct policy *p,
                        struct verdict *v)
{
    struct originator_field fields[HEADERS_FIELDS_MAX];
    struct message message = {.fields = fields};
    struct policy copy = *p;
    size_t bytes = 0;
    for (size_t i = 0; i < m->field_count; i++) {
        struct span value = span_of(m->fields[i].value);
        int which = 0;
        while (which < ORIGINATORS &&
               !is_named(&m->fields[i], originator_name((enum originator)which)))
            which++;
        if (which == ORIGINATORS)
            continue;
        if (message.count == HEADERS_FIELDS_MAX ||
            value.len > HEADERS_BYTES_MAX - bytes) {
            message.incomplete = true;
            continue;
        }
        bytes += value.len;
        fields[message.count++] =
            (struct originator_field){(enum originator)which, value};
    }
    policy_message(&copy, &message, v, NULL);
    require(!message.incomplete || v->kind != VERDICT_PASS ||
                !p->snapshot->judges_headers,
            "what was not read wholly does not pass");
}

/* --- changes --- */

bool wire_message_is_discarded(const struct wire_message *m)
{
    return m->recipients > 0 && m->discarded == m->recipients;
}

static bool have_mark(const struct wire_message *m, const struct site_policy *p)
{
    return m->marks[p->index / 64] >> (p->index % 64) & 1;
}

static size_t count_edits(const SMFICTX *c, enum edit_kind kind, const char *name,
                          const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < c->edit_count; i++)
        count += c->edits[i].kind == kind &&
                 (!name || strcasecmp(c->edits[i].name, name) == 0) &&
                 (!text || strcmp(c->edits[i].text, text) == 0);
    return count;
}

/* Where the next removal of this name is, from i on. */
static size_t next_removal(const SMFICTX *c, size_t i, const char *name)
{
    while (i < c->edit_count && (c->edits[i].kind != EDIT_REMOVE_FIELD ||
                                 strcasecmp(c->edits[i].name, name) != 0))
        i++;
    return i;
}

/* All fields of a name, or those that claim to be id's: each once, the last first, so
 * that no removal moves the next one. Returns how many. */
static size_t check_removals(const struct wire_message *m, const SMFICTX *c,
                             const char *name, const char *id)
{
    size_t at = next_removal(c, 0, name), count = 0;
    int number = 0;
    for (size_t i = 0; i < m->field_count; i++)
        number += is_named(&m->fields[i], name);
    for (size_t i = m->field_count; i > 0; i--) {
        const struct wire_field *field = &m->fields[i - 1];
        if (!is_named(field, name))
            continue;
        if (!id || authresults_claims(span_of(field->value), id)) {
            require(at < c->edit_count, "every forged field is removed");
            require(c->edits[at].number == number, "by its number, the last first");
            at = next_removal(c, at + 1, name);
            count++;
        }
        number--;
    }
    require(at == c->edit_count, "no other field of this name is removed");
    return count;
}

static bool is_first_of_name(const struct snapshot *s, const struct site_policy *policy)
{
    for (const struct site_policy *p = s->policies; p != policy; p = p->next)
        if (p->action == ACTION_ADD_HEADER &&
            strcasecmp(p->field_name, policy->field_name) == 0)
            return false;
    return true;
}

bool wire_message_is_overdone(const struct wire_message *m, const struct snapshot *s)
{
    size_t count = 0;
    for (size_t i = 0; i < m->field_count; i++) {
        const struct wire_field *field = &m->fields[i];
        count += s->globals.authentication_results &&
                 is_named(field, AUTHRESULTS_FIELD) &&
                 authresults_claims(span_of(field->value), s->globals.authserv_id);
        for (const struct site_policy *p = s->policies; p; p = p->next)
            count += p->action == ACTION_ADD_HEADER && is_first_of_name(s, p) &&
                     is_named(field, p->field_name);
    }
    return count > FORGERIES_MAX;
}

static void check_fields(const struct wire_message *m, const struct snapshot *s,
                         const SMFICTX *c)
{
    size_t removed = 0, added = 0;
    if (s->globals.authentication_results)
        removed = check_removals(m, c, AUTHRESULTS_FIELD, s->globals.authserv_id);
    for (const struct site_policy *p = s->policies; p; p = p->next) {
        size_t wanted = 0;
        if (p->action != ACTION_ADD_HEADER || !is_first_of_name(s, p))
            continue;
        removed += check_removals(m, c, p->field_name, NULL);
        for (const struct site_policy *q = p; q; q = q->next)
            wanted += q->action == ACTION_ADD_HEADER && have_mark(m, q) &&
                      strcasecmp(p->field_name, q->field_name) == 0;
        require(count_edits(c, EDIT_ADD_FIELD, p->field_name, NULL) == wanted,
                "a field is added once for each policy that matched");
        added += wanted;
    }
    require(count_edits(c, EDIT_REMOVE_FIELD, NULL, NULL) == removed,
            "no other field is removed");
    require(count_edits(c, EDIT_ADD_FIELD, NULL, NULL) == added,
            "no other field is added");
}

static void check_results(const struct policy *p, const SMFICTX *c)
{
    const struct globals *g = &p->snapshot->globals;
    const char *wanted = p->authenticated ? "; auth=pass smtp.auth=" : "; auth=none";
    size_t len = strlen(g->authserv_id), found = 0;
    for (size_t i = 0; i < c->edit_count; i++) {
        const struct edit *e = &c->edits[i];
        require(!found || e->kind != EDIT_REMOVE_FIELD,
                "what is put in front does not move what is removed");
        if (e->kind != EDIT_INSERT_FIELD)
            continue;
        found++;
        require(e->number == 0 && strcasecmp(e->name, AUTHRESULTS_FIELD) == 0,
                "only the results are put in front of all");
        require(strncmp(e->text, g->authserv_id, len) == 0 &&
                    strncmp(e->text + len, wanted, strlen(wanted)) == 0,
                "the results are ours, and of this login");
    }
    require(found == (g->authentication_results ? 1 : 0), "results where asked for");
}

/* Once as it came, and once more without its source route. */
static size_t count_removals(const struct wire_message *m, const char *recipient)
{
    size_t count = 0;
    for (size_t i = 0; i < m->diversion_count; i++)
        count += strcmp(m->diversions[i].recipient, recipient) == 0;
    return count;
}

static void check_recipients(const struct wire_message *m, const struct snapshot *s,
                             const SMFICTX *c)
{
    size_t targets = 0, routes = 0;
    for (size_t i = 0; i < m->diversion_count; i++) {
        const char *recipient = m->diversions[i].recipient;
        routes += address_behind_route(span_of(recipient)).len > 0;
        require(count_edits(c, EDIT_REMOVE_RECIPIENT, NULL, recipient) >=
                    count_removals(m, recipient),
                "who is diverted is no recipient");
    }
    for (const struct site_policy *p = s->policies; p; p = p->next) {
        size_t i = 0;
        while (i < m->diversion_count && m->diversions[i].policy != p)
            i++;
        if (i == m->diversion_count || p->action != ACTION_REDIRECT)
            continue;
        targets++;
        require(count_edits(c, EDIT_ADD_RECIPIENT, NULL, p->value) == 1,
                "who is redirected to gets it once");
    }
    require(count_edits(c, EDIT_REMOVE_RECIPIENT, NULL, NULL) ==
                m->diversion_count + routes,
            "nobody else is removed");
    require(count_edits(c, EDIT_ADD_RECIPIENT, NULL, NULL) == targets,
            "nobody else gets it");
}

static void check_quarantine(const struct wire_message *m, const struct snapshot *s,
                             const SMFICTX *c)
{
    const struct site_policy *p = s->policies;
    while (p && (p->action != ACTION_QUARANTINE || !have_mark(m, p)))
        p = p->next;
    require(count_edits(c, EDIT_QUARANTINE, NULL, NULL) == (p ? 1 : 0),
            "held once, where a policy says so");
    require(!p || count_edits(c, EDIT_QUARANTINE, NULL, p->value) == 1,
            "for the first reason");
}

void wire_message_check_edits(const struct wire_message *m, const struct policy *p,
                              const SMFICTX *c)
{
    check_fields(m, p->snapshot, c);
    check_results(p, c);
    check_recipients(m, p->snapshot, c);
    check_quarantine(m, p->snapshot, c);
}
