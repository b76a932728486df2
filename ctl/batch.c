/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost explain --batch: one JSON object a line in, one out. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "txn.h"

static json_t *judge_record(const struct snapshot *snapshot, const struct record *r)
{
    struct txn txn;
    struct policy policy;
    struct verdict verdict;
    struct txn_message message;
    const char *fault = txn_from_record(r, &txn);
    if (!fault)
        fault = txn_message_from_record(r, &message);
    if (fault)
        return json_pack("{s:s}", "error", fault);
    policy_mail(snapshot, &txn, &policy, &verdict, NULL);
    json_t *mail = json_verdict(&verdict), *rcpt = json_array();
    bool passed = verdict.kind == VERDICT_PASS;
    for (size_t i = 0; passed && i < r->list[FIELD_TO].count; i++) {
        policy_rcpt(&policy, record_item(r, FIELD_TO, i), r->text[FIELD_RCPT_ADDR],
                    &verdict, NULL);
        json_array_append_new(rcpt, json_verdict(&verdict));
    }
    json_t *answer = json_pack("{s:o, s:o}", "mail", mail, "rcpt", rcpt);
    if (passed && txn_has_message(r)) {
        policy_message(&policy, &message.message, &verdict, NULL);
        json_object_set_new(answer, "message", json_verdict(&verdict));
    }
    return answer;
}

static json_t *judge(const struct snapshot *snapshot, json_t *object)
{
    struct record record = {0};
    if (!json_is_object(object))
        return json_pack("{s:s}", "error", "a JSON object was expected");
    record_read_object(&record, object);
    json_t *answer = judge_record(snapshot, &record);
    record_clear(&record);
    return answer;
}

static json_t *judge_line(const struct snapshot *snapshot, const char *line, size_t len)
{
    json_error_t error;
    json_t *object =
        json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!object)
        return json_pack("{s:o}", "error", json_safe_string(error.text));
    json_t *answer = judge(snapshot, object);
    json_decref(object);
    return answer;
}

int batch_run(const struct snapshot *snapshot, FILE *in, FILE *out)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    int status = 0;
    while ((len = getline(&line, &size, in)) >= 0) {
        if (strspn(line, " \t\r\n") == (size_t)len)
            continue;
        json_t *answer = judge_line(snapshot, line, (size_t)len);
        if (json_object_get(answer, "error"))
            status = 1;
        json_dumpf(answer, out, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
        fputc('\n', out);
        json_decref(answer);
    }
    free(line);
    if (ferror(in) || fflush(out) != 0 || ferror(out)) {
        perror("gatepost explain");
        status = 1;
    }
    return status;
}
