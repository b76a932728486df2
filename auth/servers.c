/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept beside a configuration for its targets and relays. */
#include "servers.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A server that fails that often in a row is left alone that long. */
enum { FAILURES_MOST = 2, REST_MS = 5000 };

enum { ERROR_SIZE = 300 };

/* The state of one server of one target. Outlives configurations; never freed, since
 * a name that comes back goes on with it. */
struct health {
    unsigned failures; /* in a row */
    int64_t rest_until;
    bool probing; /* one attempt finds out */
    bool silent;  /* its last answer was none */
    char key[];   /* in the registry */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all health */
static void (*tell_change)(const struct target *, const struct target_url *, bool);
static struct strmap registry; /* "ou NUL url" -> health */

struct trust_entry {
    const char *ca_file;
    struct tls_trust *trust; /* NULL: no good */
};

struct servers {
    struct trust_entry *trusts; /* one for each ca_file */
    size_t trust_count;
    const struct tls_trust **by_target; /* by index */
    const struct tls_trust **by_relay;  /* likewise */
    struct health **health;             /* by index of the first url */
};

static struct health *find_health(const struct target *t, const struct target_url *url)
{
    size_t ou = t->ou->folded_name.len, len = strlen(url->text);
    struct health *fresh = calloc(1, sizeof *fresh + ou + 1 + len);
    if (!fresh)
        abort();
    memcpy(fresh->key, t->ou->folded_name.ptr, ou);
    memcpy(fresh->key + ou + 1, url->text, len);
    const struct span key = {fresh->key, ou + 1 + len};
    struct health *known = strmap_add(&registry, key, fresh);
    if (!known)
        return fresh;
    free(fresh);
    return known;
}

static bool needs_trust(const struct target *t)
{
    for (size_t i = 0; i < t->url_count; i++)
        if (t->urls[i].tls != TLS_NONE)
            return true;
    return *t->ca_file != '\0';
}

/* error is set where it has not been read before, and is no good. */
static const struct tls_trust *find_trust(struct servers *s, const char *ca_file,
                                          char error[ERROR_SIZE])
{
    *error = '\0';
    for (size_t i = 0; i < s->trust_count; i++)
        if (strcmp(s->trusts[i].ca_file, ca_file) == 0)
            return s->trusts[i].trust;
    struct trust_entry *entry = &s->trusts[s->trust_count++];
    entry->ca_file = ca_file;
    entry->trust = tls_trust_new(ca_file, error, ERROR_SIZE);
    return entry->trust;
}

static const struct tls_trust *trust_of_target(struct servers *s,
                                               const struct target *t,
                                               struct diag *diag)
{
    char error[ERROR_SIZE];
    const struct tls_trust *trust = find_trust(s, t->ca_file, error);
    if (!trust && *error && diag)
        diag_add(diag, SEVERITY_ERROR, t->file, t->lines[TARGET_OPTION_CA_FILE],
                 "ca_file", "%.200s: %s", t->ca_file, error);
    return trust;
}

static void find_trusts_of_relays(struct servers *s, const struct snapshot *snapshot)
{
    char error[ERROR_SIZE];
    for (const struct relay *r = snapshot->relays; r; r = r->next)
        if (r->authentication == RELAY_REQUIRED)
            s->by_relay[r->index] =
                find_trust(s, r->tls == RELAY_TLS_VERIFY ? r->ca_file : "", error);
}

struct servers *servers_new(const struct snapshot *snapshot, struct diag *diag)
{
    struct servers *s = calloc(1, sizeof *s);
    const size_t targets = snapshot->target_count, relays = snapshot->relay_count;
    if (!s)
        abort();
    s->trusts = calloc(targets + relays + 1, sizeof *s->trusts);
    s->by_target = calloc(targets + 1, sizeof(*s->by_target));
    s->by_relay = calloc(relays + 1, sizeof(*s->by_relay));
    s->health = calloc(snapshot->url_count + 1, sizeof(*s->health));
    if (!s->trusts || !s->by_target || !s->by_relay || !s->health)
        abort();
    for (size_t i = 0; i < snapshot->ou_count; i++)
        for (const struct target *t = snapshot->ou_list[i]->targets; t; t = t->next) {
            if (needs_trust(t))
                s->by_target[t->index] = trust_of_target(s, t, diag);
            for (size_t n = 0; n < t->url_count; n++)
                s->health[t->urls[n].index] = find_health(t, &t->urls[n]);
        }
    find_trusts_of_relays(s, snapshot);
    return s;
}

void servers_free(struct servers **servers)
{
    struct servers *s = *servers;
    if (!s)
        return;
    for (size_t i = 0; i < s->trust_count; i++)
        tls_trust_free(&s->trusts[i].trust);
    free(s->trusts);
    free(s->by_target);
    free(s->by_relay);
    free(s->health);
    free(s);
    *servers = NULL;
}

/* The MTA reads them as root; what is no good there keeps mail from going out. */
static void check_relays(const struct snapshot *snapshot, struct diag *diag)
{
    char error[300];
    for (const struct relay *r = snapshot->relays; r; r = r->next) {
        if (r->tls != RELAY_TLS_VERIFY || !*r->ca_file ||
            (access(r->ca_file, R_OK) != 0 && errno == EACCES))
            continue;
        struct tls_trust *trust = tls_trust_new(r->ca_file, error, sizeof error);
        if (!trust)
            diag_add(diag, SEVERITY_ERROR, r->file, r->lines[RELAY_CA_FILE], "ca_file",
                     "%.200s: %s", r->ca_file, error);
        tls_trust_free(&trust);
    }
}

struct snapshot *servers_load_config(const char *file, enum secrets secrets,
                                     struct diag *diag)
{
    struct snapshot *snapshot = config_load(file, secrets, diag);
    const size_t before = diag->errors;
    if (!snapshot)
        return NULL;
    struct servers *servers = servers_new(snapshot, diag);
    servers_free(&servers);
    check_relays(snapshot, diag);
    if (diag->errors > before)
        snapshot_free(&snapshot);
    return snapshot;
}

const struct tls_trust *servers_trust(const struct servers *s, const struct target *t)
{
    return s->by_target[t->index];
}

const struct tls_trust *servers_relay_trust(const struct servers *s,
                                            const struct relay *r)
{
    return s->by_relay[r->index];
}

bool servers_may_ask(const struct servers *s, const struct target_url *url, int64_t now)
{
    struct health *h = s->health[url->index];
    pthread_mutex_lock(&lock);
    bool may = h->failures < FAILURES_MOST || (now >= h->rest_until && !h->probing);
    if (may && h->failures >= FAILURES_MOST)
        h->probing = true;
    pthread_mutex_unlock(&lock);
    return may;
}

void servers_report(const struct servers *s, const struct target *t,
                    const struct target_url *url, bool told, bool slow, int64_t now)
{
    struct health *h = s->health[url->index];
    pthread_mutex_lock(&lock);
    h->probing = false;
    h->failures = slow ? h->failures + 1 : 0;
    if (h->failures >= FAILURES_MOST)
        h->rest_until = now + REST_MS;
    bool changed = h->silent == told;
    h->silent = !told;
    pthread_mutex_unlock(&lock);
    if (changed && tell_change)
        tell_change(t, url, told);
}

void servers_on_change(void (*changed)(const struct target *, const struct target_url *,
                                       bool))
{
    tell_change = changed;
}
