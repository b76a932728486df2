/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of the steps of a probe, and how its tries end. */
#include "probe.h"

#include <stdio.h>

#include "deadline.h"

/* --- the steps, as they are told --- */

void probe_begin(struct probe *p, const char *step)
{
    p->dialogue.step = step;
    p->started = deadline_now();
    int64_t deadline = p->started + (int64_t)p->order->seconds * 1000;
    if (p->order->deadline && p->order->deadline < deadline)
        deadline = p->order->deadline;
    p->dialogue.channel.deadline = deadline;
}

/* "..." ends what was cut. */
static void copy(char out[PROBE_WORDS], struct span words)
{
    bool fits = words.len < PROBE_WORDS;
    snprintf(out, PROBE_WORDS, "%.*s%s", fits ? (int)words.len : PROBE_WORDS - 4,
             words.ptr, fits ? "" : "...");
}

void probe_tell(struct probe *p, enum probe_outcome outcome, struct span words)
{
    char text[PROBE_WORDS];
    copy(text, dialogue_shown(&p->dialogue, words));
    const struct probe_step step = {.name = p->dialogue.step,
                                    .outcome = outcome,
                                    .words = text,
                                    .ms = deadline_now() - p->started};
    p->order->tell(p->order->context, &step);
}

/* What went wrong in our words, without the step that they begin with. */
struct span probe_fault(const struct probe *p)
{
    struct span text = span_of(p->said.reply);
    size_t len = strlen(p->dialogue.step);
    if (text.len > len + 2 && memcmp(text.ptr, p->dialogue.step, len) == 0 &&
        memcmp(text.ptr + len, ": ", 2) == 0)
        return span_cut(text, len + 2, text.len);
    return text;
}

/* --- the tries, and their ends --- */

/* Unless it has ended. */
void probe_end_try(const struct probe *p, struct probe_try *try, enum probe_end end,
                   struct span why)
{
    if (try->end)
        return;
    try->end = end;
    try->tls = p->tls;
    copy(try->reason, dialogue_shown(&p->dialogue, why));
}

bool probe_end_both(struct probe *p, enum probe_end end, struct span why)
{
    probe_end_try(p, &p->result->first, end, why);
    probe_end_try(p, &p->result->second, end, why);
    return false;
}

/* Those that must not go on in the clear. */
void probe_end_without_tls(struct probe *p, struct span why)
{
    const struct relay *relay = p->order->relay;
    if (p->tls)
        return;
    if (relay->authentication != RELAY_DISABLED || relay_needs_tls(relay))
        probe_end_try(p, &p->result->first, PROBE_FAILS, why);
    if (relay_needs_tls(relay))
        probe_end_try(p, &p->result->second, PROBE_FAILS, why);
}

bool probe_goes_on(const struct probe *p)
{
    return !p->result->first.end || !p->result->second.end;
}

/* The reason, which begins with the step. */
struct span probe_say_why(const struct probe *p, struct span words,
                          struct probe_why *why)
{
    words = dialogue_shown(&p->dialogue, words);
    why->text[0] = '\0';
    int len = (int)(words.len < PROBE_WORDS ? words.len : PROBE_WORDS);
    snprintf(why->text, sizeof why->text, "%s: %.*s", p->dialogue.step, len, words.ptr);
    return span_of(why->text);
}

/* The connection is of no more use. */
bool probe_give_up(struct probe *p)
{
    struct probe_why why;
    probe_tell(p, STEP_BAD, probe_fault(p));
    return probe_end_both(p, PROBE_FAILS, probe_say_why(p, probe_fault(p), &why));
}

bool probe_refused(struct probe *p, struct span words)
{
    struct probe_why why;
    probe_tell(p, STEP_BAD, words);
    return probe_end_both(p, PROBE_FAILS, probe_say_why(p, words, &why));
}
