/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that show an address, plain or hidden, and what stands next to them. */
#include "message_rows.h"

#define NAMED ACME("refuse_address_in_display_name = true")

static void test_display_name(void **state)
{
    static const struct message_row rows[] = {
        {NAMED, OUTSIDE, "From: \"b@acme.example\" <x@else.example>\n", NAME},
        {NAMED, OUTSIDE, "From: \"b at acme\" <x@else.example>\n", PASS},
        {NAMED, OUTSIDE, "From: \"y@else.example\" <x@else.example>\n", PASS},
        {NAMED, OUTSIDE, "From: \"b@beta.example\" <x@else.example>\n", PASS},
        {NAMED, AS, "From: \"b@beta.example\" <a@acme.example>\n", NAME},
        {NAMED, OUTSIDE, "From: b@acme.example <\n", NAME},
        {NAMED, OUTSIDE, "From: b@acme.example\nFrom: x@else.example <\n", PASS},
        {NAMED, AS, "From: \"a@acme.example\" <a@acme.example>\n", PASS},
        {NAMED, AS, "From: \"b@acme.example\" <a@acme.example>\n", NAME},
        {NAMED, AS, "From: \"y@else.example\" <a@acme.example>\n", PASS},
        {NAMED, AS, "From: a@acme.example (b@acme.example)\n", NAME},
        {NAMED, OUTSIDE, "From: =?utf-8?b?YkBhY21lLmV4YW1wbGU=?= <x@else.example>\n",
         NAME},
        {ACME("refuse_address_in_display_name = true\n" EXEMPT), OUTSIDE,
         "From: \"b@acme.example\" <x@else.example>\n", PASS},
        {ACME("refuse_address_in_display_name = true\nmode = monitor"), OUTSIDE,
         "From: \"b@acme.example\" <x@else.example>\n", "pass, would display-name"},
        {ACME(""), OUTSIDE, "From: \"b@acme.example\" <x@else.example>\n", PASS},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

#define ASKING                                                                         \
    ACME("match_header_from = from\nrequire_aligned = true\n"                          \
         "refuse_address_in_display_name = true\nrecipient_delimiter = '+'")
#define BOTH(name, stranger, login)                                                    \
    {ASKING, OUTSIDE, "From: " name " <x@else.example>\n", stranger},                  \
        {ASKING, AS, "From: " name " <a@acme.example>\n", login},                      \
        {ASKING, OUTSIDE, "From: \"" name "\" <x@else.example>\n", stranger},          \
    {                                                                                  \
        ASKING, AS, "From: \"" name "\" <a@acme.example>\n", login                     \
    }
#define BELOW                                                                          \
    "ou 'a' { domains = { '.acme.example' } refuse_address_in_display_name = true }"
#define QUOTED(name, stranger, login)                                                  \
    {ASKING, OUTSIDE, "From: \"" name "\" <x@else.example>\n", stranger},              \
    {                                                                                  \
        ASKING, AS, "From: \"" name "\" <a@acme.example>\n", login                     \
    }

/* In whatever way it is written: for a stranger, for a login of the OU. */
static void test_encoded(void **state)
{
    static const struct message_row rows[] = {
        /* encoded words */
        BOTH("=?utf-8?q?b=40acme.example?=", NAME, NAME),
        BOTH("=??q?b=40acme.example?=", ALIGN, BAD),
        BOTH("=?utf-8 ?q?b=40acme.example?=", NAME, NAME),
        BOTH("=?x-own?q?b=40acme.example?=", ALIGN, BAD),
        BOTH("=?utf-8?q?Andr=C3=A9?=", PASS, PASS),
        BOTH("=?utf-8 ?q?Andr=C3=A9?=", PASS, PASS),
        /* character sets: b@acme.example in full width, and Yamada, Wang, Ivan */
        BOTH("=?gb2312?b?o+KjwKPho+Oj7aPlo66j5aP4o+Gj7aPwo+yj5Q==?=", NAME, NAME),
        BOTH("=?gb2312?b?YkBhY21lo65leGFtcGxl?=", NAME, NAME),
        BOTH("=?shift_jis?b?YkCCgWNtZS5leGFtcGxl?=", NAME, NAME),
        BOTH("=?iso-2022-jp?b?GyRCI2IhdyNhI2MjbSNlISUjZSN4I2EjbSNwI2wjZRsoQg==?=", NAME,
             NAME),
        BOTH("=?utf-7?q?b+AEA-acme.example?=", NAME, NAME),
        BOTH("=?iso2022_jp?b?YhskQiF3GyhCYWNtZS5leGFtcGxl?=", NAME, NAME),
        BOTH("=?gb2312?b?YkBhY21lLmV4YW1wbGX/?=", ALIGN, BAD),
        BOTH("=?gb2312?b?zfXQocP3?=", PASS, PASS),
        BOTH("=?shift_jis?b?jlKTY4FAkb6YWQ==?=", PASS, PASS),
        BOTH("=?iso-2022-jp?b?GyRCOzNFREJATzobKEI=?=", PASS, PASS),
        BOTH("=?euc-kr?b?seizvrz2?=", PASS, PASS),
        BOTH("=?koi8-r?b?6dfBzg==?=", PASS, PASS),
        BOTH("=?windows-1251?b?yOLg7Q==?=", PASS, PASS),
        BOTH("=?gb2312?b?zfXQocP3/w==?=", PASS, PASS),
        /* not judged for strangers, as the manual says */
        BOTH("=?cp037?b?gnyBg5SFS4WngZSXk4U=?=", PASS, BAD),
        {NAMED, OUTSIDE, "From: =??q?b=40acme.example?= <x@else.example>\n", NAME},
        {NAMED, OUTSIDE, "From: =?x-own?q?b=40acme.example?= <x@else.example>\n", NAME},
        {NAMED, OUTSIDE, "From: =?gb2312?b?YkBhY21lLmV4YW1wbGX/?= <x@else.example>\n",
         NAME},
        {NAMED, OUTSIDE, "From: =??q?b?= <x@else.example>\n", PASS},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* What stands around the domain. */
static void test_surroundings(void **state)
{
    static const struct message_row rows[] = {
        QUOTED("b@acme.example!", NAME, NAME),
        QUOTED("b@acme.example\xcd\xbe", NAME, NAME),
        QUOTED("b@acme\xe2\x80\xa4"
               "example",
               NAME, NAME),
        QUOTED("b@acme.example\xe0\xb8\xaf", NAME, NAME),
        QUOTED("b@\xd8\x80"
               "acme.example",
               NAME, NAME),
        QUOTED("b@\xe2\xa0\x80"
               "acme.example",
               NAME, NAME),
        QUOTED("b@acme.example_", NAME, NAME),
        QUOTED("_b@acme.example__", NAME, NAME),
        QUOTED("b@acme.example\xcc\xb2", NAME, NAME),
        QUOTED("b@-acme.example", NAME, NAME),
        QUOTED("b@.acme.example", NAME, NAME),
        QUOTED("b@acme..example", NAME, NAME),
        QUOTED("b@acme .example", NAME, NAME),
        QUOTED("b@acme\xc2\xa0.example", NAME, NAME),
        QUOTED("Team @work", PASS, PASS),
        QUOTED("Sales (at) acme", PASS, PASS),
        QUOTED("Acme (@acme)", PASS, PASS),
        QUOTED("y@else.example_", PASS, PASS),
        /* the own address, also with a text that reads on behind it */
        {ASKING, AS, "From: \"a@acme.example\" <a@acme.example>\n", PASS},
        {ASKING, AS, "From: \"a@acme.example_\" <a@acme.example>\n", PASS},
        {ASKING, AS, "From: \"a@acme.example. Acme\" <a@acme.example>\n", PASS},
        {ASKING, AS, "From: \"a@acme.example\xe3\x81\xbe\" <a@acme.example>\n", PASS},
        {ASKING, AS, "From: \"a+x@acme.example\" <a+x@acme.example>\n", PASS},
        {ASKING, AS, "From: \"a@acme.example\" <a+x@acme.example>\n", NAME},
        {ASKING, AS, "From: \"a@acme.example\xc2\xa0.beta.example\" <a@acme.example>\n",
         PASS},
        {ACME("refuse_address_in_display_name = true"), OUTSIDE,
         "From: \"x@else\xcc\xb2.example\" <x@else.example>\n", PASS},
        {ACME("refuse_address_in_display_name = true"), OUTSIDE,
         "From: \"x@\xc3\xb6"
         "acme.example\" <x@\xc3\xb6"
         "acme.example>\n",
         PASS},
        /* an international domain is no end of another */
        {BELOW, OUTSIDE,
         "From: \"i@b\xc3\xbc"
         "cher.acme.example\" <i@b\xc3\xbc"
         "cher.acme.example>\n",
         PASS},
        {BELOW, OUTSIDE,
         "From: \"j@b\xc3\xbc"
         "cher.acme.example\" <i@b\xc3\xbc"
         "cher.acme.example>\n",
         NAME},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* Some programs show a blank where an encoded word or a quoted string touches text. */
static void test_touching(void **state)
{
    static const struct message_row rows[] = {
        {NAMED, OUTSIDE, "From: =?utf-8?q?b=40acme.example?=me <x@else.example>\n",
         NAME},
        {NAMED, OUTSIDE, "From: =?utf-8?q?b=40acme.example?= me <x@else.example>\n",
         NAME},
        {NAMED, OUTSIDE, "From: by=?utf-8?q?b=40acme.example?= <x@else.example>\n",
         NAME},
        {NAMED, OUTSIDE, "From: via\"b@acme.example\"me <x@else.example>\n", NAME},
        {NAMED, OUTSIDE, "From: =?utf-8?q?Team?=me <x@else.example>\n", PASS},
        {NAMED, OUTSIDE, "From: \"Team\"me <x@else.example>\n", PASS},
        {NAMED, OUTSIDE, "From: =?utf-8?q?b=40other.example?=me <x@else.example>\n",
         PASS},
        {NAMED, AS, "From: =?utf-8?q?a=40acme.example?= <a@acme.example>\n", PASS},
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_display_name),
        cmocka_unit_test(test_encoded),
        cmocka_unit_test(test_surroundings),
        cmocka_unit_test(test_touching),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
