/* SPDX-License-Identifier: BSD-2-Clause */
/* Who owns a domain, and which domains are local. */
#include "unit.h"

static const char configuration[] =
    "local_domains = { 'lists.example', '.lists.example', '.parts.example',\n"
    "  'Bücher.example', '[192.0.2.7]' }\n"
    "ou 'acme' { domains = { 'acme.example', '.acme.example' } }\n"
    "ou 'sub' { domains = { 'sub.acme.example' } }\n"
    "ou 'deep' { domains = { '.deep.acme.example' } }\n"
    "ou 'one' { domains = { 'one.example' } }\n"
    "ou 'below' { domains = { '.below.example' } }\n"
    "ou 'tld' { domains = { 'top' } }\n"
    "ou 'idn' { domains = { 'faß.example', 'ＩＤＮ.example.' } }\n"
    "ou 'literal' { domains = { '[IPv6:2001:DB8::1]' } }\n"
    "ou 'lists' { domains = { 'x.lists.example' } }\n";

static const struct row {
    const char *domain;
    const char *owner; /* NULL: none */
    bool local;
} rows[] = {
    {"acme.example", "acme", true},
    {"a.acme.example", "acme", true},
    {"a.b.c.acme.example", "acme", true},
    {"xacme.example", NULL, false},
    {"x-acme.example", NULL, false},
    {"acme.example.evil", NULL, false},
    {"acme", NULL, false},
    {"example", NULL, false},
    {"sub.acme.example", "sub", true}, /* the longest wins */
    {"a.sub.acme.example", "acme", true},
    {"xsub.acme.example", "acme", true},
    {"deep.acme.example", "acme", true},
    {"a.deep.acme.example", "deep", true},
    {"a.b.deep.acme.example", "deep", true},
    {"xdeep.acme.example", "acme", true},
    {"one.example", "one", true},
    {"a.one.example", NULL, false},
    {"below.example", NULL, false},
    {"a.below.example", "below", true},
    {"a.b.below.example", "below", true},
    {"abelow.example", NULL, false},
    {"top", "tld", true},
    {"a.top", NULL, false},
    {"xn--fa-hia.example", "idn", true},
    {"idn.example", "idn", true},
    {"[ipv6:2001:db8::1]", "literal", true},
    {"[ipv6:2001:db8::2]", NULL, false},
    {"lists.example", NULL, true},
    {"a.lists.example", NULL, true},
    {"x.lists.example", "lists", true},
    {"a.x.lists.example", NULL, true},
    {"parts.example", NULL, false},
    {"a.parts.example", NULL, true},
    {"xn--bcher-kva.example", NULL, true},
    {"a.xn--bcher-kva.example", NULL, false},
    {"[192.0.2.7]", NULL, true},
    {"[192.0.2.8]", NULL, false},
    {"", NULL, false},
};

static void test_rows(void **state)
{
    struct snapshot *s = load(configuration);
    (void)state;
    assert_non_null(s);
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct span domain = span_of(rows[i].domain);
        const struct ou *owner = snapshot_domain_owner(s, domain);
        bad += !same_text(domain, span_of(owner ? owner->name : NULL),
                          span_of(rows[i].owner));
        bad += !holds(snapshot_domain_is_local(s, domain) == rows[i].local,
                      "%s: local?", rows[i].domain);
    }
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

static void test_none(void **state)
{
    struct snapshot *s = load("");
    (void)state;
    assert_non_null(s);
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_null(snapshot_domain_owner(s, span_of(rows[i].domain)));
        assert_false(snapshot_domain_is_local(s, span_of(rows[i].domain)));
    }
    snapshot_free(&s);
    snapshot_free(&s);
}

static void test_many_tenants(void **state)
{
    enum { TENANTS = 300, ROOM = 64 * 1024 };
    char *text = test_calloc(1, ROOM), domain[40];
    (void)state;
    for (int i = 0; i < TENANTS; i++)
        append(text, ROOM, "ou 't%d' { domains = { 't%d.example', '.t%d.example' } }\n",
               i, i, i);
    struct snapshot *s = load(text);
    assert_non_null(s);
    assert_int_equal(s->ou_count, TENANTS);
    for (unsigned i = 0; i < TENANTS; i++) {
        domain[0] = '\0';
        append(domain, sizeof domain, "a.t%u.example", i);
        const struct ou *owner = snapshot_domain_owner(s, span_of(domain));
        assert_non_null(owner);
        assert_int_equal(owner->index, i);
        assert_ptr_equal(owner, s->ou_list[i]);
        assert_ptr_equal(owner, snapshot_domain_owner(s, span_of(domain + 2)));
        assert_int_equal(owner->line, i + 1);
    }
    snapshot_free(&s);
    test_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_many_tenants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
