/* SPDX-License-Identifier: BSD-2-Clause */
/* Who came most often, in eight places. */
#include "unit.h"

#include <stdio.h>

#include "frequent.h"

static struct whom sender(const char *name, const char *client)
{
    struct ipaddr address;
    assert_true(ipaddr_parse(span_of(client), &address));
    return whom_sender(span_of(name), &address);
}

static void add_login(struct frequent *f, const char *login)
{
    struct whom whom = whom_login(span_of(login));
    frequent_add(f, &whom);
}

static void add_number(struct frequent *f, unsigned number)
{
    char name[40];
    snprintf(name, sizeof name, "user%u@acme.example", number);
    add_login(f, name);
}

static const struct frequent_entry *find(const struct frequent *f, const char *name)
{
    for (unsigned i = 0; i < f->used; i++)
        if (strcmp(f->entries[i].whom.name, name) == 0)
            return &f->entries[i];
    return NULL;
}

static uint64_t total(const struct frequent *f)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < f->used; i++)
        sum += f->entries[i].count;
    return sum;
}

static void test_few(void **state)
{
    struct frequent f = {0};
    (void)state;
    for (unsigned i = 0; i < FREQUENT_KEPT; i++)
        for (unsigned n = 0; n <= i; n++)
            add_number(&f, i);
    assert_int_equal(f.used, FREQUENT_KEPT);
    frequent_sort(&f);
    for (unsigned i = 0; i < FREQUENT_KEPT; i++) {
        assert_int_equal(f.entries[i].count, FREQUENT_KEPT - i);
        assert_int_equal(f.entries[i].over, 0);
    }
    assert_string_equal(f.entries[0].whom.name, "user7@acme.example");
}

/* Anybody who comes in more than an eighth of all cases stays, in whatever order. */
static void test_many(void **state)
{
    enum { ROUNDS = 4000 };
    struct random random = random_start();
    struct frequent f = {0};
    unsigned frequent = 0;
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (random_below(&random, 4) == 0) {
            add_login(&f, "boss@acme.example");
            frequent++;
        } else {
            add_number(&f, 10 + random_below(&random, 1000000));
        }
    }
    const struct frequent_entry *boss = find(&f, "boss@acme.example");
    assert_non_null(boss);
    assert_true(boss->count >= frequent);
    assert_true(frequent_certain(boss) <= frequent);
    assert_int_equal(total(&f), ROUNDS);
    frequent_sort(&f);
    assert_ptr_equal(find(&f, "boss@acme.example"), &f.entries[0]);
}

/* One that was frequent before a flood is not lost by less than it came. */
static void test_flood(void **state)
{
    struct frequent f = {0};
    (void)state;
    for (unsigned i = 0; i < 500; i++)
        add_login(&f, "alice@acme.example");
    for (unsigned i = 0; i < 3000; i++)
        add_number(&f, i);
    frequent_sort(&f);
    assert_string_equal(f.entries[0].whom.name, "alice@acme.example");
    assert_int_equal(frequent_certain(&f.entries[0]), 500);
    assert_int_equal(frequent_certain(&f.entries[1]), 1);
    assert_int_equal(total(&f), 3500);
}

static void test_names(void **state)
{
    char name[200];
    static const struct {
        struct span given;
        const char *want;
    } rows[] = {
        {BYTES("alice@acme.example"), "alice@acme.example"},
        {BYTES(""), ""},
        {BYTES("a\0b\n\x7f"), "a\\x00b\\x0a\\x7f"},
        {BYTES("\xc3\xa4@x"), "\\xc3\\xa4@x"},
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_string_equal(whom_login(rows[i].given).name, rows[i].want);
    for (size_t len = 0; len < sizeof name; len++) {
        memset(name, 'x', len);
        struct whom whom = whom_login((struct span){name, len});
        assert_int_equal(strlen(whom.name),
                         len < FREQUENT_NAME ? len : FREQUENT_NAME - 1);
        assert_true((strstr(whom.name, "...") != NULL) == (len >= FREQUENT_NAME));
        memset(name, 1, len);
        whom = whom_login((struct span){name, len});
        assert_true(strlen(whom.name) < FREQUENT_NAME);
    }
}

/* Two that differ behind the cut are two; so are a login and a sender, and clients. */
static void test_apart(void **state)
{
    char first[120], second[120];
    struct frequent f = {0};
    (void)state;
    memset(first, 'x', sizeof first);
    first[sizeof first - 1] = '\0';
    memcpy(second, first, sizeof first);
    second[sizeof second - 2] = 'y';
    const struct whom different[] = {
        whom_login(span_of(first)), whom_login(span_of(second)),
        whom_login(span_of("a@b")), sender("a@b", "192.0.2.1"),
        sender("a@b", "192.0.2.2"), sender("a@b", "2001:db8::1"),
        sender("<>", "192.0.2.1"),
    };
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < ROWS(different); i++)
            frequent_add(&f, &different[i]);
    assert_int_equal(f.used, ROWS(different));
    for (unsigned i = 0; i < f.used; i++)
        assert_int_equal(f.entries[i].count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few),   cmocka_unit_test(test_many),
        cmocka_unit_test(test_flood), cmocka_unit_test(test_names),
        cmocka_unit_test(test_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
