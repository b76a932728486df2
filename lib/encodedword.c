/* SPDX-License-Identifier: BSD-2-Clause */
/* Encoded words of header fields (RFC 2047). */
#include "encodedword.h"

#include "ascii.h"
#include "charset.h"

/* The bytes of encoded words on their way to the sink. */
struct decoder {
    struct encodedword_sink *sink;
    bool open; /* there is a reader, which the next word may go on with */
    struct charset_reader reader;
};

static void close_reader(struct decoder *d)
{
    if (!d->open)
        return;
    charset_end(&d->reader);
    d->sink->broken = d->sink->broken || d->reader.broken;
    d->open = false;
}

/* UTF-8 is put together by whoever is behind the sink. */
static void open_reader(struct decoder *d, struct span name)
{
    struct encodedword_sink *sink = d->sink;
    const struct charset *charset = charset_find(name);
    if (d->open && d->reader.charset == charset &&
        sink->reading == ENCODEDWORD_JOINED) {
        sink->joined = sink->joined || !charset_is_utf8(charset);
        return;
    }
    close_reader(d);
    d->open = charset && charset_begin(&d->reader, charset, sink->put, sink->context);
    sink->odd = sink->odd || !d->open;
}

static void put_byte(struct decoder *d, unsigned byte)
{
    struct encodedword_sink *sink = d->sink;
    if (d->open)
        charset_put(&d->reader, (char)byte);
    else if (byte < 0x80 || sink->reading == ENCODEDWORD_AS_IS)
        sink->put(sink->context, (char)byte);
    else
        for (const char *lost = "\xef\xbf\xbd"; *lost; lost++)
            sink->put(sink->context, *lost);
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Padding starts anew, other characters do not count. */
static void decode_base64(struct decoder *d, struct span text)
{
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = base64_value(text.ptr[i]);
        if (text.ptr[i] == '=')
            held = 0;
        if (value < 0)
            continue;
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            put_byte(d, bits >> held & 0xff);
        }
    }
}

static void decode_q(struct decoder *d, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '=' && text.len - i > 2 && ascii_hex(text.ptr[i + 1]) >= 0 &&
            ascii_hex(text.ptr[i + 2]) >= 0) {
            put_byte(d, (unsigned)(ascii_hex(text.ptr[i + 1]) << 4 |
                                   ascii_hex(text.ptr[i + 2])));
            i += 2;
        } else if (c != '\r' && c != '\n') {
            put_byte(d, c == '_' ? ' ' : (unsigned char)c);
        }
    }
}

/* Offset of "?=" from there on, or text.len. */
static size_t find_end(struct span text, size_t from)
{
    for (size_t i = from; i + 1 < text.len; i++)
        if (text.ptr[i] == '?' && text.ptr[i + 1] == '=')
            return i;
    return text.len;
}

/* Offset of the character from there on, or text.len. */
static size_t find(struct span text, size_t from, char c)
{
    const char *found =
        from < text.len ? memchr(text.ptr + from, c, text.len - from) : NULL;
    return found ? (size_t)(found - text.ptr) : text.len;
}

/* Where a search for an end has failed, none is made again: that keeps the time
 * linear. */
struct search {
    enum encodedword_reading reading;
    bool no_end;
};

struct parts {
    struct span charset, text;
    bool base64;
};

/* Returns the length of the encoded word at the start of s, or 0. */
static size_t take_word(struct span s, struct parts *parts, struct search *search)
{
    if (search->no_end || s.len < 2 || s.ptr[0] != '=' || s.ptr[1] != '?')
        return 0;
    size_t i = find(s, 2, '?');
    if (s.len - i < 3 || s.ptr[i + 2] != '?')
        return 0;
    char encoding = ascii_fold(s.ptr[i + 1]);
    if (encoding != 'b' && encoding != 'q')
        return 0;
    bool inner = search->reading == ENCODEDWORD_INNER;
    size_t end = inner ? find(s, i + 3, '?') : find_end(s, i + 3);
    bool closed = end < s.len;
    search->no_end = !closed && search->reading != ENCODEDWORD_AS_IS;
    if (search->no_end || (inner && (s.len - end < 2 || s.ptr[end + 1] != '=')))
        return 0;
    parts->charset = span_cut(s, 2, i);
    parts->base64 = encoding == 'b';
    parts->text = span_cut(s, i + 3, end);
    return closed ? end + 2 : end;
}

/* A question mark is never in base64, and opens another word behind an "=". */
static bool might_nest(const struct parts *parts)
{
    struct span text = parts->text;
    for (size_t i = find(text, 0, '?'); i < text.len; i = find(text, i + 1, '?'))
        if (parts->base64 || (i > 0 && text.ptr[i - 1] == '='))
            return true;
    return false;
}

static void decode_word(struct decoder *d, const struct parts *parts)
{
    struct encodedword_sink *sink = d->sink;
    sink->found = true;
    sink->nested = sink->nested || might_nest(parts);
    if (sink->reading != ENCODEDWORD_AS_IS)
        open_reader(d, parts->charset);
    if (parts->base64)
        decode_base64(d, parts->text);
    else
        decode_q(d, parts->text);
}

static size_t blanks(struct span s, size_t from)
{
    size_t i = from;
    while (i < s.len && s.ptr[i] != '\0' && strchr(" \t\r\n", s.ptr[i]))
        i++;
    return i - from;
}

static void touch(struct encodedword_sink *sink)
{
    sink->touched = true;
    if (sink->reading == ENCODEDWORD_APART)
        sink->put(sink->context, ' ');
}

void encodedword_decode(struct span text, struct encodedword_sink *sink)
{
    struct decoder d = {.sink = sink, .open = false};
    struct search search = {sink->reading, false};
    struct parts parts;
    size_t behind = 0; /* the last word */
    sink->found = sink->odd = sink->broken = sink->joined = sink->nested = false;
    sink->touched = false;
    bool is_text = false; /* what is before i is, and no blank */
    for (size_t i = 0; i < text.len;) {
        size_t len = take_word(span_cut(text, i, text.len), &parts, &search);
        if (len == 0) {
            is_text = !strchr(" \t\r\n", text.ptr[i]);
            if (is_text && i > 0 && i == behind)
                touch(sink);
            sink->put(sink->context, text.ptr[i++]);
            continue;
        }
        if (is_text)
            touch(sink);
        is_text = false;
        decode_word(&d, &parts);
        i += len;
        behind = i;
        size_t gap = blanks(text, i);
        if (take_word(span_cut(text, i + gap, text.len), &parts, &search) > 0)
            i += gap;
        else
            close_reader(&d);
    }
}

bool encodedword_is_in(struct span text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == '=' && text.ptr[i + 1] == '?')
            return find_end(text, i + 2) < text.len;
    return false;
}
