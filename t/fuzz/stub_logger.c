/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for the logger: lines are checked instead of written. */
#include "stub_logger.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

#include "fuzz.h"

static bool as_json;
static unsigned long lines;

void stub_logger_set(bool json)
{
    as_json = json;
}

unsigned long stub_logger_lines(void)
{
    return lines;
}

/* A value of the text format; returns what stands behind it. */
static const char *skip_value(const char *p)
{
    if (*p != '"') {
        while (*p && *p != ' ' && *p != ',') {
            require(*p != '"' && *p != '\\', "no quotes in a plain value");
            p++;
        }
        return p;
    }
    for (p++; *p != '"'; p++) {
        require(*p, "a quoted value is closed");
        if (*p == '\\' && *++p == 'x')
            p += 2;
    }
    return p + 1;
}

/* key=value key=value[,value...] */
static void check_text(const char *p)
{
    while (*p) {
        const char *start = p;
        while ((*p >= 'a' && *p <= 'z') || *p == '_')
            p++;
        require(p > start && *p == '=', "key=value");
        do
            p = skip_value(p + 1);
        while (*p == ',');
        require(*p == '\0' || (*p == ' ' && p[1]), "a blank between the values");
        p += *p == ' ';
    }
}

static void check_json(const char *text, size_t len)
{
    json_t *object =
        json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    require(json_is_object(object), "a line is a JSON object, no key given twice");
    require(json_string_length(json_object_get(object, "time")) == 24, "time");
    require(json_is_string(json_object_get(object, "event")), "event");
    json_decref(object);
}

void logger_put(enum log_level level, struct line **finished)
{
    static char text[LINE_MAX_BYTES + 1];
    struct line *line = *finished;
    (void)level;
    require(!line->overflow, "a line fits");
    require(line->len > 1 && line->bytes[line->len - 1] == '\n', "a line ends");
    size_t len = line->len - 1;
    memcpy(text, line->bytes, len);
    text[len] = '\0';
    require(fuzz_is_printable((struct span){text, len}), "a line is printable ASCII");
    if (as_json)
        check_json(text, len);
    else
        check_text(text);
    lines++;
    free(line);
    *finished = NULL;
}

bool logger_wants(enum log_level level)
{
    (void)level;
    return true;
}

bool logger_is_json(void)
{
    return as_json;
}

struct line *logger_line(const char *event)
{
    struct line *line = malloc(sizeof *line);
    require(line, "memory");
    line_start(line, as_json);
    line_text(line, "time", "2026-01-01T00:00:00.000Z");
    line_text(line, "event", event);
    return line;
}

void logger_message(enum log_level level, const char *format, ...)
{
    char text[LINE_VALUE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct line *line = logger_line("message");
    line_text(line, "level", "warning");
    line_text(line, "message", text);
    line_end(line);
    logger_put(level, &line);
}
