/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64: one encoding of some bytes, and no other. */
#include "unit.h"

#include "base64.h"

static void test_rows(void **state)
{
    static const struct {
        struct span text;
        bool good;
        struct span want;
    } rows[] = {
        {BYTES(""), true, BYTES("")},
        {BYTES("Zg=="), true, BYTES("f")},
        {BYTES("Zm8="), true, BYTES("fo")},
        {BYTES("Zm9v"), true, BYTES("foo")},
        {BYTES("AGEAYg=="), true, BYTES("\0a\0b")},
        {BYTES("+/+/"), true, BYTES("\xfb\xff\xbf")},
        {BYTES("Zg="), false, BYTES("")},
        {BYTES("Zg"), false, BYTES("")},
        {BYTES("Zg==="), false, BYTES("")},
        {BYTES("===="), false, BYTES("")},
        {BYTES("Z==="), false, BYTES("")},
        {BYTES("Zh=="), false, BYTES("")}, /* a stray bit */
        {BYTES("Zm9="), false, BYTES("")},
        {BYTES("-_-_"), false, BYTES("")},
        {BYTES(" Zg=="), false, BYTES("")},
        {BYTES("Zg== "), false, BYTES("")},
        {BYTES("Zg==\n"), false, BYTES("")},
        {BYTES("Zm\n9v"), false, BYTES("")},
        {BYTES("Zm9vZg=\n"), false, BYTES("")},
        {BYTES("Zg==Zm9v"), false, BYTES("")},
        {BYTES("Zm9\0"), false, BYTES("")},
        {BYTES("Zm9\xff"), false, BYTES("")},
        {BYTES("="), false, BYTES("")},
    };
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char out[64], text[SHOWN];
        size_t len = 99;
        bool good = base64_decode(rows[i].text, out, &len);
        bad += !holds(good == rows[i].good, "\"%s\"", shown(rows[i].text, text));
        bad += !same_text(rows[i].text, (struct span){out, len}, rows[i].want);
    }
    assert_int_equal(bad, 0);
}

static void test_round_trips(void **state)
{
    struct random random = random_start();
    (void)state;
    for (size_t len = 0; len < 200; len++) {
        char bytes[200], text[BASE64_ENCODED(200)], back[300];
        size_t n;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)random_below(&random, 256);
        size_t encoded = base64_encode((struct span){bytes, len}, text);
        assert_int_equal(encoded, BASE64_ENCODED(len) - 1);
        assert_true(base64_decode((struct span){text, encoded}, back, &n));
        assert_true(span_equal((struct span){bytes, len}, (struct span){back, n}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
