/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections and options that a configuration may have: name, kind, default, what
 * it may be and where it goes. The order is that of the enums in snapshot.h. */
#include "schema.h"

#include <stddef.h>

#define WORDS(...)                                                                     \
    .words = (const char *const[])                                                     \
    {                                                                                  \
        __VA_ARGS__, NULL                                                              \
    }
#define MODES        WORDS("enforce", "monitor")
#define RESTRICTIONS WORDS("disabled", "allow", "deny")

#define TEXT(type, field, setter, otherwise)                                           \
    .set = setter, .offset = offsetof(type, field), .fallback = otherwise
#define LIST(type, field, setter)                                                      \
    .is_list = true, .set = setter, .offset = offsetof(type, field)

static const struct option_spec global_options[GLOBAL_OPTIONS] = {
    {"milter_socket", TEXT(struct globals, milter_socket, set_milter_socket,
                           "unix:/run/gatepost/milter.sock")},
    {"milter_socket_mode",
     TEXT(struct globals, milter_socket_mode, set_socket_mode, "0660")},
    {"milter_socket_group", TEXT(struct globals, milter_socket_group, set_text, "")},
    {"control_socket",
     TEXT(struct globals, control_socket, set_path, "/run/gatepost/control.sock")},
    {"run_as", TEXT(struct globals, run_as, set_text, "gatepost")},
    {"mode", TEXT(struct globals, mode, set_word, "enforce"), MODES},
    {"mta", TEXT(struct globals, mta, set_word, "auto"),
     WORDS("auto", "postfix", "sendmail")},
    {"local_domains", LIST(struct globals, local_domains, set_domains)},
    {"ou_directory", TEXT(struct globals, ou_directory, set_path, "")},
    {"help", TEXT(struct globals, help, set_help, "")},
};

static const struct option_spec log_options[LOG_OPTIONS] = {
    {"target", TEXT(struct log_settings, target, set_log_target, "syslog"),
     WORDS("syslog", "stderr")},
    {"format", TEXT(struct log_settings, format, set_word, "text"),
     WORDS("text", "json")},
    {"level", TEXT(struct log_settings, level, set_word, "info"),
     WORDS("error", "warning", "info", "debug")},
};

static const struct option_spec interface_options[INTERFACE_OPTIONS] = {
    {"daemon_names", LIST(struct interface, daemon_names, set_names)},
    {"ports", LIST(struct interface, ports, set_ports)},
    {"clients", LIST(struct interface, clients, set_clients)},
    {"mode", TEXT(struct interface, mode, set_word, "enforce"), MODES},
    {"authentication", TEXT(struct interface, authentication, set_word, "enabled"),
     WORDS("disabled", "enabled", "encrypted")},
    {"require_authentication",
     TEXT(struct interface, require_authentication, set_boolean, "false")},
    {"auth_ip_restriction",
     TEXT(struct interface, auth_ip_restriction, set_word, "disabled"), RESTRICTIONS},
    {"auth_ip_filter", LIST(struct interface, auth_ip_filter, set_addresses),
     .allows = offsetof(struct interface, auth_ip_restriction)},
    {"auth_username_restriction",
     TEXT(struct interface, auth_username_restriction, set_word, "disabled"),
     RESTRICTIONS},
    {"auth_username_filter", LIST(struct interface, auth_username_filter, set_logins),
     .allows = offsetof(struct interface, auth_username_restriction)},
    {"relay_check", TEXT(struct interface, relay_check, set_boolean, "false")},
    {"allow_relay_if_authenticated",
     TEXT(struct interface, allow_relay_if_authenticated, set_boolean, "false")},
    {"allow_relay_ous", LIST(struct interface, allow_relay_ous, set_names)},
    {"relay_clients", LIST(struct interface, relay_clients, set_addresses),
     .allows = ALLOWS_ALWAYS},
    {"default_domain", TEXT(struct interface, default_domain, set_domain, "")},
    {"strip_realms", LIST(struct interface, strip_realms, set_realms)},
};

static const struct option_spec ou_options[OU_OPTIONS] = {
    {"domains", LIST(struct ou, domains, set_domains)},
    {"mode", TEXT(struct ou, mode, set_word, "enforce"), MODES},
    {"help", TEXT(struct ou, help, set_help, "")},
    {"require_inbound_domain_authentication",
     TEXT(struct ou, require_inbound, set_word, "no"),
     WORDS("no", "when_auth_enabled", "always")},
    {"inbound_scope", TEXT(struct ou, inbound_scope, set_word, "domain"),
     WORDS("domain", "ou")},
    {"require_sending_domain_authentication",
     TEXT(struct ou, require_sending, set_boolean, "false")},
    {"match_auth_user", TEXT(struct ou, match_auth_user, set_boolean, "false")},
    {"recipient_delimiter", TEXT(struct ou, recipient_delimiter, set_delimiter, "")},
    {"accept_other_ous", TEXT(struct ou, accept_other_ous, set_boolean, "false")},
    {"ip_exception_mode", TEXT(struct ou, ip_exception_mode, set_word, "allow"),
     WORDS("", "allow", "deny")},
    {"ip_exceptions", LIST(struct ou, ip_exceptions, set_addresses),
     .allows = offsetof(struct ou, ip_exception_mode)},
    {"auth_username_restriction",
     TEXT(struct ou, auth_username_restriction, set_word, "disabled"), RESTRICTIONS},
    {"auth_username_filter", LIST(struct ou, auth_username_filter, set_logins),
     .allows = offsetof(struct ou, auth_username_restriction)},
};

static const struct option_spec user_options[USER_OPTIONS] = {
    {"smtp_auth", TEXT(struct user, smtp_auth, set_word, "off"),
     WORDS("off", "any_sender", "matching_sender")},
    {"password", TEXT(struct user, name, set_password, NULL)},
    {"senders", LIST(struct user, senders, set_senders), .allows = ALLOWS_ALWAYS},
    {"clients", LIST(struct user, clients, set_addresses), .allows = ALLOWS_ALWAYS},
};

const struct section_spec schema_user = {"user",
                                         true,
                                         user_options,
                                         USER_OPTIONS,
                                         offsetof(struct user, lines),
                                         (const struct section_spec *const[]){NULL}};

const struct section_spec schema_ou = {
    "ou",
    true,
    ou_options,
    OU_OPTIONS,
    offsetof(struct ou, lines),
    (const struct section_spec *const[]){&schema_user, NULL}};

const struct section_spec schema_interface = {
    "interface",
    true,
    interface_options,
    INTERFACE_OPTIONS,
    offsetof(struct interface, lines),
    (const struct section_spec *const[]){NULL}};

const struct section_spec schema_log = {"log",
                                        false,
                                        log_options,
                                        LOG_OPTIONS,
                                        offsetof(struct log_settings, lines),
                                        (const struct section_spec *const[]){NULL}};

const struct section_spec schema_main = {
    "the main file",
    false,
    global_options,
    GLOBAL_OPTIONS,
    offsetof(struct globals, lines),
    (const struct section_spec *const[]){&schema_log, &schema_interface, &schema_ou,
                                         NULL}};

const struct section_spec schema_ou_file = {
    "a file of ou_directory",
    false,
    NULL,
    0,
    0,
    (const struct section_spec *const[]){&schema_ou, NULL}};

const struct option_spec *section_option(const struct section_spec *spec,
                                         const char *name)
{
    for (size_t i = 0; i < spec->option_count; i++)
        if (strcmp(spec->options[i].name, name) == 0)
            return &spec->options[i];
    return NULL;
}

const struct section_spec *section_child(const struct section_spec *spec,
                                         const char *name)
{
    for (const struct section_spec *const *s = spec->sections; *s; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    return NULL;
}

void section_defaults(struct load *load, const struct section_spec *spec, void *section)
{
    for (size_t i = 0; i < spec->option_count; i++) {
        const struct option_spec *option = &spec->options[i];
        if (!option->fallback)
            continue;
        struct given given = {.spec = option,
                              .values = &option->fallback,
                              .lines = &(unsigned){0},
                              .count = 1};
        option->set(load, &given, section);
    }
}
