/* SPDX-License-Identifier: BSD-2-Clause */
/* The parsers of addresses, logins, domains and nexthops: whatever they accept is
 * canonical. */
#include <stdio.h>

#include "address.h"
#include "fuzz.h"
#include "ipaddr.h"
#include "relay.h"
#include "relayhost.h"
#include "utf8.h"

enum { INPUT_MAX = 2048 };

typedef bool (*parser)(struct span, struct address *);

static bool is_lower_case(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ascii_fold(s.ptr[i]))
            return false;
    return true;
}

static void check_domain(struct span domain)
{
    char again[DOMAIN_MAX];
    require(domain.len > 0 && domain.len <= DOMAIN_MAX, "length of a domain");
    require(is_lower_case(domain), "a domain is lower-case");
    require(fuzz_is_printable(domain), "a domain is printable ASCII");
    require(domain.ptr[domain.len - 1] != '.', "a domain does not end in a dot");
    size_t len = domain_canonical(domain, again);
    require(span_equal(domain, (struct span){again, len}),
            "the canonical form of a canonical domain is itself");
}

static void check_address(const struct address *a)
{
    require(a->len <= ADDRESS_MAX, "length of an address");
    require(a->local_len <= LOCAL_MAX && a->local_len <= a->len,
            "length of a local part");
    require(is_lower_case(address_text(a)), "an address is folded");
    require(utf8_is_text(address_text(a)), "an address is text");
    if (!address_has_domain(a))
        return;
    require(a->text[a->local_len] == '@', "@ is where local_len says");
    require(span_rfind(address_text(a), '@') == a->local_len,
            "the last @ is before the domain");
    check_domain(address_domain(a));
}

/* Would the local part have to be written in quotes? */
static bool needs_quotes(const struct address *a, bool login)
{
    struct span local = {a->text, a->local_len};
    if (local.len == 0 || local.ptr[0] == '"')
        return true;
    const char *special = login ? "@" : "@\"\\(),:;<>[] ";
    for (size_t i = 0; i < local.len; i++)
        if (strchr(special, local.ptr[i]))
            return true;
    return false;
}

static void check_same_again(const struct address *a, parser parse, bool login)
{
    struct address again;
    if (a->len == 0 || needs_quotes(a, login))
        return;
    require(parse(address_text(a), &again), "a canonical address parses");
    require(address_equal(a, &again), "an address parsed again is the same");
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* ASCII case in the input must not matter, in the domain and in the local part. */
static void check_case(struct span input, const struct address *a, parser parse)
{
    char text[INPUT_MAX];
    struct address other;
    for (size_t i = 0; i < input.len; i++)
        text[i] = upper(input.ptr[i]);
    require(parse((struct span){text, input.len}, &other), "upper case parses, too");
    require(address_equal(a, &other), "upper case is the same address");
}

static void check_brackets(struct span input, const struct address *a)
{
    char text[INPUT_MAX + 2];
    struct address other;
    text[0] = '<';
    memcpy(text + 1, input.ptr, input.len);
    text[input.len + 1] = '>';
    require(address_parse((struct span){text, input.len + 2}, &other),
            "an address parses in brackets, too");
    require(address_equal(a, &other), "brackets do not matter");
}

static void try_argument(struct span input)
{
    struct address a;
    if (!address_parse(input, &a))
        return;
    check_address(&a);
    check_same_again(&a, address_parse_mailbox, false);
    check_case(input, &a, address_parse);
    if (input.ptr[0] != '<')
        check_brackets(input, &a);
}

static void try_mailbox(struct span input)
{
    struct address a, login;
    if (!address_parse_mailbox(input, &a))
        return;
    require(a.len > 0, "a mailbox is not empty");
    check_address(&a);
    check_case(input, &a, address_parse_mailbox);
    require(address_parse(input, &login) && address_equal(&a, &login),
            "a mailbox is an argument of MAIL");
    if (input.ptr[0] == '"')
        return;
    require(address_parse_login(input, &login), "an unquoted mailbox is a login");
    require(address_equal(&a, &login), "the login of a mailbox is the mailbox");
}

static void try_login(struct span input)
{
    struct address a;
    if (!address_parse_login(input, &a))
        return;
    require(a.len > 0, "a login is not empty");
    check_address(&a);
    check_same_again(&a, address_parse_login, true);
    check_case(input, &a, address_parse_login);
    require(!memchr(a.text, ' ', a.len), "no space in a login");
    require(address_has_domain(&a) || !memchr(a.text, '@', a.len),
            "a login without a domain has no @");
}

static void try_domain(struct span input)
{
    char domain[DOMAIN_MAX];
    size_t len = domain_canonical(input, domain);
    if (len > 0)
        check_domain((struct span){domain, len});
}

static void try_nexthop(struct span input)
{
    struct relay_host_name one, two;
    struct ipaddr ip;
    char text[RELAY_HOST_TEXT];
    if (!relay_host_parse(input, &one))
        return;
    require(one.port > 0, "a port");
    if (one.is_address)
        require(!one.by_mx && ipaddr_parse(span_of(one.name), &ip), "an address");
    else
        check_domain(span_of(one.name));
    int len = snprintf(text, sizeof text, one.by_mx ? "%s:%s%u" : "[%s]:%s%u", one.name,
                       one.leading_zero ? "0" : "", one.port);
    require(len < (int)sizeof text, "room for the text of a host");
    require(relay_host_parse(span_of(text), &two), "a canonical nexthop is one");
    require(strcmp(one.name, two.name) == 0 && one.port == two.port &&
                one.by_mx == two.by_mx && one.is_address == two.is_address &&
                one.leading_zero == two.leading_zero,
            "and means the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = fuzz_span(data, size);
    if (size > INPUT_MAX)
        return -1;
    try_argument(input);
    try_mailbox(input);
    try_login(input);
    try_domain(input);
    try_nexthop(input);
    return 0;
}
