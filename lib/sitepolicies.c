/* SPDX-License-Identifier: BSD-2-Clause */
/* Policy sections while a configuration is loaded. */
#include "sitepolicies.h"

#include <stdio.h>
#include <strings.h>

#include "ascii.h"
#include "placeholder.h"

enum { FIELD_NAME_MAX = 64, REPLY_VALUE_MAX = 200 };

struct site_policy *policy_begin(struct load *ld, const struct statement *st)
{
    struct snapshot *s = ld->snapshot;
    if (s->policy_count == SITE_POLICIES_MAX) {
        load_error(ld, st->line, st->name, "more than %d policies", SITE_POLICIES_MAX);
        return NULL;
    }
    struct site_policy *policy = arena_alloc(ld->arena, sizeof *policy);
    *policy = ld->policy_defaults;
    policy->name = arena_copy(ld->arena, st->title);
    policy->file = ld->file;
    policy->line = st->line;
    policy->index = (unsigned)s->policy_count++;
    *ld->last_policy = policy;
    ld->last_policy = &policy->next;
    return policy;
}

static void complain(struct load *ld, const struct site_policy *p,
                     enum policy_option option, const char *message)
{
    unsigned line = p->lines[option] ? p->lines[option] : p->line;
    load_error(ld, line, schema_policy.options[option].name, "%s", message);
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if (ascii_is_control(*text) || ascii_is_high(*text))
            return false;
    return true;
}

/* --- add_header --- */

/* What a message is routed, traced and signed by is not for a policy to replace. */
static bool field_is_taken(const char *name)
{
    static const char *const taken[] = {"Authentication-Results",
                                        "Bcc",
                                        "Cc",
                                        "Content-Transfer-Encoding",
                                        "Content-Type",
                                        "Date",
                                        "Delivered-To",
                                        "DKIM-Signature",
                                        "From",
                                        "Message-ID",
                                        "MIME-Version",
                                        "Received",
                                        "Reply-To",
                                        "Resent-From",
                                        "Resent-Sender",
                                        "Return-Path",
                                        "Sender",
                                        "Subject",
                                        "To",
                                        NULL};
    for (const char *const *t = taken; *t; t++)
        if (strcasecmp(*t, name) == 0)
            return true;
    return false;
}

static bool is_field_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] > '~')
            return false;
    return name.len > 0 && name.len <= FIELD_NAME_MAX;
}

static const char *take_field_apart(struct load *ld, struct site_policy *p)
{
    const char *colon = strchr(p->value, ':');
    if (!colon || !is_field_name((struct span){p->value, (size_t)(colon - p->value)}))
        return "\"Name: text\" was expected";
    p->field_name =
        arena_copy(ld->arena, (struct span){p->value, (size_t)(colon - p->value)});
    p->field_value = colon + 1 + strspn(colon + 1, " ");
    if (field_is_taken(p->field_name))
        return "a field that is not for policies to add";
    if (*p->field_value == '\0')
        return "the field has no text";
    if (strlen(p->field_value) > PLACEHOLDER_TEXT_MAX)
        return "the text is too long";
    return placeholder_fault(p->field_value);
}

/* --- the other actions --- */

static const char *take_reply(struct site_policy *p, const char *code,
                              const char *enhanced, const char *text)
{
    p->reply = (struct reply){code, enhanced, *p->value ? p->value : text};
    if (!is_printable(p->value))
        return "an SMTP reply holds printable ASCII only";
    return strlen(p->value) > REPLY_VALUE_MAX ? "the text is too long" : NULL;
}

/* As it goes to the MTA: in angle brackets. */
static const char *take_recipient(struct load *ld, struct site_policy *p)
{
    struct address address;
    struct span value = span_of(p->value);
    if (!address_parse(value, &address) || !address_has_domain(&address) ||
        value.ptr[0] == '@' || strchr(p->value, '<') != strrchr(p->value, '<'))
        return "the address to send to was expected";
    if (value.ptr[0] == '<')
        return NULL;
    char *text = arena_alloc(ld->arena, value.len + 3);
    snprintf(text, value.len + 3, "<%s>", p->value);
    p->value = text;
    return NULL;
}

static const char *take_reason(struct site_policy *p)
{
    if (!is_printable(p->value))
        return "printable ASCII was expected";
    if (strlen(p->value) > REPLY_VALUE_MAX)
        return "the text is too long";
    p->value = *p->value ? p->value : "held by policy";
    return NULL;
}

/* Returns what is wrong with the value. */
static const char *take_value(struct load *ld, struct site_policy *p)
{
    switch ((enum policy_action)p->action) {
    case ACTION_ACCEPT:
    case ACTION_DISCARD:
        return *p->value ? "this action takes no value" : NULL;
    case ACTION_REFUSE:
        return take_reply(p, "550", "5.7.1", "This message is refused by policy");
    case ACTION_DEFER:
        return take_reply(p, "451", "4.7.1", "This message is deferred by policy");
    case ACTION_QUARANTINE:
        return take_reason(p);
    case ACTION_ADD_HEADER:
        return take_field_apart(ld, p);
    case ACTION_REDIRECT:
        return take_recipient(ld, p);
    case ACTION_LOG:
    case ACTION_NONE:
        break;
    }
    return NULL;
}

static const char *describe(struct load *ld, const struct site_policy *p,
                            const char *verb)
{
    char text[320];
    snprintf(text, sizeof text, "policy \"%.255s\" %s", p->name, verb);
    return arena_copy(ld->arena, span_of(text));
}

void policy_built(struct load *ld, struct site_policy *p)
{
    static const char *const verbs[] = {"",
                                        "accepts",
                                        "refuses",
                                        "defers",
                                        "discards",
                                        "quarantines",
                                        "adds a header field",
                                        "redirects",
                                        "logs"};
    if (p->action == ACTION_NONE && !p->lines[POLICY_ACTION])
        complain(ld, p, POLICY_ACTION, "a policy needs an action");
    const char *fault = take_value(ld, p);
    if (fault)
        complain(ld, p, POLICY_VALUE, fault);
    p->phrase = describe(ld, p, verbs[p->action]);
    p->not_phrase = describe(ld, p, "is not for this mail");
}

/* --- what only the whole configuration can tell --- */

static void check_interfaces(struct load *ld, struct site_policy *p)
{
    for (size_t n = 0; n < p->interfaces.count; n++) {
        const char *name = p->interfaces.words[n];
        bool known = strcmp(name, "default") == 0;
        for (const struct interface *i = ld->snapshot->interfaces; i && !known;
             i = i->next)
            known = strcasecmp(i->name, name) == 0;
        if (known)
            strmap_add(&p->interface_set, span_of(name), (void *)(uintptr_t)name);
        else
            diag_add(ld->diag, SEVERITY_ERROR, p->file, p->lines[POLICY_INTERFACES],
                     "interfaces", "there is no interface \"%.80s\"", name);
    }
}

static void check_ous(struct load *ld, struct site_policy *p)
{
    for (size_t n = 0; n < p->ous.count; n++) {
        struct span name = span_of(p->ous.words[n]);
        struct ou *ou = strmap_find(&ld->snapshot->ous, name);
        if (ou)
            strmap_add(&p->ou_set, name, ou);
        else
            diag_add(ld->diag, SEVERITY_ERROR, p->file, p->lines[POLICY_OUS], "ous",
                     "there is no ou \"%.80s\"", name.ptr);
    }
}

static bool ends_the_list(const struct site_policy *p)
{
    return p->action == ACTION_ACCEPT || p->action == ACTION_REFUSE ||
           p->action == ACTION_DEFER || p->action == ACTION_DISCARD;
}

static bool edits_messages(const struct site_policy *p)
{
    return p->action == ACTION_DISCARD || p->action == ACTION_QUARANTINE ||
           p->action == ACTION_ADD_HEADER || p->action == ACTION_REDIRECT;
}

static bool has_conditions(const struct site_policy *p)
{
    return p->authentication_state != STATE_ANY || p->interfaces.count ||
           p->ous.count || p->clients || p->senders || p->recipients;
}

void check_policies(struct load *ld)
{
    const struct site_policy *last = NULL;
    for (struct site_policy *p = ld->snapshot->policies; p; p = p->next) {
        check_interfaces(ld, p);
        check_ous(ld, p);
        if (last)
            diag_add(ld->diag, SEVERITY_WARNING, p->file, p->line, "policy",
                     "\"%.80s\" can never be reached: \"%.80s\" is for all mail",
                     p->name, last->name);
        else if (ends_the_list(p) && !has_conditions(p))
            last = p;
        ld->snapshot->needs_headers |= p->action == ACTION_ADD_HEADER;
        ld->snapshot->edits_messages |= edits_messages(p);
    }
}
