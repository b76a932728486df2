/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections of a configuration: where each is kept, and by what name. */
#include <stdio.h>
#include <stdlib.h>

#include "load.h"
#include "relaysections.h"
#include "sitepolicies.h"
#include "targets.h"
#include "users.h"
#include "utf8.h"

enum { TITLE_MAX = 255 };

static bool title_is_good(struct load *ld, const struct statement *st)
{
    bool good =
        st->title.len > 0 && st->title.len <= TITLE_MAX && utf8_is_text(st->title);
    if (!good)
        load_error(ld, st->line, st->name, "the name must be text of 1 to %d bytes",
                   TITLE_MAX);
    return good;
}

static void *interface_begin(struct load *ld, const struct statement *st)
{
    struct interface *interface = arena_alloc(ld->arena, sizeof *interface);
    *interface = ld->snapshot->fallback;
    interface->name = arena_copy(ld->arena, st->title);
    interface->folded_name = arena_fold(ld->arena, st->title);
    interface->file = ld->file;
    interface->line = st->line;
    *ld->last_interface = interface;
    ld->last_interface = &interface->next;
    return interface;
}

static void ou_list_push(struct load *ld, struct ou *ou)
{
    struct snapshot *s = ld->snapshot;
    if (s->ou_count == ld->ou_size) {
        ld->ou_size = ld->ou_size ? ld->ou_size * 2 : 64;
        struct ou **grown = arena_alloc(ld->arena, ld->ou_size * sizeof(*grown));
        if (s->ou_count)
            memcpy(grown, s->ou_list, s->ou_count * sizeof(*grown));
        s->ou_list = grown;
    }
    ou->index = (unsigned)s->ou_count;
    s->ou_list[s->ou_count++] = ou;
}

static void *ou_begin(struct load *ld, const struct statement *st)
{
    struct ou *ou = arena_alloc(ld->arena, sizeof *ou);
    *ou = ld->ou_defaults;
    ou->name = arena_copy(ld->arena, st->title);
    ou->folded_name = arena_fold(ld->arena, st->title);
    ou->file = ld->file;
    ou->line = st->line;
    ou->of_tenant = ld->in_ou_directory;
    const struct ou *other = strmap_add(&ld->snapshot->ous, ou->folded_name, ou);
    if (other) {
        load_error(ld, st->line, st->name,
                   "there are two of the name \"%.80s\": see %s:%u", ou->name,
                   other->file, other->line);
        return NULL;
    }
    ou_list_push(ld, ou);
    ld->last_target = &ou->targets;
    return ou;
}

static void claim_domains(struct load *ld, struct ou *ou)
{
    unsigned line = ou->lines[OU_DOMAINS];
    for (size_t i = 0; i < ou->domains.count; i++) {
        const char *domain = ou->domains.words[i];
        const struct ou *owner =
            strmap_add(&ld->snapshot->domains, span_of(domain), ou);
        if (owner == ou)
            load_warning(ld, line, "domains", "\"%.80s\" is listed twice", domain);
        else if (owner)
            load_error(ld, line, "domains",
                       "\"%.80s\" belongs to ou \"%.80s\" already: see %s:%u", domain,
                       owner->name, owner->file, owner->lines[OU_DOMAINS]);
    }
}

static struct user *user_begin(struct load *ld, const struct statement *st,
                               const struct ou *ou)
{
    struct user *user = user_new(ld, ou, st->title, st->line);
    if (!user)
        load_error(ld, st->line, st->name, "no login name could ever be like \"%.*s\"",
                   st->title.len > 80 ? 80 : (int)st->title.len, st->title.ptr);
    const struct user *other = user ? user_add(ld, user) : NULL;
    if (!other)
        return user;
    load_error(ld, st->line, st->name, "there are two of the name \"%.80s\": see %s:%u",
               user->name, other->file, other->line);
    return NULL;
}

void *section_begin(struct load *ld, const struct section_spec *spec,
                    const struct statement *st, void *parent)
{
    if (spec == &schema_log)
        return &ld->snapshot->log;
    if (spec == &schema_limits)
        return &ld->snapshot->limits;
    if (!title_is_good(ld, st))
        return NULL;
    if (spec == &schema_interface)
        return interface_begin(ld, st);
    if (spec == &schema_ou)
        return ou_begin(ld, st);
    if (spec == &schema_target)
        return target_begin(ld, st, parent);
    if (spec == &schema_policy)
        return policy_begin(ld, st);
    if (spec == &schema_relay)
        return relay_begin(ld, st);
    return user_begin(ld, st, parent);
}

void section_built(struct load *ld, const struct section_spec *spec,
                   const struct statement *st, void *section)
{
    (void)st;
    if (spec == &schema_ou)
        claim_domains(ld, section);
    else if (spec == &schema_target)
        target_built(ld, section);
    else if (spec == &schema_policy)
        policy_built(ld, section);
    else if (spec == &schema_relay)
        relay_built(ld, section);
    else if (spec == &schema_limits)
        ((struct limits_settings *)section)->file = ld->file;
    else if (spec == &schema_log)
        ((struct log_settings *)section)->file = ld->file;
}
