/* SPDX-License-Identifier: BSD-2-Clause */
/* What monitor mode held back, and for whom. */
#include "would.h"

#include <pthread.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "ascii.h"
#include "frequent.h"
#include "would_row.h"

/* Memory that is never touched costs nothing; all of it would be 18 MB. */
enum { ROWS = 16384, SLOTS = 2 * ROWS, INTERFACES = 256, INTERFACE_NAME = 256 };

static struct {
    pthread_mutex_t lock;
    unsigned used, interfaces;
    uint64_t untold;       /* there was no row left for them */
    uint16_t slots[SLOTS]; /* 1 + index of a row; by hash, then the next free one */
    struct would_row rows[ROWS];
    char interface_names[INTERFACES][INTERFACE_NAME];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- counting --- */

struct key {
    uint64_t hash;
    enum would_owner owner;
    const char *name; /* of an OU: stays for good */
    enum rule_id rule;
    enum would_what what;
};

static uint64_t hash_of(const struct key *key)
{
    uint64_t hash = strmap_hash_step(STRMAP_HASH_START, (char)key->owner);
    hash = strmap_hash_step(hash, (char)key->rule);
    for (const char *c = key->name; *c; c++)
        hash = strmap_hash_step(hash, ascii_fold(*c));
    return hash;
}

static enum would_what what_of(enum rule_id rule, const struct policy *p)
{
    if (!p->accepted)
        return WOULD_LOGINS;
    return rule >= RULE_BAD_RECIPIENT && rule <= RULE_POLICY ? WOULD_RECIPIENTS
                                                             : WOULD_MAILS;
}

static struct key key_of(const struct held_back *held, const struct verdict *v,
                         const struct policy *p, struct tally *const *tallies)
{
    struct key key = {.rule = held->rule, .what = what_of(held->rule, p), .name = ""};
    if (held->rule == RULE_LOGIN_LIMIT) {
        key.owner = WOULD_BY_LIMITS;
    } else if (held->ou) {
        key.owner = WOULD_BY_OU;
        key.name = tallies[held->ou->index]->name;
    } else {
        key.owner = WOULD_BY_INTERFACE;
        key.name = v->interface ? v->interface->name : "";
    }
    key.hash = hash_of(&key);
    return key;
}

/* The text of an interface goes with its configuration. NULL: no room. */
static const char *lasting_name(const struct key *key)
{
    if (key->owner != WOULD_BY_INTERFACE)
        return key->name;
    for (unsigned i = 0; i < table.interfaces; i++)
        if (strcasecmp(table.interface_names[i], key->name) == 0)
            return table.interface_names[i];
    size_t len = strlen(key->name);
    if (table.interfaces == INTERFACES || len >= INTERFACE_NAME)
        return NULL;
    return memcpy(table.interface_names[table.interfaces++], key->name, len + 1);
}

static bool is_row_of(const struct would_row *row, const struct key *key)
{
    return row->hash == key->hash && row->owner == key->owner &&
           row->rule == key->rule && strcasecmp(row->name, key->name) == 0;
}

/* NULL: there is no room for a new one. */
static struct would_row *find_row(const struct key *key)
{
    size_t at = key->hash % SLOTS;
    while (table.slots[at]) {
        struct would_row *row = &table.rows[table.slots[at] - 1];
        if (is_row_of(row, key))
            return row;
        at = (at + 1) % SLOTS;
    }
    const char *name = table.used < ROWS ? lasting_name(key) : NULL;
    if (!name)
        return NULL;
    struct would_row *row = &table.rows[table.used++];
    row->hash = key->hash;
    row->owner = key->owner;
    row->name = name;
    row->rule = key->rule;
    row->what = key->what;
    table.slots[at] = (uint16_t)table.used;
    return row;
}

static void count_one(const struct key *key, const struct whom *whom, time_t now)
{
    pthread_mutex_lock(&table.lock);
    struct would_row *row = find_row(key);
    if (row) {
        row->first = row->count ? row->first : now;
        row->last = now;
        row->count++;
        frequent_add(&row->whom, whom);
    } else {
        table.untold++;
    }
    pthread_mutex_unlock(&table.lock);
}

static struct whom whom_of(const struct policy *p)
{
    if (p->authenticated && p->login_valid)
        return whom_login(address_text(&p->login));
    bool named = p->sender_valid && p->sender.len;
    return whom_sender(named ? address_text(&p->sender) : span_of("<>"), &p->client);
}

void would_count(const struct verdict *v, const struct policy *p,
                 struct tally *const *tallies)
{
    if (v->held_count == 0 || v->kind != VERDICT_PASS)
        return;
    const struct whom whom = whom_of(p);
    const time_t now = time(NULL);
    for (unsigned i = 0; i < v->held_count; i++) {
        const struct key key = key_of(&v->held[i], v, p, tallies);
        count_one(&key, &whom, now);
    }
}

/* --- reporting --- */

/* Its name, owner, and rule never change. The lock is taken anew for each: a callback
 * never waits for more than one row to be copied. */
static void copy_row(unsigned index, struct would_row *out)
{
    pthread_mutex_lock(&table.lock);
    *out = table.rows[index];
    pthread_mutex_unlock(&table.lock);
}

static struct would_place *find_places(const char *ou, size_t *count)
{
    pthread_mutex_lock(&table.lock);
    const unsigned used = table.used;
    pthread_mutex_unlock(&table.lock);
    struct would_place *places = calloc(used + 1, sizeof *places);
    if (!places)
        abort();
    *count = 0;
    for (unsigned i = 0; i < used; i++) {
        const struct would_row *row = &table.rows[i];
        if (ou && (row->owner != WOULD_BY_OU || strcasecmp(row->name, ou) != 0))
            continue;
        pthread_mutex_lock(&table.lock);
        places[(*count)++] = (struct would_place){i, row->count};
        pthread_mutex_unlock(&table.lock);
    }
    qsort(places, *count, sizeof *places, would_by_count);
    return places;
}

json_t *would_report(const struct snapshot *s, const char *ou)
{
    size_t count;
    uint64_t left_out = 0;
    json_t *rows = json_array();
    struct would_place *places = find_places(ou, &count);
    const size_t shown = count < WOULD_REPORTED ? count : WOULD_REPORTED;
    for (size_t i = 0; i < shown; i++) {
        struct would_row row;
        copy_row(places[i].index, &row);
        json_array_append_new(rows, would_row_report(&row, s));
    }
    for (size_t i = shown; i < count; i++)
        left_out += places[i].count;
    free(places);
    pthread_mutex_lock(&table.lock);
    const uint64_t untold = table.untold;
    pthread_mutex_unlock(&table.lock);
    return json_pack("{s:s, s:o, s:o, s:{s:I, s:I}, s:I}", "mode",
                     ou ? would_ou_mode(s, ou) : "", "monitor", would_modes_report(s),
                     "would", rows, "left_out", "rows", (json_int_t)(count - shown),
                     "count", (json_int_t)left_out, "untold", (json_int_t)untold);
}
