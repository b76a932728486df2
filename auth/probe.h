/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of the steps of a probe, and how its tries end: for relayprobe.c alone.
 */
#ifndef GATEPOST_PROBE_H
#define GATEPOST_PROBE_H

#include "relayprobe.h"
#include "smtp_dialogue.h"

struct probe {
    const struct probe_order *order;
    struct probe_result *result;
    struct dialogue dialogue;
    struct target_url url;
    struct target_result said;
    struct smtp_offer offer;
    int64_t started; /* the step */
    bool tls;
};

/* Begins a step, which has so much time. */
void probe_begin(struct probe *probe, const char *step);

/* Tells what became of it; of the words, what is no secret. */
void probe_tell(struct probe *probe, enum probe_outcome outcome, struct span words);

/* What the dialogue says that went wrong, without the step. */
struct span probe_fault(const struct probe *probe);

/* A reason that begins with the step. */
struct probe_why {
    char text[PROBE_WORDS + 32];
};
struct span probe_say_why(const struct probe *probe, struct span words,
                          struct probe_why *why);

/* Ends a try that has not ended. */
void probe_end_try(const struct probe *probe, struct probe_try *try, enum probe_end end,
                   struct span why);

/* Both; returns false. */
bool probe_end_both(struct probe *probe, enum probe_end end, struct span why);

/* Those that must not go on in the clear fail, if that is how it goes on. */
void probe_end_without_tls(struct probe *probe, struct span why);

/* Has any of them not ended? */
bool probe_goes_on(const struct probe *probe);

/* The connection broke, or what the server said is none of SMTP: both fail. Returns
 * false. */
bool probe_give_up(struct probe *probe);

/* The server said no: both fail. Returns false. */
bool probe_refused(struct probe *probe, struct span words);

#endif
