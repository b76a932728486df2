/* SPDX-License-Identifier: BSD-2-Clause */
/* Relay sections while a configuration is loaded. */
#include "relaysections.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "ascii.h"
#include "relay.h"
#include "relayhost.h"
#include "secrets.h"
#include "textfile.h"
#include "utf8.h"

enum { RELAYS_MAX = 1000, NAME_MAX_LEN = 40, SECRET_MAX = 500, MECHANISM_MAX = 20 };

static bool is_word(struct span text, const char *more, size_t most)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_alnum(text.ptr[i]) && !strchr(more, text.ptr[i]))
            return false;
    return text.len > 0 && text.len <= most;
}

/* Like a line that an MTA could be told: no controls, whatever the alphabet. */
static bool is_line(struct span text)
{
    return text.len > 0 && text.len <= SECRET_MAX && utf8_is_text(text);
}

/* --- the setters --- */

void set_private_mode(struct load *ld, const struct given *g, void *section)
{
    set_socket_mode(ld, g, section);
    const unsigned *mode = (const unsigned *)((char *)section + g->spec->offset);
    if (*mode & 07)
        load_error(ld, g->line, g->spec->name,
                   "passwords are served there: others must have no access");
}

/* A list that was given and holds nothing, unless it was told already why. */
static void complain_of_empty(struct load *ld, const struct given *g, bool empty,
                              size_t errors, const char *message)
{
    if (empty && ld->diag->errors == errors)
        load_error(ld, g->line, g->spec->name, "is empty%s", message);
}

static const char for_all[] = ": leave it out for the mail of all senders";

void set_relay_ous(struct load *ld, const struct given *g, void *section)
{
    const size_t errors = ld->diag->errors;
    set_names(ld, g, section);
    complain_of_empty(ld, g, ((struct relay *)section)->ous.count == 0, errors,
                      for_all);
}

void set_relay_senders(struct load *ld, const struct given *g, void *section)
{
    const size_t errors = ld->diag->errors;
    set_senders_or_null(ld, g, section);
    complain_of_empty(ld, g, !((struct relay *)section)->senders, errors, for_all);
}

static void keep_host(struct load *ld, struct relay_host *host,
                      const struct relay_host_name *name)
{
    char text[RELAY_HOST_TEXT], port[8] = "";
    if (name->port != RELAY_PORT)
        snprintf(port, sizeof port, ":%u", name->port);
    snprintf(text, sizeof text, name->by_mx ? "%s%s" : "[%s]%s", name->name, port);
    *host = (struct relay_host){.text = arena_copy(ld->arena, span_of(text)),
                                .name = arena_copy(ld->arena, span_of(name->name)),
                                .port = name->port,
                                .by_mx = name->by_mx,
                                .is_address = name->is_address};
}

static bool is_known(const struct relay *r, const struct relay_host *host)
{
    for (size_t i = 0; i < r->host_count; i++)
        if (strcmp(r->hosts[i].text, host->text) == 0)
            return true;
    return false;
}

void set_hosts(struct load *ld, const struct given *g, void *section)
{
    struct relay *r = section;
    struct relay_host_name name;
    const size_t errors = ld->diag->errors;
    r->hosts = arena_alloc(ld->arena, g->count * sizeof *r->hosts + 1);
    for (size_t i = 0; i < g->count; i++) {
        if (!relay_host_parse(span_of(g->values[i]), &name) || name.leading_zero) {
            load_error(ld, g->lines[i], g->spec->name,
                       "\"%.100s\" is not like [host]:587, or domain for its MX (an "
                       "address needs brackets, too, and a port is a number)",
                       g->values[i]);
            continue;
        }
        keep_host(ld, &r->hosts[r->host_count], &name);
        if (is_known(r, &r->hosts[r->host_count]))
            load_warning(ld, g->lines[i], g->spec->name, "\"%.100s\" is listed twice",
                         g->values[i]);
        else
            r->host_count++;
    }
    complain_of_empty(ld, g, r->host_count == 0, errors, "");
}

void set_account(struct load *ld, const struct given *g, void *section)
{
    const char *value = g->values[0];
    if (*value && (!is_line(span_of(value)) || strchr(value, ':')))
        load_error(
            ld, g->line, g->spec->name,
            "a name without colons and controls, of up to %d bytes, was expected",
            SECRET_MAX);
    ((struct relay *)section)->account = arena_copy(ld->arena, span_of(value));
}

static void take_password(struct load *ld, const struct secret *secret,
                          struct span password)
{
    struct relay *r = secret->section;
    if (!password.ptr)
        return;
    if (!is_line(password))
        load_error(ld, secret->line, secret->option,
                   "a password of 1 to %d bytes of text was expected", SECRET_MAX);
    else if (ld->secrets)
        r->password = arena_copy(ld->secrets, password);
}

void set_relay_password(struct load *ld, const struct given *g, void *section)
{
    const struct secret secret = {take_password, section, g->spec->name, g->line};
    secret_in_option(ld, &secret, g->values[0]);
}

void set_relay_password_file(struct load *ld, const struct given *g, void *section)
{
    const struct secret secret = {take_password, section, g->spec->name, g->line};
    struct textfile file;
    char reason[200];
    const char *path = g->values[0];
    set_path(ld, g, section);
    ((struct relay *)section)->password_file = arena_copy(ld->arena, span_of(path));
    /* Other programs have no use for it, and need not be able to read it. */
    if (*path != '/' || (!ld->secrets && access(path, R_OK) != 0 && errno == EACCES))
        return;
    if (!textfile_read(path, NULL, &file, reason, sizeof reason)) {
        load_error(ld, g->line, g->spec->name, "%.200s: %s", path, reason);
        return;
    }
    secret_in_file(ld, &secret, path, &file);
    textfile_free(&file);
}

/* RFC 4422 3.1. */
void set_mechanisms(struct load *ld, const struct given *g, void *section)
{
    struct relay *r = section;
    const size_t errors = ld->diag->errors;
    const char **words = arena_alloc(ld->arena, g->count * sizeof *words + 1);
    for (size_t i = 0; i < g->count; i++) {
        struct span word = span_of(g->values[i]);
        if (!is_word(word, "-_", MECHANISM_MAX)) {
            load_error(ld, g->lines[i], g->spec->name,
                       "\"%.60s\" is not a mechanism such as PLAIN", g->values[i]);
            continue;
        }
        char *upper = arena_copy(ld->arena, word);
        for (char *c = upper; *c; c++)
            *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        words[r->mechanisms.count++] = upper;
    }
    r->mechanisms.words = words;
    complain_of_empty(ld, g, r->mechanisms.count == 0, errors, "");
}

/* --- the section --- */

struct relay *relay_begin(struct load *ld, const struct statement *st)
{
    struct snapshot *s = ld->snapshot;
    if (!is_word(st->title, "-_", NAME_MAX_LEN)) {
        load_error(ld, st->line, st->name,
                   "the name must be up to %d letters, digits, - and _", NAME_MAX_LEN);
        return NULL;
    }
    const struct relay *other = relay_find(s, st->title);
    if (other) {
        load_error(ld, st->line, st->name,
                   "there are two of the name \"%.80s\": see %s:%u", other->name,
                   other->file, other->line);
        return NULL;
    }
    if (s->relay_count == RELAYS_MAX) {
        load_error(ld, st->line, st->name, "more than %d relays", RELAYS_MAX);
        return NULL;
    }
    struct relay *relay = arena_alloc(ld->arena, sizeof *relay);
    *relay = ld->relay_defaults;
    relay->name = arena_copy(ld->arena, st->title);
    relay->file = ld->file;
    relay->line = st->line;
    relay->index = (unsigned)s->relay_count++;
    *ld->last_relay = relay;
    ld->last_relay = &relay->next;
    return relay;
}

static void complain(struct load *ld, const struct relay *r, enum relay_option option,
                     const char *message)
{
    unsigned line = r->lines[option] ? r->lines[option] : r->line;
    load_error(ld, line, schema_relay.options[option].name, "%s", message);
}

static void advise(struct load *ld, const struct relay *r, enum relay_option option,
                   const char *message)
{
    load_warning(ld, r->lines[option], schema_relay.options[option].name, "%s",
                 message);
}

static void check_credentials(struct load *ld, const struct relay *r)
{
    bool password = r->lines[RELAY_PASSWORD] || *r->password_file;
    if (!*r->account && !r->lines[RELAY_ACCOUNT])
        complain(ld, r, RELAY_ACCOUNT, "needed to authenticate");
    else if (!*r->account)
        complain(ld, r, RELAY_ACCOUNT, "is empty");
    if (!password)
        complain(ld, r, RELAY_PASSWORD, "needed to authenticate, or password_file");
    if (r->lines[RELAY_PASSWORD] && *r->password_file)
        complain(ld, r, RELAY_PASSWORD_FILE, "either this or password, not both");
}

static void check_useless(struct load *ld, const struct relay *r)
{
    static const enum relay_option options[] = {RELAY_ACCOUNT, RELAY_PASSWORD,
                                                RELAY_PASSWORD_FILE, RELAY_MECHANISMS};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (r->lines[options[i]])
            advise(ld, r, options[i], "is not used where authentication is disabled");
}

/* MTAs look for names in a certificate only. */
static void check_certificates(struct load *ld, const struct relay *r)
{
    for (size_t i = 0; i < r->host_count && r->tls == RELAY_TLS_VERIFY; i++)
        if (r->hosts[i].is_address)
            load_warning(ld, r->lines[RELAY_HOSTS], "hosts",
                         "%s: no certificate is for an address: with tls = verify "
                         "mail to it waits",
                         r->hosts[i].text);
    if (*r->ca_file && r->tls != RELAY_TLS_VERIFY)
        advise(ld, r, RELAY_CA_FILE, "is not used unless tls = verify");
}

void relay_built(struct load *ld, struct relay *r)
{
    if (!r->lines[RELAY_HOSTS])
        complain(ld, r, RELAY_HOSTS, "a relay needs hosts");
    if (r->authentication == RELAY_DISABLED)
        check_useless(ld, r);
    else
        check_credentials(ld, r);
    check_certificates(ld, r);
}
