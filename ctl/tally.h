/* SPDX-License-Identifier: BSD-2-Clause */
/* What a candidate configuration would change, summed up by OU, rule, login and client,
 * with an example of each. Its memory has a bound, whatever a log holds. */
#ifndef GATEPOST_TALLY_H
#define GATEPOST_TALLY_H

#include <pthread.h>

#include "strmap.h"
#include "verdict.h"

enum change {
    CHANGE_REFUSED,
    CHANGE_DEFERRED,
    CHANGE_PASSED,
    CHANGE_HELD,     /* by monitor mode */
    CHANGE_RELEASED, /* no longer held back */
    CHANGES
};

enum dimension { BY_OU, BY_RULE, BY_LOGIN, BY_CLIENT, DIMENSIONS };

/* Keys of a dimension, in all changes together; the rest are counted as others. */
enum { TALLY_KEYS = 100000, TALLY_TEXT = 256 };

enum example_text {
    EXAMPLE_TIME,
    EXAMPLE_SESSION,
    EXAMPLE_CLIENT,
    EXAMPLE_LOGIN,
    EXAMPLE_FROM,
    EXAMPLE_TO,
    EXAMPLE_HEADER_FROM,   /* the fields, if a rule of the header decides; the first */
    EXAMPLE_HEADER_SENDER, /* of each */
    EXAMPLE_VERDICT,       /* these are of then */
    EXAMPLE_RULE,
    EXAMPLE_SOURCE,
    EXAMPLE_TEXTS
};

/* Where it is, and what it says. */
struct example {
    size_t file, users;
    unsigned long line;
    struct verdict now;
    struct span texts[EXAMPLE_TEXTS];
};

struct tally {
    struct span key;
    unsigned long count;
    struct example *example; /* the first in the logs */
};

struct tally_table {
    struct strmap map; /* key -> struct tally */
    struct tally **tallies;
    size_t used, size;
    unsigned long others;
};

struct tallies {
    pthread_mutex_t lock;
    unsigned long totals[CHANGES];
    size_t keys[DIMENSIONS];
    struct tally_table tables[CHANGES][DIMENSIONS];
};

void tallies_start(struct tallies *tallies);
void tallies_clear(struct tallies *tallies);

/* Counts one. Texts are copied, those that are too long in part; the example itself is
 * copied only where it is needed. Safe from any thread. */
void tally_add(struct tallies *tallies, enum change change,
               const struct span keys[DIMENSIONS], const struct example *example);

/* The most frequent first. */
void tallies_sort(struct tallies *tallies);

#endif
