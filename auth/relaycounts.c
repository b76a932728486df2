/* SPDX-License-Identifier: BSD-2-Clause */
/* What happened at relay_socket, relay by relay. */
#include "relaycounts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "ascii.h"

enum { TEXT_SIZE = 400, NAME_SIZE = 48 };

/* The last of its kind. */
struct last {
    time_t time; /* 0: there was none */
    char text[TEXT_SIZE];
};

struct counts {
    struct counts *next;
    char name[NAME_SIZE];
    unsigned long served, denied, authenticated, refused, without;
    struct last last_served, last_denied, last_answer, last_without;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of these */
static struct counts *all;
static atomic_ulong strangers;
static const struct snapshot *in_force; /* of who publishes snapshots */

static struct counts *find(const char *name) /* lock is held */
{
    struct counts *c = all;
    while (c && strcmp(c->name, name) != 0)
        c = c->next;
    return c;
}

/* Never freed: a name that comes back goes on counting. */
static struct counts *find_or_add(const char *name) /* lock is held */
{
    struct counts *c = find(name);
    const size_t len = strlen(name);
    if (c || len >= NAME_SIZE)
        return c;
    c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    memcpy(c->name, name, len);
    c->next = all;
    all = c;
    return c;
}

/* ASCII alone: what comes from the network need not be UTF-8. */
static void remember(struct last *last, struct span text)
{
    size_t len = text.len < TEXT_SIZE ? text.len : TEXT_SIZE - 1;
    for (size_t i = 0; i < len; i++)
        last->text[i] = ascii_is_control(text.ptr[i]) || ascii_is_high(text.ptr[i])
                            ? '?'
                            : text.ptr[i];
    last->text[len] = '\0';
    last->time = time(NULL);
}

void relay_count_served(const struct relay *relay, struct span key)
{
    pthread_mutex_lock(&lock);
    struct counts *c = find_or_add(relay->name);
    if (c) {
        c->served++;
        remember(&c->last_served, key);
    }
    pthread_mutex_unlock(&lock);
}

void relay_count_denied(const struct relay *relay, const char *reason)
{
    pthread_mutex_lock(&lock);
    struct counts *c = find_or_add(relay->name);
    if (c) {
        c->denied++;
        remember(&c->last_denied, span_of(reason));
    }
    pthread_mutex_unlock(&lock);
}

void relay_count_without(const struct relay *relay, const char *reason)
{
    pthread_mutex_lock(&lock);
    struct counts *c = find_or_add(relay->name);
    if (c) {
        c->without++;
        remember(&c->last_without, span_of(reason));
    }
    pthread_mutex_unlock(&lock);
}

void relay_count_answer(const struct relay *relay, bool good, struct span line)
{
    pthread_mutex_lock(&lock);
    struct counts *c = find_or_add(relay->name);
    if (c) {
        *(good ? &c->authenticated : &c->refused) += 1;
        remember(&c->last_answer, line);
    }
    pthread_mutex_unlock(&lock);
}

void relay_count_stranger(void)
{
    atomic_fetch_add(&strangers, 1);
}

/* --- reload --- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same(const struct relay *a, const struct relay *b)
{
    if (a->host_count != b->host_count || !same_text(a->account, b->account) ||
        !same_text(a->password, b->password))
        return false;
    for (size_t i = 0; i < a->host_count; i++)
        if (!same_text(a->hosts[i].text, b->hosts[i].text))
            return false;
    return true;
}

static void forget(const char *name)
{
    pthread_mutex_lock(&lock);
    struct counts *c = find(name);
    if (c)
        c->last_served = c->last_denied = c->last_answer = c->last_without =
            (struct last){.time = 0};
    pthread_mutex_unlock(&lock);
}

void relay_counts_renew(const struct snapshot *snapshot)
{
    for (const struct relay *r = in_force ? in_force->relays : NULL; r; r = r->next) {
        const struct relay *now = relay_find(snapshot, span_of(r->name));
        if (!now || !is_same(r, now))
            forget(r->name);
    }
    in_force = snapshot;
}

/* --- report --- */

static void report_last(json_t *object, const char *name, const struct last *last,
                        const char *what)
{
    char text[40];
    struct tm utc;
    if (last->time == 0)
        return;
    gmtime_r(&last->time, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_object_set_new(object, name,
                        json_pack("{s:s, s:s}", "time", text, what, last->text));
}

static json_t *report_relay(const struct relay *relay)
{
    static const char *const words[] = {"required", "enabled", "disabled"};
    struct counts counts = {.next = NULL};
    json_t *hosts = json_array();
    for (size_t i = 0; i < relay->host_count; i++)
        json_array_append_new(hosts, json_string(relay->hosts[i].text));
    pthread_mutex_lock(&lock);
    const struct counts *known = find(relay->name);
    if (known)
        counts = *known;
    pthread_mutex_unlock(&lock);
    json_t *object =
        json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:I}", "authentication",
                  words[relay->authentication], "hosts", hosts, "served",
                  (json_int_t)counts.served, "denied", (json_int_t)counts.denied,
                  "authenticated", (json_int_t)counts.authenticated, "refused",
                  (json_int_t)counts.refused, "without", (json_int_t)counts.without);
    report_last(object, "last_served", &counts.last_served, "key");
    report_last(object, "last_denied", &counts.last_denied, "reason");
    report_last(object, "last_answer", &counts.last_answer, "text");
    report_last(object, "last_without", &counts.last_without, "reason");
    return object;
}

void relay_counts_report(const struct snapshot *snapshot, json_t *object)
{
    json_t *relays = json_object();
    for (const struct relay *r = snapshot->relays; r; r = r->next)
        json_object_set_new(relays, r->name, report_relay(r));
    json_object_set_new(object, "relays", relays);
    json_object_set_new(object, "relay_peers_denied",
                        json_integer((json_int_t)atomic_load(&strangers)));
}
