/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS towards a target: nobody but the server that was meant. */
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "textfile.h"

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

/* Not by OpenSSL's own reading, which would wait for a FIFO or a device. */
static bool load_file(SSL_CTX *context, const char *path, char *error, size_t size)
{
    struct textfile file;
    if (!textfile_read(path, NULL, &file, error, size))
        return false;
    BIO *bio =
        file.len < 16 * 1024 * 1024 ? BIO_new_mem_buf(file.bytes, (int)file.len) : NULL;
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    X509 *certificate;
    size_t count = 0;
    bool good = true;
    while (bio && good && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
        good = X509_STORE_add_cert(store, certificate) == 1;
        X509_free(certificate);
        count++;
    }
    bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    snprintf(error, size, "no certificates in PEM format");
    if (count && at_end)
        ERR_clear_error();
    BIO_free(bio);
    textfile_free(&file);
    return good && count > 0 && at_end;
}

/* Without AUTO_RETRY a flood of records that carry no data comes back to us between
 * any two, where the deadline is looked at. */
static bool set_up(SSL_CTX *context)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_NO_TICKET);
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

struct tls_trust *tls_trust_new(const char *ca_file, char *error, size_t size)
{
    ERR_clear_error();
    struct tls_trust *trust = calloc(1, sizeof *trust);
    if (trust)
        trust->context = SSL_CTX_new(TLS_client_method());
    bool good = trust && trust->context && set_up(trust->context);
    if (!good)
        last_error("out of memory", error, size);
    else if (*ca_file)
        good = load_file(trust->context, ca_file, error, size);
    else if (SSL_CTX_set_default_verify_paths(trust->context) != 1) {
        last_error("no certificates", error, size);
        good = false;
    }
    ERR_clear_error();
    if (!good)
        tls_trust_free(&trust);
    return trust;
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

static bool demand_host(SSL *session, const char *host)
{
    X509_VERIFY_PARAM *parameters = SSL_get0_param(session);
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1;
    SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(session, host) == 1;
}

/* RFC 6066 3: an address is not put into the server name extension. */
static bool expect_host(SSL *session, const char *host, enum tls_demand demand)
{
    if (demand == TLS_OF_ANYBODY)
        SSL_set_verify(session, SSL_VERIFY_NONE, NULL);
    else if (!demand_host(session, host))
        return false;
    return is_address(host) || SSL_set_tlsext_host_name(session, host) == 1;
}

SSL *tls_session_new(const struct tls_trust *trust, const char *host,
                     enum tls_demand demand, int fd)
{
    ERR_clear_error();
    SSL *session = trust && *host ? SSL_new(trust->context) : NULL;
    if (session && expect_host(session, host, demand) && SSL_set_fd(session, fd) == 1) {
        SSL_set_connect_state(session);
        return session;
    }
    SSL_free(session);
    return NULL;
}

void tls_fault(const SSL *session, char *out, size_t size)
{
    long verdict = SSL_get_verify_result(session);
    if (verdict == X509_V_OK || SSL_get_verify_mode(session) == SSL_VERIFY_NONE) {
        last_error("closed the connection", out, size);
        return;
    }
    snprintf(out, size, "certificate not accepted: %s",
             X509_verify_cert_error_string(verdict));
    ERR_clear_error();
}
