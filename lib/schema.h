/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections and options that a configuration may have. */
#ifndef GATEPOST_SCHEMA_H
#define GATEPOST_SCHEMA_H

#include "config.h"

/* What one run of the loader carries about. */
struct load {
    struct snapshot *snapshot;
    struct arena *arena; /* of the snapshot */
    struct diag *diag;
    struct arena *scratch; /* until the file is done */
    enum secrets wanted;
    struct arena *secrets; /* NULL: they are forgotten */
    /* Values that are opened when all is read; see secrets.h. */
    struct sealed *sealed, **last_sealed;
    struct arena *sealed_arena;
    const char *file;        /* the file being read; lives in the arena */
    bool in_ou_directory;    /* it is a tenant's */
    bool readable_by_others; /* its mode says so */
    const char *ou_root;     /* the resolved ou_directory, NULL if none */
    const char *ou_file;     /* the name in it of the tenant's file, NULL if none */
    const char *delimiter;   /* the last recipient_delimiter; most are the same */
    struct ou ou_defaults;
    struct target target_defaults;
    struct site_policy policy_defaults;
    struct relay relay_defaults;
    struct site_policy **last_policy;
    struct relay **last_relay;
    struct interface **last_interface;
    struct user **users; /* in the order read */
    size_t user_count, user_size;
    struct target **last_target;
    size_t ou_size;
};

/* One option as it was given. */
struct given {
    const struct option_spec *spec;
    unsigned line;
    const char *const *values;
    const unsigned *lines; /* of each value */
    size_t count;
};

enum { ALLOWS_NEVER = 0, ALLOWS_ALWAYS = 1 }; /* no restriction stands so early */

struct option_spec {
    const char *name;
    bool is_list;
    bool or_one; /* a list that may also be one value without braces */
    bool is_secret;
    /* Checks the values and stores them at offset of the section's struct. */
    void (*set)(struct load *, const struct given *, void *section);
    size_t offset;
    const char *fallback;     /* a scalar's default; NULL: all zero */
    const char *const *words; /* what a word may be, in the order of its enum */
    unsigned least, most;     /* of a number */
    /* For a pattern list: is it one of those let through? Offset of the restriction
     * that says so, or ALLOWS_*. */
    size_t allows;
};

struct section_spec {
    const char *name;
    const char *phrase; /* "an ou section" */
    bool titled;
    const struct option_spec *options;
    size_t option_count;
    size_t lines; /* offset of the array of lines in the section's struct */
    const struct section_spec *const *sections; /* NULL-terminated */
};

extern const struct section_spec schema_main;    /* the main file */
extern const struct section_spec schema_ou_file; /* a file of ou_directory */
extern const struct section_spec schema_log, schema_limits, schema_interface, schema_ou,
    schema_user, schema_target, schema_policy, schema_relay;

/* All of them but schema_ou_file, NULL-terminated. */
extern const struct section_spec *const schema_sections[];
enum { SCHEMA_SECTIONS = 9 };

/* NULL if the section has no such option. */
const struct option_spec *section_option(const struct section_spec *spec,
                                         const char *name);
const struct section_spec *section_child(const struct section_spec *spec,
                                         const char *name);

/* Stores every default. section must be zeroed. */
void section_defaults(struct load *load, const struct section_spec *spec,
                      void *section);

/* Of the file being read: (load, line, option, format, ...). */
#define load_error(load, line, option, ...)                                            \
    diag_add((load)->diag, SEVERITY_ERROR, (load)->file, line, option, __VA_ARGS__)
#define load_warning(load, line, option, ...)                                          \
    diag_add((load)->diag, SEVERITY_WARNING, (load)->file, line, option, __VA_ARGS__)

/* The setters of scalars (settings.c) and of lists (lists.c). */
void set_word(struct load *, const struct given *, void *section);
void set_boolean(struct load *, const struct given *, void *section);
void set_matching(struct load *, const struct given *, void *section);
void set_authserv_id(struct load *, const struct given *, void *section);
void set_text(struct load *, const struct given *, void *section);
void set_path(struct load *, const struct given *, void *section);
void set_socket(struct load *, const struct given *, void *section);
void set_number(struct load *, const struct given *, void *section);
void set_seconds(struct load *, const struct given *, void *section);
void set_milter_socket(struct load *, const struct given *, void *section);
void set_socket_mode(struct load *, const struct given *, void *section);
void set_help(struct load *, const struct given *, void *section);
void set_log_target(struct load *, const struct given *, void *section);
void set_delimiter(struct load *, const struct given *, void *section);
void set_domain(struct load *, const struct given *, void *section);
void set_password(struct load *, const struct given *, void *section);
void set_users_file(struct load *, const struct given *, void *section);
void set_senders_file(struct load *, const struct given *, void *section);
void set_ports(struct load *, const struct given *, void *section);
void set_names(struct load *, const struct given *, void *section);
void set_domains(struct load *, const struct given *, void *section);
void set_realms(struct load *, const struct given *, void *section);
void set_addresses(struct load *, const struct given *, void *section);
void set_clients(struct load *, const struct given *, void *section);
void set_logins(struct load *, const struct given *, void *section);
void set_senders(struct load *, const struct given *, void *section);
void set_senders_or_null(struct load *, const struct given *, void *section);

/* The setters of a target (targets.c). */
void set_url(struct load *, const struct given *, void *section);
void set_username(struct load *, const struct given *, void *section);
void set_template(struct load *, const struct given *, void *section);
void set_search_password(struct load *, const struct given *, void *section);

/* The setters of a relay (relaysections.c). */
void set_private_mode(struct load *, const struct given *, void *section);
void set_hosts(struct load *, const struct given *, void *section);
void set_relay_ous(struct load *, const struct given *, void *section);
void set_relay_senders(struct load *, const struct given *, void *section);
void set_account(struct load *, const struct given *, void *section);
void set_relay_password(struct load *, const struct given *, void *section);
void set_relay_password_file(struct load *, const struct given *, void *section);
void set_mechanisms(struct load *, const struct given *, void *section);

#endif
