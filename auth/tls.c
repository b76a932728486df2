/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS towards a target: nobody but the server that was meant. */
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

struct tls_trust {
    SSL_CTX *context;
};

static void last_error(const char *otherwise, char *out, size_t size)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(code);
    if (!reason && ERR_SYSTEM_ERROR(code))
        reason = strerror(ERR_GET_REASON(code));
    snprintf(out, size, "%s", reason ? reason : otherwise);
    ERR_clear_error();
}

/* Without AUTO_RETRY a flood of records that carry no data comes back to us between
 * any two, where the deadline is looked at. */
static bool set_up(SSL_CTX *context, const char *ca_file)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_NO_TICKET);
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           (*ca_file ? SSL_CTX_load_verify_locations(context, ca_file, NULL)
                     : SSL_CTX_set_default_verify_paths(context)) == 1;
}

struct tls_trust *tls_trust_new(const char *ca_file, char *error, size_t size)
{
    ERR_clear_error();
    struct tls_trust *trust = calloc(1, sizeof *trust);
    if (trust)
        trust->context = SSL_CTX_new(TLS_client_method());
    if (trust && trust->context && set_up(trust->context, ca_file))
        return trust;
    last_error("out of memory", error, size);
    tls_trust_free(&trust);
    return NULL;
}

void tls_trust_free(struct tls_trust **trust)
{
    if (*trust)
        SSL_CTX_free((*trust)->context);
    free(*trust);
    *trust = NULL;
}

static bool is_address(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, bytes) == 1 ||
           inet_pton(AF_INET6, host, bytes) == 1;
}

/* RFC 6066 3: an address is not put into the server name extension. */
static bool expect_host(SSL *session, const char *host)
{
    X509_VERIFY_PARAM *parameters = SSL_get0_param(session);
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1;
    SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(session, host) == 1 &&
           SSL_set_tlsext_host_name(session, host) == 1;
}

SSL *tls_session_new(const struct tls_trust *trust, const char *host, int fd)
{
    ERR_clear_error();
    SSL *session = trust && *host ? SSL_new(trust->context) : NULL;
    if (session && expect_host(session, host) && SSL_set_fd(session, fd) == 1) {
        SSL_set_connect_state(session);
        return session;
    }
    SSL_free(session);
    return NULL;
}

void tls_fault(const SSL *session, char *out, size_t size)
{
    long verdict = SSL_get_verify_result(session);
    if (verdict == X509_V_OK) {
        last_error("closed the connection", out, size);
        return;
    }
    snprintf(out, size, "certificate not accepted: %s",
             X509_verify_cert_error_string(verdict));
    ERR_clear_error();
}
