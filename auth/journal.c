/* SPDX-License-Identifier: BSD-2-Clause */
/* What the log says of an attempt to log in. */
#include "journal.h"

#include "logger.h"

static void put_client(struct line *l, const struct attempt *a)
{
    char client[IPADDR_TEXT] = "";
    if (!(a->unknown & TXN_NO_CLIENT))
        ipaddr_format(&a->client, client);
    line_text(l, "client", client);
}

/* The canonical name, so that one grep finds all that was tried with it; as it came
 * where it is none. */
static void put_login(struct line *l, const struct attempt *a)
{
    struct span login = attempt_login(a);
    line_string(l, "login", login.ptr ? login : (struct span){a->name, a->name_len});
}

static void put_verdict(struct line *l, const struct attempt *a)
{
    char source[SOURCE_TEXT];
    const struct verdict *v = &a->verdict;
    source_format(v->source, source);
    line_text(l, "ou", v->ou ? v->ou->name : "");
    line_text(l, "verdict", verdict_name(v->kind));
    line_text(l, "rule", rule_name(v->rule));
    line_text(l, "source", source);
    line_text(l, "would", rule_name(v->would));
    line_text(l, "reason", v->reason);
}

void journal_login(const struct attempt *a, const struct attempt_found *f, int64_t ms)
{
    if (!logger_wants(LOG_LEVEL_INFO))
        return;
    struct line *l = logger_line("login");
    if (!l)
        return;
    line_number(l, "generation", a->snapshot->generation);
    line_text(l, "interface", a->policy.interface ? a->policy.interface->name : "");
    line_text(l, "protocol", a->protocol);
    line_text(l, "mechanism", a->mechanism ? a->mechanism : "");
    line_string(l, "daemon_name", (struct span){a->service, a->service_len});
    put_client(l, a);
    line_boolean(l, "tls", a->tls);
    put_login(l, a);
    put_verdict(l, a);
    line_text(l, "target", f && f->target ? f->target->name : "");
    line_text(l, "server", f && f->url ? f->url->text : "");
    line_text(l, "reply", f ? f->reply : "");
    line_number(l, "ms", (unsigned long)(ms > 0 ? ms : 0));
    line_end(l);
    logger_put(LOG_LEVEL_INFO, &l);
}
