/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost replay: how its result is shown. */
#ifndef GATEPOST_REPLAY_H
#define GATEPOST_REPLAY_H

#include "rejudge.h"

struct replay_result {
    const char *config;
    const char *const *paths;
    size_t path_count;
    struct judge_counts counts;
    struct tallies tallies; /* sorted */
};

void replay_show_text(const struct replay_result *result);
void replay_show_json(const struct replay_result *result);

#endif
