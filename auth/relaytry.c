/* SPDX-License-Identifier: BSD-2-Clause */
/* Tries to log in at a relay host as a delivery would, in a thread of its own. */
#include "relaytry.h"

#include <stdio.h>
#include <stdlib.h>

#include "relayprobe.h"
#include "servers.h"
#include "smtp_dialogue.h"

/* A step may take all the time there is. */
enum { STEP_SECONDS = 60 };

struct attempt_there {
    struct job job;
    struct relay_try_order order;
    struct relay relay; /* as the one of the order, but for its mechanisms */
    struct relay_host host;
    char host_name[DOMAIN_MAX + 1], server[DOMAIN_MAX + 1], address[INET6_ADDRSTRLEN];
    bool good;
    char fault[RELAY_TRY_WORDS];
};

static struct pool *pool;
static void (*tell_done)(struct job *);

bool relay_tries_start(void (*hand_over)(struct job *))
{
    tell_done = hand_over;
    pool = pool_new(&(struct pool_limits){.threads = RELAY_TRIES_MOST,
                                          .lane_threads = RELAY_TRIES_MOST,
                                          .group_threads = RELAY_TRIES_MOST,
                                          .queue = RELAY_TRIES_MOST,
                                          .group_queue = RELAY_TRIES_MOST});
    return pool != NULL;
}

static bool is_known(const char *mechanism)
{
    for (size_t i = 0; i < SMTP_MECHANISMS; i++)
        if (strcmp(smtp_mechanism_names[i], mechanism) == 0)
            return true;
    return false;
}

bool relay_try_can(const struct relay *relay)
{
    for (size_t i = 0; i < relay->mechanisms.count; i++)
        if (!is_known(relay->mechanisms.words[i]))
            return false;
    return true;
}

static struct attempt_there *attempt_of(struct job *job)
{
    return (struct attempt_there *)((char *)job - offsetof(struct attempt_there, job));
}

/* --- in a thread --- */

static void ignore(void *context, const struct probe_step *step)
{
    (void)context;
    (void)step;
}

static void run(struct job *job)
{
    struct attempt_there *a = attempt_of(job);
    struct probe_result result;
    const struct probe_order order = {
        .relay = &a->relay,
        .host = &a->host,
        .server = a->server,
        .address = a->address,
        .trust = servers_relay_trust(a->order.edition->extra, a->order.relay),
        .seconds = STEP_SECONDS,
        .deadline = a->order.deadline,
        .tell = ignore,
    };
    if (!order.trust) {
        snprintf(a->fault, sizeof a->fault, "the ca_file of the relay cannot be used");
        return;
    }
    relay_probe(&order, &result);
    a->good = result.first.end == PROBE_AUTHENTICATED;
    snprintf(a->fault, sizeof a->fault, "%s", result.first.reason);
}

/* --- there and back --- */

static void conclude(struct job *job)
{
    struct attempt_there *a = attempt_of(job);
    a->order.ended(a->order.context, a->order.relay, a->good ? NULL : a->fault);
    runtime_unpin(&a->order.edition);
    free(a);
}

/* What Sendmail is told where the relay says nothing of mechanisms. */
static void choose_mechanisms(struct relay *relay)
{
    static const char *words[] = {"PLAIN", "LOGIN"};
    if (relay->mechanisms.count == 0)
        relay->mechanisms = (struct word_list){words, 2};
}

bool relay_try(const struct relay_try_order *order)
{
    struct attempt_there *a = calloc(1, sizeof *a);
    if (!a)
        return false;
    a->order = *order;
    a->relay = *order->relay;
    choose_mechanisms(&a->relay);
    snprintf(a->host_name, sizeof a->host_name, "%s", order->host);
    snprintf(a->server, sizeof a->server, "%s", order->server);
    snprintf(a->address, sizeof a->address, "%s", order->address);
    a->host = (struct relay_host){.text = a->host_name, .name = a->host_name};
    a->host.port = order->relay->hosts[0].port; /* that of the mailer */
    a->job.run = run;
    a->job.done = tell_done;
    a->job.conclude = conclude;
    struct lane *lane = pool_lane(pool, span_of("relays"), span_of("relays"));
    if (pool_submit(pool, lane, &a->job))
        return true;
    free(a);
    return false;
}
