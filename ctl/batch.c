/* SPDX-License-Identifier: BSD-2-Clause */
/* gatepost explain --batch: one JSON object a line in, one out. */
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* Absent and null are the same; anything but a string is an error. */
static bool get_string(json_t *object, const char *key, struct span *out)
{
    json_t *value = json_object_get(object, key);
    *out = (struct span){NULL, 0};
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return false;
    *out = (struct span){json_string_value(value), json_string_length(value)};
    return true;
}

static bool get_boolean(json_t *object, const char *key, bool *out)
{
    json_t *value = json_object_get(object, key);
    *out = json_is_true(value);
    return !value || json_is_boolean(value) || json_is_null(value);
}

static bool get_port(json_t *object, unsigned *out)
{
    json_t *value = json_object_get(object, "port");
    *out = 0;
    if (!value || json_is_null(value))
        return true;
    json_int_t port = json_integer_value(value);
    *out = (unsigned)port;
    return json_is_integer(value) && port >= 0 && port <= 65535;
}

static bool get_mta(json_t *object, enum mta *out)
{
    struct span word;
    *out = MTA_AUTO;
    if (!get_string(object, "mta", &word))
        return false;
    if (span_equal(word, span_of("postfix")))
        *out = MTA_POSTFIX;
    else if (span_equal(word, span_of("sendmail")))
        *out = MTA_SENDMAIL;
    else if (span_equal(word, span_of("unknown")))
        *out = MTA_UNKNOWN;
    return span_empty(word) || *out != MTA_AUTO;
}

/* The words that the log has for clients without an address. */
static bool names_no_address(struct span text)
{
    return span_empty(text) || span_equal(text, span_of("unknown")) ||
           span_equal(text, span_of("unix"));
}

static const char *read_txn(json_t *object, struct txn *txn)
{
    struct span client;
    *txn = (struct txn){0};
    if (!json_is_object(object))
        return "a JSON object was expected";
    if (!get_string(object, "client", &client) ||
        (!names_no_address(client) && !ipaddr_parse(client, &txn->client)))
        return "client is not an address";
    if (!get_string(object, "client_name", &txn->client_name))
        return "client_name is not a string";
    if (!get_string(object, "daemon_name", &txn->daemon_name))
        return "daemon_name is not a string";
    if (!get_port(object, &txn->port))
        return "port is not a port";
    if (!get_boolean(object, "tls", &txn->tls))
        return "tls is neither true nor false";
    if (!get_string(object, "login", &txn->login))
        return "login is not a string";
    if (!get_string(object, "from", &txn->from) || !txn->from.ptr)
        return "from is missing or not a string";
    if (!get_mta(object, &txn->mta))
        return "mta is none of postfix, sendmail, unknown";
    if (!get_string(object, "mail_addr", &txn->mail_addr))
        return "mail_addr is not a string";
    return NULL;
}

static const char *check_recipients(json_t *to)
{
    size_t index;
    json_t *value;
    if (!to || json_is_null(to) || json_is_string(to))
        return NULL;
    if (!json_is_array(to))
        return "to is not a list";
    json_array_foreach(to, index, value)
    {
        if (!json_is_string(value))
            return "to holds something else than strings";
    }
    return NULL;
}

static json_t *judge_recipient(struct policy *policy, json_t *value,
                               struct span reading)
{
    struct verdict verdict;
    struct span to = {json_string_value(value), json_string_length(value)};
    policy_rcpt(policy, to, reading, &verdict, NULL);
    return json_verdict(&verdict);
}

static json_t *judge(const struct snapshot *snapshot, json_t *object)
{
    struct txn txn;
    struct policy policy;
    struct verdict verdict;
    struct span reading;
    json_t *to = json_is_object(object) ? json_object_get(object, "to") : NULL;
    const char *fault = read_txn(object, &txn);
    if (!fault)
        fault = check_recipients(to);
    if (!fault && !get_string(object, "rcpt_addr", &reading))
        fault = "rcpt_addr is not a string";
    if (fault)
        return json_pack("{s:s}", "error", fault);
    policy_mail(snapshot, &txn, &policy, &verdict, NULL);
    json_t *rcpt = json_array();
    if (verdict.kind == VERDICT_PASS && json_is_string(to)) {
        json_array_append_new(rcpt, judge_recipient(&policy, to, reading));
    } else if (verdict.kind == VERDICT_PASS) {
        size_t index;
        json_t *value;
        json_array_foreach(to, index, value)
            json_array_append_new(rcpt, judge_recipient(&policy, value, reading));
    }
    return json_pack("{s:o, s:o}", "mail", json_verdict(&verdict), "rcpt", rcpt);
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
