/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server's certificate is worth, told to an administrator. */
#include "certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

/* Whole names only; false if there is no room for this one. */
static bool add(char *out, size_t size, const char *name, size_t len)
{
    size_t used = strlen(out), comma = used > 0 ? 2 : 0;
    if (len == 0 || memchr(name, '\0', len) || used + comma + len >= size)
        return false;
    memcpy(out + used, ", ", comma);
    memcpy(out + used + comma, name, len);
    out[used + comma + len] = '\0';
    return true;
}

static void add_address(char *out, size_t size, const ASN1_OCTET_STRING *address)
{
    char text[INET6_ADDRSTRLEN];
    int len = ASN1_STRING_length(address);
    int family = len == 4 ? AF_INET : len == 16 ? AF_INET6 : AF_UNSPEC;
    if (family != AF_UNSPEC &&
        inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text))
        add(out, size, text, strlen(text));
}

static void add_alternatives(char *out, size_t size, const GENERAL_NAMES *names)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            add(out, size, (const char *)ASN1_STRING_get0_data(name->d.dNSName),
                (size_t)ASN1_STRING_length(name->d.dNSName));
        else if (name->type == GEN_IPADD)
            add_address(out, size, name->d.iPAddress);
    }
}

/* The last value of the most telling attribute that there is. */
static void add_subject(char *out, size_t size, X509_NAME *name)
{
    static const int kinds[] = {NID_commonName, NID_organizationalUnitName,
                                NID_organizationName};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int at = X509_NAME_get_index_by_NID(name, kinds[i], -1);
        if (at < 0)
            continue;
        const ASN1_STRING *value =
            X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
        unsigned char *text = NULL;
        int len = ASN1_STRING_to_UTF8(&text, value);
        bool added = len > 0 && add(out, size, (const char *)text, (size_t)len);
        OPENSSL_free(text);
        if (added)
            return;
    }
}

/* A common name counts where there is no other one (RFC 6125 6.4.4). */
static void tell_names(X509 *x509, char *out, size_t size)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    if (names)
        add_alternatives(out, size, names);
    GENERAL_NAMES_free(names);
    if (!*out)
        add_subject(out, size, X509_get_subject_name(x509));
}

static void tell_expiry(X509 *x509, char out[CERTIFICATE_TIME])
{
    struct tm when;
    out[0] = '\0';
    if (ASN1_TIME_to_tm(X509_get0_notAfter(x509), &when) == 1)
        strftime(out, CERTIFICATE_TIME, "%Y-%m-%dT%H:%M:%SZ", &when);
}

void certificate_of(const SSL *session, const char *host, struct certificate *c)
{
    X509 *x509 = SSL_get1_peer_certificate(session);
    long verdict = SSL_get_verify_result(session);
    *c = (struct certificate){.distrust = ""};
    snprintf(c->protocol, sizeof c->protocol, "%s", SSL_get_version(session));
    if (!x509)
        return;
    c->is_there = true;
    c->trusted = verdict == X509_V_OK;
    if (!c->trusted)
        c->distrust = X509_verify_cert_error_string(verdict);
    c->is_of_host = X509_check_host(x509, host, strlen(host),
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
    tell_names(x509, c->names, sizeof c->names);
    add_subject(c->issuer, sizeof c->issuer, X509_get_issuer_name(x509));
    tell_expiry(x509, c->expires);
    X509_free(x509);
    ERR_clear_error();
}
