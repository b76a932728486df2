/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of the daemons' log, read back. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>

#include "ascii.h"
#include "daemon/line.h"
#include "record_fields.h"

static const struct {
    const char *key;
    enum record_kind kind;
    const char *fault; /* of a wrong type, where decisions depend on it */
} fields[RECORD_FIELDS] = {
    [FIELD_TIME] = {"time", KIND_STRING, NULL},
    [FIELD_EVENT] = {"event", KIND_STRING, NULL},
    [FIELD_SESSION] = {"session", KIND_STRING, NULL},
    [FIELD_GENERATION] = {"generation", KIND_NUMBER, NULL},
    [FIELD_INTERFACE] = {"interface", KIND_STRING, NULL},
    [FIELD_PROTOCOL] = {"protocol", KIND_STRING, NULL},
    [FIELD_MTA] = {"mta", KIND_STRING, "mta is not a string"},
    [FIELD_DAEMON_NAME] = {"daemon_name", KIND_STRING, "daemon_name is not a string"},
    [FIELD_PORT] = {"port", KIND_NUMBER, "port is not a port"},
    [FIELD_CLIENT] = {"client", KIND_STRING, "client is not an address"},
    [FIELD_CLIENT_NAME] = {"client_name", KIND_STRING, "client_name is not a string"},
    [FIELD_HELO] = {"helo", KIND_STRING, NULL},
    [FIELD_TLS] = {"tls", KIND_BOOLEAN, "tls is neither true nor false"},
    [FIELD_TLS_VERSION] = {"tls_version", KIND_STRING, NULL},
    [FIELD_MECHANISM] = {"mechanism", KIND_STRING, NULL},
    [FIELD_LOGIN] = {"login", KIND_STRING, "login is not a string"},
    [FIELD_FROM] = {"from", KIND_STRING, "from is missing or not a string"},
    [FIELD_MAIL_ADDR] = {"mail_addr", KIND_STRING, "mail_addr is not a string"},
    [FIELD_TO] = {"to", KIND_LIST, "to is not a list of strings"},
    [FIELD_RECIPIENTS] = {"recipients", KIND_NUMBER, NULL},
    [FIELD_RCPT_ADDR] = {"rcpt_addr", KIND_STRING, "rcpt_addr is not a string"},
    [FIELD_STAGE] = {"stage", KIND_STRING, NULL},
    [FIELD_HEADER_FROM] = {"header_from", KIND_LIST,
                           "header_from is not a list of strings"},
    [FIELD_HEADER_SENDER] = {"header_sender", KIND_LIST,
                             "header_sender is not a list of strings"},
    [FIELD_RESENT_FROM] = {"resent_from", KIND_LIST,
                           "resent_from is not a list of strings"},
    [FIELD_RESENT_SENDER] = {"resent_sender", KIND_LIST,
                             "resent_sender is not a list of strings"},
    [FIELD_HEADERS_CUT] = {"headers_cut", KIND_BOOLEAN, NULL},
    [FIELD_POLICIES] = {"policies", KIND_LIST, NULL},
    [FIELD_POLICY] = {"policy", KIND_STRING, NULL},
    [FIELD_TEXT] = {"text", KIND_STRING, NULL},
    [FIELD_OU] = {"ou", KIND_STRING, NULL},
    [FIELD_VERDICT] = {"verdict", KIND_STRING, NULL},
    [FIELD_RULE] = {"rule", KIND_STRING, NULL},
    [FIELD_REPLY] = {"reply", KIND_STRING, NULL},
    [FIELD_SOURCE] = {"source", KIND_STRING, NULL},
    [FIELD_WOULD] = {"would", KIND_STRING, NULL},
    [FIELD_MODE] = {"mode", KIND_STRING, NULL},
    [FIELD_REASON] = {"reason", KIND_STRING, NULL},
    [FIELD_TARGET] = {"target", KIND_STRING, NULL},
    [FIELD_SERVER] = {"server", KIND_STRING, NULL},
    [FIELD_MS] = {"ms", KIND_NUMBER, NULL},
    [FIELD_END] = {"end", KIND_STRING, NULL},
    [FIELD_QUEUE_ID] = {"queue_id", KIND_STRING, NULL},
};

static const char *const events[EVENTS] = {
    [EVENT_REFUSAL] = "refusal",         [EVENT_MONITOR] = "monitor",
    [EVENT_TRANSACTION] = "transaction", [EVENT_LOGIN] = "login",
    [EVENT_POLICY] = "policy",           [EVENT_MESSAGE] = "message",
};

const char *record_key(enum record_field field)
{
    return fields[field].key;
}

enum record_kind record_kind(enum record_field field)
{
    return fields[field].kind;
}

const char *record_type_fault(enum record_field field)
{
    return fields[field].fault;
}

enum record_field record_field_of(struct span key, enum record_field before)
{
    for (size_t i = 1; i <= RECORD_FIELDS; i++) {
        enum record_field field = (enum record_field)((before + i) % RECORD_FIELDS);
        if (span_equal(key, span_of(fields[field].key)))
            return field;
    }
    return RECORD_FIELDS;
}

/* --- lists --- */

void record_start_list(struct record *r, enum record_field field)
{
    r->list[field] = (struct record_list){r->item_count, 0};
}

void record_add_item(struct record *r, enum record_field field, struct span item)
{
    if (r->item_count == r->item_size) {
        r->item_size = r->item_size ? r->item_size * 2 : 64;
        r->items = realloc(r->items, r->item_size * sizeof *r->items);
        if (!r->items) {
            fputs("gatepost: out of memory\n", stderr);
            abort();
        }
    }
    r->items[r->item_count++] = item;
    r->list[field].count++;
}

static void start_record(struct record *r)
{
    json_decref(r->object);
    *r = (struct record){.items = r->items, .item_size = r->item_size};
}

void record_clear(struct record *r)
{
    start_record(r);
    free(r->items);
    *r = (struct record){0};
}

/* --- what stands before it --- */

static struct span take_word(struct span *rest)
{
    const char *end = rest->len ? memchr(rest->ptr, ' ', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct span word = {rest->ptr, len};
    while (len < rest->len && rest->ptr[len] == ' ')
        len++;
    *rest = span_cut(*rest, len, rest->len);
    return word;
}

static bool starts_with(struct span text, const char *start)
{
    size_t len = strlen(start);
    return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

/* gatepost-milter, gatepost-auth, or what else a unit of ours is called. */
static bool is_our_tag(struct span word)
{
    return starts_with(word, "gatepost");
}

/* RFC 5424 6: <PRI>1 TIME HOST PROGRAM PID MSGID DATA MESSAGE. We write no DATA. */
static bool skip_structured(struct span *line)
{
    struct span words[7];
    for (size_t i = 0; i < 7; i++)
        words[i] = take_word(line);
    if (starts_with(*line, "\xef\xbb\xbf"))
        *line = span_cut(*line, 3, line->len);
    return is_our_tag(words[3]) && span_equal(words[6], span_of("-"));
}

/* The first word that ends in a colon is the tag; behind it, anybody may have written
 * what looks like ours. */
static bool skip_tag(struct span *line)
{
    enum { WORDS = 8 };
    for (size_t i = 0; i < WORDS && line->len; i++) {
        struct span word = take_word(line);
        if (word.len && word.ptr[word.len - 1] == ':')
            return is_our_tag(word);
    }
    return false;
}

static bool skip_prefix(struct span *line)
{
    size_t i = 1;
    if (starts_with(*line, "time=") || starts_with(*line, "{"))
        return true;
    if (!starts_with(*line, "<"))
        return skip_tag(line);
    while (i < line->len && ascii_is_digit(line->ptr[i]))
        i++;
    if (starts_with(span_cut(*line, i, line->len), ">1 "))
        return skip_structured(line);
    if (i == line->len || line->ptr[i] != '>')
        return false;
    *line = span_cut(*line, i + 1, line->len);
    return skip_tag(line);
}

/* --- the line --- */

/* Does it begin as each line of ours does, "time" and then "event"? */
static bool begins_as_ours(struct span line, const char *time, const char *event)
{
    if (!starts_with(line, time))
        return false;
    size_t i = strlen(time);
    while (i < line.len && (ascii_is_digit(line.ptr[i]) ||
                            (line.ptr[i] != '\0' && strchr("TZ:.-", line.ptr[i]))))
        i++;
    return starts_with(span_cut(line, i, line.len), event);
}

static bool find_event(struct record *r)
{
    for (enum record_event event = 0; event < EVENTS; event++) {
        r->event = event;
        if (record_has(r, FIELD_EVENT) && record_is(r, FIELD_EVENT, events[event]))
            return true;
    }
    return false;
}

/* syslog daemons cut long lines; each of ours ends in the same key. */
static bool is_whole(const struct record *r)
{
    if (r->event == EVENT_MESSAGE)
        return true;
    return record_has(r, r->event == EVENT_LOGIN ? FIELD_MS : FIELD_QUEUE_ID);
}

static enum record_result broken(struct record *r, const char *fault)
{
    r->fault = fault;
    return RECORD_BROKEN;
}

static enum record_result read_text(struct record *r, struct span line, char *bytes)
{
    if (!begins_as_ours(line, "time=", " event="))
        return RECORD_FOREIGN;
    if (!record_read_text(r, bytes, line.len))
        return broken(r, "a line that is broken");
    if (!find_event(r))
        return RECORD_FOREIGN;
    return is_whole(r) ? RECORD_READ : broken(r, "a line that was cut short");
}

static enum record_result read_json(struct record *r, struct span line, char *bytes)
{
    json_error_t error;
    if (record_read_flat(r, bytes, line.len))
        return find_event(r) ? RECORD_READ : RECORD_FOREIGN;
    start_record(r);
    r->object =
        json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!r->object)
        return begins_as_ours(line, "{\"time\":\"", "\",\"event\":\"")
                   ? broken(r, "a line that is no JSON")
                   : RECORD_FOREIGN;
    if (json_is_object(r->object))
        record_read_object(r, r->object);
    if (!find_event(r)) {
        r->fault = NULL; /* what is not ours cannot be broken */
        return RECORD_FOREIGN;
    }
    return r->fault ? RECORD_BROKEN : RECORD_READ;
}

enum record_result record_read(struct record *r, char *bytes, size_t len)
{
    struct span line = {bytes, len};
    start_record(r);
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (!skip_prefix(&line) || span_empty(line))
        return RECORD_FOREIGN;
    bytes += line.ptr - bytes;
    return line.ptr[0] == '{' ? read_json(r, line, bytes) : read_text(r, line, bytes);
}

/* --- what it says --- */

bool record_is_message_rule(const struct record *r, enum record_field field)
{
    static const char *const rules[] = {"bad-header-from", "header-from",
                                        "header-aligned", "display-name", NULL};
    for (const char *const *rule = rules; *rule; rule++)
        if (record_is(r, field, *rule))
            return true;
    return false;
}

enum record_stage record_stage(const struct record *r)
{
    if (record_is(r, FIELD_STAGE, "message"))
        return STAGE_MESSAGE;
    if (record_has(r, FIELD_STAGE))
        return record_is(r, FIELD_STAGE, "rcpt") ? STAGE_RCPT : STAGE_MAIL;
    if (record_is_message_rule(r, FIELD_RULE))
        return STAGE_MESSAGE;
    return r->list[FIELD_TO].count > 0 ? STAGE_RCPT : STAGE_MAIL;
}

/* A value of exactly that length may be whole: nobody can tell. */
bool record_is_cut(const struct record *r, enum record_field field)
{
    if (record_kind(field) != KIND_LIST)
        return r->text[field].len >= LINE_VALUE;
    for (size_t i = 0; i < r->list[field].count; i++)
        if (record_item(r, field, i).len >= LINE_VALUE)
            return true;
    return false;
}
