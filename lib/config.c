/* SPDX-License-Identifier: BSD-2-Clause */
/* From files to a snapshot. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "charset.h"
#include "load.h"
#include "secrets.h"
#include "textfile.h"

void config_remember_file(struct load *ld, const char *path)
{
    struct word_list *files = &ld->snapshot->files;
    if ((files->count & (files->count - 1)) == 0) { /* full at the powers of two */
        const char **grown = arena_alloc(
            ld->arena, (files->count ? files->count * 2 : 1) * sizeof *grown);
        if (files->count)
            memcpy(grown, files->words, files->count * sizeof *grown);
        files->words = grown;
    }
    files->words[files->count++] = path;
}

static void load_text(struct load *ld, char *text, size_t len,
                      const struct section_spec *spec, void *section)
{
    ld->scratch = arena_new_wiped();
    struct statement *statements =
        scan_text(ld->scratch, text, len, ld->file, ld->diag);
    statements_check(ld, text, spec, &statements);
    values_apply(ld, text, spec, statements, section);
    arena_free(&ld->scratch);
}

static void load_file(struct load *ld, const char *path,
                      const struct section_spec *spec, void *section)
{
    struct textfile file;
    char reason[200];
    ld->file = arena_copy(ld->arena, span_of(path));
    if (!textfile_read(path, NULL, &file, reason, sizeof reason)) {
        load_error(ld, 0, NULL, "%s", reason);
        return;
    }
    ld->readable_by_others = (file.mode & 04) != 0;
    config_remember_file(ld, ld->file);
    load_text(ld, file.bytes, file.len, spec, section);
    textfile_free(&file);
}

static int is_conf_file(const struct dirent *entry)
{
    static const char suffix[] = ".conf";
    size_t len = strlen(entry->d_name), tail = sizeof suffix - 1;
    return entry->d_name[0] != '.' && len > tail &&
           strcmp(entry->d_name + len - tail, suffix) == 0;
}

/* Not alphasort(): that follows the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_ou_directory(struct load *ld)
{
    const struct globals *globals = &ld->snapshot->globals;
    const char *directory = globals->ou_directory;
    unsigned line = globals->lines[GLOBAL_OU_DIRECTORY];
    char root[PATH_MAX];
    struct dirent **entries;
    int count =
        realpath(directory, root) ? scandir(root, &entries, is_conf_file, by_name) : -1;
    if (count < 0) {
        load_error(ld, line, "ou_directory", "%.200s: %s", directory, strerror(errno));
        return;
    }
    ld->in_ou_directory = true;
    ld->ou_root = root;
    size_t len = strlen(directory);
    const char *slash = len && directory[len - 1] == '/' ? "" : "/";
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        ld->ou_file = arena_copy(ld->arena, span_of(entries[i]->d_name));
        int n =
            snprintf(path, sizeof path, "%s%s%s", directory, slash, entries[i]->d_name);
        if (n > 0 && (size_t)n < sizeof path)
            load_file(ld, path, &schema_ou_file, NULL);
        else
            load_error(ld, line, "ou_directory", "a path that is too long");
        free(entries[i]);
    }
    free(entries);
    ld->ou_root = ld->ou_file = NULL;
}

static void load_start(struct load *ld, struct snapshot *s, enum secrets secrets,
                       struct diag *diag)
{
    charset_prepare(); /* no decision is to read files */
    s->arena = arena_new();
    s->secrets = secrets == SECRETS_FORGET ? NULL : arena_new_wiped();
    *ld = (struct load){.snapshot = s,
                        .arena = s->arena,
                        .wanted = secrets,
                        .secrets = s->secrets,
                        .diag = diag};
    ld->last_interface = &s->interfaces;
    section_defaults(ld, &schema_main, &s->globals);
    section_defaults(ld, &schema_log, &s->log);
    section_defaults(ld, &schema_interface, &s->fallback);
    section_defaults(ld, &schema_ou, &ld->ou_defaults);
    section_defaults(ld, &schema_limits, &s->limits);
    section_defaults(ld, &schema_target, &ld->target_defaults);
    section_defaults(ld, &schema_policy, &ld->policy_defaults);
    section_defaults(ld, &schema_relay, &ld->relay_defaults);
    s->fallback.name = "default";
    s->fallback.folded_name = span_of(s->fallback.name);
    s->users.name = user_item_name;
    ld->last_policy = &s->policies;
    ld->last_relay = &s->relays;
}

static struct snapshot *load_finish(struct load *ld)
{
    struct arena *arena = ld->arena;
    struct snapshot *kept = arena_alloc(arena, sizeof *kept);
    secrets_open(ld);
    snapshot_check(ld);
    diag_sort(ld->diag);
    free(ld->users);
    *kept = *ld->snapshot;
    clock_gettime(CLOCK_REALTIME, &kept->loaded);
    if (ld->diag->errors)
        snapshot_free(&kept);
    return kept;
}

struct snapshot *config_load(const char *file, enum secrets secrets, struct diag *diag)
{
    struct snapshot snapshot = {0};
    struct load load;
    load_start(&load, &snapshot, secrets, diag);
    load_file(&load, file, &schema_main, &snapshot.globals);
    snapshot.globals.file = load.file;
    if (*snapshot.globals.ou_directory)
        load_ou_directory(&load);
    return load_finish(&load);
}

struct snapshot *config_load_text(const char *text, size_t len, const char *name,
                                  enum secrets secrets, struct diag *diag)
{
    struct snapshot snapshot = {0};
    struct load load;
    load_start(&load, &snapshot, secrets, diag);
    load.file = arena_copy(load.arena, span_of(name));
    snapshot.globals.file = load.file;
    char *copy = arena_copy(load.arena, (struct span){text, len});
    load_text(&load, copy, len, &schema_main, &snapshot.globals);
    return load_finish(&load);
}

static bool is_auth_socket(const struct statement *st)
{
    return !st->is_section && (strcmp(st->name, "auth_socket") == 0 ||
                               strcmp(st->name, "saslauthd_socket") == 0 ||
                               strcmp(st->name, "map_socket") == 0 ||
                               strcmp(st->name, "relay_socket") == 0);
}

/* Reads nothing but one option of the top, a text. The caller frees it; NULL if the
 * file cannot be read. */
static char *read_alone(const char *path, enum global_option option, bool *wants_auth,
                        char *error, size_t size)
{
    const struct option_spec *spec = &schema_main.options[option];
    struct snapshot snapshot = {0};
    struct diag ignored = {0};
    struct load load;
    struct textfile file;
    if (!textfile_read(path, NULL, &file, error, size))
        return NULL;
    load_start(&load, &snapshot, SECRETS_FORGET, &ignored);
    load.file = path;
    load.scratch = arena_new_wiped();
    struct statement *first =
        scan_text(load.scratch, file.bytes, file.len, path, &ignored);
    for (const struct statement *st = first; st && wants_auth; st = st->next)
        *wants_auth = *wants_auth || is_auth_socket(st);
    while (first && (first->is_section || strcmp(first->name, spec->name) != 0))
        first = first->next;
    if (first)
        first->next = NULL;
    statements_check(&load, file.bytes, &schema_main, &first);
    values_apply(&load, file.bytes, &schema_main, first, &snapshot.globals);
    const char *field = (const char *)&snapshot.globals + spec->offset;
    char *found = strdup(*(const char *const *)(const void *)field);
    if (!found)
        abort();
    struct snapshot *kept = arena_alloc(load.arena, sizeof *kept);
    *kept = snapshot;
    snapshot_free(&kept);
    arena_free(&load.scratch);
    textfile_free(&file);
    diag_clear(&ignored);
    return found;
}

char *config_control_socket(const char *path, bool *wants_auth, char *error,
                            size_t size)
{
    if (wants_auth)
        *wants_auth = false;
    return read_alone(path, GLOBAL_CONTROL_SOCKET, wants_auth, error, size);
}

char *config_seal_key_file(const char *path, char *error, size_t size)
{
    return read_alone(path, GLOBAL_SEAL_KEY_FILE, NULL, error, size);
}
