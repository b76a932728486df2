/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of password options while a configuration is loaded. */
#include "secrets.h"

#include <stdio.h>
#include <string.h>

#include "sealkey.h"
#include "textfile.h"

/* One to be opened. */
struct sealed {
    struct sealed *next;
    struct secret secret;
    struct span value;
    const char *file;    /* of the option */
    const char *ou_file; /* the tenant's, whatever file it named; NULL: none */
};

static void keep_sealed(struct load *ld, const struct secret *secret, struct span value)
{
    const char *fault = seal_form_fault(value);
    if (fault) {
        load_error(ld, secret->line, secret->option, "%s", fault);
        return;
    }
    if (!ld->sealed_arena) {
        ld->sealed_arena = arena_new();
        ld->last_sealed = &ld->sealed;
    }
    struct sealed *s = arena_alloc(ld->sealed_arena, sizeof *s);
    *s = (struct sealed){.secret = *secret,
                         .value = arena_span(ld->sealed_arena, value),
                         .file = ld->file,
                         .ou_file = ld->ou_file};
    *ld->last_sealed = s;
    ld->last_sealed = &s->next;
}

void secret_given(struct load *ld, const struct secret *secret, struct span value)
{
    if (seal_is_sealed(value))
        keep_sealed(ld, secret, value);
    else
        secret->take(ld, secret, value);
}

void secret_in_option(struct load *ld, const struct secret *secret, const char *value)
{
    if (ld->readable_by_others && !seal_is_sealed(span_of(value)))
        load_error(ld, secret->line, secret->option,
                   "this file can be read by others: chmod o-r");
    secret_given(ld, secret, span_of(value));
}

void secret_in_file(struct load *ld, const struct secret *secret, const char *path,
                    const struct textfile *file)
{
    const struct span line = {file->bytes, strcspn(file->bytes, "\r\n")};
    bool more = line.len + strspn(file->bytes + line.len, " \t\r\n") < file->len;
    if ((file->mode & 04) && (more || !seal_is_sealed(line)))
        load_error(ld, secret->line, secret->option,
                   "%.200s: this file can be read by others: chmod o-r", path);
    /* Where a NUL ends it, it is not what somebody wrote there. */
    if (line.len < file->len && file->bytes[line.len] == '\0')
        load_error(ld, secret->line, secret->option, "%.200s: NUL in the first line",
                   path);
    else
        secret_given(ld, secret, line);
}

/* --- opening --- */

/* The key, and what is to be said where it opens nothing. */
struct opener {
    struct seal_key key;
    enum seal_key_state state;
    bool remembered; /* from a time when the file could be read */
    char reason[PATH_MAX + 300];
};

static void find_key(const struct load *ld, struct opener *o)
{
    struct seal_key_place place;
    const bool unreadable[] = {
        [SEAL_KEY_ABSENT] = true, [SEAL_KEY_DENIED] = true, [SEAL_KEY_BAD] = false};
    seal_key_find(ld->snapshot->globals.seal_key_file, &place);
    o->state = seal_key_read(&place, &o->key, o->reason, sizeof o->reason);
    o->remembered =
        ld->wanted == SECRETS_KEEP && unreadable[o->state] && seal_key_recall(&o->key);
    if (o->remembered)
        o->state = SEAL_KEY_READ;
}

static bool opens_elsewhere(const struct opener *o, const struct sealed *s, char *out)
{
    struct span ignored;
    bool opens = s->ou_file && seal_open(&o->key, NULL, s->value, out, &ignored);
    explicit_bzero(out, SEAL_SECRET_MAX + 1);
    return opens;
}

/* GCM cannot tell a wrong key from a changed value. */
static void complain_of_value(struct load *ld, const struct opener *o,
                              const struct sealed *s, char *out)
{
    const struct secret *secret = &s->secret;
    if (opens_elsewhere(o, s, out))
        load_error(ld, secret->line, secret->option,
                   "sealed for the administrator's file, not for this one: "
                   "see gatepost seal --ou-file");
    else
        load_error(ld, secret->line, secret->option,
                   "cannot be opened: sealed with another key or for another file, or "
                   "changed since%s",
                   o->remembered
                       ? "; the key is that of the last start, since its file "
                         "cannot be read now: a new one takes a restart"
                       : "");
}

static void open_value(struct load *ld, const struct opener *o, const struct sealed *s)
{
    char text[SEAL_SECRET_MAX + 1];
    struct span value;
    if (!seal_open(&o->key, s->ou_file, s->value, text, &value)) {
        complain_of_value(ld, o, s, text);
        return;
    }
    s->secret.take(ld, &s->secret, value);
    explicit_bzero(text, sizeof text);
}

static void complain_of_key(struct load *ld, const struct opener *o,
                            const struct sealed *s)
{
    load_error(ld, s->secret.line, s->secret.option, "sealed, and cannot be opened: %s",
               o->reason);
}

/* Who has no use for the secrets need not have the key. */
static bool may_stay_closed(const struct load *ld, const struct opener *o)
{
    if (o->state == SEAL_KEY_DENIED)
        return ld->wanted != SECRETS_KEEP;
    return o->state == SEAL_KEY_ABSENT && ld->wanted == SECRETS_FORGET;
}

static void tell_of_closed(struct load *ld, const struct opener *o)
{
    const struct globals *g = &ld->snapshot->globals;
    if (o->state == SEAL_KEY_ABSENT || ld->wanted == SECRETS_READABLE)
        load_warning(ld, g->lines[GLOBAL_SEAL_KEY_FILE], "seal_key_file",
                     "%s: sealed values have not been opened", o->reason);
}

static void open_all(struct load *ld, const struct opener *o)
{
    const bool closed = may_stay_closed(ld, o);
    const char *file = ld->file;
    ld->file = ld->snapshot->globals.file;
    if (closed)
        tell_of_closed(ld, o);
    for (const struct sealed *s = ld->sealed; s; s = s->next) {
        ld->file = s->file;
        if (o->state == SEAL_KEY_READ)
            open_value(ld, o, s);
        else if (!closed)
            complain_of_key(ld, o, s);
        else if (ld->secrets)
            s->secret.take(ld, &s->secret, (struct span){NULL, 0});
    }
    ld->file = file;
}

void secrets_open(struct load *ld)
{
    struct opener o = {.state = SEAL_KEY_BAD};
    const size_t errors = ld->diag->errors;
    /* Where nothing is sealed yet, the next configuration may need it. */
    if (!ld->sealed && ld->wanted != SECRETS_KEEP)
        return;
    find_key(ld, &o);
    if (ld->sealed)
        open_all(ld, &o);
    if (ld->wanted == SECRETS_KEEP && o.state == SEAL_KEY_READ && !o.remembered &&
        ld->diag->errors == errors)
        seal_key_remember(&o.key);
    explicit_bzero(&o, sizeof o);
    arena_free(&ld->sealed_arena);
    ld->sealed = NULL;
}
