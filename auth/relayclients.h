/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes that ask at relay_socket, and where each is in its session. Postfix
 * ends its connection to us when it was idle for 10 seconds, and after 100: so what is
 * known belongs to the process, not to the connection. */
#ifndef GATEPOST_AUTH_RELAYCLIENTS_H
#define GATEPOST_AUTH_RELAYCLIENTS_H

#include <netinet/in.h>

#include "relayreplies.h"

struct relay_client;

enum { RELAY_LOGIN_NAME = 48 };

/* Our login by one configuration's relay at one server. */
struct relay_login {
    char relay[RELAY_LOGIN_NAME], address[INET6_ADDRSTRLEN];
    unsigned long generation;
};

/* Credentials that Sendmail was given, while nothing is known of what came of them. */
struct relay_served {
    bool open;
    struct relay_login login;
    int64_t time; /* see deadline.h */
};

/* Who is at the other end of fd, for as long as the connection lasts. NULL if there is
 * no memory. */
struct relay_client *relay_client_come(int fd);
void relay_client_go(struct relay_client **client);

/* What it has heard from that relay; from the start if it was another one before. */
struct relay_replies *relay_client_replies(struct relay_client *client,
                                           const struct relay *relay);

/* What it was given last. */
struct relay_served *relay_client_served(struct relay_client *client);

#endif
