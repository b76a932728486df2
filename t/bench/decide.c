/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a decision takes, by the number of tenants and by the length of pattern
 * lists; the lists beside Postfix's tables of the same entries. */
#include <stdlib.h>

#include "clients.h"
#include "decide_data.h"
#include "measure.h"
#include "names.h"
#include "postmap.h"

enum { SIZES_MAX = 4 };

static double round_seconds = 0.1;
static volatile unsigned long sink; /* so that nothing is optimised away */

/* --- whole decisions --- */

struct tenancy {
    unsigned tenants;
    struct snapshot *snapshot;
    struct mail *traffic;
    double ns[ROUNDS];
};

static void decide_all(const struct tenancy *t, size_t mails)
{
    struct policy policy;
    struct verdict verdict;
    static const struct span unknown = {NULL, 0};
    for (size_t i = 0; i < mails; i++) {
        policy_mail(t->snapshot, &t->traffic[i].txn, &policy, &verdict, NULL);
        if (verdict.kind == VERDICT_PASS)
            policy_rcpt(&policy, t->traffic[i].to, unknown, &verdict, NULL);
        sink += verdict.kind;
    }
}

static double time_decisions(const struct tenancy *t, size_t mails)
{
    double start = measure_now(), end;
    size_t done = 0;
    do {
        decide_all(t, mails);
        done += mails;
        end = measure_now();
    } while (end - start < round_seconds);
    return (end - start) / (double)done * 1e9;
}

static void report_decisions(struct tenancy *list, size_t count)
{
    double base = 0;
    for (size_t i = 0; i < count; i++) {
        char what[80], value[40], rate[40], ratio[40] = "";
        double ns = measure_median(list[i].ns, ROUNDS);
        base = i == 0 ? ns : base;
        snprintf(what, sizeof what, "MAIL+RCPT, %u OUs", list[i].tenants);
        snprintf(rate, sizeof rate, "%.2f M/s", 1e3 / ns);
        if (i > 0)
            snprintf(ratio, sizeof ratio, "%.2f x %u", ns / base, list[0].tenants);
        measure_row(what, measure_text(ns, "ns", value), rate, ratio);
    }
}

static void bench_decisions(const unsigned *sizes, size_t count, size_t mails)
{
    struct tenancy list[SIZES_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        list[i].tenants = sizes[i];
        list[i].snapshot = data_snapshot(sizes[i]);
        list[i].traffic = data_traffic(mails, sizes[i]);
        decide_all(&list[i], mails);
    }
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++)
            list[i].ns[round] = time_decisions(&list[i], mails);
    report_decisions(list, count);
    for (size_t i = 0; i < count; i++) {
        data_free_traffic(list[i].traffic);
        snapshot_free(&list[i].snapshot);
    }
}

/* --- one list --- */

struct key {
    struct span name;
    struct ipaddr client;
    char text[DATA_TEXT];
};

struct list_case {
    const char *what;  /* as shown */
    const char *table; /* Postfix's type */
    bool is_clients;
    size_t (*entry)(unsigned index, char out[DATA_TEXT]);
    size_t (*key)(unsigned index, bool found, char out[DATA_TEXT]);
    unsigned long work; /* entries that Postfix is to look at in a round */
};

static size_t found_name(unsigned index, char out[DATA_TEXT])
{
    return data_name(index, true, out);
}

static const struct list_case list_cases[] = {
    {"CIDRs", "cidr", true, data_network, data_client, 40000000},
    {"names", "texthash", false, found_name, data_name, 0},
    {"regexes", "pcre", false, data_regex, data_regex_key, 2000000},
};

enum { KEYS = 8192, POSTMAP_KEYS_MAX = 300000 };

static struct key *make_keys(const struct list_case *c, unsigned entries)
{
    uint32_t state = 88172645u;
    struct key *keys = calloc(KEYS, sizeof *keys);
    if (!keys)
        abort();
    for (unsigned i = 0; i < KEYS; i++) {
        unsigned index = data_random(&state) % entries;
        size_t len = c->key(index, i % 2 == 0, keys[i].text);
        keys[i].name = (struct span){keys[i].text, len};
        ipaddr_parse(keys[i].name, &keys[i].client);
    }
    return keys;
}

struct lists {
    struct arena *arena;
    struct client_list *clients;
    struct name_list *names;
};

static struct lists make_lists(const struct list_case *c, unsigned entries)
{
    struct lists l = {.arena = arena_new()};
    l.clients = client_list_new(l.arena, false);
    l.names = name_list_new(l.arena, NAME_LOGIN);
    for (unsigned i = 0; i < entries; i++) {
        char text[DATA_TEXT];
        struct span entry = {text, c->entry(i, text)};
        const char *fault = c->is_clients ? client_list_add(l.clients, entry)
                                          : name_list_add(l.names, entry);
        if (fault) {
            fprintf(stderr, "%s: %s\n", text, fault);
            exit(1);
        }
    }
    client_list_finish(l.clients);
    return l;
}

static double time_list(const struct list_case *c, const struct lists *l,
                        const struct key *keys)
{
    static const struct span nameless = {NULL, 0};
    double start = measure_now(), end;
    size_t done = 0;
    do {
        for (size_t i = 0; i < 256; i++, done++) {
            const struct key *key = &keys[done % KEYS];
            sink += c->is_clients
                        ? client_list_match(l->clients, &key->client, nameless)
                        : name_list_match(l->names, key->name);
        }
        end = measure_now();
    } while (end - start < round_seconds);
    return (end - start) / (double)done * 1e9;
}

static size_t write_postmap(const struct postmap *map, const struct list_case *c,
                            unsigned entries, const struct key *keys)
{
    char text[DATA_TEXT];
    size_t count = c->work ? c->work / entries : POSTMAP_KEYS_MAX;
    count = count > POSTMAP_KEYS_MAX ? POSTMAP_KEYS_MAX : count;
    count = round_seconds < 0.05 ? count / 50 + 10 : count;
    FILE *table = postmap_table(map);
    for (unsigned i = 0; i < entries; i++) {
        c->entry(i, text);
        fprintf(table, "%s yes\n", text);
    }
    fclose(table);
    FILE *one = postmap_keys(map, true), *all = postmap_keys(map, false);
    fprintf(one, "%s\n", keys[0].text);
    for (size_t i = 0; i < count; i++)
        fprintf(all, "%s\n", keys[i % KEYS].text);
    fclose(one);
    fclose(all);
    return count;
}

static void report_list(const struct list_case *c, unsigned entries, double *ours,
                        double *theirs)
{
    char what[80], value[40], beside[80], ratio[40] = "", text[40];
    double mine = measure_median(ours, ROUNDS), other = measure_median(theirs, ROUNDS);
    snprintf(what, sizeof what, "list of %u %s", entries, c->what);
    if (other > 0) {
        snprintf(beside, sizeof beside, "%s %s", c->table,
                 measure_text(other, "ns", text));
        snprintf(ratio, sizeof ratio, "%.4f", mine / other);
    } else {
        snprintf(beside, sizeof beside, "no postmap for %s", c->table);
    }
    measure_row(what, measure_text(mine, "ns", value), beside, ratio);
}

static void bench_list(const struct postmap *map, const struct list_case *c,
                       unsigned entries)
{
    double ours[ROUNDS], theirs[ROUNDS];
    struct key *keys = make_keys(c, entries);
    struct lists lists = make_lists(c, entries);
    size_t count = write_postmap(map, c, entries, keys);
    for (int round = 0; round < ROUNDS; round++) {
        ours[round] = time_list(c, &lists, keys);
        theirs[round] = postmap_lookup_ns(map, c->table, count);
    }
    report_list(c, entries, ours, theirs);
    arena_free(&lists.arena);
    free(keys);
}

static void bench_lists(const struct list_case *c, const unsigned *sizes, size_t count)
{
    struct postmap map;
    postmap_open(&map);
    for (size_t i = 0; i < count; i++)
        bench_list(&map, c, sizes[i]);
    postmap_close(&map);
}

int main(int argc, char **argv)
{
    static const unsigned tenants[] = {10, 1000, 10000, 100000};
    static const unsigned entries[] = {10, 1000, 10000, 100000};
    static const unsigned regexes[] = {10, 100, 1000};
    static const unsigned few[] = {10, 100};
    bool smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    if (smoke)
        round_seconds = 0.002;
    bench_decisions(smoke ? few : tenants, smoke ? 2 : 4, smoke ? 512 : 32768);
    bench_lists(&list_cases[0], smoke ? few : entries, smoke ? 2 : 4);
    bench_lists(&list_cases[1], smoke ? few : entries, smoke ? 2 : 4);
    bench_lists(&list_cases[2], smoke ? few : regexes, smoke ? 2 : 3);
    return 0;
}
