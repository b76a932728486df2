/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections and options that a configuration may have: name, kind, default, what
 * it may be and where it goes. The order is that of the enums in snapshot.h. */
#include "schema.h"

#include <assert.h>
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
     TEXT(struct globals, control_socket, set_socket, "/run/gatepost/control.sock")},
    {"run_as", TEXT(struct globals, run_as, set_text, "gatepost")},
    {"mode", TEXT(struct globals, mode, set_word, "enforce"), MODES},
    {"mta", TEXT(struct globals, mta, set_word, "auto"),
     WORDS("auto", "postfix", "sendmail")},
    {"local_domains", LIST(struct globals, local_domains, set_domains)},
    {"ou_directory", TEXT(struct globals, ou_directory, set_path, "")},
    {"help", TEXT(struct globals, help, set_help, "")},
    {"auth_socket", TEXT(struct globals, auth_socket, set_socket, "")},
    {"auth_socket_mode",
     TEXT(struct globals, auth_socket_mode, set_socket_mode, "0660")},
    {"auth_socket_owner", TEXT(struct globals, auth_socket_owner, set_text, "")},
    {"saslauthd_socket", TEXT(struct globals, saslauthd_socket, set_socket, "")},
    {"map_socket", TEXT(struct globals, map_socket, set_socket, "")},
    {"auth_run_as", TEXT(struct globals, auth_run_as, set_text, "gatepost-auth")},
    {"auth_workers", TEXT(struct globals, auth_workers, set_number, "0"), .most = 256},
    {"authentication_results",
     TEXT(struct globals, authentication_results, set_boolean, "false")},
    {"authserv_id", TEXT(struct globals, authserv_id, set_authserv_id, "")},
    {"relay_socket", TEXT(struct globals, relay_socket, set_socket, "")},
    {"relay_socket_mode",
     TEXT(struct globals, relay_socket_mode, set_private_mode, "0600")},
    {"relay_socket_owner", TEXT(struct globals, relay_socket_owner, set_text, "")},
    {"seal_key_file",
     TEXT(struct globals, seal_key_file, set_path, GATEPOST_CONFIG_DIR "/seal.key")},
};

enum { COUNT_MOST = 1000000, OTHERS_MOST = 256, SECONDS_MOST = 30 * 24 * 3600 };

static const struct option_spec limits_options[LIMITS_OPTIONS] = {
    {"mode", TEXT(struct limits_settings, mode, set_word, "enforce"), MODES},
    {"interval", TEXT(struct limits_settings, interval, set_seconds, "10m"), .least = 1,
     .most = SECONDS_MOST},
    {"max_failed_per_client",
     TEXT(struct limits_settings, failed_per_client, set_number, "0"),
     .most = COUNT_MOST},
    {"max_failed_users_per_client",
     TEXT(struct limits_settings, failed_users_per_client, set_number, "0"),
     .most = OTHERS_MOST},
    {"max_clients_per_login",
     TEXT(struct limits_settings, clients_per_login, set_number, "0"),
     .most = OTHERS_MOST},
    {"max_failed_per_login",
     TEXT(struct limits_settings, failed_per_login, set_number, "0"),
     .most = COUNT_MOST},
    {"lockout", TEXT(struct limits_settings, lockout, set_seconds, "15m"), .least = 1,
     .most = SECONDS_MOST},
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
    {"match_auth_user", TEXT(struct ou, match_auth_user, set_matching, "false"),
     WORDS("", "exact", "owner", "domain", "local_part")},
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
    {"users_file", TEXT(struct ou, name, set_users_file, NULL)},
    {"senders_file", LIST(struct ou, sender_map, set_senders_file), .or_one = true},
    {"refuse_unknown_senders",
     TEXT(struct ou, refuse_unknown_senders, set_boolean, "false")},
    {"known_senders", LIST(struct ou, known_senders, set_senders),
     .allows = ALLOWS_ALWAYS},
    {"match_header_from", TEXT(struct ou, match_header_from, set_word, "no"),
     WORDS("no", "from", "from_or_sender")},
    {"require_aligned", TEXT(struct ou, require_aligned, set_boolean, "false")},
    {"refuse_address_in_display_name",
     TEXT(struct ou, refuse_display_name, set_boolean, "false")},
};

static const struct option_spec user_options[USER_OPTIONS] = {
    {"smtp_auth", TEXT(struct user, smtp_auth, set_word, "off"),
     WORDS("off", "any_sender", "matching_sender")},
    {"password", TEXT(struct user, hash, set_password, NULL), .is_secret = true},
    {"senders", LIST(struct user, senders, set_senders), .allows = ALLOWS_ALWAYS},
    {"clients", LIST(struct user, clients, set_addresses), .allows = ALLOWS_ALWAYS},
};

static const struct option_spec target_options[TARGET_OPTIONS] = {
    {"url", LIST(struct target, urls, set_url), .or_one = true},
    {"auth", TEXT(struct target, auth, set_boolean, "false")},
    {"tls", TEXT(struct target, tls, set_word, NULL),
     WORDS("", "none", "starttls", "implicit")},
    {"ca_file", TEXT(struct target, ca_file, set_path, "")},
    {"timeout", TEXT(struct target, timeout, set_seconds, "3"), .least = 1, .most = 60},
    {"username", TEXT(struct target, username, set_username, "address")},
    {"bind_dn", TEXT(struct target, bind_dn, set_template, "")},
    {"search_base", TEXT(struct target, search_base, set_text, "")},
    {"search_filter", TEXT(struct target, search_filter, set_template, "")},
    {"search_scope", TEXT(struct target, search_scope, set_word, "sub"),
     WORDS("sub", "one", "base")},
    {"search_bind_dn", TEXT(struct target, search_bind_dn, set_text, "")},
    {"search_password_file",
     TEXT(struct target, search_password_file, set_search_password, "")},
    {"group_dn", TEXT(struct target, group_dn, set_text, "")},
};

static const struct option_spec policy_options[POLICY_OPTIONS] = {
    {"authentication_state",
     TEXT(struct site_policy, authentication_state, set_word, "any"),
     WORDS("any", "authenticated", "unauthenticated")},
    {"interfaces", LIST(struct site_policy, interfaces, set_names)},
    {"ous", LIST(struct site_policy, ous, set_names)},
    {"clients", LIST(struct site_policy, clients, set_clients)},
    {"senders", LIST(struct site_policy, senders, set_senders_or_null)},
    {"recipients", LIST(struct site_policy, recipients, set_senders)},
    {"action", TEXT(struct site_policy, action, set_word, NULL),
     WORDS("", "accept", "refuse", "defer", "discard", "quarantine", "add_header",
           "redirect", "log")},
    {"value", TEXT(struct site_policy, value, set_text, "")},
};

static const struct option_spec relay_options[RELAY_OPTIONS] = {
    {"hosts", LIST(struct relay, hosts, set_hosts), .or_one = true},
    {"ous", LIST(struct relay, ous, set_relay_ous)},
    {"senders", LIST(struct relay, senders, set_relay_senders)},
    {"authentication", TEXT(struct relay, authentication, set_word, "required"),
     WORDS("required", "enabled", "disabled")},
    {"account", TEXT(struct relay, account, set_account, "")},
    {"password", TEXT(struct relay, password, set_relay_password, NULL),
     .is_secret = true},
    {"password_file", TEXT(struct relay, password_file, set_relay_password_file, "")},
    {"tls", TEXT(struct relay, tls, set_word, NULL), WORDS("", "require", "verify")},
    {"ca_file", TEXT(struct relay, ca_file, set_path, "")},
    {"mechanisms", LIST(struct relay, mechanisms, set_mechanisms), .or_one = true},
};

#define CHILDREN(...)                                                                  \
    .sections = (const struct section_spec *const[])                                   \
    {                                                                                  \
        __VA_ARGS__ NULL                                                               \
    }
#define OPTIONS(table, type)                                                           \
    .options = table, .option_count = sizeof(table) / sizeof *(table),                 \
    .lines = offsetof(type, lines)

const struct section_spec schema_user = {
    "user", "a user section", true, OPTIONS(user_options, struct user), CHILDREN()};

const struct section_spec schema_target = {"target", "a target section", true,
                                           OPTIONS(target_options, struct target),
                                           CHILDREN()};

const struct section_spec schema_ou = {"ou", "an ou section", true,
                                       OPTIONS(ou_options, struct ou),
                                       CHILDREN(&schema_user, &schema_target, )};

const struct section_spec schema_interface = {
    "interface", "an interface section", true,
    OPTIONS(interface_options, struct interface), CHILDREN()};

const struct section_spec schema_log = {"log", "the section log", false,
                                        OPTIONS(log_options, struct log_settings),
                                        CHILDREN()};

const struct section_spec schema_limits = {
    "login_limits", "the section login_limits", false,
    OPTIONS(limits_options, struct limits_settings), CHILDREN()};

const struct section_spec schema_policy = {"policy", "a policy section", true,
                                           OPTIONS(policy_options, struct site_policy),
                                           CHILDREN()};

const struct section_spec schema_relay = {
    "relay", "a relay section", true, OPTIONS(relay_options, struct relay), CHILDREN()};

const struct section_spec schema_main = {"the main file", "the top of the main file",
                                         false, OPTIONS(global_options, struct globals),
                                         CHILDREN(&schema_log, &schema_limits,
                                                  &schema_interface, &schema_ou,
                                                  &schema_policy, &schema_relay, )};

const struct section_spec schema_ou_file = {
    "a file of ou_directory", "a file of ou_directory", false, CHILDREN(&schema_ou, )};

const struct section_spec *const schema_sections[] = {
    &schema_main, &schema_log,    &schema_limits, &schema_interface, &schema_ou,
    &schema_user, &schema_target, &schema_policy, &schema_relay,     NULL};
static_assert(sizeof schema_sections / sizeof *schema_sections == SCHEMA_SECTIONS + 1,
              "the number of sections");

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
