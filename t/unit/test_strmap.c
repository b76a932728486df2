/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash table of byte strings. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "strmap.h"

static void test_empty(void **state)
{
    struct strmap map = {0};
    (void)state;
    assert_null(strmap_find(&map, span_of("a")));
    assert_null(strmap_find(&map, span_of("")));
    strmap_reserve(&map, 100);
    assert_null(strmap_find(&map, span_of("a")));
    assert_null(strmap_find(&map, span_of("")));
    strmap_clear(&map);
    strmap_clear(&map);
    assert_null(strmap_find(&map, span_of("a")));
}

/* Keys are bytes: case, NUL, and the empty one count. */
static void test_keys(void **state)
{
    static const struct span keys[] = {
        BYTES(""),   BYTES("a"),    BYTES("A"),   BYTES("ab"),   BYTES("ba"),
        BYTES("\0"), BYTES("\0\0"), BYTES("a\0"), BYTES("a\0b"), BYTES("\xc3\xbc"),
    };
    static const struct span absent[] = {
        BYTES("b"), BYTES("aa"), BYTES("a\0c"), BYTES("\0\0\0"), BYTES("abcdefgh"),
    };
    struct strmap map = {0};
    char values[ROWS(keys)], other;
    (void)state;
    for (size_t i = 0; i < ROWS(keys); i++)
        assert_null(strmap_add(&map, keys[i], &values[i]));
    assert_int_equal(map.used, ROWS(keys));
    for (size_t i = 0; i < ROWS(keys); i++) {
        assert_ptr_equal(strmap_find(&map, keys[i]), &values[i]);
        assert_ptr_equal(strmap_add(&map, keys[i], &other), &values[i]);
        assert_ptr_equal(strmap_find(&map, keys[i]), &values[i]);
    }
    for (size_t i = 0; i < ROWS(absent); i++)
        assert_null(strmap_find(&map, absent[i]));
    assert_int_equal(map.used, ROWS(keys));
    strmap_clear(&map);
}

static void test_many(void **state)
{
    enum { MANY = 20000, LEN = 16 };
    struct strmap map = {0};
    char(*keys)[LEN] = calloc(MANY, LEN);
    (void)state;
    assert_non_null(keys);
    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], LEN, "d%d.example", i);
        assert_null(strmap_add(&map, span_of(keys[i]), keys[i]));
    }
    for (int i = 0; i < MANY; i++)
        assert_ptr_equal(strmap_find(&map, span_of(keys[i])), keys[i]);
    assert_null(strmap_find(&map, span_of("d20000.example")));
    assert_null(strmap_find(&map, span_of("d-1.example")));
    assert_int_equal(map.used, MANY);
    strmap_clear(&map);
    free(keys);
}

/* Every ending of a name in one pass from its end. */
static void test_hashed(void **state)
{
    struct strmap map = {0};
    char value;
    struct span name = span_of("a.acme.example"), key = span_of(".acme.example");
    size_t found = 0;
    (void)state;
    strmap_add(&map, key, &value);
    uint64_t hash = STRMAP_HASH_START;
    for (size_t i = name.len; i > 0; i--) {
        struct span ending = span_cut(name, i - 1, name.len);
        hash = strmap_hash_step(hash, name.ptr[i - 1]);
        void *got = strmap_find_hashed(&map, ending, hash);
        assert_ptr_equal(got, strmap_find(&map, ending));
        found += got != NULL;
    }
    assert_int_equal(found, 1);
    strmap_clear(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_hashed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
