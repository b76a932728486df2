/* SPDX-License-Identifier: BSD-2-Clause */
/* The configurations of fuzz_wire: with and without a need of headers, and of changes
 * to messages. */
#include "wire_configs.h"

#include "config.h"
#include "fuzz.h"
#include "runtime.h"

#define SUBMISSION                                                                     \
    "interface \"submission\" { daemon_names = { \"SUBMISSION\" } ports = { 587 }"     \
    " authentication = encrypted require_authentication = true relay_check = true"     \
    " auth_username_restriction = deny auth_username_filter = { \"*bad*\" }"           \
    " default_domain = \"acme.example\" strip_realms = { \"realm.test\" } }\n"
#define EXCHANGER                                                                      \
    "interface \"mx\" { clients = { \"10.0.0.0/8\", \"*.mx.example\", \"::1\" }"       \
    " authentication = disabled relay_check = true }\n"
#define TENANTS                                                                        \
    "ou \"acme\" { domains = { \"acme.example\", \".acme.example\" }"                  \
    " help = \"see 100%% of https://acme.example/help\""                               \
    " require_inbound_domain_authentication = always"                                  \
    " require_sending_domain_authentication = true match_auth_user = true"             \
    " recipient_delimiter = \"+\" ip_exceptions = { \"192.0.2.0/24\" }"                \
    " user \"printer@acme.example\" { smtp_auth = any_sender"                          \
    " senders = { \"*@acme.example\" } clients = { \"192.0.2.10\" } }"                 \
    " user \"scanner\" { smtp_auth = any_sender } }\n"                                 \
    "ou \"beta\" { domains = { \"beta.example\" } accept_other_ous = true"             \
    " auth_username_restriction = allow"                                               \
    " auth_username_filter = { '/^(a|aa|b)+@beta\\.example$/' } }\n"

/* OUs that look at authors. */
#define AUTHORS                                                                        \
    "ou \"acme\" { domains = { \"acme.example\", \".acme.example\" }"                  \
    " match_auth_user = owner recipient_delimiter = \"+\" match_header_from = from"    \
    " require_aligned = true refuse_address_in_display_name = true"                    \
    " user \"printer@acme.example\" { smtp_auth = matching_sender }"                   \
    " user \"scanner\" { smtp_auth = any_sender senders = { "                          \
    "'/^(a|aa)+@acme\\.example$/' } } }\n"                                             \
    "ou \"beta\" { domains = { \"beta.example\" } require_aligned = true"              \
    " match_header_from = from_or_sender ip_exceptions = { \"192.0.2.0/28\" } }\n"     \
    "ou \"gamma\" { domains = { \"gamma.example\" } mode = monitor"                    \
    " match_header_from = from refuse_address_in_display_name = true }\n"

#define POLICY(name, condition, action)                                                \
    "policy \"" name "\" { " condition " action = " action " }\n"
#define AT_ONCE                                                                        \
    POLICY("open", "recipients = { \"open@far.test\" }", "accept")                     \
    POLICY("refused", "recipients = { \"refused@far.test\" }", "refuse")               \
    POLICY("refused words", "recipients = { \"no@far.test\" }",                        \
           "refuse value = \"not 100% of it\"")                                        \
    POLICY("deferred", "recipients = { \"deferred@far.test\" }", "defer")
#define DELIVERY                                                                       \
    POLICY("log", "recipients = { \"*@far.test\" }",                                   \
           "log value = \"far, \xc3\xa4 far\"")                                        \
    POLICY("held", "recipients = { \"held@far.test\" }", "quarantine")                 \
    POLICY("held too", "recipients = { \"*held*\" } authentication_state = any",       \
           "quarantine value = \"a second reason\"")                                   \
    POLICY("moved", "recipients = { \"moved@far.test\", \"both@far.test\" }",          \
           "redirect value = \"audit@acme.example\"")                                  \
    POLICY("moved too", "recipients = { \"*moved@far.test\", \"both@far.test\" }",     \
           "redirect value = \"<two@acme.example>\"")                                  \
    POLICY("dropped", "recipients = { \"dropped@far.test\", \"both@far.test\" }",      \
           "discard")
#define FIELDS                                                                         \
    POLICY("mark", "recipients = { \"marked@far.test\", \"held@far.test\" }",          \
           "add_header value = \"X-Gatepost: %{login} %{client} %{ou} %{sender}\"")    \
    POLICY("mark again", "authentication_state = unauthenticated",                     \
           "add_header value = \"x-gatepost: 100%% %{interface}\"")                    \
    POLICY("bounce", "senders = { \"<>\" }", "add_header value = \"X-Bounce:yes\"")    \
    POLICY("authenticated", "ous = { \"acme\" } clients = { \"192.0.2.0/24\" }",       \
           "add_header value = \"X-OU: %{ou}%{ou}%{sender}%{login}\"")
#define RESULTS "authentication_results = true\nauthserv_id = \"MX.acme.example\"\n"

static const struct {
    const char *text;
    bool needs_headers, edits_messages;
} configs[] = {
    {SUBMISSION EXCHANGER TENANTS, false, false},
    {"mode = monitor\nmta = postfix\n" SUBMISSION EXCHANGER TENANTS, false, false},
    {"mta = sendmail\nhelp = \"50% more\"\n" EXCHANGER TENANTS, false, false},
    {"local_domains = { \"lists.example\" }\n" TENANTS, false, false},
    {AUTHORS, true, false},
    {TENANTS AT_ONCE DELIVERY, false, true},
    {RESULTS AUTHORS AT_ONCE FIELDS DELIVERY, true, true},
    {"mode = monitor\n" RESULTS SUBMISSION AUTHORS AT_ONCE FIELDS DELIVERY, true, true},
    {RESULTS TENANTS, true, true},
    {"mta = sendmail\n" TENANTS FIELDS AT_ONCE DELIVERY, true, true},
    {RESULTS "local_domains = { \"far.test\" }\n" SUBMISSION AUTHORS FIELDS, true,
     true},
};
enum { CONFIGS = sizeof configs / sizeof *configs, SLOTS = 16 };

static unsigned published = CONFIGS;

static unsigned config_of(unsigned which)
{
    return which % SLOTS % CONFIGS;
}

void wire_publish(unsigned which)
{
    struct diag diag = {0};
    published = config_of(which);
    const char *text = configs[published].text;
    struct snapshot *s =
        config_load_text(text, strlen(text), "wire.conf", SECRETS_FORGET, &diag);
    if (!s)
        fprintf(stderr, "%s\n", diag.count ? diag.items[0].message : "no diagnostic");
    require(s, "the configurations of this test load");
    require(s->needs_headers == configs[published].needs_headers,
            "headers are asked for where they are needed");
    require(s->edits_messages == configs[published].edits_messages,
            "changes are asked for where they are needed");
    diag_clear(&diag);
    runtime_publish(s);
    runtime_reap();
}

void wire_publish_other(unsigned which)
{
    if (published != config_of(which))
        wire_publish(which);
}
