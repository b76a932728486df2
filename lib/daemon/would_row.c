/* SPDX-License-Identifier: BSD-2-Clause */
/* How what monitor mode held back is reported. */
#include "would_row.h"

#include <strings.h>

#include "ascii.h"

int would_by_count(const void *a, const void *b)
{
    const struct would_place *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static json_t *time_report(time_t when)
{
    char text[40];
    struct tm utc;
    gmtime_r(&when, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(text);
}

static const char *mode_name(int mode)
{
    return mode == MODE_MONITOR ? "monitor" : "enforce";
}

const char *would_ou_mode(const struct snapshot *s, const char *name)
{
    char folded[256];
    size_t len = strlen(name);
    if (len >= sizeof folded)
        return "gone";
    ascii_fold_into(folded, name, len);
    const struct ou *ou = strmap_find(&s->ous, (struct span){folded, len});
    return ou ? mode_name(ou->mode) : "gone";
}

static const char *interface_mode(const struct snapshot *s, const char *name)
{
    for (const struct interface *i = s->interfaces; i; i = i->next)
        if (strcasecmp(i->name, name) == 0)
            return mode_name(i->mode);
    return strcasecmp(s->fallback.name, name) == 0 ? mode_name(s->fallback.mode)
                                                   : "gone";
}

/* The mode that the owner has by now, whatever that of the whole is. */
static const char *owner_mode(const struct would_row *row, const struct snapshot *s)
{
    if (row->owner == WOULD_BY_OU)
        return would_ou_mode(s, row->name);
    if (row->owner == WOULD_BY_INTERFACE)
        return interface_mode(s, row->name);
    return mode_name(s->limits.mode);
}

static json_t *whom_report(const struct frequent_entry *entry)
{
    char client[IPADDR_TEXT];
    const struct whom *w = &entry->whom;
    json_int_t count = (json_int_t)frequent_certain(entry);
    if (w->is_login)
        return json_pack("{s:s, s:I}", "login", w->name, "count", count);
    ipaddr_format(&w->client, client);
    return json_pack("{s:s, s:s, s:I}", "sender", w->name, "client", client, "count",
                     count);
}

json_t *would_row_report(struct would_row *row, const struct snapshot *s)
{
    static const char *const whats[] = {"mails", "recipients", "logins"};
    uint64_t told = 0;
    json_t *whom = json_array();
    frequent_sort(&row->whom);
    for (unsigned i = 0; i < row->whom.used; i++) {
        told += frequent_certain(&row->whom.entries[i]);
        json_array_append_new(whom, whom_report(&row->whom.entries[i]));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:I}", "ou",
                     row->owner == WOULD_BY_OU ? row->name : "", "interface",
                     row->owner == WOULD_BY_INTERFACE ? row->name : "", "rule",
                     rule_name(row->rule), "mode", owner_mode(row, s), "what",
                     whats[row->what], "count", (json_int_t)row->count, "first",
                     time_report(row->first), "last", time_report(row->last), "whom",
                     whom, "others", (json_int_t)(row->count - told));
}

json_t *would_modes_report(const struct snapshot *s)
{
    json_int_t interfaces = 0, ous = 0;
    for (const struct interface *i = s->interfaces; i; i = i->next)
        interfaces += i->mode == MODE_MONITOR;
    for (size_t i = 0; i < s->ou_count; i++)
        ous += s->ou_list[i]->mode == MODE_MONITOR;
    return json_pack("{s:b, s:I, s:I, s:b}", "whole", s->globals.mode == MODE_MONITOR,
                     "interfaces", interfaces, "ous", ous, "login_limits",
                     s->limits.mode == MODE_MONITOR);
}
