/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost may-send: what may a login send as? */
#include <stdio.h>
#include <sysexits.h>

#include "config.h"
#include "json.h"
#include "sendas.h"
#include "show.h"
#include "usage.h"

static const char help[] =
    "usage: gatepost may-send [-c FILE] [--interface NAME] [--json] LOGIN\n"
    "\n"
    "Lists the addresses, domains and patterns, of all ous, that LOGIN may send as,\n"
    "each with the setting that lets it, and those that it is granted in vain. The\n"
    "exit status is 0 if there are any that it may, 1 if there are none. Judged is\n"
    "MAIL FROM; where From is judged in another way, by match_header_from, that is\n"
    "told.\n"
    "\n"
    "  -c, --config FILE     the configuration (" CONFIG_DEFAULT_FILE ")\n"
    "      --interface NAME  where it logs in: default_domain and the like\n"
    "      --json            print JSON\n";

static const char *const smtp_auth_words[] = {
    "smtp_auth = off", "smtp_auth = any_sender", "smtp_auth = matching_sender"};

/* --- notes --- */

/* Each OU whose addresses are listed has its own delimiter. */
static void note_delimiters(const struct may_send *m, struct notes *notes)
{
    char text[160];
    const struct ou *last = NULL;
    for (size_t i = 0; i < m->list.count; i++) {
        const struct grant *g = &m->list.items[i];
        if (!g->judgement.able || !g->ou || g->ou == last || g->kind == GRANT_DOMAIN ||
            !*g->ou->recipient_delimiter)
            continue;
        last = g->ou;
        snprintf(text, sizeof text,
                 "an extension may follow a name of ou %.40s (recipient_delimiter)",
                 last->name);
        note_add(notes, arena_copy(m->list.arena, span_of(text)),
                 ou_source(last, OU_RECIPIENT_DELIMITER));
    }
}

/* Typed without a domain, it may become another login elsewhere. */
static void note_completion(const struct may_send *m, struct notes *notes)
{
    if (address_has_domain(&m->login) || m->user || m->senders.interface)
        return;
    for (const struct interface *i = m->snapshot->interfaces; i; i = i->next)
        if (*i->default_domain)
            note_add(notes, "this login gets a domain there: try --interface",
                     interface_source(i, INTERFACE_DEFAULT_DOMAIN));
}

static void gather_notes(const struct may_send *m, struct notes *notes)
{
    if (m->user)
        note_add(notes, smtp_auth_words[m->user->smtp_auth],
                 user_source(m->user, USER_SMTP_AUTH));
    note_modes(notes, m->snapshot, &m->senders, m->login_ou);
    note_delimiters(m, notes);
    note_completion(m, notes);
    if (m->foreign)
        note_add(notes, "it may use any sender of a domain that no ou owns",
                 (struct source){NULL, 0});
    if (m->foreign && m->foreign_from.from == FROM_NO)
        note_add(notes, "but not in From, unless it is granted: match_header_from",
                 m->foreign_from.from_source);
    if (m->foreign && m->foreign_from.from == FROM_WITH_SENDER)
        note_add(notes, "but in From only with a Sender of its own, or a grant",
                 m->foreign_from.from_source);
}

/* --- the answer --- */

static void show(const struct may_send *m, const struct notes *notes)
{
    show_field("login", address_text(&m->login));
    if (m->login_ou)
        show_field("  of ou", span_of(m->login_ou->name));
    if (m->user)
        show_setting("user", "", source_at(m->user->file, m->user->line));
    grant_list_show(&m->list);
    notes_show(notes);
    if (!m->null.able) {
        printf("\n=> it may not log in: %s\n", m->null.reason);
        if (m->null.refused_by.file)
            show_setting("", "", m->null.refused_by);
    } else {
        printf("\n=> it may send as %s\n",
               m->list.able ? "these" : "no address of an ou");
    }
}

static void print_json(const struct may_send *m, const struct notes *notes)
{
    char login[ADDRESS_MAX + 1];
    memcpy(login, m->login.text, m->login.len);
    login[m->login.len] = '\0';
    json_t *all = json_pack(
        "{s:o, s:o, s:b, s:s, s:b, s:o, s:o}", "login", json_safe_string(login), "ou",
        json_safe_string(m->login_ou ? m->login_ou->name : ""), "may_log_in",
        m->null.able, "rule", rule_name(m->null.rule), "foreign", m->foreign, "grants",
        grant_list_json(&m->list), "notes", notes_json(notes));
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(all);
}

int command_may_send(int argc, char **argv)
{
    static struct may_send m;
    struct senders_call call;
    struct notes notes = {.count = 0};
    int status = senders_call_read(argc, argv, help, "login", &call);
    if (status >= 0)
        return status;
    struct snapshot *snapshot = senders_call_load(&call, argv[0], &m.senders, &status);
    if (!snapshot)
        return status;
    m.snapshot = snapshot;
    m.typed = span_of(call.word);
    if (!may_send_gather(&m)) {
        snapshot_free(&snapshot);
        return usage_error(argv[0], "no login name could ever be like this: %s",
                           call.word);
    }
    gather_notes(&m, &notes);
    if (call.json)
        print_json(&m, &notes);
    else
        show(&m, &notes);
    status = m.list.able ? 0 : 1;
    may_send_clear(&m);
    snapshot_free(&snapshot);
    return status;
}
