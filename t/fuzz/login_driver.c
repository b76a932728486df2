/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fuzz targets of gatepost-auth's protocols have in common. */
#include "login_driver.h"

#include "config.h"
#include "login_limits.h"
#include "reference.h"
#include "servers.h"
#include "stub_logger.h"
#include "stub_work.h"

/* --- the configurations --- */

#define HASH(word) "$6$rounds=1000$" word "$" word
#define INTERFACES                                                                     \
    "interface \"submission\" { daemon_names = { \"submission\" }"                     \
    " authentication = encrypted default_domain = \"acme.example\" }\n"                \
    "interface \"inside\" { daemon_names = { \"inside\" } auth_ip_restriction = allow" \
    " auth_ip_filter = { \"192.0.2.0/24\", \"2001:db8::/32\" }"                        \
    " strip_realms = { \"realm.test\" } }\n"                                           \
    "interface \"closed\" { daemon_names = { \"closed\" }"                             \
    " authentication = disabled }\n"
#define TENANTS                                                                        \
    "ou \"acme\" { domains = { \"acme.example\" }"                                     \
    " auth_username_restriction = deny auth_username_filter = { \"bad*\" }"            \
    " user \"alice@acme.example\" { password = '" HASH(                                \
        "alice") "'"                                                                   \
                 " smtp_auth = any_sender }"                                           \
                 " user \"bad@acme.example\" { password = '" HASH(                     \
                     "bad") "'"                                                        \
                            " smtp_auth = any_sender }"                                \
                            " user \"off@acme.example\" { password = '" HASH(          \
                                "off") "' }"                                           \
                                       " user \"locked@acme.example\" { password = "   \
                                       "\"*\" smtp_auth = any_sender }"                \
                                       " user \"none@acme.example\" { smtp_auth = "    \
                                       "any_sender }"                                  \
                                       " user \"printer@acme.example\" { password = "  \
                                       "'" HASH(                                       \
                                           "printer") "'"                              \
                                                      " smtp_auth = any_sender "       \
                                                      "clients = { \"192.0.2.10\" } }" \
                                                      " user \"scanner\" { password "  \
                                                      "= '" HASH(                      \
                                                          "scanner") "'"               \
                                                                     " smtp_auth = "   \
                                                                     "any_sender } "   \
                                                                     "}\n"             \
                                                                     "ou \"beta\" { "  \
                                                                     "domains = { "    \
                                                                     "\"beta."         \
                                                                     "example\" }"     \
                                                                     " target "        \
                                                                     "\"first\" { "    \
                                                                     "url = "          \
                                                                     "\"imap://"       \
                                                                     "127.0.0.1:"      \
                                                                     "1143\" auth = "  \
                                                                     "true }"          \
                                                                     " target "        \
                                                                     "\"unused\" { "   \
                                                                     "url = "          \
                                                                     "\"smtp://"       \
                                                                     "127.0.0.1:"      \
                                                                     "1025\" }"        \
                                                                     " target "        \
                                                                     "\"second\" { "   \
                                                                     "url = { "        \
                                                                     "\"pop3://"       \
                                                                     "127.0.0.1:"      \
                                                                     "1110\","         \
                                                                     " \"pop3://"      \
                                                                     "127.0.0.1:"      \
                                                                     "1111\" } auth "  \
                                                                     "= true timeout " \
                                                                     "= 2 }"           \
                                                                     " user "          \
                                                                     "\"local@beta."   \
                                                                     "example\" { "    \
                                                                     "password = "     \
                                                                     "'" HASH(         \
                                                                         "local") "'"  \
                                                                                  " s" \
                                                                                  "mt" \
                                                                                  "p_" \
                                                                                  "au" \
                                                                                  "th" \
                                                                                  " =" \
                                                                                  " a" \
                                                                                  "ny" \
                                                                                  "_s" \
                                                                                  "en" \
                                                                                  "de" \
                                                                                  "r " \
                                                                                  "} " \
                                                                                  "}"  \
                                                                                  "\n"

static const struct stub_hash hashes[] = {
    {HASH("alice"), "alice's"},
    {HASH("bad"), "bad's"},
    {HASH("off"), "off's"},
    {HASH("printer"), "pr int"},
    {HASH("scanner"), "sc\xc3\xa4n"},
    {HASH("local"), "lo"},
    {NULL, NULL},
};

static const char *const configs[] = {
    INTERFACES TENANTS,
    INTERFACES TENANTS "login_limits { max_failed_per_client = 3"
                       " max_failed_users_per_client = 2 max_clients_per_login = 2"
                       " max_failed_per_login = 3 lockout = 60 interval = 100 }\n",
    "mode = monitor\n" INTERFACES TENANTS "login_limits { max_failed_per_login = 1 }\n",
    "login_limits { mode = monitor max_failed_per_login = 1 }\n" TENANTS,
};
enum { CONFIGS = sizeof configs / sizeof *configs, MONITOR = 2, BARE = 3 };

static unsigned published = CONFIGS;

static void *attach(const struct snapshot *snapshot)
{
    return servers_new(snapshot, NULL);
}

static void detach(void *extra)
{
    struct servers *servers = extra;
    servers_free(&servers);
}

static void start(void)
{
    stub_set_hashes(hashes);
    runtime_on_publish(attach, detach);
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    require(loop && limits_start() && requests_start(loop, 1, stub_job_is_done),
            "it starts");
}

static void publish(unsigned which)
{
    struct diag diag = {0};
    if (published == CONFIGS)
        start();
    published = which;
    const char *text = configs[which];
    struct snapshot *s =
        config_load_text(text, strlen(text), "login.conf", SECRETS_KEEP, &diag);
    if (!s)
        fprintf(stderr, "line %u: %s\n", diag.items[0].line, diag.items[0].message);
    require(s, "the configurations of this test load");
    diag_clear(&diag);
    runtime_publish(s);
    runtime_reap();
}

bool login_is_monitored(void)
{
    return published == MONITOR;
}

/* --- who may log in --- */

static const struct account {
    const char *name, *password;
    bool refused; /* by a rule, however right the password is */
    const char *client;
} accounts[] = {
    {"alice@acme.example", "alice's", false, ""},
    {"bad@acme.example", "bad's", true, ""},
    {"off@acme.example", "off's", true, ""},
    {"printer@acme.example", "pr int", false, "192.0.2.10"},
    {"scanner", "sc\xc3\xa4n", false, ""},
    {"local@beta.example", "lo", false, ""},
};

static bool is_word(struct span word, const char *text)
{
    if (word.len != strlen(text))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (ascii_fold(word.ptr[i]) != text[i])
            return false;
    return true;
}

static bool is_among(const struct ipaddr *ip, const char *first, unsigned bits)
{
    struct ipaddr other;
    require(ipaddr_parse(span_of(first), &other), "an address");
    if (ip->family != other.family)
        return false;
    return memcmp(ip->bytes, other.bytes, bits / 8) == 0;
}

/* The rules of the interface. */
static bool is_let_near(const struct login_claim *c)
{
    struct ipaddr ip;
    if (published == MONITOR || published == BARE)
        return true;
    if (is_word(c->service, "closed"))
        return false;
    if (is_word(c->service, "submission"))
        return c->tls || !c->tells_tls;
    if (!is_word(c->service, "inside") || !c->client.ptr)
        return true;
    return ipaddr_parse(c->client, &ip) &&
           (is_among(&ip, "192.0.2.0", 24) || is_among(&ip, "2001:db8::", 32));
}

static bool is_account(const struct login_claim *c, const struct account *a)
{
    struct ipaddr ip;
    bool inside = is_word(c->service, "inside"),
         submission = is_word(c->service, "submission");
    if (!span_equal(c->password, span_of(a->password)) ||
        !reference_is_name(c->name, a->name, inside ? "realm.test" : "",
                           submission ? "acme.example" : ""))
        return false;
    if (published == MONITOR)
        return true;
    if (a->refused)
        return false;
    return !*a->client || !c->client.ptr ||
           (ipaddr_parse(c->client, &ip) && is_among(&ip, a->client, 32));
}

/* Whoever is not an internal user there, but for its local part. */
static bool is_of_target(const struct login_claim *c, struct span canonical)
{
    static const char domain[] = "@beta.example";
    size_t len = sizeof domain - 1;
    if (!span_equal(c->password, span_of("right")))
        return false;
    if (!canonical.ptr)
        return true;
    return canonical.len > len &&
           memcmp(canonical.ptr + canonical.len - len, domain, len) == 0 &&
           !span_equal(canonical, span_of("local@beta.example"));
}

bool login_may_pass(const struct login_claim *c, struct span canonical)
{
    if (!is_let_near(c))
        return false;
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++)
        if ((!canonical.ptr || span_equal(canonical, span_of(accounts[i].name))) &&
            is_account(c, &accounts[i]))
            return true;
    return is_of_target(c, canonical);
}

/* --- the input --- */

enum op {
    OP_CHUNK = 0xf8, /* ends a chunk, no more */
    OP_WORK,         /* the oldest job runs and comes back */
    OP_RUN,          /* the newest job runs, and comes back later */
    OP_BACK,
    OP_TIMER,   /* time goes by until the next timer fires */
    OP_REFUSE,  /* the next job is turned away */
    OP_SWITCH,  /* to the other connection */
    OP_HANG_UP, /* and a new one */
};
enum { END_MS = 1000 * 1000 * 1000 };

struct drive {
    const struct protocol *protocol;
    const struct stub_watch *watch;
    unsigned slot;
    char *chunk;
    size_t len, secret; /* where what is to be encoded begins; SIZE_MAX: nowhere */
};

static void flush_chunk(struct drive *d)
{
    struct span chunk = {d->chunk, d->len};
    d->len = 0;
    d->secret = SIZE_MAX;
    if (!stub_connection(d->slot))
        stub_open(d->slot, d->protocol, d->watch);
    stub_feed(d->slot, chunk);
}

static void do_op(struct drive *d, unsigned op)
{
    flush_chunk(d);
    switch ((enum op)op) {
    case OP_CHUNK:
        break;
    case OP_WORK:
        stub_run_job(false);
        stub_take_back();
        break;
    case OP_RUN:
        stub_run_job(true);
        break;
    case OP_BACK:
        stub_take_back();
        break;
    case OP_TIMER:
        stub_next_timer();
        break;
    case OP_REFUSE:
        stub_refuse_jobs(1);
        break;
    case OP_SWITCH:
        d->slot = (d->slot + 1) % STUB_CONNECTIONS;
        break;
    case OP_HANG_UP:
        stub_hang_up(d->slot);
        break;
    }
}

/* In its place, which has room. */
static void encode_secret(struct drive *d)
{
    char *plain = malloc(d->len - d->secret + 1);
    size_t len = d->len - d->secret;
    if (!plain)
        abort();
    memcpy(plain, d->chunk + d->secret, len);
    d->len = d->secret +
             reference_to_base64((struct span){plain, len}, d->chunk + d->secret);
    d->secret = SIZE_MAX;
    free(plain);
}

static void take_byte(struct drive *d, uint8_t byte)
{
    if (byte >= OP_CHUNK)
        do_op(d, byte);
    else if (byte == 0x0e)
        d->secret = d->len;
    else if (byte == 0x0f && d->secret != SIZE_MAX)
        encode_secret(d);
    else
        d->chunk[d->len++] = (char)byte;
}

static void finish(bool hang_up_first)
{
    for (unsigned i = 0; i < STUB_CONNECTIONS && hang_up_first; i++)
        stub_hang_up(i);
    stub_work_off();
    for (unsigned i = 0; i < STUB_CONNECTIONS; i++)
        stub_hang_up(i);
    while (stub_next_timer())
        stub_work_off();
    require(requests_count() == 0, "no request is left");
    stub_refuse_jobs(0);
    stub_pass_time(END_MS); /* the limits forget */
    runtime_reap();
}

void login_driver_run(const uint8_t *data, size_t size, const struct protocol *protocol,
                      const struct stub_watch *watch)
{
    unsigned flags = size ? data[0] : 0;
    struct drive d = {protocol, watch, 0, malloc(4 * size + 8), 0, SIZE_MAX};
    if (!d.chunk)
        abort();
    stub_logger_set(flags & 0x80);
    if (published != flags % CONFIGS) /* loading is slow */
        publish(flags % CONFIGS);
    for (size_t i = 1; i < size; i++) {
        take_byte(&d, data[i]);
        if (flags & 0x40 && data[i] == '\n') {
            flush_chunk(&d);
            stub_work_off();
        }
    }
    flush_chunk(&d);
    finish(flags & 0x20);
    free(d.chunk);
}
