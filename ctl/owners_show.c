/* SPDX-License-Identifier: BSD-2-Clause */
/* How gatepost owners answers. */
#include <stdio.h>

#include "json.h"
#include "owners.h"
#include "show.h"

static void show_entry(const char *name, const struct sender_entry *entry)
{
    printf("%-10s ", name);
    show_escaped(sender_entry_key(entry));
    putchar('\n');
    show_setting("", "", sender_entry_source(entry));
}

void owners_show(const struct owners *o)
{
    static const char *const words[] = {"false", "exact", "owner", "domain",
                                        "local_part"};
    show_field("address", address_text(&o->address));
    show_field("ou", o->ou ? span_of(o->ou->name) : span_of("(none)"));
    if (o->ou)
        show_setting("matching", words[o->ou->match_auth_user],
                     ou_source(o->ou, OU_MATCH_AUTH_USER));
    if (o->entry)
        show_entry("map entry", o->entry);
    for (size_t i = 0; i < 2 && o->hidden[i]; i++)
        show_entry("  hides", o->hidden[i]);
    for (size_t i = 0; i < FROM_ENTRIES && o->for_from[i]; i++)
        show_entry("for From", o->for_from[i]);
    grant_list_show(&o->list);
    notes_show(&o->notes);
    printf("\n=> %s\n", o->list.able ? "somebody may send as it" : "nobody may");
}

static json_t *entry_json(const struct sender_entry *entry)
{
    char place[SOURCE_TEXT], key[ADDRESS_MAX + 1];
    struct span text = sender_entry_key(entry);
    memcpy(key, text.ptr, text.len);
    key[text.len] = '\0';
    source_format(sender_entry_source(entry), place);
    return json_pack("{s:o, s:o}", "key", json_safe_string(key), "source",
                     json_safe_string(place));
}

void owners_show_json(const struct owners *o)
{
    char address[ADDRESS_MAX + 1];
    memcpy(address, o->address.text, o->address.len);
    address[o->address.len] = '\0';
    json_t *hidden = json_array();
    for (size_t i = 0; i < 2 && o->hidden[i]; i++)
        json_array_append_new(hidden, entry_json(o->hidden[i]));
    json_t *for_from = json_array();
    for (size_t i = 0; i < FROM_ENTRIES && o->for_from[i]; i++)
        json_array_append_new(for_from, entry_json(o->for_from[i]));
    json_t *all = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "address", json_safe_string(address),
        "ou", json_safe_string(o->ou ? o->ou->name : ""), "entry",
        o->entry ? entry_json(o->entry) : json_null(), "hidden", hidden, "from_entries",
        for_from, "grants", grant_list_json(&o->list), "notes", notes_json(&o->notes));
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(all);
}
