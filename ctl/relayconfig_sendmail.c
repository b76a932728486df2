/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost relay-config sendmail: lines for sendmail.mc. */
#include <arpa/inet.h>
#include <string.h>

#include "relay.h"
#include "relayconfig.h"
#include "relayrules_sendmail.h"

enum { SMTPS_PORT = 465 };

static const char head[] =
    "dnl gatepost: relay hosts, for the end of sendmail.mc. Print it again where a "
    "relay\n"
    "dnl section has changed, was added or went away.\n"
    "dnl\n"
    "dnl Nobody but their owners may be able to write to the folders above the socket\n"
    "dnl of gatepost-auth. While it cannot be asked, the mail for these hosts waits.\n"
    "dnl Sendmail takes hosts by their names, whatever the port.\n";

/* Sendmail would take such a host for the one that the mail was sent to, log in there
 * and tell it the password. Of its names, which are found by MX, the rules know none.
 */
static const char no_fallback[] =
    "ifdef(`%s', `errprint(`gatepost: with %s\n"
    "that host would be told the passwords of relay hosts\n"
    "')m4exit(1)')dnl\n";

/* A mailer's flags, limits and rules are those of Sendmail's own, relay. */
static const char mailer[] =
    "M%s,\tP=[IPC], F=mDFMuXa8, S=EnvFromSMTP/HdrFromSMTP,\n"
    "\t\tR=ifdef(`_ALL_MASQUERADE_', `MasqSMTP/MasqRelay', `MasqSMTP'),\n"
    "\t\tE=\\r\\n, L=2040, %sT=DNS/RFC822/SMTP,\n"
    "\t\tA=TCP $h %u\n";

static bool is_server_of_others(const struct snapshot *s, const struct relay *relay)
{
    for (const struct relay *r = s->relays; r; r = r->next)
        for (size_t i = 0; r != relay && i < relay->host_count; i++)
            if (relay_is_server(r, span_of(relay->hosts[i].name)))
                return true;
    return false;
}

/* Has the mailer of this relay been seen before it? */
static bool is_repeated(const struct snapshot *s, const struct relay *relay)
{
    char name[RELAY_MAILER_SIZE], other[RELAY_MAILER_SIZE];
    relay_mailer(s, relay, name);
    for (const struct relay *r = s->relays; r != relay; r = r->next) {
        relay_mailer(s, r, other);
        if (strcmp(name, other) == 0)
            return true;
    }
    return false;
}

static bool any_is_for_senders(const struct snapshot *s)
{
    for (const struct relay *r = s->relays; r; r = r->next)
        if (relay_is_for_senders(r))
            return true;
    return false;
}

static void refuse_fallback(FILE *out, const struct snapshot *s)
{
    static const char *const options[] = {"confFALLBACK_MX", "confFALLBACK_SMARTHOST"};
    const struct relay *r = s->relays;
    while (r && r->authentication == RELAY_DISABLED)
        r = r->next;
    for (size_t i = 0; r && i < sizeof options / sizeof *options; i++)
        fprintf(out, no_fallback, options[i], options[i]);
}

/* --- comments --- */

static void explain_hosts(FILE *out, const struct relay *r)
{
    for (size_t i = 0; i < r->host_count; i++) {
        const struct relay_host *host = &r->hosts[i];
        if (host->port == SMTPS_PORT)
            fprintf(out,
                    "dnl   %s: Sendmail cannot begin with TLS, as port 465 wants.\n",
                    host->text);
        if (host->port != r->hosts[0].port)
            fprintf(out,
                    "dnl   %s: not used, its port is not that of the first host.\n",
                    host->text);
        if (host->is_address && r->tls == RELAY_TLS_VERIFY)
            fprintf(
                out,
                "dnl   %s: Sendmail finds no address in a certificate: mail waits.\n",
                host->text);
    }
}

static size_t hosts_of_port(const struct relay *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->host_count; i++)
        count += r->hosts[i].port == r->hosts[0].port;
    return count;
}

static void explain(FILE *out, const struct snapshot *s, const struct relay *r)
{
    static const char *const modes[] = {"required", "enabled", "disabled"};
    char name[RELAY_MAILER_SIZE], hosts[RELAY_MAILER_HOSTS_SIZE];
    relay_mailer(s, r, name);
    const size_t used = relay_mailer_hosts(r, hosts);
    fprintf(out, "dnl\ndnl relay \"%s\": authentication is %s.", r->name,
            modes[r->authentication]);
    if (relay_is_for_senders(r))
        fprintf(out, " The mail of its senders goes there.\n");
    else
        fprintf(out,
                " For all mail, or in a mailertable, say:\n"
                "dnl   define(`SMART_HOST', `%s:%s')dnl\n",
                name, hosts);
    if (*r->ca_file && r->tls == RELAY_TLS_VERIFY)
        fprintf(out,
                "dnl   confCACERT is for all hosts; it has to have what is in\n"
                "dnl   %s\n",
                r->ca_file);
    explain_hosts(out, r);
    if (used < hosts_of_port(r))
        fprintf(out, "dnl   Only %zu of its hosts are used: a list has 250 bytes.\n",
                used);
}

/* --- declarations --- */

/* In quotes, so that no part of a name is a word of m4. Sendmail writes addresses of
 * IPv6 in full. */
static void print_host(FILE *out, const struct relay_host *host)
{
    struct in6_addr ip;
    fprintf(out, "`C{GatepostHost} %s", host->name);
    if (host->is_address && inet_pton(AF_INET6, host->name, &ip) == 1)
        for (size_t i = 0; i < sizeof ip.s6_addr; i += 2)
            fprintf(out, "%s%x", i ? ":" : " ", ip.s6_addr[i] << 8 | ip.s6_addr[i + 1]);
    fputs("'\n", out);
}

static void print_classes(FILE *out, const struct snapshot *s)
{
    char name[RELAY_MAILER_SIZE];
    for (const struct relay *r = s->relays; r; r = r->next)
        for (size_t i = 0; i < r->host_count; i++)
            print_host(out, &r->hosts[i]);
    for (const struct relay *r = s->relays; r; r = r->next) {
        relay_mailer(s, r, name);
        if (!is_repeated(s, r))
            fprintf(out, "`C{GatepostMailer} %s'\n", name);
    }
    fputs("C{GatepostMode} required enabled disabled other\n"
          "C{GatepostLevel} may encrypt verify\n"
          "C{GatepostShare} one many\n"
          "C{GatepostTls} OK NO NOT FAIL TRUSTED\n"
          "C{GatepostTrusted} OK TRUSTED\n",
          out);
}

/* A failure is for the rule that asks; quotes and cases stay. */
static void print_maps(FILE *out, const struct snapshot *s)
{
    static const char *const maps[] = {"gatepost_mode", "gatepost_authinfo",
                                       "gatepost_route"};
    const size_t count = any_is_for_senders(s) ? 3 : 2;
    for (size_t i = 0; i < count; i++)
        fprintf(out, "`K%s socket -t -q -f -d10s unix:%s'\n", maps[i],
                s->globals.relay_socket);
    fputs("Kgatepost_note macro\n", out);
}

static void print_configuration(FILE *out, const struct snapshot *s)
{
    bool verify = false;
    for (const struct relay *r = s->relays; r; r = r->next)
        verify = verify || r->tls == RELAY_TLS_VERIFY;
    fputs("LOCAL_CONFIG\n", out);
    if (verify)
        fputs("O SetCertAltnames=True\n", out);
    print_classes(out, s);
    print_maps(out, s);
}

/* Where there are several accounts, a connection is for one message: Sendmail would use
 * it for those of others. */
static void print_mailers(FILE *out, const struct snapshot *s)
{
    char name[RELAY_MAILER_SIZE];
    fputs("MAILER_DEFINITIONS\n", out);
    for (const struct relay *r = s->relays; r; r = r->next) {
        const bool own = s->relay_count <= RELAY_MAILERS_MOST &&
                         !relay_is_for_senders(r) && !is_server_of_others(s, r);
        relay_mailer(s, r, name);
        if (!is_repeated(s, r))
            fprintf(out, mailer, name, own ? "" : "m=1, ", r->hosts[0].port);
    }
}

void relay_config_sendmail(FILE *out, const struct snapshot *s)
{
    fputs(head, out);
    for (const struct relay *r = s->relays; r; r = r->next)
        explain(out, s, r);
    fputs("dnl\n", out);
    refuse_fallback(out, s);
    print_configuration(out, s);
    fputs(relayrules_sendmail_login, out);
    if (any_is_for_senders(s))
        fputs(relayrules_sendmail_route, out);
    fputs(relayrules_sendmail_tls, out);
    fputs(relayrules_sendmail_recipient, out);
    print_mailers(out, s);
}
