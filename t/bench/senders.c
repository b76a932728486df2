/* SPDX-License-Identifier: BSD-2-Clause */
/* A senders_file of a million entries: the time to load it, its memory, and how long a
 * decision takes that asks it; beside Postfix's tables of the same file. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "measure.h"
#include "policy.h"
#include "postmap.h"

enum { TRAFFIC = 8192, POSTMAP_KEYS = 200000 };

static unsigned entries = 1000000;
static double round_seconds = 0.2;
static volatile unsigned long sink; /* so that nothing is optimised away */

struct mail {
    char login[64], from[64];
    struct txn txn;
};

/* --- the file --- */

static void write_table(const struct postmap *map)
{
    FILE *file = postmap_table(map);
    for (unsigned i = 0; i < entries; i++)
        fprintf(file, "alias%u@acme.example  login%u@acme.example, other%u\n", i, i,
                i % 1000);
    fclose(file);
}

static void write_keys(const struct postmap *map, size_t count)
{
    FILE *one = postmap_keys(map, true), *all = postmap_keys(map, false);
    fprintf(one, "alias0@acme.example\n");
    for (size_t i = 0; i < count; i++)
        fprintf(all, "alias%zu@acme.example\n", i * 7919 % entries);
    fclose(one);
    fclose(all);
}

static double megabytes(const struct postmap *map)
{
    struct stat st;
    char path[100];
    snprintf(path, sizeof path, "%s/table", map->folder);
    return stat(path, &st) == 0 ? (double)st.st_size / 1048576 : 0;
}

static double read_seconds(const struct postmap *map)
{
    static char bytes[1 << 20];
    char path[100];
    snprintf(path, sizeof path, "%s/table", map->folder);
    double start = measure_now();
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    while (fread(bytes, 1, sizeof bytes, file) > 0)
        sink += (unsigned char)bytes[0];
    fclose(file);
    return measure_now() - start;
}

/* --- loading --- */

static double resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu %lu", &size, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    return (double)pages * 4096 / 1048576;
}

static struct snapshot *load(const struct postmap *map, const char *option)
{
    char text[400];
    struct diag diag = {0};
    snprintf(text, sizeof text,
             "ou \"acme\" { domains = { \"acme.example\" } match_auth_user = owner "
             "recipient_delimiter = \"+\" %s%s%s }",
             option, *option ? map->folder : "", *option ? "/table\"" : "");
    struct snapshot *s =
        config_load_text(text, strlen(text), "bench", SECRETS_FORGET, &diag);
    diag_clear(&diag);
    if (!s) {
        fprintf(stderr, "the configuration does not load\n");
        exit(1);
    }
    return s;
}

static void row(const char *what, double value, const char *unit, const char *beside,
                double other)
{
    char number[40], text[80], ratio[40] = "", count[40];
    snprintf(number, sizeof number, strcmp(unit, "ns") == 0 ? "%.0f %s" : "%.2f %s",
             value, unit);
    if (other > 0) {
        snprintf(count, sizeof count, strcmp(unit, "ns") == 0 ? "%.0f %s" : "%.2f %s",
                 other, unit);
        snprintf(text, sizeof text, "%s %s", beside, count);
        snprintf(ratio, sizeof ratio, "%.3f", value / other);
    } else {
        snprintf(text, sizeof text, "no postmap for %s", beside);
    }
    measure_row(what, number, text, ratio);
}

static struct snapshot *bench_load(const struct postmap *map)
{
    double seconds[ROUNDS], plain[ROUNDS], built[ROUNDS], before = resident();
    struct snapshot *s = NULL;
    char what[80];
    double memory = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start = measure_now();
        snapshot_free(&s);
        start = measure_now();
        s = load(map, "senders_file = \"");
        seconds[round] = measure_now() - start;
        memory = memory > 0 ? memory : resident() - before;
        plain[round] = read_seconds(map);
        built[round] = round == 0 ? postmap_build(map, "hash") : built[0];
    }
    double took = measure_median(seconds, ROUNDS);
    snprintf(what, sizeof what, "senders_file of %u: load", entries);
    row(what, took, "s", "read", measure_median(plain, ROUNDS));
    row("  the same", took, "s", "postmap hash", built[0]);
    row("  memory", memory, "MiB", "file", megabytes(map));
    return s;
}

/* --- decisions --- */

/* Of each four senders one is an alias, one has an extension, one is in nobody's name,
 * and one is the login itself. */
static struct mail *make_traffic(void)
{
    struct mail *mails = calloc(TRAFFIC, sizeof *mails);
    if (!mails)
        abort();
    for (unsigned i = 0; i < TRAFFIC; i++) {
        static const char *const name[] = {"alias", "alias", "none", "login"};
        static const char *const extension[] = {"", "+x", "", ""};
        unsigned who = i * 7919 % entries;
        struct mail *m = &mails[i];
        snprintf(m->login, sizeof m->login, "login%u@acme.example", who);
        snprintf(m->from, sizeof m->from, "<%s%u%s@acme.example>", name[i % 4], who,
                 extension[i % 4]);
        m->txn.login = span_of(m->login);
        m->txn.from = span_of(m->from);
        m->txn.port = 587;
        ipaddr_parse(span_of("192.0.2.1"), &m->txn.client);
    }
    return mails;
}

static double time_mails(const struct snapshot *s, const struct mail *mails)
{
    struct policy policy;
    struct verdict verdict;
    double start = measure_now(), end;
    size_t done = 0;
    do {
        for (size_t i = 0; i < TRAFFIC; i++) {
            policy_mail(s, &mails[i].txn, &policy, &verdict, NULL);
            sink += verdict.kind;
        }
        done += TRAFFIC;
        end = measure_now();
    } while (end - start < round_seconds);
    return (end - start) / (double)done * 1e9;
}

static void bench_decisions(const struct postmap *map, const struct snapshot *s)
{
    struct snapshot *without = load(map, "");
    struct mail *mails = make_traffic();
    double ours[ROUNDS], plain[ROUNDS], hash[ROUNDS], text[ROUNDS];
    size_t keys = round_seconds < 0.05 ? 1000 : POSTMAP_KEYS;
    write_keys(map, keys);
    for (int round = 0; round < ROUNDS; round++) {
        ours[round] = time_mails(s, mails);
        plain[round] = time_mails(without, mails);
        hash[round] = postmap_lookup_ns(map, "hash", keys);
        text[round] = round < 3 ? postmap_lookup_ns(map, "texthash", keys) : text[0];
    }
    double took = measure_median(ours, ROUNDS);
    row("  MAIL", took, "ns", "without a map", measure_median(plain, ROUNDS));
    row("  the same", took, "ns", "postmap hash", measure_median(hash, ROUNDS));
    row("  the same", took, "ns", "texthash", measure_median(text, ROUNDS));
    free(mails);
    snapshot_free(&without);
}

int main(int argc, char **argv)
{
    struct postmap map;
    if (argc > 1 && strcmp(argv[1], "--smoke") == 0) {
        entries = 2000;
        round_seconds = 0.002;
    }
    postmap_open(&map);
    write_table(&map);
    struct snapshot *s = bench_load(&map);
    bench_decisions(&map, s);
    snapshot_free(&s);
    postmap_close(&map);
    return 0;
}
