/* SPDX-License-Identifier: BSD-2-Clause */
/* What owners and may-send tell of the settings around a list of grants. */
#include <stdio.h>

#include "grants.h"
#include "json.h"

void note_add(struct notes *notes, const char *text, struct source source)
{
    if (notes->count < NOTES_MAX)
        notes->items[notes->count++] = (struct note){text, source};
}

static void note_monitor(struct notes *notes, const struct snapshot *s,
                         const struct senders *senders, const struct ou *ou)
{
    const struct interface *i = senders->interface;
    if (s->globals.mode == MODE_MONITOR)
        note_add(notes, "monitor mode: nothing is refused yet",
                 source_at(s->globals.file, s->globals.lines[GLOBAL_MODE]));
    else if (i && i->mode == MODE_MONITOR)
        note_add(notes, "monitor mode of the interface: nothing is refused yet",
                 interface_source(i, INTERFACE_MODE));
    else if (ou && ou->mode == MODE_MONITOR)
        note_add(notes, "monitor mode of the ou: its rules refuse nothing yet",
                 ou_source(ou, OU_MODE));
}

/* An interface may ask them to log in all the same. */
static void note_exceptions(struct notes *notes, const struct interface *i,
                            const struct ou *ou)
{
    static const char *const words[2][2] = {
        {"clients outside of ip_exceptions need no login, may use any sender",
         "clients outside of ip_exceptions may use any sender of the ou"},
        {"clients in ip_exceptions need no login, and may use any sender",
         "clients in ip_exceptions may use any sender of the ou"}};
    bool inside = ou->ip_exception_mode == RESTRICTION_ALLOW;
    bool asked = i && i->require_authentication;
    if (!client_list_empty(ou->ip_exceptions))
        note_add(notes, words[inside][asked], ou_source(ou, OU_IP_EXCEPTIONS));
}

void note_modes(struct notes *notes, const struct snapshot *s,
                const struct senders *senders, const struct ou *ou)
{
    const struct interface *i = senders->interface;
    note_monitor(notes, s, senders, ou);
    if (i && i->auth_username_restriction != RESTRICTION_DISABLED)
        note_add(notes, "not every login is let in by auth_username_filter",
                 interface_source(i, INTERFACE_AUTH_USERNAME_RESTRICTION));
    if (!ou)
        return;
    if (ou->match_auth_user == MATCHING_OFF)
        note_add(notes, "match_auth_user is false: senders need not belong to logins",
                 ou_source(ou, OU_MATCH_AUTH_USER));
    if (ou->match_auth_user == MATCHING_EXACT)
        note_add(notes,
                 "match_auth_user is exact: sender maps and senders do not count",
                 ou_source(ou, OU_MATCH_AUTH_USER));
    if (ou->auth_username_restriction != RESTRICTION_DISABLED)
        note_add(notes, "not every login is let in by auth_username_filter",
                 ou_source(ou, OU_AUTH_USERNAME_RESTRICTION));
    note_exceptions(notes, i, ou);
}

void notes_show(const struct notes *notes)
{
    if (notes->count)
        putchar('\n');
    for (size_t i = 0; i < notes->count; i++)
        show_setting("note", notes->items[i].text, notes->items[i].source);
}

json_t *notes_json(const struct notes *notes)
{
    json_t *array = json_array();
    for (size_t i = 0; i < notes->count; i++) {
        char place[SOURCE_TEXT] = "";
        if (notes->items[i].source.file)
            source_format(notes->items[i].source, place);
        json_array_append_new(array,
                              json_pack("{s:s, s:o}", "text", notes->items[i].text,
                                        "source", json_safe_string(place)));
    }
    return array;
}
