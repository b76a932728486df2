/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups in Postfix's tables, by postmap(1), in a folder of our own. */
#ifndef GATEPOST_POSTMAP_H
#define GATEPOST_POSTMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct postmap {
    char folder[64];
    bool missing; /* there is no postmap here */
};

void postmap_open(struct postmap *map);
void postmap_close(struct postmap *map);

/* Files to be filled and closed by the caller: the table, and the keys one a line. */
FILE *postmap_table(const struct postmap *map);
FILE *postmap_keys(const struct postmap *map, bool one_key);

/* Makes a table of Postfix's of the file, "hash" for one. Returns the seconds it took,
 * negative if that failed. */
double postmap_build(const struct postmap *map, const char *type);

/* Nanoseconds a key, start-up subtracted. Negative if postmap fails, as it does
 * without the package for that type of table. */
double postmap_lookup_ns(const struct postmap *map, const char *type, size_t keys);

#endif
