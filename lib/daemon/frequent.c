/* SPDX-License-Identifier: BSD-2-Clause */
/* Who came most often, in little memory however many came. */
#include "frequent.h"

#include <stdlib.h>

#include "ascii.h"
#include "strmap.h"

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = strmap_hash_step(hash, ((const char *)bytes)[i]);
    return hash;
}

/* Escaped as gatepost explain shows it; what is too long ends in "...". */
static void put_name(char out[FREQUENT_NAME], struct span text)
{
    static const char digits[] = "0123456789abcdef", more[] = "...";
    size_t n = 0, whole = 0; /* whole: what may stay in front of the dots */
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool escape = ascii_is_control(text.ptr[i]) || ascii_is_high(text.ptr[i]);
        size_t len = escape ? 4 : 1;
        if (n + len >= FREQUENT_NAME) {
            memcpy(out + whole, more, sizeof more);
            return;
        }
        if (escape)
            memcpy(out + n, (char[]){'\\', 'x', digits[c >> 4], digits[c & 15]}, len);
        else
            out[n] = (char)c;
        n += len;
        if (n + sizeof more <= FREQUENT_NAME)
            whole = n;
    }
    out[n] = '\0';
}

struct whom whom_login(struct span login)
{
    struct whom whom = {.is_login = true};
    whom.hash = hash_bytes(STRMAP_HASH_START, login.ptr, login.len);
    put_name(whom.name, login);
    return whom;
}

struct whom whom_sender(struct span sender, const struct ipaddr *client)
{
    struct whom whom = {.client = *client};
    whom.hash = hash_bytes(STRMAP_HASH_START, sender.ptr, sender.len);
    whom.hash = hash_bytes(whom.hash, client->bytes, sizeof client->bytes);
    put_name(whom.name, sender);
    return whom;
}

static bool is_same(const struct whom *a, const struct whom *b)
{
    return a->hash == b->hash && a->is_login == b->is_login &&
           a->client.family == b->client.family &&
           memcmp(a->client.bytes, b->client.bytes, sizeof a->client.bytes) == 0 &&
           strcmp(a->name, b->name) == 0;
}

/* A new one takes the place of the rarest, and its count: it may have come as often
 * before, and been forgotten. */
void frequent_add(struct frequent *f, const struct whom *whom)
{
    struct frequent_entry *rarest = NULL;
    for (unsigned i = 0; i < f->used; i++) {
        struct frequent_entry *e = &f->entries[i];
        if (is_same(&e->whom, whom)) {
            e->count++;
            return;
        }
        if (!rarest || e->count < rarest->count)
            rarest = e;
    }
    if (f->used < FREQUENT_KEPT) {
        f->entries[f->used++] = (struct frequent_entry){*whom, 1, 0};
        return;
    }
    rarest->whom = *whom;
    rarest->over = rarest->count++;
}

static int by_certain(const void *a, const void *b)
{
    uint64_t x = frequent_certain(a), y = frequent_certain(b);
    return x > y ? -1 : x < y;
}

void frequent_sort(struct frequent *f)
{
    qsort(f->entries, f->used, sizeof *f->entries, by_certain);
}
