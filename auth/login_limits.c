/* SPDX-License-Identifier: BSD-2-Clause */
/* How often a client or a login may fail. */
#include "login_limits.h"

#include <openssl/rand.h>
#include <stdlib.h>

#include "strmap.h"

/* Who does not fit any more takes the place of the one whose time began first. */
enum { SETS = 16384, WAYS = 4 };

/* What is known of a client, or of a login. */
struct record {
    uint64_t key;         /* 0: free */
    int64_t since;        /* the interval began */
    int64_t locked_until; /* 0: it is not */
    enum limits_option locked_by;
    unsigned failed;
    unsigned other_count, other_size;
    uint32_t *others; /* keys: of logins that failed, or of clients that passed */
};

struct table {
    struct record (*sets)[WAYS];
};

static struct table clients, logins;
static uint64_t seed;

bool limits_start(void)
{
    clients.sets = calloc(SETS, sizeof *clients.sets);
    logins.sets = calloc(SETS, sizeof *logins.sets);
    return clients.sets && logins.sets &&
           RAND_bytes((unsigned char *)&seed, sizeof seed) == 1;
}

/* --- keys --- */

/* Never 0. Keyed, so that nobody can look for names that meet. */
static uint64_t key_of(const void *bytes, size_t len)
{
    const char *c = bytes;
    uint64_t hash = STRMAP_HASH_START ^ seed;
    for (size_t i = 0; i < len; i++) {
        hash = strmap_hash_step(hash, c[i]);
        hash ^= hash >> 29;
    }
    hash = (hash ^ seed) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

static uint64_t client_key(const struct ipaddr *client)
{
    uint8_t bytes[17] = {(uint8_t)client->family};
    if (client->family == IP_UNKNOWN)
        return 0;
    memcpy(bytes + 1, client->bytes, client->family == IP_V4 ? 4 : 8);
    return key_of(bytes, sizeof bytes);
}

static uint64_t login_key(struct span login)
{
    return login.ptr ? key_of(login.ptr, login.len) : 0;
}

/* --- records --- */

static void restart(struct record *r, uint64_t key, int64_t now)
{
    free(r->others);
    *r = (struct record){.key = key, .since = now};
}

/* An interval that is over, and a lockout, are forgotten. */
static void age(struct record *r, const struct limits_settings *s, int64_t now)
{
    bool locked = r->locked_until > now;
    bool over = now - r->since >= (int64_t)s->interval * 1000 || r->locked_until;
    if (!locked && over)
        restart(r, r->key, now);
}

/* NULL if nothing is known. */
static struct record *find(struct table *t, uint64_t key,
                           const struct limits_settings *s, int64_t now)
{
    struct record *set = t->sets[key % SETS];
    for (int i = 0; key && i < WAYS; i++) {
        if (set[i].key != key)
            continue;
        age(&set[i], s, now);
        return &set[i];
    }
    return NULL;
}

/* The least is given up first: a free record, an old one, a locked one. */
static int64_t worth(const struct record *r, int64_t now)
{
    if (!r->key)
        return INT64_MIN;
    return r->locked_until > now ? r->locked_until : r->since - (INT64_C(1) << 40);
}

static struct record *find_or_add(struct table *t, uint64_t key,
                                  const struct limits_settings *s, int64_t now)
{
    struct record *known = find(t, key, s, now), *set = t->sets[key % SETS];
    struct record *victim = &set[0];
    if (known)
        return known;
    for (int i = 1; i < WAYS && victim->key; i++)
        if (worth(&set[i], now) < worth(victim, now))
            victim = &set[i];
    restart(victim, key, now);
    return victim;
}

static bool has_other(const struct record *r, uint64_t key)
{
    for (unsigned i = 0; i < r->other_count; i++)
        if (r->others[i] == (uint32_t)key)
            return true;
    return false;
}

static void add_other(struct record *r, uint64_t key, unsigned most)
{
    if (!key || has_other(r, key) || r->other_count >= most)
        return;
    if (r->other_count == r->other_size) {
        unsigned size = r->other_size ? r->other_size * 2 : 8;
        uint32_t *grown = realloc(r->others, size * sizeof *grown);
        if (!grown)
            return;
        r->others = grown;
        r->other_size = size;
    }
    r->others[r->other_count++] = (uint32_t)key;
}

/* --- limits --- */

static bool is_locked(const struct record *r, int64_t now)
{
    return r && r->locked_until > now;
}

/* A lockout is not prolonged by what is tried meanwhile. */
static void lock(struct record *r, enum limits_option why,
                 const struct limits_settings *s, int64_t now)
{
    if (is_locked(r, now))
        return;
    r->locked_until = now + (int64_t)s->lockout * 1000;
    r->locked_by = why;
}

/* One that was made by a limit that is gone does not count any more. */
static bool is_locked_by(const struct record *r, enum limits_option why, unsigned limit,
                         int64_t now)
{
    return limit && is_locked(r, now) && r->locked_by == why;
}

static bool is_full(const struct record *r, unsigned most, uint64_t other)
{
    return r && most && other && r->other_count >= most && !has_other(r, other);
}

const char *limits_check(const struct limits_settings *s,
                         const struct limits_subject *subject, int64_t now,
                         enum limits_option *option)
{
    uint64_t from = client_key(&subject->client), name = login_key(subject->login);
    struct record *client = find(&clients, from, s, now);
    struct record *login = find(&logins, name, s, now);
    if (is_full(client, s->failed_users_per_client, name))
        lock(client, LIMITS_FAILED_USERS_PER_CLIENT, s, now);
    *option = LIMITS_FAILED_PER_CLIENT;
    if (is_locked_by(client, *option, s->failed_per_client, now))
        return "too many logins from this client failed";
    *option = LIMITS_FAILED_USERS_PER_CLIENT;
    if (is_locked_by(client, *option, s->failed_users_per_client, now))
        return "logins of too many users from this client failed";
    *option = LIMITS_FAILED_PER_LOGIN;
    if (is_locked_by(login, *option, s->failed_per_login, now))
        return "too many attempts at this login failed";
    *option = LIMITS_CLIENTS_PER_LOGIN;
    if (is_full(login, s->clients_per_login, from))
        return "too many clients use this login";
    return NULL;
}

static void count_failure(struct record *r, unsigned most, enum limits_option option,
                          const struct limits_settings *s, int64_t now)
{
    r->failed++;
    if (most && r->failed >= most)
        lock(r, option, s, now);
}

void limits_count(const struct limits_settings *s, const struct limits_subject *subject,
                  bool passed, int64_t now)
{
    uint64_t from = client_key(&subject->client), name = login_key(subject->login);
    bool of_client = s->failed_per_client || s->failed_users_per_client;
    if (passed) {
        if (s->clients_per_login && name)
            add_other(find_or_add(&logins, name, s, now), from, s->clients_per_login);
        return;
    }
    if (from && of_client) {
        struct record *client = find_or_add(&clients, from, s, now);
        add_other(client, name, s->failed_users_per_client);
        count_failure(client, s->failed_per_client, LIMITS_FAILED_PER_CLIENT, s, now);
    }
    if (name && s->failed_per_login)
        count_failure(find_or_add(&logins, name, s, now), s->failed_per_login,
                      LIMITS_FAILED_PER_LOGIN, s, now);
}
