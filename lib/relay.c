/* SPDX-License-Identifier: BSD-2-Clause */
/* Relay hosts: by which account our MTA proves there who it is. */
#include "relay.h"

#include <stdio.h>
#include <strings.h>

#include "ascii.h"
#include "names.h"
#include "relayhost.h"

const struct relay *relay_find(const struct snapshot *s, struct span name)
{
    for (const struct relay *r = s->relays; r; r = r->next)
        if (strlen(r->name) == name.len &&
            strncasecmp(r->name, name.ptr, name.len) == 0)
            return r;
    return NULL;
}

bool relay_is_for_senders(const struct relay *r)
{
    return r->ous.count > 0 || r->lines[RELAY_SENDERS] > 0;
}

static bool is_of_ous(const struct snapshot *s, const struct relay *r,
                      const struct address *sender)
{
    const struct ou *ou = address_has_domain(sender)
                              ? snapshot_domain_owner(s, address_domain(sender))
                              : NULL;
    return ou && strmap_find(&r->ou_set, ou->folded_name);
}

enum match relay_claims_sender(const struct snapshot *s, const struct relay *r,
                               const struct address *sender)
{
    if (!relay_is_for_senders(r) || is_of_ous(s, r, sender))
        return MATCH_YES;
    const struct span name =
        sender->len ? address_text(sender) : span_of(NAME_NULL_SENDER);
    return name_list_match(r->senders, name);
}

enum match relay_of_sender(const struct snapshot *s, const struct address *sender,
                           const struct relay **relay)
{
    for (const struct relay *r = s->relays; r; r = r->next) {
        enum match claims =
            relay_is_for_senders(r) ? relay_claims_sender(s, r, sender) : MATCH_NO;
        *relay = r;
        if (claims != MATCH_NO)
            return claims;
    }
    *relay = NULL;
    return MATCH_NO;
}

const struct relay_host *relay_host_of(const struct relay *r, struct span nexthop,
                                       bool *plainly)
{
    struct relay_host_name asked;
    if (!relay_host_parse(nexthop, &asked))
        return NULL;
    *plainly = asked.leading_zero;
    for (size_t i = 0; i < r->host_count; i++) {
        const struct relay_host *host = &r->hosts[i];
        if (host->port == asked.port && host->by_mx == asked.by_mx &&
            strcmp(host->name, asked.name) == 0)
            return host;
    }
    return NULL;
}

bool relay_is_server(const struct relay *r, struct span server)
{
    struct relay_host_name asked;
    if (!relay_host_parse_name(server, &asked))
        return false;
    for (size_t i = 0; i < r->host_count; i++)
        if (strcmp(r->hosts[i].name, asked.name) == 0)
            return true;
    return false;
}

static bool has_other_port(const struct relay *r, const struct relay *other,
                           const char *name)
{
    bool plainly;
    for (size_t i = 0; i < r->host_count; i++)
        if (strcmp(r->hosts[i].name, name) == 0 &&
            !relay_host_of(other, span_of(r->hosts[i].text), &plainly))
            return true;
    return false;
}

bool relay_is_stricter(const struct relay *r, const struct relay *other,
                       const char *name)
{
    const bool demands_more =
        r->authentication < other->authentication ||
        (r->tls == RELAY_TLS_VERIFY && other->tls != RELAY_TLS_VERIFY);
    return demands_more && has_other_port(r, other, name);
}

void relay_host_plainly(const struct relay_host *host, char out[RELAY_HOST_TEXT])
{
    snprintf(out, RELAY_HOST_TEXT, host->by_mx ? "%s:0%u" : "[%s]:0%u", host->name,
             host->port);
}

void relay_mailer(const struct snapshot *s, const struct relay *r,
                  char out[RELAY_MAILER_SIZE])
{
    if (s->relay_count <= RELAY_MAILERS_MOST)
        snprintf(out, RELAY_MAILER_SIZE, RELAY_TRANSPORT_PREFIX "%s", r->name);
    else
        snprintf(out, RELAY_MAILER_SIZE, RELAY_TRANSPORT_PREFIX "%u", r->hosts[0].port);
}

size_t relay_mailer_hosts(const struct relay *r, char out[RELAY_MAILER_HOSTS_SIZE])
{
    size_t len = 0, count = 0;
    out[0] = '\0';
    for (size_t i = 0; i < r->host_count; i++) {
        const struct relay_host *host = &r->hosts[i];
        const char *tag = host->is_address && strchr(host->name, ':') ? "IPv6:" : "";
        char text[RELAY_HOST_TEXT + 2];
        int wanted = snprintf(text, sizeof text, host->by_mx ? "%s%s%s" : "%s[%s%s]",
                              count ? ":" : "", tag, host->name);
        if (host->port != r->hosts[0].port ||
            len + (size_t)wanted >= RELAY_MAILER_HOSTS_SIZE)
            continue;
        memcpy(out + len, text, (size_t)wanted + 1);
        len += (size_t)wanted;
        count++;
    }
    return count;
}

bool relay_needs_tls(const struct relay *r)
{
    return r->tls != RELAY_TLS_DEFAULT || r->authentication == RELAY_REQUIRED;
}
