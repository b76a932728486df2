/* SPDX-License-Identifier: BSD-2-Clause */
/* How often a client or a login may fail. */
#include "login_limits.h"

#include <openssl/rand.h>
#include <pthread.h>
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
    unsigned under_way; /* attempts whose end is not known yet */
    unsigned other_count, other_size;
    uint32_t *others; /* keys: of logins that failed, or of clients that passed */
};

struct table {
    struct record (*sets)[WAYS];
};

/* Held for a few instructions at a time. */
static pthread_mutex_t lock_of_all = PTHREAD_MUTEX_INITIALIZER;
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

/* An interval that is over, and a lockout, are forgotten; what is under way is not. */
static void age(struct record *r, const struct limits_settings *s, int64_t now)
{
    bool locked = r->locked_until > now;
    bool over = now - r->since >= (int64_t)s->interval * 1000 || r->locked_until;
    unsigned under_way = r->under_way;
    if (!locked && over)
        restart(r, r->key, now);
    r->under_way = under_way;
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

/* Would one more be too many of those that differ? known: as many as are certain;
 * possible: with all that are under way. */
struct others {
    bool known, possible;
};
static struct others one_more(const struct record *r, unsigned most, uint64_t other)
{
    if (!r || !most || !other || has_other(r, other))
        return (struct others){false, false};
    return (struct others){r->other_count >= most,
                           r->other_count + r->under_way >= most};
}

static bool may_become_locked(const struct record *r, unsigned most)
{
    return r && most && r->under_way && r->failed + r->under_way >= most;
}

static const char *find_fault(const struct limits_settings *s, struct record *client,
                              struct record *login, int64_t now,
                              enum limits_option *option)
{
    *option = LIMITS_FAILED_PER_CLIENT;
    if (is_locked_by(client, *option, s->failed_per_client, now))
        return "too many logins from this client failed";
    *option = LIMITS_FAILED_USERS_PER_CLIENT;
    if (is_locked_by(client, *option, s->failed_users_per_client, now))
        return "logins of too many users from this client failed";
    *option = LIMITS_FAILED_PER_LOGIN;
    if (is_locked_by(login, *option, s->failed_per_login, now))
        return "too many attempts at this login failed";
    return NULL;
}

static bool has_client_limit(const struct limits_settings *s)
{
    return s->failed_per_client || s->failed_users_per_client;
}

static bool has_login_limit(const struct limits_settings *s)
{
    return s->failed_per_login || s->clients_per_login;
}

static void enter(struct table *t, uint64_t key, bool limited,
                  const struct limits_settings *s, int64_t now)
{
    if (key && limited)
        find_or_add(t, key, s, now)->under_way++;
}

static enum limits_answer try_to_enter(const struct limits_settings *s,
                                       const struct limits_subject *subject,
                                       int64_t now, bool may_hold,
                                       enum limits_option *option, const char **reason)
{
    uint64_t from = client_key(&subject->client), name = login_key(subject->login);
    struct record *client = find(&clients, from, s, now);
    struct record *login = find(&logins, name, s, now);
    struct others users = one_more(client, s->failed_users_per_client, name);
    struct others uses = one_more(login, s->clients_per_login, from);
    if (users.known)
        lock(client, LIMITS_FAILED_USERS_PER_CLIENT, s, now);
    *reason = find_fault(s, client, login, now, option);
    if (!*reason && uses.known) {
        *option = LIMITS_CLIENTS_PER_LOGIN;
        *reason = "too many clients use this login";
    }
    if (*reason)
        return LIMITS_REFUSE;
    bool depends = users.possible || uses.possible ||
                   may_become_locked(client, s->failed_per_client) ||
                   may_become_locked(login, s->failed_per_login);
    if (depends && may_hold)
        return LIMITS_HOLD;
    enter(&clients, from, has_client_limit(s) && !subject->slow, s, now);
    enter(&logins, name, has_login_limit(s), s, now);
    return LIMITS_PASS;
}

enum limits_answer limits_enter(const struct limits_settings *s,
                                const struct limits_subject *subject, int64_t now,
                                bool may_hold, enum limits_option *option,
                                const char **reason)
{
    pthread_mutex_lock(&lock_of_all);
    enum limits_answer answer = try_to_enter(s, subject, now, may_hold, option, reason);
    pthread_mutex_unlock(&lock_of_all);
    return answer;
}

static void count_failure(struct record *r, unsigned most, enum limits_option option,
                          const struct limits_settings *s, int64_t now)
{
    r->failed++;
    if (most && r->failed >= most)
        lock(r, option, s, now);
}

static void count_failed(const struct limits_settings *s,
                         const struct limits_subject *subject, int64_t now)
{
    uint64_t from = client_key(&subject->client), name = login_key(subject->login);
    if (from && has_client_limit(s)) {
        struct record *client = find_or_add(&clients, from, s, now);
        add_other(client, name, s->failed_users_per_client);
        count_failure(client, s->failed_per_client, LIMITS_FAILED_PER_CLIENT, s, now);
    }
    if (name && s->failed_per_login)
        count_failure(find_or_add(&logins, name, s, now), s->failed_per_login,
                      LIMITS_FAILED_PER_LOGIN, s, now);
}

/* Its record may have been given up meanwhile, or be of a later interval. */
static void leave(struct table *t, uint64_t key, const struct limits_settings *s,
                  int64_t now)
{
    struct record *r = find(t, key, s, now);
    if (r && r->under_way)
        r->under_way--;
}

void limits_leave(const struct limits_settings *s, const struct limits_subject *subject,
                  enum limits_end end, int64_t now)
{
    uint64_t from = client_key(&subject->client), name = login_key(subject->login);
    pthread_mutex_lock(&lock_of_all);
    if (has_client_limit(s) && !subject->slow)
        leave(&clients, from, s, now);
    if (has_login_limit(s))
        leave(&logins, name, s, now);
    if (end == LIMITS_FAILED)
        count_failed(s, subject, now);
    if (end == LIMITS_PASSED && s->clients_per_login && name)
        add_other(find_or_add(&logins, name, s, now), from, s->clients_per_login);
    pthread_mutex_unlock(&lock_of_all);
}

static bool forget(struct table *t, uint64_t key)
{
    struct record *set = t->sets[key % SETS];
    for (int i = 0; key && i < WAYS; i++) {
        if (set[i].key != key)
            continue;
        restart(&set[i], 0, 0);
        return true;
    }
    return false;
}

bool limits_forget(const struct limits_subject *subject)
{
    pthread_mutex_lock(&lock_of_all);
    bool client = forget(&clients, client_key(&subject->client));
    bool login = forget(&logins, login_key(subject->login));
    pthread_mutex_unlock(&lock_of_all);
    return client || login;
}

static unsigned count_locked(const struct table *t, int64_t now)
{
    unsigned count = 0;
    for (int i = 0; i < SETS; i++)
        for (int n = 0; n < WAYS; n++)
            count += t->sets[i][n].key && t->sets[i][n].locked_until > now;
    return count;
}

struct limits_locked limits_count_locked(int64_t now)
{
    pthread_mutex_lock(&lock_of_all);
    const struct limits_locked locked = {count_locked(&clients, now),
                                         count_locked(&logins, now)};
    pthread_mutex_unlock(&lock_of_all);
    return locked;
}
