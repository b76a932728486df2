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

static enum limits_answer enter(const struct limits_settings *s, const char *client,
                                const char *login, int64_t now)
{
    enum limits_option option;
    const char *reason;
    const struct limits_subject who = subject(client, login);
    return limits_enter(s, &who, now, true, &option, &reason);
}

static void leave(const struct limits_settings *s, const char *client,
                  const char *login, enum limits_end end, int64_t now)
{
    const struct limits_subject who = subject(client, login);
    limits_leave(s, &who, end, now);
}

static bool passes(const struct limits_settings *s, const char *client,
                   const char *login, int64_t now)
{
    if (enter(s, client, login, now) != LIMITS_PASS)
        return false;
    leave(s, client, login, LIMITS_UNTOLD, now);
    return true;
}

static void count(const struct limits_settings *s, const char *client,
                  const char *login, bool passed, int64_t now)
{
    enter(s, client, login, now);
    leave(s, client, login, passed ? LIMITS_PASSED : LIMITS_FAILED, now);
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

/* What is under way counts as if it had failed, but only until it has ended. */
static void test_under_way(void **state)
{
    static const struct limits_settings s = {
        .interval = 60, .lockout = 30, .failed_per_client = 2, .failed_per_login = 9};
    static const char client[] = "192.0.8.1";
    (void)state;
    assert_int_equal(enter(&s, client, "w", 0), LIMITS_PASS);
    assert_int_equal(enter(&s, client, "w", 0), LIMITS_PASS);
    assert_int_equal(enter(&s, client, "w", 0), LIMITS_HOLD);
    leave(&s, client, "w", LIMITS_PASSED, 1);
    assert_int_equal(enter(&s, client, "w", 1), LIMITS_PASS);
    leave(&s, client, "w", LIMITS_FAILED, 2);
    assert_int_equal(enter(&s, client, "w", 2), LIMITS_HOLD);
    leave(&s, client, "w", LIMITS_FAILED, 3);
    assert_int_equal(enter(&s, client, "w", 3), LIMITS_REFUSE);
    /* A fault is no failure. */
    assert_int_equal(enter(&s, "192.0.8.2", "v", 0), LIMITS_PASS);
    leave(&s, "192.0.8.2", "v", LIMITS_UNTOLD, 0);
    assert_int_equal(enter(&s, "192.0.8.2", "v", 0), LIMITS_PASS);
    leave(&s, "192.0.8.2", "v", LIMITS_UNTOLD, 0);
    assert_int_equal(enter(&s, "192.0.8.2", "v", 0), LIMITS_PASS);
    leave(&s, "192.0.8.2", "v", LIMITS_UNTOLD, 0);
}

static void test_under_way_others(void **state)
{
    static const struct limits_settings users = {
        .interval = 60, .lockout = 30, .failed_users_per_client = 1};
    static const struct limits_settings uses = {
        .interval = 60, .lockout = 30, .clients_per_login = 1};
    (void)state;
    assert_int_equal(enter(&users, "192.0.9.1", "x", 0), LIMITS_PASS);
    assert_int_equal(enter(&users, "192.0.9.1", "y", 0), LIMITS_HOLD);
    leave(&users, "192.0.9.1", "x", LIMITS_PASSED, 0);
    assert_int_equal(enter(&users, "192.0.9.1", "y", 0), LIMITS_PASS);
    leave(&users, "192.0.9.1", "y", LIMITS_FAILED, 0);
    assert_int_equal(enter(&users, "192.0.9.1", "y", 0), LIMITS_PASS);
    leave(&users, "192.0.9.1", "y", LIMITS_PASSED, 0);
    assert_int_equal(enter(&users, "192.0.9.1", "x", 0), LIMITS_REFUSE);
    assert_int_equal(enter(&uses, "192.0.9.2", "z", 0), LIMITS_PASS);
    assert_int_equal(enter(&uses, "192.0.9.3", "z", 0), LIMITS_HOLD);
    leave(&uses, "192.0.9.2", "z", LIMITS_PASSED, 0);
    assert_int_equal(enter(&uses, "192.0.9.3", "z", 0), LIMITS_REFUSE);
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
        cmocka_unit_test(test_under_way),
        cmocka_unit_test(test_under_way_others),
        cmocka_unit_test(test_flood),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
