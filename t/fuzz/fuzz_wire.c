/* SPDX-License-Identifier: BSD-2-Clause */
/* The callbacks as libmilter calls them. The input is a sequence of commands with
 * their macros and arguments, in up to three sessions at a time, with reloads in
 * between; the order of the commands may be one that no MTA would use. */
#include <arpa/inet.h>
#include <sys/un.h>

#include "callbacks.h"
#include "config.h"
#include "fuzz.h"
#include "session.h"
#include "stub_logger.h"
#include "stub_milter.h"

enum { SESSIONS = 3, TEXT_MAX = 1400, RELOADS_MAX = 2 };

/* --- the configurations --- */

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

static const char *const configs[] = {
    SUBMISSION EXCHANGER TENANTS,
    "mode = monitor\nmta = postfix\n" SUBMISSION EXCHANGER TENANTS,
    "mta = sendmail\nhelp = \"50% more\"\n" EXCHANGER TENANTS,
    "local_domains = { \"lists.example\" }\n" TENANTS,
};
enum { CONFIGS = sizeof configs / sizeof *configs };

static unsigned published = CONFIGS;

static void publish(unsigned which)
{
    struct diag diag = {0};
    published = which % CONFIGS;
    const char *text = configs[published];
    struct snapshot *s = config_load_text(text, strlen(text), "wire.conf", SECRETS_FORGET, &diag);
    require(s, "the configurations of this test load");
    diag_clear(&diag);
    runtime_publish(s);
    runtime_reap();
}

/* --- the input --- */

struct input {
    const uint8_t *data;
    size_t left;
};

static unsigned take_byte(struct input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->data++;
}

static const char *const words[] = {
    "",
    "<>",
    "<printer@acme.example>",
    "printer@acme.example",
    "<a+x@acme.example>",
    "<alice@beta.example>",
    "alice@beta.example",
    "aa@beta.example",
    "<b%far.test@lists.example>",
    "<@relay.test:c@sub.acme.example>",
    "<\"a\\\"b@c\"@acme.example>",
    "<x@[IPv6:2001:db8::1]>",
    "scanner",
    "bad",
    "a@realm.test",
    "a+2Bb",
    "Postfix 3.7.11",
    "8.17.1",
    "SUBMISSION",
    "587",
    "OK",
    "TLSv1.3",
    "host.mx.example",
    "100%s\r\n250 ok",
    "\xff\xfe\x1b[0m\"\\",
    "PLAIN",
};
enum { WORDS = sizeof words / sizeof *words };

/* A word of the list, or a length and as many bytes of the input, up to a NUL. */
static char *take_text(struct input *in, char out[TEXT_MAX])
{
    unsigned kind = take_byte(in);
    if (kind < 0x80) {
        snprintf(out, TEXT_MAX, "%s", words[kind % WORDS]);
        return out;
    }
    size_t len = (kind & 0x7f) * 11, have = len < in->left ? len : in->left;
    memcpy(out, in->data, have);
    out[have] = '\0';
    in->data += have;
    in->left -= have;
    return out;
}

/* --- the model: what has to be true of a session --- */

struct model {
    SMFICTX context;
    bool accepted;   /* MAIL passed and its transaction goes on */
    bool login_sent; /* with the last MAIL */
};

static const struct session *session_of(const struct model *m)
{
    return m->context.private_data;
}

static void take_macros(struct input *in, struct model *m, enum stage stage)
{
    static const char *const names[] = {"v",
                                        "i",
                                        "{daemon_name}",
                                        "{daemon_port}",
                                        "{auth_type}",
                                        "{auth_authen}",
                                        "{client_resolve}",
                                        "{client_name}",
                                        "{mail_addr}",
                                        "{rcpt_addr}",
                                        "{tls_version}",
                                        "j"};
    char text[TEXT_MAX];
    unsigned count = take_byte(in) % (MACROS_MAX + 2);
    stub_clear_macros(&m->context, stage + 1);
    if (count == MACROS_MAX + 1) /* no packet at all */
        return;
    stub_start_macros(&m->context, stage);
    for (unsigned i = 0; i < count; i++) {
        const char *name = names[take_byte(in) % (sizeof names / sizeof *names)];
        stub_add_macro(&m->context, stage, name, take_text(in, text));
    }
}

static bool mail_has_login(const struct model *m)
{
    for (int i = 0; i < m->context.macro_count[STAGE_MAIL]; i++) {
        const struct macro *macro = &m->context.macros[STAGE_MAIL][i];
        if (strcmp(macro->name, "{auth_authen}") == 0)
            return *macro->value != '\0';
    }
    return false;
}

/* What MAIL and RCPT may answer. */
static void check_answer(const struct model *m, sfsistat status)
{
    const SMFICTX *c = &m->context;
    require(status == SMFIS_CONTINUE || status == SMFIS_REJECT ||
                status == SMFIS_TEMPFAIL,
            "MAIL and RCPT continue, reject or defer");
    require(c->has_reply == (status != SMFIS_CONTINUE), "a refusal has a reply");
    if (c->has_reply)
        require(c->code[0] == (status == SMFIS_REJECT ? '5' : '4'),
                "the code of a reply fits the status");
}

/* --- the commands --- */

static void do_negotiate(struct input *in, struct model *m)
{
    unsigned long actions = take_byte(in) & 1 ? 0x1ff : 0x3f;
    unsigned long steps = take_byte(in) & 1 ? 0x1fffff : 0x7f;
    unsigned long ours[4];
    m->context.negotiating = true;
    sfsistat status = callbacks.xxfi_negotiate(&m->context, actions, steps, 0, 0,
                                               &ours[0], &ours[1], &ours[2], &ours[3]);
    m->context.negotiating = false;
    require(status == SMFIS_CONTINUE, "negotiation succeeds");
    require((ours[0] & ~actions) == 0 && (ours[1] & ~steps) == 0,
            "nothing is asked for that was not offered");
}

static _SOCK_ADDR *take_address(struct input *in, struct sockaddr_storage *storage)
{
    struct sockaddr_in *in4 = (struct sockaddr_in *)storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
    memset(storage, 0, sizeof *storage);
    switch (take_byte(in) % 4) {
    case 0:
        return NULL;
    case 1:
        in4->sin_family = AF_INET;
        in4->sin_addr.s_addr = htonl(0xc0000200 | take_byte(in));
        break;
    case 2:
        in6->sin6_family = AF_INET6;
        for (int i = 0; i < 16; i++)
            in6->sin6_addr.s6_addr[i] = (uint8_t)take_byte(in);
        break;
    default:
        storage->ss_family = AF_UNIX;
    }
    return (_SOCK_ADDR *)storage;
}

static void do_connect(struct input *in, struct model *m)
{
    struct sockaddr_storage storage;
    char host[TEXT_MAX];
    take_macros(in, m, STAGE_CONNECT);
    _SOCK_ADDR *address = take_address(in, &storage);
    sfsistat status = callbacks.xxfi_connect(&m->context, take_text(in, host), address);
    require(status == SMFIS_NOREPLY, "connect has no reply");
}

static void do_helo(struct input *in, struct model *m)
{
    char name[TEXT_MAX];
    take_macros(in, m, STAGE_HELO);
    sfsistat status = callbacks.xxfi_helo(&m->context, take_text(in, name));
    require(status == SMFIS_NOREPLY, "helo has no reply");
}

static void do_mail(struct input *in, struct model *m)
{
    char from[TEXT_MAX];
    char *argv[] = {from, NULL};
    take_macros(in, m, STAGE_MAIL);
    take_text(in, from);
    bool login_sent = mail_has_login(m);
    m->context.has_reply = false;
    sfsistat status = callbacks.xxfi_envfrom(&m->context, argv);
    check_answer(m, status);
    m->accepted = status == SMFIS_CONTINUE;
    const struct session *s = session_of(m);
    require(s && s->transaction.open == m->accepted, "open while accepted");
    require(s->transaction.policy.authenticated == login_sent,
            "authenticated by this MAIL's own login, and by nothing else");
}

static void do_rcpt(struct input *in, struct model *m)
{
    char to[TEXT_MAX];
    char *argv[] = {to, NULL};
    take_macros(in, m, STAGE_RCPT);
    take_text(in, to);
    m->context.has_reply = false;
    sfsistat status = callbacks.xxfi_envrcpt(&m->context, argv);
    check_answer(m, status);
    if (!m->accepted)
        require(status == SMFIS_TEMPFAIL, "no recipient without an accepted sender");
}

static void do_end(struct input *in, struct model *m, bool message)
{
    if (message)
        take_macros(in, m, STAGE_EOM);
    sfsistat status =
        message ? callbacks.xxfi_eom(&m->context) : callbacks.xxfi_abort(&m->context);
    require(status == SMFIS_CONTINUE, "the end of a transaction continues");
    const struct session *s = session_of(m);
    require(!s || !s->transaction.edition, "no configuration is held after the end");
    m->accepted = false;
}

static void do_close(struct model *m)
{
    sfsistat status = callbacks.xxfi_close(&m->context);
    require(status == SMFIS_CONTINUE, "close continues");
    require(!m->context.private_data, "close frees the session");
    stub_clear_macros(&m->context, STAGE_CONNECT);
    *m = (struct model){0};
}

static void do_one(struct input *in, struct model *m)
{
    switch (take_byte(in) % 9) {
    case 0:
        do_negotiate(in, m);
        break;
    case 1:
        do_connect(in, m);
        break;
    case 2:
        do_helo(in, m);
        break;
    case 3:
        do_mail(in, m);
        break;
    case 4:
    case 5:
        do_rcpt(in, m);
        break;
    case 6:
        do_end(in, m, true);
        break;
    case 7:
        do_end(in, m, false);
        break;
    default:
        do_close(m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct model models[SESSIONS];
    struct input in = {data, size};
    unsigned flags = take_byte(&in), current = 0, reloads = 0;
    stub_logger_set(flags & 0x80);
    if (published != flags % CONFIGS) /* loading is slow */
        publish(flags);
    while (in.left > 0) {
        if (in.data[0] >= 0xf0 && reloads++ < RELOADS_MAX)
            publish(take_byte(&in));
        else if (in.data[0] >= 0xe0)
            current = take_byte(&in) % SESSIONS; /* on with that session */
        else
            do_one(&in, &models[current]);
    }
    for (int i = 0; i < SESSIONS; i++)
        do_close(&models[i]);
    require(atomic_load(&session_counts.open) == 0, "every session is freed");
    return 0;
}
