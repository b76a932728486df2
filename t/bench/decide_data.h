/* SPDX-License-Identifier: BSD-2-Clause */
/* Made-up configurations and traffic: the same for the same numbers. */
#ifndef GATEPOST_DECIDE_DATA_H
#define GATEPOST_DECIDE_DATA_H

#include "policy.h"

/* A transaction with one recipient. */
struct mail {
    struct txn txn;
    struct span to;
};

/* So many tenants, each with two domains, four options and a user. Ended with
 * snapshot_free(). */
struct snapshot *data_snapshot(unsigned tenants);

/* Mail of many kinds from and to random ones of so many tenants. The caller frees it
 * with data_free_traffic(). */
struct mail *data_traffic(size_t count, unsigned tenants);
void data_free_traffic(struct mail *traffic);

uint32_t data_random(uint32_t *state);

/* Entries of pattern lists, and keys to look up, of which every other one is found.
 * Each writes a text with a NUL and returns its length. */
enum { DATA_TEXT = 80 };
size_t data_network(unsigned index, char out[DATA_TEXT]);
size_t data_client(unsigned index, bool found, char out[DATA_TEXT]);
size_t data_name(unsigned index, bool found, char out[DATA_TEXT]);
size_t data_regex(unsigned index, char out[DATA_TEXT]);
size_t data_regex_key(unsigned index, bool found, char out[DATA_TEXT]);

#endif
