/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups in Postfix's tables, by postmap(1). */
#include "postmap.h"

#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "measure.h"

static const char *const names[] = {"main.cf", "table", "table.db", "keys", "key"};

static FILE *create(const struct postmap *map, const char *name)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", map->folder, name);
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

/* Postfix sleeps before it reads a file that might still be written to. */
static void make_old(const struct postmap *map, const char *name)
{
    static const struct timeval long_ago[2];
    char path[100];
    snprintf(path, sizeof path, "%s/%s", map->folder, name);
    utimes(path, long_ago);
}

void postmap_open(struct postmap *map)
{
    snprintf(map->folder, sizeof map->folder, "/tmp/gatepost-decide-XXXXXX");
    if (!mkdtemp(map->folder)) {
        perror("mkdtemp");
        exit(1);
    }
    FILE *file = create(map, "main.cf");
    fputs("compatibility_level = 3.6\n", file);
    fclose(file);
    make_old(map, "main.cf");
    map->missing = system("command -v postmap > /dev/null") != 0;
}

void postmap_close(struct postmap *map)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", map->folder, names[i]);
        unlink(path);
    }
    rmdir(map->folder);
}

FILE *postmap_table(const struct postmap *map)
{
    return create(map, "table");
}

FILE *postmap_keys(const struct postmap *map, bool one_key)
{
    return create(map, one_key ? "key" : "keys");
}

/* Seconds; negative if it failed. Status 1 is a key that was not found. */
static double run(const struct postmap *map, const char *type, const char *keys)
{
    char command[300];
    snprintf(command, sizeof command,
             "postmap -c %s -q - %s:%s/table < %s/%s > /dev/null 2>&1", map->folder,
             type, map->folder, map->folder, keys);
    double start = measure_now();
    int status = system(command);
    double took = measure_now() - start;
    return status == 0 || status == 0x100 ? took : -1;
}

double postmap_build(const struct postmap *map, const char *type)
{
    char command[300];
    if (map->missing)
        return -1;
    snprintf(command, sizeof command, "postmap -c %s %s:%s/table > /dev/null 2>&1",
             map->folder, type, map->folder);
    double start = measure_now();
    int status = system(command);
    double took = measure_now() - start;
    make_old(map, "table");
    return status == 0 ? took : -1;
}

double postmap_lookup_ns(const struct postmap *map, const char *type, size_t keys)
{
    if (map->missing)
        return -1;
    make_old(map, "table");
    double one = run(map, type, "key");
    double all = run(map, type, "keys");
    if (one < 0 || all < 0)
        return -1;
    return all > one ? (all - one) / (double)(keys - 1) * 1e9 : 0;
}
