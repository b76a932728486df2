/* SPDX-License-Identifier: BSD-2-Clause */
/* login_limits: what is counted, for how long, and for whom. What is counted stays, so
 * that each test has clients and logins of its own. */
#include "unit.h"

#include <stdio.h>

#include "login_limits.h"

enum { SECOND = 1000 };

static struct limits_subject subject(const char *client, const char *login)
{
    struct limits_subject s = {.login = span_of(login)};
    if (client)
        assert_true(ipaddr_parse(span_of(client), &s.client));
    return s;
}

static bool passes(const struct limits_settings *s, const char *client,
                   const char *login, int64_t now)
{
    enum limits_option option;
    const struct limits_subject who = subject(client, login);
    return limits_check(s, &who, now, &option) == NULL;
}

static void count(const struct limits_settings *s, const char *client,
                  const char *login, bool passed, int64_t now)
{
    const struct limits_subject who = subject(client, login);
    limits_count(s, &who, passed, now);
}

static int start(void **state)
{
    (void)state;
    return limits_start() ? 0 : -1;
}

static void test_failed_per_client(void **state)
{
    static const struct limits_settings s = {
        .interval = 60, .lockout = 30, .failed_per_client = 3};
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(passes(&s, "192.0.2.1", "a", 0));
        count(&s, "192.0.2.1", "a", false, 0);
    }
    assert_false(passes(&s, "192.0.2.1", "a", 1));
    assert_false(passes(&s, "192.0.2.1", "other", 29 * SECOND));
    assert_true(passes(&s, "192.0.2.2", "a", 1));
    assert_true(passes(&s, "192.0.2.1", "a", 30 * SECOND));
    /* A lockout is a new start. */
    count(&s, "192.0.2.1", "a", false, 30 * SECOND);
    assert_true(passes(&s, "192.0.2.1", "a", 31 * SECOND));
}

static void test_interval(void **state)
{
    static const struct limits_settings s = {
        .interval = 60, .lockout = 30, .failed_per_client = 2};
    (void)state;
    count(&s, "192.0.3.1", "a", false, 0);
    count(&s, "192.0.3.1", "a", true, 1 * SECOND); /* no failure */
    count(&s, "192.0.3.1", "a", false, 60 * SECOND);
    assert_true(passes(&s, "192.0.3.1", "a", 61 * SECOND));
    count(&s, "192.0.3.1", "a", false, 62 * SECOND);
    assert_false(passes(&s, "192.0.3.1", "a", 63 * SECOND));
}

static void test_networks(void **state)
{
    static const struct limits_settings s = {
        .interval = 60, .lockout = 30, .failed_per_client = 1};
    (void)state;
    count(&s, "2001:db8::1", "a", false, 0);
    assert_false(passes(&s, "2001:db8::ffff:1", "a", 1));
    assert_true(passes(&s, "2001:db8:0:1::1", "a", 1));
    /* Who has no address is not counted. */
    count(&s, NULL, "a", false, 0);
    assert_true(passes(&s, NULL, "a", 1));
}

static void test_users_per_client(void **state)
{
    static const struct limits_settings s = {
        .interval = 60, .lockout = 30, .failed_users_per_client = 2};
    (void)state;
    count(&s, "192.0.4.1", "a", false, 0);
    for (int i = 0; i < 9; i++)
        count(&s, "192.0.4.1", "b", false, 0);
    assert_true(passes(&s, "192.0.4.1", "a", 1));
    assert_true(passes(&s, "192.0.4.1", "b", 1));
    assert_false(passes(&s, "192.0.4.1", "c", 2 * SECOND));
    assert_false(passes(&s, "192.0.4.1", "a", 3 * SECOND)); /* locked by then */
    assert_true(passes(&s, "192.0.4.2", "c", 3 * SECOND));
    assert_true(passes(&s, "192.0.4.1", "c", 32 * SECOND));
}

static void test_failed_per_login(void **state)
{
    static const struct limits_settings s = {
        .interval = 60, .lockout = 30, .failed_per_login = 2};
    (void)state;
    count(&s, "192.0.5.1", "eve", false, 0);
    assert_true(passes(&s, "192.0.5.3", "eve", 1));
    count(&s, NULL, "eve", false, 0);
    assert_false(passes(&s, "192.0.5.3", "eve", 1));
    assert_false(passes(&s, NULL, "eve", 1));
    assert_true(passes(&s, "192.0.5.1", "b", 1));
    assert_true(passes(&s, "192.0.5.3", "eve", 30 * SECOND));
}

static void test_clients_per_login(void **state)
{
    static const struct limits_settings s = {
        .interval = 60, .lockout = 30, .clients_per_login = 2};
    (void)state;
    count(&s, "192.0.6.9", "joe", false, 0); /* a failure is no use of the login */
    count(&s, "192.0.6.1", "joe", true, 0);
    count(&s, "192.0.6.1", "joe", true, 0);
    assert_true(passes(&s, "192.0.6.2", "joe", 1));
    count(&s, "192.0.6.2", "joe", true, 0);
    assert_false(passes(&s, "192.0.6.3", "joe", 1));
    assert_true(passes(&s, "192.0.6.1", "joe", 1));
    assert_true(passes(&s, "192.0.6.3", "b", 1));
    assert_true(passes(&s, "192.0.6.3", "joe", 60 * SECOND));
}

/* More clients than there is room for: those that are locked stay so. */
static void test_flood(void **state)
{
    static const struct limits_settings s = {
        .interval = 60, .lockout = 3000, .failed_per_client = 2};
    char client[32];
    (void)state;
    count(&s, "192.0.7.1", "a", false, 0);
    count(&s, "192.0.7.1", "a", false, 0);
    for (unsigned i = 0; i < 300000; i++) {
        snprintf(client, sizeof client, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        count(&s, client, "b", false, 1 * SECOND);
    }
    assert_false(passes(&s, "192.0.7.1", "a", 2 * SECOND));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failed_per_client),
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_users_per_client),
        cmocka_unit_test(test_failed_per_login),
        cmocka_unit_test(test_clients_per_login),
        cmocka_unit_test(test_flood),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
