/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes that ask at relay_socket. Only the server's thread comes here. */
#include "relayclients.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

/* Postfix waits for a reply to the end of a message for 600 seconds. */
enum { KEPT_MOST = 256, KEPT_SECONDS = 900, NAME_SIZE = 48 };

struct relay_client {
    struct relay_client *next;
    pid_t pid;
    int watch; /* -1: no other connection can be known to be of the same process */
    unsigned connections;
    time_t left; /* when it had its last one */
    char relay[NAME_SIZE];
    struct relay_replies replies;
    struct relay_served served;
};

static struct relay_client *clients;

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static void drop(struct relay_client **at)
{
    struct relay_client *c = *at;
    *at = c->next;
    if (c->watch >= 0)
        close(c->watch);
    free(c);
}

/* Those that will not come again, and the one that is away for the longest time if they
 * are too many. */
static void drop_old(void)
{
    struct relay_client **oldest = NULL;
    unsigned kept = 0;
    for (struct relay_client **at = &clients; *at;) {
        struct relay_client *c = *at;
        if (c->connections == 0 &&
            (now() - c->left > KEPT_SECONDS || !peer_lives(c->watch))) {
            drop(at);
            continue;
        }
        if (c->connections == 0 && ++kept && (!oldest || c->left < (*oldest)->left))
            oldest = at;
        at = &c->next;
    }
    if (kept > KEPT_MOST)
        drop(oldest);
}

static struct relay_client *find(pid_t pid)
{
    for (struct relay_client *c = clients; c; c = c->next)
        if (pid > 0 && c->pid == pid && peer_lives(c->watch))
            return c;
    return NULL;
}

struct relay_client *relay_client_come(int fd)
{
    struct peer peer;
    pid_t pid = peer_of(fd, &peer) ? peer.pid : 0;
    struct relay_client *c = find(pid);
    if (!c) {
        c = calloc(1, sizeof *c);
        if (!c)
            return NULL;
        c->pid = pid;
        c->watch = peer_watch(pid);
        c->next = clients;
        clients = c;
    }
    c->connections++;
    return c;
}

void relay_client_go(struct relay_client **client)
{
    struct relay_client *c = *client;
    *client = NULL;
    if (!c)
        return;
    c->connections--;
    c->left = now();
    drop_old();
}

struct relay_replies *relay_client_replies(struct relay_client *c,
                                           const struct relay *relay)
{
    if (strcmp(c->relay, relay->name) != 0) {
        snprintf(c->relay, sizeof c->relay, "%s", relay->name);
        relay_replies_start(&c->replies);
    }
    return &c->replies;
}

struct relay_served *relay_client_served(struct relay_client *c)
{
    return &c->served;
}
