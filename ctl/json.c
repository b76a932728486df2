/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdicts as JSON. */
#include "json.h"

#include <stdlib.h>

#include "ascii.h"

json_t *json_safe_span(struct span text)
{
    json_t *value = json_stringn(text.len ? text.ptr : "", text.len);
    if (value)
        return value;
    char *ascii = malloc(text.len + 1);
    if (!ascii)
        abort();
    for (size_t i = 0; i < text.len; i++)
        ascii[i] = ascii_is_high(text.ptr[i]) ? '?' : text.ptr[i];
    value = json_stringn(ascii, text.len);
    free(ascii);
    return value;
}

json_t *json_safe_string(const char *text)
{
    return json_safe_span(span_of(text));
}

static json_t *json_source(struct source source)
{
    char text[SOURCE_TEXT];
    source_format(source, text);
    return json_safe_string(text);
}

json_t *json_verdict(const struct verdict *v)
{
    char reply[REPLY_TEXT];
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s}", "verdict",
                     verdict_name(v->kind), "rule", rule_name(v->rule), "reply",
                     json_safe_string(verdict_reply(v, reply)), "interface",
                     json_safe_string(v->interface ? v->interface->name : ""), "ou",
                     json_safe_string(v->ou ? v->ou->name : ""), "source",
                     json_source(v->source), "would", rule_name(v->would));
}

const char *outcome_name(const struct step *step)
{
    if (step->held_back)
        return "would";
    switch (step->outcome) {
    case OUTCOME_UNCONCERNED:
        return "-";
    case OUTCOME_PASS:
        return "pass";
    case OUTCOME_REFUSE:
        return "refuse";
    case OUTCOME_FAULT:
        break;
    }
    return "fault";
}

void json_trace_step(void *array, const struct step *step)
{
    json_t *item = json_pack("{s:s, s:s, s:o, s:o, s:s}", "rule", rule_name(step->rule),
                             "outcome", outcome_name(step), "ou",
                             json_safe_string(step->ou ? step->ou->name : ""), "source",
                             json_source(step->source), "reason", step->reason);
    json_array_append_new(array, item);
}
