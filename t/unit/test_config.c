/* SPDX-License-Identifier: BSD-2-Clause */
/* From a text to a snapshot: defaults, every option, lines, errors and warnings. */
#include "unit.h"

#include "config.h"

enum { TEXT = 4000 };

static const struct ou *ou_named(const struct snapshot *s, const char *name)
{
    const struct ou *ou = strmap_find(&s->ous, span_of(name));
    assert_non_null(ou);
    return ou;
}

static void check_default_interface(const struct interface *i)
{
    for (size_t n = 0; n < INTERFACE_OPTIONS; n++)
        assert_int_equal(i->lines[n], 0);
    assert_int_equal(i->daemon_names.count + i->ports.count + i->strip_realms.count +
                         i->allow_relay_ous.count,
                     0);
    assert_null(i->clients);
    assert_null(i->auth_ip_filter);
    assert_null(i->auth_username_filter);
    assert_null(i->relay_clients);
    assert_int_equal(i->mode, MODE_ENFORCE);
    assert_int_equal(i->authentication, AUTH_ENABLED);
    assert_false(i->require_authentication);
    assert_int_equal(i->auth_ip_restriction, RESTRICTION_DISABLED);
    assert_int_equal(i->auth_username_restriction, RESTRICTION_DISABLED);
    assert_false(i->relay_check);
    assert_false(i->allow_relay_if_authenticated);
    assert_string_equal(i->default_domain, "");
}

static void test_defaults(void **state)
{
    struct snapshot *s =
        load("interface 'in' { }\nlog { }\nou 'acme' {\nuser 'u' { }\n}");
    (void)state;
    assert_non_null(s);
    const struct globals *g = &s->globals;
    assert_string_equal(g->milter_socket, "unix:/run/gatepost/milter.sock");
    assert_int_equal(g->milter_socket_mode, 0660);
    assert_string_equal(g->milter_socket_group, "");
    assert_string_equal(g->control_socket, "/run/gatepost/control.sock");
    assert_string_equal(g->run_as, "gatepost");
    assert_int_equal(g->mode, MODE_ENFORCE);
    assert_int_equal(g->mta, MTA_AUTO);
    assert_int_equal(g->local_domains.count, 0);
    assert_string_equal(g->ou_directory, "");
    assert_string_equal(g->help, "");
    for (size_t n = 0; n < GLOBAL_OPTIONS; n++)
        assert_int_equal(g->lines[n], 0);
    assert_int_equal(s->log.target, LOG_TO_SYSLOG);
    assert_int_equal(s->log.format, LOG_TEXT);
    assert_int_equal(s->log.level, LOG_LEVEL_INFO);
    assert_string_equal(s->fallback.name, "default");
    check_default_interface(&s->fallback);
    assert_string_equal(s->interfaces->name, "in");
    assert_null(s->interfaces->next);
    check_default_interface(s->interfaces);
    assert_int_equal(s->generation, 0);
    snapshot_free(&s);
    assert_null(s);
}

static void test_tenant_defaults(void **state)
{
    struct snapshot *s = load("\nou 'Acme' {\nuser 'U@x.example' { }\n}");
    (void)state;
    assert_non_null(s);
    const struct ou *ou = ou_named(s, "acme");
    assert_string_equal(ou->name, "Acme");
    assert_true(span_equal(ou->folded_name, span_of("acme")));
    assert_string_equal(ou->file, "t");
    assert_int_equal(ou->line, 2);
    assert_int_equal(ou->domains.count, 0);
    assert_string_equal(ou->help, "");
    assert_string_equal(ou->recipient_delimiter, "");
    assert_int_equal(ou->mode, MODE_ENFORCE);
    assert_int_equal(ou->require_inbound, INBOUND_NO);
    assert_int_equal(ou->inbound_scope, SCOPE_DOMAIN);
    assert_false(ou->require_sending);
    assert_false(ou->match_auth_user);
    assert_false(ou->accept_other_ous);
    assert_int_equal(ou->ip_exception_mode, RESTRICTION_ALLOW);
    assert_null(ou->ip_exceptions);
    assert_int_equal(ou->auth_username_restriction, RESTRICTION_DISABLED);
    assert_null(ou->auth_username_filter);
    for (size_t n = 0; n < OU_OPTIONS; n++)
        assert_int_equal(ou->lines[n], 0);
    const struct user *user = snapshot_user(s, span_of("u@x.example"));
    assert_non_null(user);
    assert_ptr_equal(user->ou, ou);
    assert_int_equal(user->line, 3);
    assert_true(user->has_domain);
    assert_int_equal(user->smtp_auth, SMTP_AUTH_OFF);
    assert_null(user->senders);
    assert_null(user->clients);
    for (size_t n = 0; n < USER_OPTIONS; n++)
        assert_int_equal(user->lines[n], 0);
    snapshot_free(&s);
}

/* Every option, one a line, in the order of its enum. */
static const char every_option[] =
    "milter_socket = 'inet:8891@127.0.0.1'\n"
    "milter_socket_mode = '0600'\n"
    "milter_socket_group = 'postfix'\n"
    "control_socket = '/run/other.sock'\n"
    "run_as = 'filter:mail'\n"
    "mode = monitor\n"
    "mta = sendmail\n"
    "local_domains = { 'Lists.example', '.Lists.example' }\n"
    "ou_directory = '/etc/gatepost/ou.d'\n"
    "help = 'see https://help.example'\n"
    "log {\n" /* 11 */
    "target = '/var/log/gatepost'\n"
    "format = json\n"
    "level = debug\n"
    "}\n"
    "interface 'in' {\n" /* 16 */
    "daemon_names = { 'Submission', 'MX' }\n"
    "ports = { 587, 65535 }\n"
    "clients = { '192.0.2.0/24', '*.acme.example' }\n"
    "mode = monitor\n"
    "authentication = encrypted\n"
    "require_authentication = true\n"
    "auth_ip_restriction = deny\n"
    "auth_ip_filter = { '198.51.100.0/24' }\n"
    "auth_username_restriction = allow\n"
    "auth_username_filter = { '*@acme.example' }\n"
    "relay_check = true\n"
    "allow_relay_if_authenticated = true\n"
    "allow_relay_ous = { 'ACME' }\n"
    "relay_clients = { '203.0.113.0/24' }\n"
    "default_domain = 'Acme.Example.'\n"
    "strip_realms = { 'Realm' }\n"
    "}\n"
    "ou 'acme' {\n" /* 34 */
    "domains = { 'Acme.Example', '.acme.example' }\n"
    "mode = monitor\n"
    "help = 'call acme'\n"
    "require_inbound_domain_authentication = always\n"
    "inbound_scope = ou\n"
    "require_sending_domain_authentication = true\n"
    "match_auth_user = true\n"
    "recipient_delimiter = '+X'\n"
    "accept_other_ous = true\n"
    "ip_exception_mode = deny\n"
    "ip_exceptions = { '192.0.2.0/24' }\n"
    "auth_username_restriction = deny\n"
    "auth_username_filter = { 'guest@acme.example' }\n"
    "user 'printer@acme.example' {\n" /* 48 */
    "smtp_auth = any_sender\n"
    "password = '$y$j9T$x'\n"
    "senders = { 'a@acme.example' }\n"
    "clients = { '192.0.2.10' }\n"
    "}\n"
    "}\n";

static void check_lines(const unsigned *lines, size_t count, unsigned first)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(lines[i], first + i);
}

static void check_every_global(const struct snapshot *s)
{
    const struct globals *g = &s->globals;
    assert_string_equal(g->milter_socket, "inet:8891@127.0.0.1");
    assert_int_equal(g->milter_socket_mode, 0600);
    assert_string_equal(g->milter_socket_group, "postfix");
    assert_string_equal(g->control_socket, "/run/other.sock");
    assert_string_equal(g->run_as, "filter:mail");
    assert_int_equal(g->mode, MODE_MONITOR);
    assert_int_equal(g->mta, MTA_SENDMAIL);
    assert_int_equal(g->local_domains.count, 2);
    assert_string_equal(g->local_domains.words[1], ".lists.example");
    assert_string_equal(g->ou_directory, "/etc/gatepost/ou.d");
    assert_string_equal(g->help, "see https://help.example");
    check_lines(g->lines, GLOBAL_AUTH_SOCKET, 1);
    assert_int_equal(s->log.target, LOG_TO_FILE);
    assert_string_equal(s->log.path, "/var/log/gatepost");
    assert_int_equal(s->log.format, LOG_JSON);
    assert_int_equal(s->log.level, LOG_LEVEL_DEBUG);
    check_lines(s->log.lines, LOG_OPTIONS, 12);
}

static enum match client(const struct client_list *list, const char *address,
                         const char *host)
{
    struct ipaddr a;
    assert_true(ipaddr_parse(span_of(address), &a));
    return client_list_match(list, &a, span_of(host));
}

static void check_every_interface_option(const struct interface *i)
{
    assert_string_equal(i->name, "in");
    assert_int_equal(i->line, 16);
    check_lines(i->lines, INTERFACE_OPTIONS, 17);
    assert_int_equal(i->daemon_names.count, 2);
    assert_string_equal(i->daemon_names.words[0], "submission");
    assert_int_equal(i->ports.count, 2);
    assert_int_equal(i->port_numbers[0], 587);
    assert_int_equal(i->port_numbers[1], 65535);
    assert_int_equal(client(i->clients, "192.0.2.1", ""), MATCH_YES);
    assert_int_equal(client(i->clients, "10.0.0.1", "mx.acme.example"), MATCH_YES);
    assert_int_equal(i->mode, MODE_MONITOR);
    assert_int_equal(i->authentication, AUTH_ENCRYPTED);
    assert_true(i->require_authentication);
    assert_int_equal(i->auth_ip_restriction, RESTRICTION_DENY);
    assert_int_equal(client(i->auth_ip_filter, "198.51.100.1", ""), MATCH_YES);
    assert_int_equal(i->auth_username_restriction, RESTRICTION_ALLOW);
    assert_int_equal(
        name_list_match(i->auth_username_filter, span_of("a@acme.example")), MATCH_YES);
    assert_true(i->relay_check);
    assert_true(i->allow_relay_if_authenticated);
    assert_int_equal(i->allow_relay_ous.count, 1);
    assert_non_null(strmap_find(&i->relay_ous, span_of("acme")));
    assert_int_equal(client(i->relay_clients, "203.0.113.1", ""), MATCH_YES);
    assert_string_equal(i->default_domain, "acme.example");
    assert_non_null(strmap_find(&i->realms, span_of("realm")));
}

static void check_every_ou_option(const struct snapshot *s)
{
    const struct ou *ou = ou_named(s, "acme");
    const struct user *user = snapshot_user(s, span_of("printer@acme.example"));
    assert_int_equal(ou->line, 34);
    check_lines(ou->lines, OU_USERS_FILE, 35);
    assert_string_equal(ou->domains.words[0], "acme.example");
    assert_int_equal(ou->mode, MODE_MONITOR);
    assert_string_equal(ou->help, "call acme");
    assert_int_equal(ou->require_inbound, INBOUND_ALWAYS);
    assert_int_equal(ou->inbound_scope, SCOPE_OU);
    assert_true(ou->require_sending);
    assert_true(ou->match_auth_user);
    assert_string_equal(ou->recipient_delimiter, "+x"); /* as local parts are folded */
    assert_true(ou->accept_other_ous);
    assert_int_equal(ou->ip_exception_mode, RESTRICTION_DENY);
    assert_int_equal(client(ou->ip_exceptions, "192.0.2.1", ""), MATCH_YES);
    assert_int_equal(ou->auth_username_restriction, RESTRICTION_DENY);
    assert_int_equal(
        name_list_match(ou->auth_username_filter, span_of("guest@acme.example")),
        MATCH_YES);
    assert_non_null(user);
    assert_int_equal(user->line, 48);
    check_lines(user->lines, USER_OPTIONS, 49);
    assert_int_equal(user->smtp_auth, SMTP_AUTH_ANY_SENDER);
    assert_int_equal(name_list_match(user->senders, span_of("a@acme.example")),
                     MATCH_YES);
    assert_int_equal(client(user->clients, "192.0.2.10", ""), MATCH_YES);
}

static void test_every_option(void **state)
{
    struct snapshot *s = load(every_option);
    (void)state;
    assert_non_null(s);
    check_every_global(s);
    check_every_interface_option(s->interfaces);
    check_every_ou_option(s);
    snapshot_free(&s);
}

/* Comments of every kind change no line. */
static void test_sources(void **state)
{
    struct snapshot *s = load("# one\n// two\n/* three\n*/ mode = enforce\n"
                              "interface 'in' { # five\n"
                              "  ports = { # six\n    587, /* seven */\n  }\n"
                              "  relay_check = true }\n"
                              "ou 'acme' {\n\n  match_auth_user = yes\n"
                              "  user 'u' {\n    smtp_auth = any_sender } }");
    char text[SOURCE_TEXT];
    (void)state;
    assert_non_null(s);
    const struct ou *ou = ou_named(s, "acme");
    assert_int_equal(s->globals.lines[GLOBAL_MODE], 4);
    source_format(interface_source(s->interfaces, INTERFACE_PORTS), text);
    assert_string_equal(text, "t:6");
    source_format(interface_source(s->interfaces, INTERFACE_RELAY_CHECK), text);
    assert_string_equal(text, "t:9");
    source_format(interface_source(s->interfaces, INTERFACE_AUTHENTICATION), text);
    assert_string_equal(text, "default");
    source_format(ou_source(ou, OU_MATCH_AUTH_USER), text);
    assert_string_equal(text, "t:12");
    source_format(user_source(snapshot_user(s, span_of("u")), USER_SMTP_AUTH), text);
    assert_string_equal(text, "t:14");
    source_format(user_source(snapshot_user(s, span_of("u")), USER_CLIENTS), text);
    assert_string_equal(text, "default");
    snapshot_free(&s);
}

/* --- each word that an option may have --- */

enum place { MAIN, LOG, INTERFACE, OU, USER };

static const void *struct_at(const struct snapshot *s, enum place place)
{
    switch (place) {
    case MAIN:
        return &s->globals;
    case LOG:
        return &s->log;
    case INTERFACE:
        return s->interfaces;
    case OU:
        return s->ou_list[0];
    case USER:
        break;
    }
    return snapshot_user(s, span_of("u@acme.example"));
}

static void put_option(enum place place, const char *option, const char *value,
                       char *out, size_t size)
{
    static const char *const around[][2] = {
        {"", ""},
        {"log {", "}"},
        {"interface 'in' {", "}"},
        {"ou 'acme' {", "}"},
        {"ou 'acme' { domains = { 'acme.example' } user 'u@acme.example' {", "} }"},
    };
    out[0] = '\0';
    append(out, size, "%s %s = %s %s", around[place][0], option, value,
           around[place][1]);
}

static void test_words(void **state)
{
#define AT(place, type, field, option) place, offsetof(struct type, field), option
    static const struct {
        enum place place;
        size_t offset;
        const char *option;
        const char *value;
        int want;
    } rows[] = {
        {AT(MAIN, globals, mode, "mode"), "enforce", MODE_ENFORCE},
        {AT(MAIN, globals, mode, "mode"), "'monitor'", MODE_MONITOR},
        {AT(MAIN, globals, mta, "mta"), "auto", MTA_AUTO},
        {AT(MAIN, globals, mta, "mta"), "\"postfix\"", MTA_POSTFIX},
        {AT(MAIN, globals, mta, "mta"), "sendmail", MTA_SENDMAIL},
        {AT(MAIN, globals, milter_socket_mode, "milter_socket_mode"), "'600'", 0600},
        {AT(MAIN, globals, milter_socket_mode, "milter_socket_mode"), "0770", 0770},
        {AT(LOG, log_settings, target, "target"), "syslog", LOG_TO_SYSLOG},
        {AT(LOG, log_settings, target, "target"), "stderr", LOG_TO_STDERR},
        {AT(LOG, log_settings, target, "target"), "'/x'", LOG_TO_FILE},
        {AT(LOG, log_settings, format, "format"), "text", LOG_TEXT},
        {AT(LOG, log_settings, format, "format"), "json", LOG_JSON},
        {AT(LOG, log_settings, level, "level"), "error", LOG_LEVEL_ERROR},
        {AT(LOG, log_settings, level, "level"), "warning", LOG_LEVEL_WARNING},
        {AT(LOG, log_settings, level, "level"), "info", LOG_LEVEL_INFO},
        {AT(LOG, log_settings, level, "level"), "debug", LOG_LEVEL_DEBUG},
        {AT(INTERFACE, interface, mode, "mode"), "monitor", MODE_MONITOR},
        {AT(INTERFACE, interface, authentication, "authentication"), "disabled",
         AUTH_DISABLED},
        {AT(INTERFACE, interface, authentication, "authentication"), "enabled",
         AUTH_ENABLED},
        {AT(INTERFACE, interface, authentication, "authentication"), "encrypted",
         AUTH_ENCRYPTED},
        {AT(INTERFACE, interface, require_authentication, "require_authentication"),
         "true", 1},
        {AT(INTERFACE, interface, require_authentication, "require_authentication"),
         "yes", 1},
        {AT(INTERFACE, interface, require_authentication, "require_authentication"),
         "on", 1},
        {AT(INTERFACE, interface, require_authentication, "require_authentication"),
         "TRUE", 1},
        {AT(INTERFACE, interface, require_authentication, "require_authentication"),
         "false", 0},
        {AT(INTERFACE, interface, require_authentication, "require_authentication"),
         "no", 0},
        {AT(INTERFACE, interface, require_authentication, "require_authentication"),
         "off", 0},
        {AT(INTERFACE, interface, auth_ip_restriction, "auth_ip_restriction"),
         "disabled", RESTRICTION_DISABLED},
        {AT(INTERFACE, interface, auth_ip_restriction, "auth_ip_restriction"), "allow",
         RESTRICTION_ALLOW},
        {AT(INTERFACE, interface, auth_ip_restriction, "auth_ip_restriction"), "deny",
         RESTRICTION_DENY},
        {AT(INTERFACE, interface, auth_username_restriction,
            "auth_username_restriction"),
         "allow", RESTRICTION_ALLOW},
        {AT(INTERFACE, interface, auth_username_restriction,
            "auth_username_restriction"),
         "deny", RESTRICTION_DENY},
        {AT(INTERFACE, interface, relay_check, "relay_check"), "on", 1},
        {AT(INTERFACE, interface, allow_relay_if_authenticated,
            "allow_relay_if_authenticated"),
         "yes", 1},
        {AT(OU, ou, mode, "mode"), "monitor", MODE_MONITOR},
        {AT(OU, ou, require_inbound, "require_inbound_domain_authentication"), "no",
         INBOUND_NO},
        {AT(OU, ou, require_inbound, "require_inbound_domain_authentication"),
         "when_auth_enabled", INBOUND_WHEN_AUTH_ENABLED},
        {AT(OU, ou, require_inbound, "require_inbound_domain_authentication"), "always",
         INBOUND_ALWAYS},
        {AT(OU, ou, inbound_scope, "inbound_scope"), "domain", SCOPE_DOMAIN},
        {AT(OU, ou, inbound_scope, "inbound_scope"), "ou", SCOPE_OU},
        {AT(OU, ou, require_sending, "require_sending_domain_authentication"), "on", 1},
        {AT(OU, ou, match_auth_user, "match_auth_user"), "on", MATCHING_OWNER},
        {AT(OU, ou, match_auth_user, "match_auth_user"), "false", MATCHING_OFF},
        {AT(OU, ou, match_auth_user, "match_auth_user"), "owner", MATCHING_OWNER},
        {AT(OU, ou, match_auth_user, "match_auth_user"), "exact", MATCHING_EXACT},
        {AT(OU, ou, match_auth_user, "match_auth_user"), "domain", MATCHING_DOMAIN},
        {AT(OU, ou, match_auth_user, "match_auth_user"), "local_part",
         MATCHING_LOCAL_PART},
        {AT(OU, ou, accept_other_ous, "accept_other_ous"), "on", 1},
        {AT(OU, ou, ip_exception_mode, "ip_exception_mode"), "allow",
         RESTRICTION_ALLOW},
        {AT(OU, ou, ip_exception_mode, "ip_exception_mode"), "deny", RESTRICTION_DENY},
        {AT(OU, ou, auth_username_restriction, "auth_username_restriction"), "allow",
         RESTRICTION_ALLOW},
        {AT(OU, ou, auth_username_restriction, "auth_username_restriction"), "deny",
         RESTRICTION_DENY},
        {AT(USER, user, smtp_auth, "smtp_auth"), "off", SMTP_AUTH_OFF},
        {AT(USER, user, smtp_auth, "smtp_auth"), "any_sender", SMTP_AUTH_ANY_SENDER},
        {AT(USER, user, smtp_auth, "smtp_auth"), "matching_sender",
         SMTP_AUTH_MATCHING_SENDER},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[400];
        int got;
        put_option(rows[i].place, rows[i].option, rows[i].value, text, sizeof text);
        struct snapshot *s = load(text);
        assert_non_null(s);
        memcpy(&got, (const char *)struct_at(s, rows[i].place) + rows[i].offset,
               sizeof got);
        bad +=
            !holds(got == rows[i].want, "%s: got %d, want %d", text, got, rows[i].want);
        snapshot_free(&s);
    }
    assert_int_equal(bad, 0);
}

/* --- errors and warnings --- */

static void test_shape_errors(void **state)
{
    static const struct complaint rows[] = {
        {"moed = enforce", "1: moed: unknown option"},
        {"outer 'x' { }", "1: outer: unknown section"},
        {"relay_check = true", "1: relay_check: does not belong in the top of the main "
                               "file, but in an interface section"},
        {"ou 'a' { ports = { 1 } }",
         "1: ports: does not belong in an ou section, but in an interface section"},
        {"interface 'a' { domains = { 'a.example' } }",
         "1: domains: does not belong in an interface section, but in an ou section"},
        {"user 'a' { }",
         "1: user: does not belong in the top of the main file, but in an ou section"},
        {"interface 'a' { log { } }", "1: log: does not belong in an interface "
                                      "section, but in the top of the main file"},
        {"mode = { enforce }", "1: mode: one value was expected, not a list"},
        {"local_domains = 'a.example'",
         "1: local_domains: a list is written { \"one\", \"two\" }"},
        {"mode { }", "1: mode: = was expected after the name"},
        {"ou = 'a'", "1: ou: { was expected: this is a section"},
        {"ou { }", "1: ou: a name in quotes was expected: ou \"name\" { ... }"},
        {"log 'a' { }", "1: log: log has no name"},
        {"mode = enforce\n\nmode = monitor", "3: mode: given twice: first in line 1"},
        {"log { }\nlog { }", "2: log: given twice: first in line 1"},
        {"ou 'a' {\nmode = enforce\nmode = enforce\n}",
         "3: mode: given twice: first in line 2"},
        {"ou 'a' { }\nou 'A' { }",
         "2: ou: there are two of the name \"A\": first in line 1"},
        {"interface 'a' { }\ninterface 'A' { }",
         "2: interface: there are two of the name \"A\": first in line 1"},
        {"ou '' { }", "1: ou: the name must be text of 1 to 255 bytes"},
        {"mode += monitor", "1: mode: += is not allowed: give the whole list"},
        {"ou 'a' {", "1: ou: the section that starts here is not closed"},
        {"help = x*y", "1: help: put this value in quotes (\" or '): x*y"},
        {"help = \"\\.\"",
         "1: help: in double quotes a backslash stands only before \\ "
         "or \": put the value in single quotes"},
        {"help = \"${HOME}\"",
         "1: help: ${...} is not expanded here: write the value itself"},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_value_errors(void **state)
{
    static const struct complaint rows[] = {
        {"mode = on", "1: mode: \"on\" is not one of: enforce, monitor"},
        {"mode = Enforce", "1: mode: \"Enforce\" is not one of: enforce, monitor"},
        {"mode = ''", "1: mode: \"\" is not one of: enforce, monitor"},
        {"ou 'a' { ip_exception_mode = disabled }",
         "1: ip_exception_mode: \"disabled\" is not one of: allow, deny"},
        {"ou 'a' { ip_exception_mode = '' }",
         "1: ip_exception_mode: \"\" is not one of: allow, deny"},
        {"ou 'a' { match_auth_user = maybe }",
         "1: match_auth_user: \"maybe\" is not one of: exact, owner, domain, "
         "local_part, "
         "true, false"},
        {"ou 'a' { match_auth_user = 1 }",
         "1: match_auth_user: \"1\" is not one of: exact, owner, domain, local_part, "
         "true, false"},
        {"ou 'a' { match_auth_user = '' }",
         "1: match_auth_user: \"\" is not one of: exact, owner, domain, local_part, "
         "true, false"},
        {"log { target = 'x' }",
         "1: target: \"x\" is not one of: syslog, stderr, or the "
         "absolute path of a file"},
        {"control_socket = 'x'", "1: control_socket: an absolute path was expected"},
        {"control_socket = ''", "1: control_socket: an absolute path was expected"},
        {"milter_socket = '/x'",
         "1: milter_socket: \"unix:/path\" or \"inet:port@host\" was expected"},
        {"milter_socket = 'unix:x'",
         "1: milter_socket: unix: needs an absolute path that "
         "is not too long for a socket"},
        {"milter_socket = 'inet:x@h'", "1: milter_socket: inet: needs PORT@HOST"},
        {"milter_socket = 'inet:025@h'", "1: milter_socket: inet: needs PORT@HOST"},
        {"milter_socket = 'inet:25@'", "1: milter_socket: inet: needs PORT@HOST"},
        {"milter_socket = 'inet6:25@[::1]'", ""},
        {"milter_socket_mode = '0880'",
         "1: milter_socket_mode: a mode such as \"0660\" was expected"},
        {"milter_socket_mode = '1777'",
         "1: milter_socket_mode: a mode such as \"0660\" was expected\n"
         "1: warning: milter_socket_mode: every local user may speak to it as if "
         ""
         "he were the MTA"},
        {"help = 'bücher'", "1: help: an SMTP reply holds printable ASCII only"},
        {"local_domains = { 'a.example',\n'-b.example',\n'*.c.example' }",
         "2: local_domains: \"-b.example\" is not a domain\n"
         "3: local_domains: \"*.c.example\" is not a domain: for all below a domain "
         "write \".example.org\""},
        {"local_domains = { '' }", "1: local_domains: \"\" is not a domain"},
        {"local_domains = { '.' }", "1: local_domains: \".\" is not a domain"},
        {"local_domains = { '..a' }", "1: local_domains: \"..a\" is not a domain"},
        {"local_domains = { '.[192.0.2.1]' }",
         "1: local_domains: \".[192.0.2.1]\" is not a domain"},
        {"interface 'a' { default_domain = 'a b' }",
         "1: default_domain: \"a b\" is not a domain"},
        {"interface 'a' { strip_realms = { 'a b' } }",
         "1: strip_realms: \"a b\" is not a domain"},
        {"interface 'a' { ports = { 0 } }",
         "1: ports: \"0\" is not a decimal port from 1 to 65535"},
        {"interface 'a' { ports = { 65536, 0587, 0x19, 1e3 } }",
         "1: ports: \"65536\" is not a decimal port from 1 to 65535\n"
         "1: ports: \"0587\" is not a decimal port from 1 to 65535\n"
         "1: ports: \"0x19\" is not a decimal port from 1 to 65535\n"
         "1: ports: \"1e3\" is not a decimal port from 1 to 65535"},
        {"interface 'a' { daemon_names = { '' } }",
         "1: daemon_names: not a name: \"\""},
        {"ou 'a' { recipient_delimiter = '@' }",
         "1: recipient_delimiter: a set of printable ASCII characters without @ was "
         "expected"},
        {"ou 'a' { ip_exceptions = { '192.0.2.1/24' } }",
         "1: ip_exceptions: host bits are set: the network is 192.0.2.0/24: "
         "\"192.0.2.1/24\""},
        {"ou 'a' { ip_exceptions = {\n'192.0.2.1',\n'',\n'mx.example' } }",
         "3: ip_exceptions: an empty pattern: \"\"\n"
         "4: ip_exceptions: not an address: \"mx.example\""},
        {"ou 'a' { auth_username_filter = { '/(/' } auth_username_restriction = deny }",
         "1: auth_username_filter: bad regex: missing closing parenthesis at offset 1: "
         "\"/(/\"\n"
         "1: warning: auth_username_restriction: deny with an empty list refuses "
         "nobody"},
        {"ou 'a' { domains = { 'a.example' } user 'u' { smtp_auth = any_sender senders "
         "= { 'a@b@c' } } }",
         "1: senders: no mail address could ever be like this: \"a@b@c\""},
        {"ou 'a' { user 'a b' { } }",
         "1: user: no login name could ever be like \"a b\""},
        {"ou 'a' { ip_exceptions = { 'file:x' } }",
         "1: ip_exceptions: file: needs an absolute path"},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_errors_of_the_whole(void **state)
{
    static const struct complaint rows[] = {
        {"ou 'a' {\ndomains = { 'x.example' } }\nou 'b' {\ndomains = { 'X.example.' } "
         "}",
         "4: domains: \"x.example\" belongs to ou \"a\" already: see t:2"},
        {"ou 'a' {\ndomains = { 'x.example' } }\nou 'b' { domains = { '.x.example' } }",
         ""},
        {"ou 'a' { user 'u' { } }\nou 'b' { user 'U' { } }",
         "2: user: there are two of the name \"u\": see t:1"},
        {"ou 'a' { user 'u' { }\nuser 'U' { } }",
         "2: user: there are two of the name \"U\": first in line 1"},
        {"ou 'a' { user 'u@x.example' { }\nuser 'u@X.example.' { } }",
         "2: user: there are two of the name \"u@x.example\": see t:1"},
        {"ou 'a' {\nuser 'u@x.example' { } }\nou 'b' { domains = { 'x.example' } }",
         "2: user: \"u@x.example\" has a domain of another ou, \"b\""},
        {"interface 'a' { relay_check = true\nallow_relay_ous = { 'none' } }",
         "2: allow_relay_ous: there is no ou \"none\""},
        {"interface 'a' { authentication = disabled\nrequire_authentication = true }",
         "2: require_authentication: cannot be asked for where authentication is "
         "disabled: no mail would pass"},
        {"ou 'a' { user 'u' {\nsmtp_auth = matching_sender } }",
         "2: smtp_auth: matching_sender needs a user whose name is an address"},
        {"ou 'a' {\nmode = x\nbad = 1\nuser 'a b' { } }\nmta = y\nmoed = 1",
         "2: mode: \"x\" is not one of: enforce, monitor\n3: bad: unknown option\n"
         "4: user: no login name could ever be like \"a b\"\n"
         "5: mta: \"y\" is not one of: auto, postfix, sendmail\n6: moed: unknown "
         "option"},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_warnings(void **state)
{
    static const char deny[] =
        "1: warning: ip_exception_mode: deny exempts every client "
        "that is not listed: the rest of the Internet";
    static const struct complaint rows[] = {
        {"interface 'a' { auth_ip_restriction = allow }",
         "1: warning: auth_ip_restriction: allow with an empty list: nobody may "
         "authenticate"},
        {"interface 'a' { auth_ip_restriction = allow auth_ip_filter = { '::1' } }",
         ""},
        {"interface 'a' { auth_username_restriction = deny }",
         "1: warning: auth_username_restriction: deny with an empty list refuses "
         "nobody"},
        {"ou 'a' { auth_username_filter = { 'a' } }",
         "1: warning: auth_username_filter: has no effect while its restriction is "
         "disabled"},
        {"ou 'a' { ip_exception_mode = deny ip_exceptions = { '192.0.2.1' } }", deny},
        {"ou 'a' { ip_exception_mode = deny }", ""},
        {"ou 'a' { ip_exceptions = { '0.0.0.0/0' } }",
         "1: warning: ip_exceptions: exempts the whole Internet"},
        {"ou 'a' { user 'u' { senders = { 'a@b.example' } } }",
         "1: warning: user: has senders or clients, but smtp_auth is off: it cannot "
         "log in"},
        {"ou 'a' { user 'u' { clients = { '::1' } } }",
         "1: warning: user: has senders or clients, but smtp_auth is off: it cannot "
         "log in"},
        {"ou 'a' { domains = { 'a.example' } user 'u' { clients = { '::1' } smtp_auth "
         "= any_sender } }",
         ""},
        {"interface 'a' { }\ninterface 'b' { }",
         "2: warning: interface: \"b\" can never be reached: \"a\" comes first"},
        {"interface 'a' { ports = { 25, 587 } }\ninterface 'b' { ports = { 587 } }",
         "2: warning: interface: \"b\" can never be reached: \"a\" comes first"},
        {"interface 'a' { ports = { 25 } }\ninterface 'b' { ports = { 25, 587 } }", ""},
        {"interface 'a' { ports = { 25 } clients = { '::1' } }\n"
         "interface 'b' { ports = { 25 } }",
         ""},
        {"interface 'a' { auth_username_restriction = allow\n"
         "auth_username_filter = { '/acme/' } }",
         "2: warning: auth_username_filter: a regex without ^ and $ in an allow list "
         "lets "
         "in whatever contains it: /acme/"},
        {"interface 'a' { auth_username_restriction = allow\n"
         "auth_username_filter = { '/^acme$/' } }",
         ""},
        {"interface 'a' { auth_username_restriction = deny\n"
         "auth_username_filter = { '/acme/' } }",
         ""},
        {"interface 'a' { relay_clients = { '::1' } }",
         "1: warning: relay_clients: has no effect while relay_check is false"},
        {"interface 'a' { relay_check = true relay_clients = { '::/0' } }",
         "1: warning: relay_clients: lets the whole Internet relay"},
        {"ou 'a' { domains = { 'a.example' } user 'u' { smtp_auth = any_sender "
         "password = 'secret' } }",
         "1: warning: password: not a hash that crypt(5) describes: see gatepost "
         "passwd"},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_empty(void **state)
{
    static const struct complaint rows[] = {
        {"", ""}, {"\n\n", ""}, {"# nothing", ""}, {"/* nothing */", ""}};
    (void)state;
    check_complaints(rows, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),     cmocka_unit_test(test_tenant_defaults),
        cmocka_unit_test(test_every_option), cmocka_unit_test(test_sources),
        cmocka_unit_test(test_words),        cmocka_unit_test(test_shape_errors),
        cmocka_unit_test(test_value_errors), cmocka_unit_test(test_errors_of_the_whole),
        cmocka_unit_test(test_warnings),     cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
