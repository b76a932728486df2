/* SPDX-License-Identifier: BSD-2-Clause */
/* What the dialogues with all kinds of servers have in common. */
#include "dialogue.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "ascii.h"

bool dialogue_untold(struct dialogue *d, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(d->result->reply, sizeof d->result->reply, format, arguments);
    va_end(arguments);
    d->result->answer = TARGET_UNTOLD;
    return false;
}

bool dialogue_refused(struct dialogue *d, const char *words)
{
    dialogue_untold(d, "%s", words);
    d->result->answer = TARGET_REFUSED;
    return false;
}

bool dialogue_broken(struct dialogue *d)
{
    return dialogue_untold(d, "%s: %s", d->step, d->channel.fault);
}

bool dialogue_answer(struct dialogue *d, enum target_answer answer, struct span words)
{
    char *reply = d->result->reply;
    size_t len = 0;
    d->result->answer = answer;
    words = dialogue_shown(d, words);
    for (; len < words.len && len < sizeof d->result->reply - 1; len++) {
        char c = words.ptr[len];
        reply[len] = ascii_is_control(c) || ascii_is_high(c) ? '?' : c;
    }
    reply[len] = '\0';
    return false;
}

bool dialogue_send(struct dialogue *d, const char *step, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(d->command, sizeof d->command, format, arguments);
    va_end(arguments);
    d->step = step;
    bool fits = n > 0 && (size_t)n < sizeof d->command;
    bool sent = fits && channel_is_quiet(&d->channel) &&
                channel_write(&d->channel, (struct span){d->command, (size_t)n});
    explicit_bzero(d->command, sizeof d->command);
    if (!fits)
        return dialogue_untold(d, "%s: the command is too long", step);
    return sent || dialogue_broken(d);
}

bool dialogue_read(struct dialogue *d, struct span *line)
{
    return channel_read_line(&d->channel, line) || dialogue_broken(d);
}

bool dialogue_secure(struct dialogue *d)
{
    d->step = "TLS";
    return channel_secure(&d->channel, d->trust, d->url->host, TLS_OF_HOST) ||
           dialogue_broken(d);
}

bool dialogue_expand(struct dialogue *d, const char *text, template_escape *escape,
                     char *out, size_t size)
{
    struct template_values with_domain = d->values;
    if (template_expand(text, &d->values, escape, out, size))
        return true;
    with_domain.domain = (struct span){"", 0};
    if (d->values.domain.ptr || !template_expand(text, &with_domain, escape, out, size))
        return dialogue_untold(d, "the login does not fit into the template");
    return dialogue_refused(
        d, "the template asks for the domain of a login that has none");
}

struct span dialogue_word(struct span *rest)
{
    size_t start = 0, end;
    while (start < rest->len && rest->ptr[start] == ' ')
        start++;
    for (end = start; end < rest->len && rest->ptr[end] != ' ';)
        end++;
    struct span word = span_cut(*rest, start, end);
    *rest = span_cut(*rest, end, rest->len);
    return word;
}

bool dialogue_is(struct span word, const char *upper)
{
    return word.len == strlen(upper) && strncasecmp(word.ptr, upper, word.len) == 0;
}
