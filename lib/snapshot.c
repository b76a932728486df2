/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration as it was loaded, and the look-ups in it. */
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>

void source_format(struct source source, char out[SOURCE_TEXT])
{
    if (source.file)
        snprintf(out, SOURCE_TEXT, "%s:%u", source.file, source.line);
    else
        snprintf(out, SOURCE_TEXT, "default");
}

void snapshot_free(struct snapshot **snapshot)
{
    struct snapshot *s = *snapshot;
    if (!s)
        return;
    for (struct interface *i = s->interfaces; i; i = i->next) {
        strmap_clear(&i->relay_ous);
        strmap_clear(&i->realms);
    }
    for (struct site_policy *p = s->policies; p; p = p->next) {
        strmap_clear(&p->interface_set);
        strmap_clear(&p->ou_set);
    }
    for (struct relay *r = s->relays; r; r = r->next)
        strmap_clear(&r->ou_set);
    strmap_clear(&s->ous);
    strmap_clear(&s->domains);
    strmap_clear(&s->local_domains);
    name_index_clear(&s->users);
    arena_free(&s->secrets);
    struct arena *arena = s->arena;
    arena_free(&arena);
    *snapshot = NULL;
}

/* An entry is a domain, or "." and a domain for all that is below it. One pass from
 * the last byte to the first meets every ending; the last one found is the longest. */
static void *find_by_ending(const struct strmap *map, struct span domain)
{
    void *found = NULL;
    uint64_t hash = STRMAP_HASH_START;
    if (map->used == 0)
        return NULL;
    for (size_t i = domain.len; i > 0; i--) {
        char c = domain.ptr[i - 1];
        hash = strmap_hash_step(hash, c);
        if (c != '.' && i != 1)
            continue;
        void *value =
            strmap_find_hashed(map, span_cut(domain, i - 1, domain.len), hash);
        if (value)
            found = value;
    }
    return found;
}

const struct ou *snapshot_domain_owner(const struct snapshot *s, struct span domain)
{
    return find_by_ending(&s->domains, domain);
}

bool snapshot_domain_is_local(const struct snapshot *s, struct span domain)
{
    return find_by_ending(&s->domains, domain) ||
           find_by_ending(&s->local_domains, domain);
}

struct span user_item_name(const void *user)
{
    return user_name(user);
}

const struct user *snapshot_user(const struct snapshot *s, struct span name)
{
    return name_index_find(&s->users, name);
}
