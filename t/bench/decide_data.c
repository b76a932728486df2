/* SPDX-License-Identifier: BSD-2-Clause */
/* Made-up configurations and traffic. */
#include "decide_data.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"

uint32_t data_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* --- configurations --- */

static void write_config(FILE *file, unsigned tenants)
{
    fputs("interface \"submission\" {\n  ports = { 587 }\n"
          "  require_authentication = true\n  relay_check = true\n}\n"
          "interface \"mx\" {\n  ports = { 25 }\n  authentication = disabled\n"
          "  relay_check = true\n}\n",
          file);
    for (unsigned i = 0; i < tenants; i++)
        fprintf(file,
                "ou \"tenant%u\" {\n"
                "  domains = { \"t%u.example\", \".t%u.example\" }\n"
                "  match_auth_user = true\n"
                "  require_sending_domain_authentication = true\n"
                "  require_inbound_domain_authentication = always\n"
                "  recipient_delimiter = \"+\"\n"
                "  user \"printer@t%u.example\" {\n"
                "    smtp_auth = any_sender\n"
                "    senders = { \"*@t%u.example\" }\n  }\n}\n",
                i, i, i, i, i);
}

struct snapshot *data_snapshot(unsigned tenants)
{
    struct diag diag = {0};
    char *text;
    size_t len;
    FILE *file = open_memstream(&text, &len);
    if (!file)
        abort();
    write_config(file, tenants);
    fclose(file);
    struct snapshot *s = config_load_text(text, len, "bench.conf", SECRETS_FORGET, &diag);
    free(text);
    if (!s) {
        fprintf(stderr, "%s\n", diag.count ? diag.items[0].message : "does not load");
        exit(1);
    }
    diag_clear(&diag);
    return s;
}

/* --- traffic --- */

enum { TEXT_A_MAIL = 200 };

struct texts {
    char *at;
};

static struct span put(struct texts *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static struct span put(struct texts *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(t->at, TEXT_A_MAIL / 3, format, args);
    va_end(args);
    struct span span = {t->at, (size_t)len};
    t->at += len + 1;
    return span;
}

static void submit(struct mail *m, struct texts *t, struct span login)
{
    (void)t;
    m->txn.port = 587;
    m->txn.tls = true;
    m->txn.login = login;
}

static void make_mail(struct mail *m, struct texts *t, unsigned kind, unsigned ours,
                      unsigned other)
{
    m->txn = (struct txn){.client = {IP_V4, {192, 0, 2, (uint8_t)other}},
                          .daemon_name = {"MTA", 3},
                          .port = 25};
    m->to = put(t, "<someone%u@far%u.example>", other, other);
    switch (kind % 8) {
    case 0: /* a user sends as itself */
    case 1:
        m->txn.from = put(t, "<User%u@T%u.example>", other % 90, ours);
        submit(m, t, put(t, "user%u@t%u.example", other % 90, ours));
        break;
    case 2: /* with an extension, from a host below the domain */
        m->txn.from = put(t, "<user+news@mail.t%u.example>", ours);
        submit(m, t, put(t, "user@mail.t%u.example", ours));
        break;
    case 3: /* an internal user, as somebody else */
        m->txn.from = put(t, "<office@t%u.example>", ours);
        submit(m, t, put(t, "printer@t%u.example", ours));
        break;
    case 4: /* as another tenant: refused */
        m->txn.from = put(t, "<user@t%u.example>", ours);
        submit(m, t, put(t, "user@t%u.example", other));
        break;
    case 5: /* from outside */
        m->txn.from = put(t, "<someone%u@far.example>", other);
        m->to = put(t, "<user@t%u.example>", ours);
        break;
    case 6: /* from outside, as one of ours: refused */
        m->txn.from = put(t, "<user%u@t%u.example>", other % 90, ours);
        m->to = put(t, "<user@t%u.example>", ours);
        break;
    default: /* a bounce */
        m->txn.from = put(t, "<>");
        m->to = put(t, "<user@t%u.example>", ours);
    }
}

struct mail *data_traffic(size_t count, unsigned tenants)
{
    uint32_t state = 2463534242u;
    struct mail *traffic = malloc(count * (sizeof *traffic + TEXT_A_MAIL));
    if (!traffic)
        abort();
    struct texts texts = {(char *)(traffic + count)};
    for (size_t i = 0; i < count; i++) {
        unsigned ours = data_random(&state) % tenants;
        unsigned other = data_random(&state) % tenants;
        make_mail(&traffic[i], &texts, data_random(&state) >> 8, ours, other);
    }
    return traffic;
}

void data_free_traffic(struct mail *traffic)
{
    free(traffic);
}

/* --- lists --- */

static size_t length(int n)
{
    return (size_t)n;
}

/* Every second network of 16 addresses in 10.0.0.0/8. */
size_t data_network(unsigned i, char out[DATA_TEXT])
{
    return length(snprintf(out, DATA_TEXT, "10.%u.%u.%u/28", i >> 11 & 255,
                           i >> 3 & 255, (i & 7) << 5));
}

size_t data_client(unsigned i, bool found, char out[DATA_TEXT])
{
    return length(snprintf(out, DATA_TEXT, "10.%u.%u.%u", i >> 11 & 255, i >> 3 & 255,
                           (i & 7) << 5 | (found ? 5 : 21)));
}

size_t data_name(unsigned i, bool found, char out[DATA_TEXT])
{
    return length(snprintf(out, DATA_TEXT, "%s%u@t%u.example", found ? "user" : "guest",
                           i, i / 7));
}

size_t data_regex(unsigned i, char out[DATA_TEXT])
{
    return length(
        snprintf(out, DATA_TEXT, "/^(sales|post)%u-[a-z]+@t[0-9]+\\.example$/", i));
}

size_t data_regex_key(unsigned i, bool found, char out[DATA_TEXT])
{
    return length(
        snprintf(out, DATA_TEXT, "%s%u-abc@t77.example", found ? "sales" : "post-", i));
}
