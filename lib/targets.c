/* SPDX-License-Identifier: BSD-2-Clause */
/* Target sections: servers that know the passwords of an OU's users. */
#include "targets.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ascii.h"
#include "ipaddr.h"
#include "secrets.h"
#include "template.h"
#include "textfile.h"

static const struct scheme {
    const char *name;
    enum target_kind kind;
    bool implicit_tls;
    uint16_t port;
} schemes[] = {
    {"ldap", TARGET_LDAP, false, 389}, {"ldaps", TARGET_LDAP, true, 636},
    {"smtp", TARGET_SMTP, false, 25},  {"smtps", TARGET_SMTP, true, 465},
    {"imap", TARGET_IMAP, false, 143}, {"imaps", TARGET_IMAP, true, 993},
    {"pop3", TARGET_POP3, false, 110}, {"pop3s", TARGET_POP3, true, 995},
};

/* --- urls --- */

static const struct scheme *find_scheme(struct span name)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (span_equal(name, span_of(schemes[i].name)))
            return &schemes[i];
    return NULL;
}

static bool read_port(struct span text, uint16_t *port)
{
    unsigned number = 0;
    if (text.len == 0 || text.len > 5 || text.ptr[0] == '0')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
        number = number * 10 + (unsigned)(text.ptr[i] - '0');
    }
    *port = (uint16_t)number;
    return number <= 65535;
}

static bool is_loopback(const struct ipaddr *ip)
{
    static const uint8_t six[16] = {[15] = 1};
    if (ip->family == IP_V4)
        return ip->bytes[0] == 127;
    return memcmp(ip->bytes, six, sizeof six) == 0;
}

/* A name, or an address; in brackets if it is IPv6. */
static bool read_host(struct load *ld, struct span text, struct target_url *url)
{
    struct ipaddr ip;
    char name[DOMAIN_MAX];
    bool brackets = text.len > 2 && text.ptr[0] == '[';
    if (brackets)
        text = span_cut(text, 1, text.len - 1);
    if (ipaddr_parse(text, &ip)) {
        url->host = arena_copy(ld->arena, text);
        url->is_loopback = is_loopback(&ip);
        return brackets == (memchr(text.ptr, ':', text.len) != NULL);
    }
    size_t len = brackets ? 0 : domain_canonical(text, name);
    url->host = arena_copy(ld->arena, (struct span){name, len});
    url->is_loopback = strcmp(url->host, "localhost") == 0;
    return len > 0 && name[0] != '[';
}

/* scheme://host[:port][/]; userinfo, paths and queries are errors. */
static bool read_url(struct load *ld, const char *value, struct target_url *url)
{
    const char *mark = strstr(value, "://");
    const struct scheme *scheme =
        mark ? find_scheme((struct span){value, (size_t)(mark - value)}) : NULL;
    if (!scheme)
        return false;
    struct span rest = span_of(mark + 3);
    if (rest.len && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    size_t colon = span_rfind(rest, ':');
    bool has_port =
        colon < rest.len && !memchr(rest.ptr + colon, ']', rest.len - colon);
    url->kind = (int)scheme->kind;
    url->tls = scheme->implicit_tls ? TLS_IMPLICIT : TLS_BY_URL;
    url->port = scheme->port;
    if (has_port && !read_port(span_cut(rest, colon + 1, rest.len), &url->port))
        return false;
    if (!read_host(ld, span_cut(rest, 0, has_port ? colon : rest.len), url))
        return false;
    char text[DOMAIN_MAX + 40];
    bool six = strchr(url->host, ':') != NULL;
    snprintf(text, sizeof text, "%s://%s%s%s:%u", scheme->name, six ? "[" : "",
             url->host, six ? "]" : "", url->port);
    url->text = arena_copy(ld->arena, span_of(text));
    return true;
}

void set_url(struct load *ld, const struct given *g, void *section)
{
    struct target *target = section;
    target->urls = arena_alloc(ld->arena, g->count * sizeof *target->urls + 1);
    for (size_t i = 0; i < g->count; i++) {
        if (read_url(ld, g->values[i], &target->urls[target->url_count]))
            target->urls[target->url_count++].index = ld->snapshot->url_count++;
        else
            load_error(ld, g->lines[i], g->spec->name,
                       "\"%.100s\" is not like ldap://host:port; ldap, smtp, imap and "
                       "pop3 are known, and with an s for TLS",
                       g->values[i]);
    }
}

/* --- templates --- */

/* Without the name in it, it would be the same for everybody. */
static bool names_user(const char *text)
{
    for (; *text; text++)
        if (*text == '%' && *++text != '%' && *text != 'd')
            return true;
    return false;
}

static bool is_balanced(const char *filter)
{
    int depth = 0;
    for (; *filter && depth >= 0; filter++)
        depth += *filter == '(' ? 1 : *filter == ')' ? -1 : 0;
    return depth == 0;
}

static void keep_template(struct load *ld, const struct given *g, void *section,
                          const char *text)
{
    const char *fault = template_fault(text);
    if (!fault && g->spec->offset == offsetof(struct target, search_filter) &&
        !is_balanced(text))
        fault = "the parentheses do not match";
    if (fault)
        load_error(ld, g->line, g->spec->name, "\"%.100s\": %s", text, fault);
    else if (*text && !names_user(text))
        load_error(ld, g->line, g->spec->name,
                   "\"%.100s\" has neither %%u nor %%n: all users would be the same",
                   text);
    else
        *(const char **)((char *)section + g->spec->offset) =
            arena_copy(ld->arena, span_of(text));
}

void set_template(struct load *ld, const struct given *g, void *section)
{
    keep_template(ld, g, section, g->values[0]);
}

void set_username(struct load *ld, const struct given *g, void *section)
{
    const char *value = g->values[0];
    if (strcmp(value, "address") == 0)
        keep_template(ld, g, section, "%u");
    else if (strcmp(value, "local_part") == 0)
        keep_template(ld, g, section, "%n");
    else if (*value)
        keep_template(ld, g, section, value);
    else
        load_error(ld, g->line, g->spec->name, "is empty");
}

/* --- the search password --- */

static void take_search_password(struct load *ld, const struct secret *secret,
                                 struct span password)
{
    struct target *target = secret->section;
    if (!password.ptr)
        return;
    if (password.len == 0)
        load_error(ld, secret->line, secret->option, "%.200s: the first line is empty",
                   target->search_password_file);
    if (ld->secrets)
        target->search_password = arena_copy(ld->secrets, password);
}

/* What a tenant names is told to his server: it has to be a file of his own, below a
 * folder that is called like his file in ou_directory. */
static const char *own_folder(const struct load *ld, char out[PATH_MAX])
{
    if (!ld->in_ou_directory)
        return NULL;
    const char *name = strrchr(ld->file, '/');
    name = name ? name + 1 : ld->file;
    size_t len = strlen(name) - strlen(".conf");
    snprintf(out, PATH_MAX, "%s/%.*s", ld->ou_root, (int)len, name);
    return out;
}

void set_search_password(struct load *ld, const struct given *g, void *section)
{
    const struct secret secret = {take_search_password, section, g->spec->name,
                                  g->line};
    struct textfile file;
    char reason[PATH_MAX + 100], folder[PATH_MAX];
    const char *path = g->values[0];
    set_path(ld, g, section);
    if (*path != '/')
        return;
    /* Other programs have no use for it, and need not be able to read it. */
    if (!ld->secrets && access(path, R_OK) != 0 && errno == EACCES)
        return;
    if (!textfile_read(path, own_folder(ld, folder), &file, reason, sizeof reason)) {
        load_error(ld, g->line, g->spec->name, "%.200s: %s", path, reason);
        return;
    }
    secret_in_file(ld, &secret, path, &file);
    textfile_free(&file);
}

/* --- the section --- */

struct target *target_begin(struct load *ld, const struct statement *st, struct ou *ou)
{
    struct target *target = arena_alloc(ld->arena, sizeof *target);
    *target = ld->target_defaults;
    target->ou = ou;
    target->name = arena_copy(ld->arena, st->title);
    target->file = ld->file;
    target->line = st->line;
    target->index = ld->snapshot->target_count++;
    *ld->last_target = target;
    ld->last_target = &target->next;
    return target;
}

static void complain(struct load *ld, const struct target *t, enum target_option option,
                     const char *message)
{
    unsigned line = t->lines[option] ? t->lines[option] : t->line;
    load_error(ld, line, schema_target.options[option].name, "%s", message);
}

/* In clear text only where that was asked for, or where nobody can listen. */
static void settle_tls(struct load *ld, struct target *t, struct target_url *url)
{
    if (url->tls == TLS_IMPLICIT) {
        if (t->tls == TLS_NONE || t->tls == TLS_STARTTLS)
            complain(ld, t, TARGET_OPTION_TLS,
                     "the scheme of the url has TLS from the start: leave this out");
        return;
    }
    if (t->tls == TLS_IMPLICIT)
        complain(ld, t, TARGET_OPTION_TLS,
                 "implicit needs a url of ldaps, smtps, imaps or pop3s");
    url->tls = t->tls != TLS_BY_URL ? t->tls
               : url->is_loopback   ? TLS_NONE
                                    : TLS_STARTTLS;
    if (url->tls == TLS_NONE && !url->is_loopback)
        load_warning(ld, t->lines[TARGET_OPTION_TLS], "tls",
                     "passwords go to %.100s in clear text", url->text);
}

static void check_urls(struct load *ld, struct target *t)
{
    t->kind = t->url_count ? t->urls[0].kind : TARGET_LDAP;
    if (t->url_count == 0 && (!t->lines[TARGET_OPTION_URL] || ld->diag->errors == 0))
        complain(ld, t, TARGET_OPTION_URL, "a target needs a url");
    for (size_t i = 0; i < t->url_count; i++) {
        if (t->urls[i].kind != t->kind)
            complain(ld, t, TARGET_OPTION_URL,
                     "the urls of a target are one server: of one protocol");
        settle_tls(ld, t, &t->urls[i]);
    }
}

static void check_ldap(struct load *ld, const struct target *t)
{
    if (*t->bind_dn && *t->search_base)
        complain(ld, t, TARGET_OPTION_BIND_DN, "either this or search_base, not both");
    if (!*t->bind_dn && !*t->search_base && !t->lines[TARGET_OPTION_BIND_DN])
        complain(ld, t, TARGET_OPTION_BIND_DN,
                 "ldap needs bind_dn, or search_base and search_filter");
    if (*t->search_base && !*t->search_filter)
        complain(ld, t, TARGET_OPTION_SEARCH_FILTER, "search_base needs it");
    if (!*t->search_bind_dn != !*t->search_password_file)
        complain(ld, t, TARGET_OPTION_SEARCH_BIND_DN,
                 "search_bind_dn and search_password_file go together");
}

/* Options that mean nothing beside the others. */
static void check_useless(struct load *ld, const struct target *t)
{
    bool ldap = t->kind == TARGET_LDAP;
    for (int i = TARGET_OPTION_BIND_DN; i < TARGET_OPTIONS; i++) {
        bool search =
            i >= TARGET_OPTION_SEARCH_FILTER && i <= TARGET_OPTION_SEARCH_PASSWORD_FILE;
        if (!t->lines[i])
            continue;
        if (!ldap)
            complain(ld, t, (enum target_option)i, "is for ldap only");
        else if (search && !*t->search_base)
            complain(ld, t, (enum target_option)i, "is for search_base only");
    }
}

void target_built(struct load *ld, struct target *t)
{
    check_urls(ld, t);
    if (t->url_count && t->kind == TARGET_LDAP)
        check_ldap(ld, t);
    if (t->url_count)
        check_useless(ld, t);
    if (!t->auth)
        load_warning(ld, t->line, "target", "is not used while auth is false");
}
