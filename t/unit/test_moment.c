/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time. */
#include "unit.h"

#include <stdlib.h>
#include <time.h>

#include "moment.h"

enum { SECOND = 1000 };

static void test_log(void **state)
{
    static const struct {
        const char *text;
        int64_t moment;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:00.001Z", 1},
        {"1970-01-01T00:00:01.5Z", 1500},
        {"1970-01-01T00:00:01.123456789Z", 1123},
        {"2026-11-22T10:00:00.000Z", INT64_C(1795341600) * SECOND},
        {"2026-11-22T11:30:00+01:30", INT64_C(1795341600) * SECOND},
        {"2026-11-22t08:00:00-02:00", INT64_C(1795341600) * SECOND},
        {"2026-11-22 10:00:00z", INT64_C(1795341600) * SECOND},
        {"2028-02-29T00:00:00Z", INT64_C(1835395200) * SECOND},
        {"", -1},
        {"2026-11-22", -1},
        {"2026-11-22T10:00:00", -1},
        {"2026-11-22T10Z", -1},
        {"2026-02-29T00:00:00Z", -1},
        {"2100-02-29T00:00:00Z", -1},
        {"2026-13-01T00:00:00Z", -1},
        {"2026-00-01T00:00:00Z", -1},
        {"2026-11-31T24:00:00Z", -1},
        {"2026-11-22T10:60:00Z", -1},
        {"2026-11-22T10:00:61Z", -1},
        {"2026-11-22T10:00:00Zx", -1},
        {"2026-11-22T10:00:00+1:00", -1},
        {"2026-11-22T10:00:00+24:00", -1},
        {"1969-12-31T23:59:59Z", -1},
    };
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t moment = -1;
        bool good = moment_parse(span_of(rows[i].text), &moment);
        bad +=
            !holds(good == (rows[i].moment >= 0) && (!good || moment == rows[i].moment),
                   "%s: %d %lld", rows[i].text, good, (long long)moment);
    }
    assert_int_equal(bad, 0);
}

static void test_option(void **state)
{
    static const struct {
        const char *text;
        int64_t ago; /* seconds; -1: no time */
    } rows[] = {
        {"0s", 0},      {"90s", 90},     {"30m", 1800}, {"2h", 7200},
        {"7d", 604800}, {"2w", 1209600}, {"2", -1},     {"h", -1},
        {"2y", -1},     {"-2h", -1},     {"2h ", -1},   {" 2h", -1},
        {"2hh", -1},    {"", -1},        {"never", -1}, {"99999999d", -1},
    };
    const int64_t now = INT64_C(1795341600) * SECOND;
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t moment = -1;
        bool good = moment_parse_option(rows[i].text, now, &moment);
        bad += !holds(good == (rows[i].ago >= 0) &&
                          (!good || moment == now - rows[i].ago * SECOND),
                      "%s: %d %lld", rows[i].text, good, (long long)moment);
    }
    assert_int_equal(bad, 0);
}

/* Without a zone it is local time, summer or winter. */
static void test_local(void **state)
{
    static const struct {
        const char *local, *same;
    } rows[] = {
        {"2026-11-22", "2026-11-21T23:00:00Z"},
        {"2026-07-01", "2026-06-30T22:00:00Z"},
        {"2026-11-22T10:00", "2026-11-22T09:00:00Z"},
        {"2026-11-22 10:00:05", "2026-11-22T09:00:05Z"},
        {"2026-07-01T10:00", "2026-07-01T08:00:00Z"},
    };
    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t moment = -1, same = -2;
        assert_true(moment_parse_option(rows[i].local, 0, &moment));
        assert_true(moment_parse(span_of(rows[i].same), &same));
        assert_true(moment == same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_option),
        cmocka_unit_test(test_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
