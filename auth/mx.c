/* SPDX-License-Identifier: BSD-2-Clause */
/* The servers that take mail for a domain. */
#include "mx.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>

#include "relayhost.h"

enum { ANSWER = 16 * 1024, TRIES = 2, FIXED = 2 /* bytes before the name */ };

static enum mx_result refused(struct mx_list *list, const char *reason)
{
    snprintf(list->reason, sizeof list->reason, "%s", reason);
    return MX_REFUSED;
}

/* Behind those that are preferred as much. */
static void insert(struct mx_list *list, unsigned preference, const char *name)
{
    size_t at = list->count;
    while (at > 0 && list->servers[at - 1].preference > preference)
        at--;
    list->more += list->count == MX_MOST;
    if (at == MX_MOST)
        return;
    list->count += list->count < MX_MOST;
    memmove(&list->servers[at + 1], &list->servers[at],
            (list->count - 1 - at) * sizeof *list->servers);
    list->servers[at].preference = preference;
    snprintf(list->servers[at].name, sizeof list->servers[at].name, "%s", name);
}

/* What is no name of a host is passed over; `.` is none, and says so. */
static bool take(struct mx_list *list, const ns_msg *message, const ns_rr *record)
{
    char text[NS_MAXDNAME];
    struct relay_host_name host;
    const unsigned char *data = ns_rr_rdata(*record);
    if (ns_rr_type(*record) != ns_t_mx || ns_rr_class(*record) != ns_c_in ||
        ns_rr_rdlen(*record) <= FIXED ||
        dn_expand(ns_msg_base(*message), ns_msg_end(*message), data + FIXED, text,
                  sizeof text) < 0)
        return false;
    if (!*text || strcmp(text, ".") == 0)
        return true;
    if (relay_host_parse_name(span_of(text), &host) && !host.is_address)
        insert(list, ns_get16(data), host.name);
    return false;
}

static enum mx_result read_answer(struct mx_list *list, const unsigned char *answer,
                                  int len)
{
    ns_msg message;
    ns_rr record;
    bool null = false;
    if (len > ANSWER || ns_initparse(answer, len, &message) != 0)
        return refused(list, "its MX look-up gave no answer that can be read");
    int count = ns_msg_count(message, ns_s_an);
    for (int i = 0; i < count; i++) {
        if (ns_parserr(&message, ns_s_an, i, &record) != 0)
            return refused(list, "its MX look-up gave no answer that can be read");
        null = take(list, &message, &record) || null;
    }
    if (list->count > 0)
        return MX_FOUND;
    if (null)
        return refused(list, "it takes no mail, says its MX (null MX)");
    return count > 0 ? refused(list, "its MX names no host") : MX_NONE;
}

static enum mx_result judge(struct mx_list *list, int error)
{
    switch (error) {
    case NO_DATA:
        return MX_NONE;
    case HOST_NOT_FOUND:
        return refused(list, "there is no such domain");
    default:
        return refused(list, "its MX could not be looked up");
    }
}

enum mx_result mx_look_up(const char *domain, unsigned seconds, struct mx_list *list)
{
    struct __res_state state;
    memset(&state, 0, sizeof state);
    *list = (struct mx_list){0};
    unsigned char *answer = malloc(ANSWER);
    if (!answer || res_ninit(&state) != 0) {
        free(answer);
        return refused(list, "its MX could not be looked up: no resolver");
    }
    state.retry = TRIES;
    state.retrans = seconds < TRIES ? 1 : (int)seconds / TRIES;
    int len = res_nquery(&state, domain, ns_c_in, ns_t_mx, answer, ANSWER);
    enum mx_result result =
        len < 0 ? judge(list, state.res_h_errno) : read_answer(list, answer, len);
    res_nclose(&state);
    free(answer);
    return result;
}
