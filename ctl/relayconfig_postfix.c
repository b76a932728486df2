/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost relay-config postfix: a service of master.cf for each relay, and lines for
 * main.cf. Whatever could have mail leave in another way than the relay section says
 * stands in the service, where main.cf cannot undo it. */
#include <string.h>

#include "relay.h"
#include "relayconfig.h"

enum { SMTP_PORT = 25, SMTPS_PORT = 465, SUBMISSION_PORT = 587 };

struct printer {
    FILE *out;
    const struct snapshot *snapshot;
    const char *socket; /* as Postfix names it */
};

struct setting {
    const char *name, *value;
};

/* Where somebody is to authenticate. */
static const struct setting login_settings[] = {
    {"smtp_sasl_auth_enable", "yes"},
    {"smtp_sasl_type", "cyrus"},
    {"smtp_sasl_password_result_delimiter", ":"},
    {"smtp_sasl_security_options", "noanonymous,noplaintext"},
    {"smtp_sasl_tls_security_options", "noanonymous"},
    {"smtp_sasl_tls_verified_security_options", "noanonymous"},
    {"smtp_sasl_auth_soft_bounce", "yes"},
    {"smtp_tls_security_level", "encrypt"},
    {"tls_required_enable", "no"},
    /* A postconf that knows neither of the two finds them used. */
    {"smtp_sasl_auth_cache_name",
     "${tls_required_enable?}${smtp_sasl_password_result_delimiter?}"},
    /* Without EHLO, or without its words, nobody authenticates. */
    {"smtp_always_send_ehlo", "yes"},
    {"smtp_never_send_ehlo", "no"},
    {"smtp_pix_workarounds", ""},
    {"smtp_pix_workaround_maps", ""},
    {"smtp_discard_ehlo_keywords", ""},
    {"line_length_limit", "2048"},
    /* A session is of one message, and of the host that the nexthop names. */
    {"smtp_connection_cache_destinations", ""},
    {"smtp_connection_cache_on_demand", "no"},
    {"smtp_tls_connection_reuse", "no"},
    {"smtp_cname_overrides_servername", "no"},
    /* Mail waits, and does not go back. */
    {"smtp_skip_5xx_greeting", "yes"},
    {"smtp_delivery_status_filter", ""},
    /* Transcripts of sessions show passwords. */
    {"notify_classes", ""},
    {"debug_peer_list", ""},
};

/* --- master.cf --- */

static const char head[] =
    "# gatepost relay-config: begin of what belongs to master.cf. What main.cf says\n"
    "# of these options does not count here; relayhost only has mail wait where the\n"
    "# host cannot be found. In good sessions, too, \"replacing server reply\" is\n"
    "# logged, and \"offered null AUTH mechanism list\" before TLS: that is no "
    "fault.\n";
static const char middle[] = "\n# gatepost relay-config: end of master.cf\n"
                             "\n# main.cf\n"
                             "# gatepost relay-config: begin\n";
static const char end[] =
    "\n# gatepost relay-config: end. When both are in place: postfix reload\n";

static void set(const struct printer *p, const char *name, const char *value)
{
    fprintf(p->out, strpbrk(value, " \t") ? "  -o {%s=%s}\n" : "  -o %s=%s\n", name,
            value);
}

static void set_map(const struct printer *p, const struct relay *r, const char *name,
                    const char *map)
{
    fprintf(p->out, "  -o %s=socketmap:unix:%s:%s.%s\n", name, p->socket, map, r->name);
}

static void set_plain_hosts(const struct printer *p, const struct relay *r)
{
    char text[RELAY_HOST_TEXT];
    fputs("  -o smtp_fallback_relay=", p->out);
    for (size_t i = 0; i < r->host_count; i++) {
        relay_host_plainly(&r->hosts[i], text);
        fprintf(p->out, "%s%s", i ? "," : "", text);
    }
    fputc('\n', p->out);
}

static void set_mechanisms(const struct printer *p, const struct relay *r)
{
    if (r->mechanisms.count == 0)
        return;
    fputs("  -o smtp_sasl_mechanism_filter=", p->out);
    for (size_t i = 0; i < r->mechanisms.count; i++)
        fprintf(p->out, "%s%s", i ? "," : "", r->mechanisms.words[i]);
    fputc('\n', p->out);
}

static void set_trust(const struct printer *p, const struct relay *r)
{
    if (r->tls != RELAY_TLS_VERIFY)
        return;
    set(p, "smtp_tls_CAfile", r->ca_file);
    set(p, "smtp_tls_CApath", "");
    set(p, "smtp_tls_trust_anchor_file", "");
    set(p, "tls_append_default_CA", *r->ca_file ? "no" : "yes");
}

static bool uses_implicit_tls(const struct relay *r)
{
    return r->hosts[0].port == SMTPS_PORT;
}

/* It asks, or mail would go on without a login where one is required by now. */
static void print_without_login(const struct printer *p, const struct relay *r)
{
    bool needs_tls = relay_needs_tls(r) || uses_implicit_tls(r);
    set(p, "smtp_sasl_auth_enable", "no");
    set(p, "smtp_tls_security_level", needs_tls ? "encrypt" : "may");
    set_map(p, r, "smtp_tls_policy_maps", "no-login");
    set(p, "tls_required_enable", "no");
    set(p, "smtp_sasl_auth_cache_name", "${tls_required_enable?}");
}

/* Another address of a host is tried without a word to gatepost-auth. With STARTTLS the
 * replies tell that a session has begun; where TLS comes first nothing does. */
static void set_one_address(const struct printer *p, const struct relay *r)
{
    if (r->authentication != RELAY_REQUIRED || !uses_implicit_tls(r))
        return;
    set(p, "smtp_mx_address_limit", "1");
    set(p, "smtp_randomize_addresses", "yes");
    set(p, "smtp_address_preference", "any");
}

static void print_with_login(const struct printer *p, const struct relay *r)
{
    set_map(p, r, "smtp_sasl_password_maps",
            relay_is_for_senders(r) ? "password" : "password-of-all");
    set_map(p, r, "smtp_tls_policy_maps", "tls");
    set_map(p, r, "smtp_reply_filter", "reply");
    set(p, "smtp_sender_dependent_authentication",
        relay_is_for_senders(r) ? "yes" : "no");
    set_mechanisms(p, r);
    set_one_address(p, r);
    if (r->authentication == RELAY_ENABLED)
        set_plain_hosts(p, r);
    else
        set(p, "smtp_fallback_relay", "");
    if (r->authentication == RELAY_REQUIRED)
        set_map(p, r, "smtp_discard_ehlo_keyword_address_maps", "ehlo");
    else
        set(p, "smtp_discard_ehlo_keyword_address_maps", "");
    for (size_t i = 0; i < sizeof login_settings / sizeof *login_settings; i++)
        set(p, login_settings[i].name, login_settings[i].value);
}

static void print_service(const struct printer *p, const struct relay *r)
{
    static const char *const words[] = {
        [RELAY_REQUIRED] = "authentication is required: mail waits for it",
        [RELAY_ENABLED] = "authentication where it is possible, else without",
        [RELAY_DISABLED] = "never an authentication"};
    fprintf(p->out, "\n# relay \"%s\": %s\n", r->name, words[r->authentication]);
    fprintf(p->out, RELAY_TRANSPORT_PREFIX "%s unix - - n - - smtp\n", r->name);
    fprintf(p->out, "  -o syslog_name=postfix/" RELAY_TRANSPORT_PREFIX "%s\n", r->name);
    if (r->authentication == RELAY_DISABLED)
        print_without_login(p, r);
    else
        print_with_login(p, r);
    set(p, "smtp_tls_wrappermode", uses_implicit_tls(r) ? "yes" : "no");
    /* Mail for this nexthop waits if the host cannot be found, or refuses to talk. */
    set(p, "relayhost", r->hosts[0].text);
    set_trust(p, r);
}

/* --- main.cf: routes --- */

static const char sender_text[] =
    "\n"
    "# Mail of the senders that a relay section claims. Mail without a sender, a\n"
    "# bounce, goes by default_transport. While gatepost-auth is down, mail to the\n"
    "# outside that is in the queue waits; smtpd answers to more of it with 451\n"
    "# \"Temporary lookup failure\". These transports are not for transport_maps:\n"
    "# mail of other senders would wait there.\n";
static const char chroot_text[] =
    "# The socket is not below the queue directory: trivial-rewrite must not be\n"
    "# chrooted in master.cf.\n";
static const char one_text[] =
    "\n"
    "# All other mail to the outside. If it is for some destinations only, this is\n"
    "# the right side of their lines in transport_maps instead.\n";
static const char more_text[] =
    "\n"
    "# One of these is for all other mail to the outside; others may be right sides\n"
    "# of lines in transport_maps.\n";

/* As the right side of a transport table. */
static void print_transport(const struct printer *p, const struct relay *r)
{
    fprintf(p->out, RELAY_TRANSPORT_PREFIX "%s:", r->name);
    for (size_t i = 0; i < r->host_count; i++)
        fprintf(p->out, "%s%s", i ? "," : "", r->hosts[i].text);
    fputc('\n', p->out);
}

static size_t count_relays(const struct snapshot *s, bool for_senders)
{
    size_t count = 0;
    for (const struct relay *r = s->relays; r; r = r->next)
        count += relay_is_for_senders(r) == for_senders;
    return count;
}

static void print_routes(const struct printer *p)
{
    size_t others = count_relays(p->snapshot, false);
    if (count_relays(p->snapshot, true) > 0)
        fprintf(p->out,
                "%s%ssender_dependent_default_transport_maps =\n"
                "    socketmap:unix:%s:transport\n",
                sender_text, *p->socket == '/' ? chroot_text : "", p->socket);
    if (others > 0)
        fputs(others == 1 ? one_text : more_text, p->out);
    for (const struct relay *r = p->snapshot->relays; r; r = r->next) {
        if (relay_is_for_senders(r))
            continue;
        fputs(others == 1 ? "default_transport = " : "#default_transport = ", p->out);
        print_transport(p, r);
    }
}

/* --- main.cf: the guard --- */

/* In its first line an unknown option is used, or an older postconf would complain. */
static const char guard_text[] =
    "\n"
    "# No other transport reaches a host where authentication is required: there is\n"
    "# no valid security level on purpose. Such mail waits with \"client TLS\n"
    "# configuration problem\", and the log names the relay. Tables of your own go\n"
    "# behind it:\n"
    "#   smtp_tls_policy_maps = $gatepost_guard, hash:/etc/postfix/tls_policy\n"
    "# Services that have a smtp_tls_policy_maps of their own in master.cf need it,\n"
    "# too. A relay by the MX of a domain, at port 25, is not in it: mail to that\n"
    "# domain itself has the same nexthop.\n"
    "gatepost_guard = ${tls_required_enable?}inline:{\n";
static const char guard_end[] =
    "    }\n"
    "smtp_tls_policy_maps = $gatepost_guard\n"
    "# Or \"TLS-Required: no\" in a message switches it off (Postfix 3.10).\n"
    "tls_required_enable = no\n";

static bool is_guarded(const struct relay *r, const struct relay_host *host)
{
    return r->authentication == RELAY_REQUIRED &&
           (!host->by_mx || host->port != SMTP_PORT);
}

/* Has an earlier relay the same host in the guard? */
static bool was_guarded(const struct snapshot *s, const struct relay *relay,
                        const struct relay_host *host)
{
    for (const struct relay *r = s->relays; r != relay; r = r->next)
        for (size_t i = 0; i < r->host_count; i++)
            if (is_guarded(r, &r->hosts[i]) &&
                strcmp(r->hosts[i].text, host->text) == 0)
                return true;
    return false;
}

static void guard(const struct printer *p, const struct relay *r, const char *before,
                  const char *name, const char *after)
{
    fprintf(p->out, "    { %s%s%s = relay-%s-requires-authentication }\n", before, name,
            after, r->name);
}

/* What else it could be called. */
static void guard_host(const struct printer *p, const struct relay *r,
                       const struct relay_host *host)
{
    bool is_ipv6 = strchr(host->name, ':') != NULL;
    static const struct {
        unsigned port;
        const char *name;
    } services[] = {{SMTP_PORT, "smtp"},
                    {SMTPS_PORT, "submissions"},
                    {SMTPS_PORT, "smtps"},
                    {SUBMISSION_PORT, "submission"}};
    char port[20];
    snprintf(port, sizeof port, "%s:%u", host->by_mx ? "" : "]", host->port);
    guard(p, r, host->by_mx ? "" : "[", host->name, port);
    if (is_ipv6)
        guard(p, r, "[ipv6:", host->name, port);
    if (host->port == SMTP_PORT)
        guard(p, r, "[", host->name, "]");
    else if (!host->by_mx && !is_ipv6)
        guard(p, r, "", host->name, port + 1);
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        snprintf(port, sizeof port, "%s:%s", host->by_mx ? "" : "]", services[i].name);
        if (host->port == services[i].port)
            guard(p, r, host->by_mx ? "" : "[", host->name, port);
    }
}

static void print_guard(const struct printer *p)
{
    const char *before = guard_text;
    for (const struct relay *r = p->snapshot->relays; r; r = r->next)
        for (size_t i = 0; i < r->host_count; i++) {
            if (!is_guarded(r, &r->hosts[i]) ||
                was_guarded(p->snapshot, r, &r->hosts[i]))
                continue;
            fputs(before, p->out);
            guard_host(p, r, &r->hosts[i]);
            before = "";
        }
    if (!*before)
        fputs(guard_end, p->out);
}

/* --- all of it --- */

static const char *find_fault(const struct snapshot *s)
{
    static char text[200];
    for (const struct relay *r = s->relays; r; r = r->next)
        for (size_t i = 1; i < r->host_count; i++)
            if ((r->hosts[i].port == SMTPS_PORT) != uses_implicit_tls(r)) {
                snprintf(text, sizeof text,
                         "relay \"%s\": Postfix can use port 465 for all hosts of a "
                         "transport or for none: make it two relays",
                         r->name);
                return text;
            }
    return NULL;
}

static const char *relative_path(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    while (len > 0 && folder[len - 1] == '/')
        len--;
    bool below = len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/';
    return below ? path + len + 1 : path;
}

const char *relay_config_postfix(FILE *out, const struct snapshot *s,
                                 const char *queue_directory)
{
    const char *fault = find_fault(s);
    const struct printer p = {out, s,
                              relative_path(s->globals.relay_socket, queue_directory)};
    if (fault)
        return fault;
    fputs(head, out);
    for (const struct relay *r = s->relays; r; r = r->next)
        print_service(&p, r);
    fputs(middle, out);
    print_routes(&p);
    print_guard(&p);
    fputs(end, out);
    return NULL;
}
