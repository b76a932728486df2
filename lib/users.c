/* SPDX-License-Identifier: BSD-2-Clause */
/* Internal users while a configuration is loaded. */
#include "users.h"

#include <crypt.h>
#include <stdlib.h>

#include "hashcost.h"

/* No setting of crypt(3) looks like it. */
static const char locked[] = "*";

struct user *user_new(struct load *ld, const struct ou *ou, struct span text,
                      unsigned line)
{
    struct address name;
    if (!address_parse_login(text, &name))
        return NULL;
    struct user *user = arena_alloc(ld->arena, sizeof *user + name.len + 1);
    user->ou = ou;
    user->file = ld->file;
    user->line = line;
    user->has_domain = address_has_domain(&name);
    user->name_len = (uint16_t)name.len;
    memcpy(user->name, name.text, name.len);
    return user;
}

const struct user *user_add(struct load *ld, struct user *user)
{
    const struct user *other = name_index_add(&ld->snapshot->users, user);
    if (other)
        return other;
    if (ld->user_count == ld->user_size) {
        ld->user_size = ld->user_size ? ld->user_size * 2 : 64;
        ld->users = realloc(ld->users, ld->user_size * sizeof *ld->users);
        if (!ld->users)
            abort();
    }
    ld->users[ld->user_count++] = user;
    return NULL;
}

/* libcrypt calls SHA-256 legacy as it does DES and MD5, but it is not of their kind. */
static const char *hash_fault(const char *hash)
{
    if (*hash == '*' || *hash == '!')
        return NULL; /* locked, as in shadow(5) */
    if (*hash != '$')
        return "not a hash that crypt(5) describes: see gatepost passwd";
    int kind = crypt_checksalt(hash);
    bool weak = kind == CRYPT_SALT_METHOD_LEGACY && strncmp(hash, "$5$", 3) != 0;
    if (kind == CRYPT_SALT_INVALID || kind == CRYPT_SALT_METHOD_DISABLED)
        return "not a hash that crypt(3) knows: see gatepost passwd";
    if (weak)
        return "too weak a hash, nobody can log in with it: see gatepost passwd";
    if (!hash_is_affordable(hash))
        return "too costly, or not a whole hash: nobody can log in with it; see "
               "gatepost passwd";
    return NULL;
}

/* Returns why nobody can log in with it, in words that stay valid, or NULL. */
static const char *set_hash(struct load *ld, struct user *user, struct span hash)
{
    char text[CRYPT_OUTPUT_SIZE];
    text[0] = '\0';
    const char *fault = "too long for a hash: nobody can log in with it";
    if (hash.len < sizeof text) {
        memcpy(text, hash.ptr, hash.len);
        text[hash.len] = '\0';
        fault = hash_fault(text);
    }
    bool usable = !fault && *text == '$';
    explicit_bzero(text, sizeof text);
    if (!ld->secrets)
        return fault;
    user->hash = usable ? arena_copy(ld->secrets, hash) : locked;
    struct ou *ou = (struct ou *)(uintptr_t)user->ou;
    if (usable && !ou->typical_hash)
        ou->typical_hash = user->hash;
    if (usable && !ld->snapshot->typical_hash)
        ld->snapshot->typical_hash = user->hash;
    return fault;
}

void user_take_hash(struct load *ld, const struct secret *secret, struct span hash)
{
    struct user *user = secret->section;
    user->hash_unread = hash.ptr == NULL;
    const char *fault = user->hash_unread ? NULL : set_hash(ld, user, hash);
    if (fault)
        load_warning(ld, secret->line, secret->option, "%s", fault);
}
