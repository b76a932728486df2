/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the log, read back. */
#include "unit.h"

#include "daemon/line.h"
#include "record.h"

#define TIME "2026-11-22T10:00:00.000Z"
#define TEXT "time=" TIME " event=refusal login=a queue_id=\"\""
#define JSON "{\"time\":\"" TIME "\",\"event\":\"refusal\",\"login\":\"a\"}"

static enum record_result read_line(struct record *record, struct span line, char *room)
{
    memcpy(room, line.ptr, line.len);
    return record_read(record, room, line.len);
}

/* --- whose it is --- */

static void test_origin(void **state)
{
    static const struct {
        const char *line;
        enum record_result result;
    } rows[] = {
        {TEXT, RECORD_READ},
        {TEXT "\r", RECORD_READ},
        {JSON, RECORD_READ},
        {"Nov 22 10:00:00 host gatepost-milter[12]: " TEXT, RECORD_READ},
        {"Nov  2 10:00:00 host gatepost-auth: " JSON, RECORD_READ},
        {"<22>Nov 22 10:00:00 host gatepost-milter[12]: " JSON, RECORD_READ},
        {"<22>1 " TIME " host gatepost-milter 12 - - " JSON, RECORD_READ},
        {"<22>1 " TIME " host gatepost-milter 12 - - \xef\xbb\xbf" TEXT, RECORD_READ},
        {"2026-11-22T10:00:00+01:00 host gatepost-milter[12]: " TEXT, RECORD_READ},
        {"{ \"event\" : \"login\", \"new\" : [{}], \"time\" : \"x\" }", RECORD_READ},
        {"time=" TIME " event=message level=info", RECORD_READ},
        {"", RECORD_FOREIGN},
        {" ", RECORD_FOREIGN},
        {"x", RECORD_FOREIGN},
        {" " TEXT, RECORD_FOREIGN},
        {"x" TEXT, RECORD_FOREIGN},
        {"Nov 22 10:00:00 host postfix/smtpd[12]: " TEXT, RECORD_FOREIGN},
        {"Nov 22 10:00:00 host other: gatepost-milter[1]: " TEXT, RECORD_FOREIGN},
        {"<22>1 " TIME " host other 12 - - gatepost-milter: " TEXT, RECORD_FOREIGN},
        {"<22>1 " TIME " host gatepost-milter 12 - [x] " TEXT, RECORD_FOREIGN},
        {"<22 host gatepost-milter: " TEXT, RECORD_FOREIGN},
        {"{\"event\":\"other\"}", RECORD_FOREIGN},
        {"{\"event\":1}", RECORD_FOREIGN},
        {"{\"login\":[{}]}", RECORD_FOREIGN},
        {"{", RECORD_FOREIGN},
        {"[]", RECORD_FOREIGN},
        {"time=" TIME " level=info", RECORD_FOREIGN},
        {"time=\"x\" event=refusal", RECORD_FOREIGN},
        {"time=" TIME " event=other", RECORD_FOREIGN},
        {"time=" TIME " event=refusal", RECORD_BROKEN},
        {"time=" TIME " event=login queue_id=1", RECORD_BROKEN},
        {TEXT " ", RECORD_BROKEN},
        {TEXT " x", RECORD_BROKEN},
        {TEXT " x=", RECORD_BROKEN},
        {TEXT " x=\"", RECORD_BROKEN},
        {TEXT " x=\"\\", RECORD_BROKEN},
        {TEXT " x=\"\\x", RECORD_BROKEN},
        {TEXT " x=\"\\xg0\"", RECORD_BROKEN},
        {TEXT " x=\"\\n\"", RECORD_BROKEN},
        {TEXT " x=a,", RECORD_BROKEN},
        {TEXT " x=a\"b\"", RECORD_BROKEN},
        {TEXT " login=b", RECORD_BROKEN},
        {TEXT " from=a,b", RECORD_BROKEN},
        {TEXT " port=x", RECORD_BROKEN},
        {TEXT " port=99999999999999999999", RECORD_BROKEN},
        {TEXT " tls=1", RECORD_BROKEN},
        {"{\"time\":\"" TIME "\",\"event\":\"refusal\"", RECORD_BROKEN},
        {"{\"time\":\"" TIME "\",\"event\":\"refusal\",\"port\":\"x\"}", RECORD_BROKEN},
        {"{\"time\":\"" TIME "\",\"event\":\"refusal\",\"login\":\"\",\"login\":\"\"}",
         RECORD_BROKEN},
    };
    struct record record = {0};
    char room[400];
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum record_result result = read_line(&record, span_of(rows[i].line), room);
        bad += !holds(result == rows[i].result, "%s: %d", rows[i].line, result);
        bad += !holds((result == RECORD_BROKEN) == (record.fault != NULL), "%s: fault",
                      rows[i].line);
    }
    record_clear(&record);
    assert_int_equal(bad, 0);
}

static void test_stage(void **state)
{
    static const struct {
        const char *more;
        enum record_stage stage;
    } rows[] = {
        {"", STAGE_MAIL},
        {" to=\"\"", STAGE_MAIL},
        {" to=<a>", STAGE_RCPT},
        {" to=<a> stage=mail", STAGE_MAIL},
        {" stage=rcpt", STAGE_RCPT},
        {" to=<a> stage=message", STAGE_MESSAGE},
        {" to=<a>,<b> rule=header-from", STAGE_MESSAGE},
        {" to=<a> rule=relay-denied", STAGE_RCPT},
    };
    struct record record = {0};
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char line[200] = TEXT;
        append(line, sizeof line, "%s", rows[i].more);
        assert_int_equal(record_read(&record, line, strlen(line)), RECORD_READ);
        assert_int_equal(record_stage(&record), rows[i].stage);
    }
    record_clear(&record);
}

/* --- what it says --- */

struct values {
    char bytes[3][40];
    struct span login, to[2];
};

static void random_values(struct random *random, struct values *v, bool ascii)
{
    struct span *spans[] = {&v->login, &v->to[0], &v->to[1]};
    for (size_t i = 0; i < ROWS(spans); i++) {
        *spans[i] = (struct span){v->bytes[i], 1 + random_below(random, 39)};
        for (size_t n = 0; n < spans[i]->len; n++)
            v->bytes[i][n] = (char)random_below(random, ascii ? 0x80 : 256);
    }
}

static void write_line(struct line *line, bool json, const struct values *v)
{
    line_start(line, json);
    line_text(line, "time", TIME);
    line_text(line, "event", "transaction");
    line_number(line, "port", 587);
    line_boolean(line, "tls", true);
    line_string(line, "login", v->login);
    line_list_start(line, "to");
    line_list_item(line, v->to[0]);
    line_list_item(line, v->to[1]);
    line_list_end(line);
    line_number(line, "recipients", 2);
    line_text(line, "a_key_of_tomorrow", "x y");
    line_text(line, "queue_id", "");
    assert_true(line_end(line));
}

static void check_record(const struct record *r, const struct values *v)
{
    assert_int_equal(r->event, EVENT_TRANSACTION);
    assert_int_equal(r->number[FIELD_PORT], 587);
    assert_int_equal(r->number[FIELD_TLS], 1);
    assert_int_equal(r->number[FIELD_RECIPIENTS], 2);
    assert_true(record_is(r, FIELD_TIME, TIME));
    assert_true(record_is(r, FIELD_QUEUE_ID, ""));
    assert_false(record_has(r, FIELD_FROM));
    assert_true(span_equal(r->text[FIELD_LOGIN], v->login));
    assert_int_equal(r->list[FIELD_TO].count, 2);
    assert_true(span_equal(record_item(r, FIELD_TO, 0), v->to[0]));
    assert_true(span_equal(record_item(r, FIELD_TO, 1), v->to[1]));
}

/* Text gives any bytes back, and JSON all of ASCII. */
static void test_round_trip(void **state)
{
    struct random random = random_start();
    struct line *line = test_malloc(sizeof *line);
    struct record record = {0};
    struct values values;
    (void)state;
    for (int n = 0; n < 5000; n++) {
        bool json = n % 2;
        random_values(&random, &values, json);
        write_line(line, json, &values);
        assert_int_equal(record_read(&record, line->bytes, line->len - 1), RECORD_READ);
        check_record(&record, &values);
    }
    record_clear(&record);
    test_free(line);
}

/* As line.c writes it, and as another program would. */
static void test_json(void **state)
{
    static const char *const lines[] = {
        "{\"event\":\"refusal\",\"login\":\"\\u00fc\\ud83d\\udce7\\u0000\\\"\\\\\","
        "\"to\":[\"\",\"a\"],\"tls\":true,\"port\":25}",
        "{\"event\":\"refusal\",\"login\":\"\xc3\xbc\xf0\x9f\x93\xa7\\u0000\\\"\\\\\","
        "\"to\":[\"\",\"a\"],\"tls\":true,\"port\":25}",
        " { \"port\": 25, \"to\" : [\"\", \"\\u0061\"], \"tls\":true, \"x\": {},"
        "\"login\": \"\\u00fc\\uD83D\\uDCE7\\u0000\\u0022\\u005c\", \"from\":null,"
        "\"event\":\"refusal\"}",
    };
    static const struct span login = BYTES("\xc3\xbc\xf0\x9f\x93\xa7\0\"\\");
    struct record record = {0};
    char room[400];
    (void)state;
    for (size_t i = 0; i < ROWS(lines); i++) {
        struct span line = span_of(lines[i] + (lines[i][0] == ' '));
        assert_int_equal(read_line(&record, line, room), RECORD_READ);
        assert_true(span_equal(record.text[FIELD_LOGIN], login));
        assert_int_equal(record.list[FIELD_TO].count, 2);
        assert_true(span_equal(record_item(&record, FIELD_TO, 1), span_of("a")));
        assert_int_equal(record.number[FIELD_PORT], 25);
        assert_int_equal(record.number[FIELD_TLS], 1);
        assert_false(record_has(&record, FIELD_FROM));
    }
    record_clear(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_origin),
        cmocka_unit_test(test_stage),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
