/* SPDX-License-Identifier: BSD-2-Clause */
/* What is legal and likely not meant: each warning beside the configuration next to it
 * that has none. */
#include "unit.h"

#define OFF                       "interface 'in' { authentication = disabled }\n"
#define ACME(body)                "ou 'acme' { domains = { 'acme.example' }\n" body " }\n"
#define BETA(body)                "ou 'beta' { domains = { 'beta.example' }\n" body " }\n"
#define USER(name, body)          "user '" name "' { smtp_auth = any_sender " body " }\n"
#define WARNS(line, option, text) line ": warning: " option ": " text

static void test_rules_without_logins(void **state)
{
#define NOWHERE "can never refuse: authentication is disabled on every interface"
    static const struct complaint rows[] = {
        {OFF ACME("match_auth_user = true"), WARNS("3", "match_auth_user", NOWHERE)},
        {OFF ACME("match_auth_user = local_part"),
         WARNS("3", "match_auth_user", NOWHERE)},
        {OFF ACME("match_auth_user = false"), ""},
        {OFF ACME("match_header_from = from"),
         WARNS("3", "match_header_from", NOWHERE)},
        {OFF ACME("require_inbound_domain_authentication = when_auth_enabled"),
         WARNS("3", "require_inbound_domain_authentication", NOWHERE)},
        {OFF ACME("require_inbound_domain_authentication = always"), ""},
        {OFF ACME("require_sending_domain_authentication = true"), ""},
        /* Others get the default, which takes logins. */
        {"interface 'in' { authentication = disabled ports = { 25 } }\n" ACME(
             "match_auth_user = true"),
         ""},
        {"interface 'in' { authentication = disabled mode = monitor }\n" ACME(
             "match_auth_user = true"),
         ""},
        {"mode = monitor\n" OFF ACME("match_auth_user = true"), ""},
        {"interface 'sub' { ports = { 587 } }\n" OFF ACME("match_auth_user = true"),
         ""},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_rules_without_domains(void **state)
{
#define NO_DOMAINS "can never refuse: the ou has no domains"
    static const struct complaint rows[] = {
        {"ou 'a' {\nmatch_auth_user = true }",
         WARNS("2", "match_auth_user", NO_DOMAINS)},
        {"ou 'a' {\nrequire_sending_domain_authentication = true }",
         WARNS("2", "require_sending_domain_authentication", NO_DOMAINS)},
        {"ou 'a' {\nrequire_inbound_domain_authentication = always }",
         WARNS("2", "require_inbound_domain_authentication", NO_DOMAINS)},
        {"ou 'a' {\nrefuse_unknown_senders = true }",
         WARNS("2", "refuse_unknown_senders", NO_DOMAINS)},
        {"ou 'a' {\nrequire_aligned = true }",
         WARNS("2", "require_aligned", NO_DOMAINS)},
        {"ou 'a' {\nauth_username_restriction = deny\nauth_username_filter = { 'b' } }",
         WARNS("2", "auth_username_restriction", NO_DOMAINS)},
        {"ou 'a' {\nmatch_header_from = from }", ""}, /* for its users */
        {"ou 'a' { }", ""},
        {ACME("match_auth_user = true require_aligned = true"), ""},
        {"ou 'a' {\nuser 'b' { smtp_auth = any_sender } }",
         WARNS("2", "user", "\"b\" can send nothing: its ou, \"a\", has no domains")},
        {"ou 'a' {\nuser 'b' { smtp_auth = any_sender }\n"
         "user 'c' { smtp_auth = any_sender } }",
         WARNS("2", "user", "\"b\" can send nothing: its ou, \"a\", has no domains")},
        {"ou 'a' {\nuser 'b' { } }", ""},
        {"mode = monitor ou 'a' {\nuser 'b' { smtp_auth = any_sender } }", ""},
        {ACME(USER("b", "")), ""},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_other_rules(void **state)
{
    static const struct complaint rows[] = {
        {ACME("inbound_scope = ou"),
         WARNS("2", "inbound_scope",
               "has no effect while require_inbound_domain_authentication is no")},
        {ACME("inbound_scope = ou require_inbound_domain_authentication = always"), ""},
        {ACME("refuse_unknown_senders = true\nknown_senders = { '*' }"),
         WARNS("3", "known_senders",
               "lists every sender: refuse_unknown_senders can never refuse")},
        {ACME("refuse_unknown_senders = true\nknown_senders = { '*@acme.example' }"),
         ""},
        {ACME("auth_username_restriction = allow\nauth_username_filter = { '*' }"),
         WARNS("3", "auth_username_filter",
               "lists every login: auth_username_restriction = allow refuses nobody")},
        {ACME("auth_username_restriction = allow\nauth_username_filter = { '*@*' }"),
         ""},
        {"interface 'i' {\nauth_username_restriction = deny\n"
         "auth_username_filter = { '**' } }",
         WARNS("3", "auth_username_filter",
               "lists every login: nobody may authenticate")},
        {"interface 'i' { auth_ip_restriction = deny\n"
         "auth_ip_filter = { '0.0.0.0/0', '::/0' } }",
         WARNS("2", "auth_ip_filter",
               "lists the whole Internet: nobody may authenticate")},
        {"interface 'i' { auth_ip_restriction = allow\nauth_ip_filter = { '/./' } }",
         WARNS("2", "auth_ip_filter",
               "a regex without ^ and $ in an allow list lets in whatever contains it: "
               "/./") "\n" WARNS("2", "auth_ip_filter",
                                 "lists the whole Internet: auth_ip_restriction = "
                                 "allow refuses nobody whose address is known")},
        {"interface 'i' { auth_ip_restriction = allow\nauth_ip_filter = { '::/0' } }",
         ""},
        {"interface 'i' { authentication = disabled\nauth_ip_restriction = deny\n"
         "auth_ip_filter = { '192.0.2.1' } }",
         WARNS("2", "auth_ip_restriction",
               "can never refuse: authentication is disabled here")},
        {"interface 'i' { authentication = disabled mode = monitor\n"
         "auth_ip_restriction = deny\nauth_ip_filter = { '192.0.2.1' } }",
         ""},
        {"interface 'i' { authentication = disabled\nauth_username_restriction = deny\n"
         "auth_username_filter = { 'a' } }",
         WARNS("2", "auth_username_restriction",
               "can never refuse: authentication is disabled here")},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_exceptions(void **state)
{
#define INTERNET "exempts the whole Internet"
    static const struct complaint rows[] = {
        {ACME("ip_exceptions = { '0.0.0.0/1', '128.0.0.0/1' }"),
         WARNS("2", "ip_exceptions", INTERNET)},
        {ACME("ip_exceptions = { '0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/2' }"),
         WARNS("2", "ip_exceptions", INTERNET)},
        {ACME("ip_exceptions = { '0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3' }"), ""},
        {ACME("ip_exceptions = { '::/1', '8000::/1' }"),
         WARNS("2", "ip_exceptions", INTERNET)},
        {ACME("ip_exceptions = { '0.0.0.0/1', '8000::/1' }"), ""},
        {ACME("ip_exceptions = { '*' }"), WARNS("2", "ip_exceptions", INTERNET)},
        {ACME("ip_exceptions = { '*.*.*.*' }"), WARNS("2", "ip_exceptions", INTERNET)},
        {ACME("ip_exceptions = { '1*.*', '192.0.2.*' }"), ""},
        {ACME("ip_exceptions = { '/^.*$/' }"), WARNS("2", "ip_exceptions", INTERNET)},
        {ACME("ip_exceptions = { '/^[0-9]{1,2}\\.[0-9.]*$/' }"), ""},
        {ACME("require_sending_domain_authentication = true match_auth_user = true\n"
              "ip_exceptions = { '0.0.0.0/0' }"),
         WARNS("3", "ip_exceptions",
               INTERNET ": require_sending_domain_authentication, match_auth_user can "
                        "never refuse over IPv4")},
        {ACME("require_aligned = true\nip_exceptions = { '0.0.0.0/0', '::/0' }"),
         WARNS("3", "ip_exceptions", INTERNET ": require_aligned can never refuse")},
        {ACME("match_auth_user = true ip_exceptions = { '10.0.0.0/8' }"), ""},
        /* deny exempts those that are not listed */
        {ACME("match_auth_user = true\nip_exception_mode = deny "
              "ip_exceptions = { '0.0.0.0/0', '::/0' }"),
         WARNS("3", "ip_exception_mode",
               "deny exempts every client that is not listed: the rest of the "
               "Internet")},
        {"interface 'i' { relay_check = true\n"
         "relay_clients = { '0.0.0.0/1', '128.0.0.0/1' } }",
         WARNS("2", "relay_clients", "lets the whole Internet relay")},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_interfaces(void **state)
{
#define SECOND(text)  WARNS("2", "interface", "\"b\" can never be reached" text)
#define FIRST         ": \"a\" comes first"
#define TWO(one, two) "interface 'a' { " one " }\ninterface 'b' { " two " }"
    static const struct complaint rows[] = {
        {TWO("clients = { '192.0.2.0/24' }", "clients = { '192.0.2.7' }"),
         SECOND(FIRST)},
        {TWO("clients = { '192.0.2.0/25', '192.0.2.128/25' }",
             "clients = { '192.0.2.0/24' }"),
         SECOND(FIRST)},
        {TWO("clients = { '192.0.2.0/25' }", "clients = { '192.0.2.0/24' }"), ""},
        {TWO("clients = { '192.0.2.7' }", "clients = { '192.0.2.7', '::1' }"), ""},
        {TWO("clients = { '10.*', '/^172\\.1/' }", "clients = { '/^172\\.1/' }"),
         SECOND(FIRST)},
        {TWO("clients = { '/^172\\.1/' }", "clients = { '/^172\\.2/' }"), ""},
        {TWO("clients = { '*.acme.example', 'mx.beta.example' }",
             "clients = { 'mx.beta.example' }"),
         SECOND(FIRST)},
        {TWO("clients = { 'mx.acme.example' }", "clients = { 'mx.beta.example' }"), ""},
        {TWO("clients = { '*' }", "clients = { '10.0.0.0/8' }"), SECOND(FIRST)},
        {TWO("clients = { '*' }", "clients = { 'mx.acme.example' }"), ""},
        {TWO("clients = { '0.0.0.0/0', '::/0' }", ""),
         SECOND(" from a known address" FIRST)},
        {TWO("clients = { '0.0.0.0/0' }", ""), ""},
        {TWO("ports = { 25 } clients = { '10.0.0.0/8' }", "clients = { '10.0.0.0/8' }"),
         ""},
        {TWO("clients = { '10.0.0.0/8' }", "ports = { 25 } clients = { '10.0.0.0/8' }"),
         SECOND(FIRST)},
        {TWO("clients = { '10.0.0.0/8' }", ""), ""},
        /* two together */
        {"interface 'a' { clients = { '0.0.0.0/1', '*.x.example' } } "
         "interface 'c' { clients = { '128.0.0.0/1' } }\n"
         "interface 'b' { clients = { '192.0.2.1', '10.0.0.0/7', '*.x.example' } }",
         SECOND(": \"c\" with those before it comes first")},
        {"interface 'a' { clients = { '0.0.0.0/1' } } "
         "interface 'c' { ports = { 25 } clients = { '128.0.0.0/1' } }\n"
         "interface 'b' { clients = { '192.0.2.1', '10.0.0.0/7' } }",
         ""},
        {"interface 'a' { clients = { '0.0.0.0/0' } } "
         "interface 'c' { clients = { '::/0' } }\ninterface 'b' { }",
         SECOND(" from a known address: \"c\" with those before it comes first")},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_relaying(void **state)
{
#define EVERY_LOGIN                                                                    \
    "every login may relay with any sender, that of no ou, too: allow_relay_ous "      \
    "names those who may"
    static const struct complaint rows[] = {
        {"interface 'i' { relay_check = true\nallow_relay_if_authenticated = true }",
         WARNS("2", "allow_relay_if_authenticated", EVERY_LOGIN)},
        {"interface 'i' { relay_check = true\nallow_relay_if_authenticated = true\n"
         "auth_username_restriction = allow auth_username_filter = { 'relay' } }",
         ""},
        {"interface 'i' { relay_check = true\nallow_relay_if_authenticated = true\n"
         "auth_ip_restriction = allow auth_ip_filter = { '10.0.0.0/8' } }",
         ""},
        {"interface 'i' { relay_check = true authentication = disabled\n"
         "allow_relay_if_authenticated = true }",
         WARNS("2", "allow_relay_if_authenticated",
               "lets nobody relay: authentication is disabled here")},
        {"interface 'i' { relay_check = true\nallow_relay_ous = { 'acme', 'beta' } "
         "}\n" ACME("") BETA(""),
         WARNS("2", "allow_relay_ous",
               "names every ou: all their logins may relay with any sender")},
        {"interface 'i' { relay_check = true\nallow_relay_ous = { 'acme' } }\n" ACME("")
             BETA(""),
         ""},
        {"interface 'i' { relay_check = true\nallow_relay_ous = { 'acme' } }\n" ACME(
             ""),
         ""},
        {"interface 'i' { relay_check = true authentication = disabled\n"
         "allow_relay_ous = { 'acme' } }\n" ACME(""),
         WARNS("2", "allow_relay_ous",
               "lets nobody relay: authentication is disabled here")},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_policies(void **state)
{
#define POLICY(body) "policy 'p' { action = log\n" body " }\n"
#define FOR_NO_MAIL(reason)                                                            \
    WARNS("3", "authentication_state", "this policy is for no mail: " reason)
    static const struct complaint rows[] = {
        {OFF POLICY("authentication_state = authenticated"),
         FOR_NO_MAIL("authentication is disabled on each of its interfaces")},
        {OFF POLICY("authentication_state = unauthenticated"), ""},
        {OFF POLICY("authentication_state = any"), ""},
        {"interface 'in' { ports = { 25 } authentication = disabled }\n" POLICY(
             "authentication_state = authenticated interfaces = { 'in' }"),
         FOR_NO_MAIL("authentication is disabled on each of its interfaces")},
        {"interface 'in' { ports = { 25 } authentication = disabled }\n" POLICY(
             "authentication_state = authenticated interfaces = { 'in', 'default' }"),
         ""},
        {"interface 'in' { require_authentication = true }\n" POLICY(
             "authentication_state = unauthenticated"),
         FOR_NO_MAIL("each of its interfaces requires authentication")},
        {"interface 'in' { require_authentication = true mode = monitor }\n" POLICY(
             "authentication_state = unauthenticated"),
         ""},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

#define SERVED "auth_socket = '/run/a'\n"

static void test_logins(void **state)
{
#define NONE_OF(reason)                                                                \
    WARNS("3", "ou", "none of the users of \"acme\" can log in: " reason)
#define ONLY(name)                                                                     \
    "interface 'i' { auth_username_restriction = allow auth_username_filter = { "      \
    "'" name "' } }\n"
    static const struct complaint rows[] = {
        {SERVED OFF,
         WARNS("1", "auth_socket",
               "nobody can log in: authentication is disabled on every interface")},
        {SERVED "interface 'in' { authentication = disabled daemon_names = { 'MX' } }",
         ""},
        {OFF, ""},
        {SERVED "\n" ACME("user 'a@acme.example' { }"),
         NONE_OF("smtp_auth of each of them is off, and there is no target")},
        {SERVED "\n" ACME("user 'a@acme.example' { }" USER("b@acme.example", "")), ""},
        {SERVED "\n" ACME("user 'a@acme.example' { } refuse_unknown_senders = true"),
         ""},
        {SERVED "\n" ACME("user 'a@acme.example' { }\n"
                          "target 't' { auth = true url = 'imaps://i.acme.example' }"),
         ""},
        {"\n\n" ACME("user 'a@acme.example' { }"), ""},
        {SERVED ONLY("relay") ACME(USER("a@acme.example", "")),
         NONE_OF("auth_username_filter lets none of them in")},
        {SERVED ONLY("*@acme.example") ACME(USER("a@acme.example", "")), ""},
        {SERVED ONLY("b@acme.example")
             ACME(USER("a@acme.example", "") USER("b@acme.example", "")),
         ""},
        {SERVED "\n" ACME(
             USER("a@acme.example", "") "auth_username_restriction = allow "
                                        "auth_username_filter = { 'b@acme.example' }"),
         NONE_OF("auth_username_filter lets none of them in")},
        {SERVED "\n" ACME(USER("a", "") "auth_username_restriction = allow "
                                        "auth_username_filter = { 'b@acme.example' }"),
         ""},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_shadowed_users(void **state)
{
#define DEFAULT(options)                                                               \
    "interface 'i' { default_domain = 'acme.example' " options " }\n"
#define HIDES(count)                                                                   \
    WARNS("3", "user",                                                                 \
          "hides \"bob@acme.example\" from who logs in by the bare name, which "       \
          "default_domain of interface \"i\" completes (" count " such users)")
#define STRIPS(realm, more)                                                            \
    "interface 'i' { strip_realms = { '" realm "' } " more " }\n"
    static const struct complaint rows[] = {
        {DEFAULT("") ACME(USER("bob", "") USER("bob@acme.example", "")), HIDES("1")},
        {DEFAULT("") ACME(USER("bob", "") USER("bob@acme.example", "") USER("al", "")
                              USER("al@acme.example", "")),
         HIDES("2")},
        {DEFAULT("") ACME(USER("bob", "") "user 'bob@acme.example' { }"), ""},
        {DEFAULT("") ACME(USER("bob", "") USER("al@acme.example", "")), ""},
        {DEFAULT("authentication = disabled")
             ACME(USER("bob", "") USER("bob@acme.example", "")),
         WARNS(
             "2", "ou",
             "none of the users of \"acme\" can log in: authentication is disabled on "
             "every interface")},
        {ACME(USER("bob", "") USER("bob@acme.example", "")), ""},
        {STRIPS("acme.example", "") ACME(USER("bob@acme.example", "")),
         WARNS("3", "user",
               "\"bob@acme.example\" can never log in: strip_realms takes the domain "
               "from the name (1 such users)")},
        {STRIPS("acme.example", "default_domain = 'acme.example'")
             ACME(USER("bob@acme.example", "")),
         ""},
        {STRIPS("acme.example", "ports = { 25 } ") ACME(USER("bob@acme.example", "")),
         ""},
        {STRIPS("realm", "") ACME(USER("bob@acme.example", "")), ""},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

static void test_listed_senders(void **state)
{
    static const struct complaint rows[] = {
        {ACME(USER("a@acme.example", "senders = { 'x@beta.example' }")) BETA(""),
         WARNS("2", "senders",
               "\"x@beta.example\" is of ou \"beta\": it grants nothing (1 of them)")},
        {ACME(USER(
             "a@acme.example",
             "senders = { '*@beta.example', 'x@nobody.example', '*@acme.example' }"))
             BETA(""),
         WARNS("2", "senders",
               "\"*@beta.example\" is of ou \"beta\": it grants nothing (2 of them)")},
        {ACME(USER("a@acme.example", "senders = { 'x@nobody.example' }")),
         WARNS("2", "senders",
               "\"x@nobody.example\" is in no domain of the ou \"acme\": it grants "
               "nothing (1 of them)")},
        /* who may be shown in From */
        {ACME(USER("a@acme.example",
                   "senders = { 'x@nobody.example' }") "match_header_from = from"),
         ""},
        {ACME(USER("a@acme.example",
                   "senders = { 'x@acme.example', '*@acme.example' }")),
         ""},
        {ACME(USER("a@acme.example", "senders = { '*a@*' }")) BETA(""), ""},
    };
    (void)state;
    check_complaints(rows, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_without_logins),
        cmocka_unit_test(test_rules_without_domains),
        cmocka_unit_test(test_other_rules),
        cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_relaying),
        cmocka_unit_test(test_policies),
        cmocka_unit_test(test_logins),
        cmocka_unit_test(test_shadowed_users),
        cmocka_unit_test(test_listed_senders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
