/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reader could take for the domain behind an @, in any text. */
#include "mailbox_domain.h"

#include "ascii.h"
#include "lookalike.h"
#include "utf8.h"

/* More parts than that, each with a blank behind it, are not read one by one: it would
 * take square time. */
enum { EARLY_MAX = 8 };

/* Any text of a run in UTF-8, of which each byte may be Latin-1. */
struct text {
    size_t len;
    char bytes[2 * RUN_MAX];
};

/* And letters that look like it, of which IDNA 2008 accepts some. */
static const struct {
    unsigned first, last;
} punctuation[] = {
    {0xa0, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},   {0x2b0, 0x2ff},
    {0x374, 0x375},   {0x37e, 0x37e},   {0x387, 0x387}, {0x559, 0x55f},
    {0x589, 0x58a},   {0x5f3, 0x5f4},   {0x60c, 0x61f}, {0x2000, 0x206f},
    {0x3008, 0x301f}, {0xa788, 0xa78c},
};

enum script script_of(unsigned code, bool (*is_ascii_part)(char))
{
    if (code < 0x80)
        return is_ascii_part((char)code) ? SCRIPT_NARROW : SCRIPT_NONE;
    for (size_t i = 0; i < sizeof punctuation / sizeof *punctuation; i++)
        if (code >= punctuation[i].first && code <= punctuation[i].last)
            return SCRIPT_NONE;
    return code < 0x2000 ? SCRIPT_NARROW : SCRIPT_WIDE;
}

/* --- the readings of a run --- */

static bool report_domain(struct domain_sink *sink, struct span text)
{
    char domain[DOMAIN_MAX];
    size_t len = domain_canonical(text, domain);
    struct span found = {domain, len};
    if (len == 0)
        return false;
    if (span_equal(found, (struct span){sink->domain, sink->domain_len}))
        return true;
    memcpy(sink->domain, domain, len);
    sink->domain_len = len;
    sink->found(sink->context, found);
    return true;
}

static struct span strip(struct span s, const char *characters)
{
    while (s.len > 0 && strchr(characters, s.ptr[s.len - 1]))
        s.len--;
    while (s.len > 0 && strchr(characters, s.ptr[0]))
        s = span_cut(s, 1, s.len);
    return s;
}

/* A text without NUL. An underscore is part of a domain, or marks the text. Returns
 * whether it is a domain. */
static bool report_text(struct domain_sink *sink, struct span s)
{
    char text[2 * RUN_MAX];
    size_t n = 0;
    s = strip(s, ".-");
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '.' || s.ptr[i - 1] != '.')
            text[n++] = s.ptr[i];
    struct span single = {text, n}, bare = strip(single, "._-");
    bool good = report_domain(sink, single);
    return (bare.len < single.len && report_domain(sink, bare)) || good;
}

static bool is_domain_ascii(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* Its start that reads as a domain. A label may change from wide to narrow. */
static struct span script_start(struct span s)
{
    size_t end = 0;
    enum script last = SCRIPT_NONE;
    while (end < s.len) {
        unsigned code = 0;
        size_t n = utf8_sequence(span_cut(s, end, s.len), &code);
        enum script script = script_of(code, is_domain_ascii);
        if (script == SCRIPT_NONE || (script == SCRIPT_WIDE && last == SCRIPT_NARROW))
            break;
        if (code == '.')
            last = SCRIPT_NONE;
        else if (last == SCRIPT_NONE)
            last = script;
        end += n;
    }
    return span_cut(s, 0, end);
}

/* Bytes from there on that are above ASCII, or that are not. */
static size_t count_of(struct span s, size_t from, bool high)
{
    size_t i = from;
    while (i < s.len && ascii_is_high(s.ptr[i]) == high)
        i++;
    return i - from;
}

/* Does punctuation stand there, which is neither letter nor mark? */
static bool is_punctuation(struct span s)
{
    unsigned code;
    return utf8_sequence(s, &code) > 0 && code >= 0x80 &&
           script_of(code, is_domain_ascii) == SCRIPT_NONE;
}

static size_t skip_punctuation(struct span s)
{
    unsigned code;
    size_t i = 0;
    while (i < s.len && is_punctuation(span_cut(s, i, s.len)))
        i += utf8_sequence(span_cut(s, i, s.len), &code);
    return i;
}

/* The parts of it that are ASCII, or the first: what is above might be no letters. */
static void report_ascii(struct domain_sink *sink, struct span s, bool first_only)
{
    for (size_t i = 0; i < s.len && !(first_only && i > 0);) {
        size_t len = count_of(s, i, false);
        (void)report_text(sink, span_cut(s, i, i + len));
        if (len > 0 && s.ptr[i] == '[') /* not closed, or not around an address */
            (void)report_text(sink, span_cut(s, i + 1, i + len));
        for (i += len; i < s.len && ascii_is_high(s.ptr[i]);) {
            unsigned code;
            size_t n = utf8_sequence(span_cut(s, i, s.len), &code);
            if (n == 0 || is_punctuation(span_cut(s, i, s.len)))
                return;
            i += n;
        }
    }
}

static void put_code(struct text *text, unsigned code, struct span bytes)
{
    if (code < 0x80) {
        text->bytes[text->len++] = (char)code;
    } else if (bytes.len == 1) {
        text->bytes[text->len++] = (char)(0xc0 | code >> 6);
        text->bytes[text->len++] = (char)(0x80 | (code & 0x3f));
    } else {
        memcpy(text->bytes + text->len, bytes.ptr, bytes.len);
        text->len += bytes.len;
    }
}

/* A run as it is, from Latin-1 if it is not UTF-8; with its characters narrow and
 * without invisible ones; and without marks, too. */
struct texts {
    struct text whole, marked, plain;
};

static void make_texts(struct span run, struct texts *texts)
{
    bool latin = !utf8_is_text(run);
    texts->whole.len = texts->marked.len = texts->plain.len = 0;
    for (size_t i = 0; i < run.len;) {
        unsigned code = (unsigned char)run.ptr[i];
        struct span rest = span_cut(run, i, run.len);
        size_t n = utf8_sequence(rest, &code);
        n = n > 0 ? n : 1;
        struct span bytes = span_cut(rest, 0, n);
        for (size_t k = 0; latin && k < n; k++)
            put_code(&texts->whole, (unsigned char)rest.ptr[k],
                     span_cut(rest, k, k + 1));
        if (!latin)
            put_code(&texts->whole, code, bytes);
        i += n;
        if (lookalike_is_invisible(code) || code == 0xfffd)
            continue;
        put_code(&texts->marked, lookalike_narrow(code), bytes);
        if (!lookalike_is_mark(code))
            put_code(&texts->plain, lookalike_narrow(code), bytes);
    }
}

static struct span readable(const struct text *text)
{
    struct span s = {text->bytes, text->len};
    size_t start = skip_punctuation(s);
    return span_cut(s, start, s.len);
}

/* The most likely one is the first. */
static void report_run(struct domain_sink *sink, struct span run)
{
    struct texts texts;
    if (count_of(run, 0, false) == run.len) {
        report_ascii(sink, run, false);
        return;
    }
    make_texts(run, &texts);
    struct span whole = {texts.whole.bytes, texts.whole.len};
    struct span marked = readable(&texts.marked), plain = readable(&texts.plain);
    (void)report_text(sink, script_start(marked));
    bool international = report_text(sink, marked);
    report_ascii(sink, plain, international);
    if (!span_equal(plain, marked))
        (void)report_text(sink, plain);
    if (!span_equal(whole, marked))
        (void)report_text(sink, whole);
}

/* --- the text --- */

static void report(struct domain_watch *w, struct domain_sink *sink)
{
    struct span run = {w->run, w->len};
    if (span_equal(run, (struct span){sink->run, sink->run_len}))
        return;
    memcpy(sink->run, run.ptr, run.len);
    sink->run_len = run.len;
    report_run(sink, run);
}

void domain_watch_end(struct domain_watch *w, struct domain_sink *sink)
{
    if (w->state == WATCH_WITHIN || w->state == WATCH_GAP)
        report(w, sink);
    w->state = WATCH_IDLE;
}

static void start(struct domain_watch *w, struct domain_sink *sink)
{
    domain_watch_end(w, sink);
    w->state = WATCH_BEFORE;
    w->after_dot = false;
    w->len = w->early = 0;
}

/* What is before a blank or a control is a domain; with what is behind, perhaps
 * another. */
static void report_early(struct domain_watch *w, struct domain_sink *sink)
{
    if (w->state == WATCH_WITHIN && w->early++ < EARLY_MAX)
        report(w, sink);
}

void domain_watch_gap(struct domain_watch *w, struct domain_sink *sink)
{
    report_early(w, sink);
    if (w->state == WATCH_WITHIN)
        w->state = WATCH_GAP;
}

static bool in_literal(const struct domain_watch *w)
{
    return w->len > 0 && w->run[0] == '[';
}

static bool is_of_domain(const struct domain_watch *w, unsigned code)
{
    if (code >= 0x80 || in_literal(w))
        return true;
    return is_domain_ascii((char)code) || (code == '[' && w->state == WATCH_BEFORE);
}

static void see_letter(struct domain_watch *w, struct domain_sink *sink, unsigned code,
                       struct span bytes)
{
    bool dot = lookalike_narrow(code) == '.';
    if ((w->state == WATCH_GAP && !dot && !w->after_dot && !in_literal(w)) ||
        bytes.len > RUN_MAX - w->len) {
        domain_watch_end(w, sink);
        return;
    }
    memcpy(w->run + w->len, bytes.ptr, bytes.len);
    w->len += bytes.len;
    w->after_dot = dot || (w->after_dot && lookalike_is_invisible(code));
    w->state = WATCH_WITHIN;
    if (in_literal(w) && code == ']')
        domain_watch_end(w, sink);
}

/* Blanks that are not of ASCII may be as thin as a hair: the domain goes on. */
static bool is_thin(unsigned code)
{
    return code >= 0x80 && lookalike_is_blank(code);
}

void domain_watch_see(struct domain_watch *w, struct domain_sink *sink, unsigned code,
                      struct span bytes)
{
    if (lookalike_is_at(code))
        start(w, sink);
    else if (w->state == WATCH_IDLE)
        return;
    else if (w->state != WATCH_WITHIN && lookalike_is_invisible(code))
        return;
    else if (is_thin(code))
        report_early(w, sink);
    else if (lookalike_is_blank(code))
        domain_watch_gap(w, sink);
    else if (code < ' ' || (code >= 0x7f && code < 0xa0))
        report_early(w, sink);
    else if (is_of_domain(w, code))
        see_letter(w, sink, code, bytes);
    else if (w->state != WATCH_BEFORE || !strchr("\"\\<'`([{}*~|/=", (int)code))
        domain_watch_end(w, sink);
}
