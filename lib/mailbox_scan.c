/* SPDX-License-Identifier: BSD-2-Clause */
/* Domains that a reader could see in a field that does not parse. */
#include "mailbox.h"

#include "encodedword.h"
#include "lookalike.h"
#include "mailbox_domain.h"
#include "utf8.h"

/* What is done about comments. */
enum comments {
    COMMENTS_KEPT,
    COMMENTS_SKIPPED,   /* those outside of quotes */
    COMMENTS_BEHIND_AT, /* those that begin behind an @ */
    COMMENTS_WAYS,
};

struct watcher {
    enum comments comments;
    size_t depth;
    bool quoted, escaped;
    struct domain_watch domain;
};

/* A text goes through all watchers, character by character: most see the same. */
struct scan {
    struct domain_sink sink;
    size_t seen; /* bytes of a character that has begun */
    char bytes[4];
    struct watcher watchers[COMMENTS_WAYS];
};

/* True if the character is of a comment that this watcher skips. */
static bool is_skipped(struct scan *scan, struct watcher *w, unsigned code)
{
    if (w->comments == COMMENTS_KEPT)
        return false;
    if (w->comments == COMMENTS_BEHIND_AT &&
        (w->domain.state == WATCH_IDLE || lookalike_is_at(code))) {
        w->depth = 0;
        w->escaped = false;
        return false;
    }
    if (w->escaped || ((w->depth > 0 || w->quoted) && code == '\\')) {
        w->escaped = !w->escaped;
        return w->depth > 0;
    }
    if (w->depth > 0) {
        w->depth += code == '(';
        w->depth -= code == ')';
        return true;
    }
    if (code == '"' && w->comments == COMMENTS_SKIPPED)
        w->quoted = !w->quoted;
    if (code != '(' || w->quoted)
        return false;
    w->depth = 1;
    domain_watch_gap(&w->domain, &scan->sink);
    return true;
}

static void watch(struct scan *scan, struct watcher *w, unsigned code,
                  struct span bytes)
{
    if (!is_skipped(scan, w, code))
        domain_watch_see(&w->domain, &scan->sink, code, bytes);
}

static void see(struct scan *scan, unsigned code, struct span bytes)
{
    for (size_t i = 0; i < COMMENTS_WAYS; i++)
        watch(scan, &scan->watchers[i], code, bytes);
}

/* Puts characters together. Bytes that are not UTF-8 count as Latin-1. */
static void put_byte(void *context, char byte)
{
    struct scan *scan = context;
    scan->bytes[scan->seen++] = byte;
    while (scan->seen > 0) {
        struct span bytes = {scan->bytes, scan->seen};
        unsigned code;
        size_t len = utf8_sequence(bytes, &code);
        if (len == 0 && utf8_begins(bytes))
            return;
        if (len == 0) {
            code = (unsigned char)bytes.ptr[0];
            len = 1;
        }
        see(scan, code, span_cut(bytes, 0, len));
        scan->seen -= len;
        memmove(scan->bytes, scan->bytes + len, scan->seen);
    }
}

static void start_watcher(struct watcher *w, enum comments comments)
{
    w->comments = comments;
    w->depth = 0;
    w->quoted = w->escaped = false;
    w->domain.state = WATCH_IDLE;
}

static void start_text(struct scan *scan)
{
    scan->seen = 0;
    for (size_t i = 0; i < COMMENTS_WAYS; i++)
        start_watcher(&scan->watchers[i], (enum comments)i);
}

static void end_text(struct scan *scan)
{
    for (size_t i = 0; i < scan->seen; i++)
        see(scan, (unsigned char)scan->bytes[i], (struct span){scan->bytes + i, 1});
    for (size_t i = 0; i < COMMENTS_WAYS; i++)
        domain_watch_end(&scan->watchers[i].domain, &scan->sink);
}

/* Returns what was found out about its encoded words. */
static struct encodedword_sink scan_decoded(struct scan *scan, struct span value,
                                            enum encodedword_reading reading)
{
    struct encodedword_sink sink = {
        .put = put_byte, .context = scan, .reading = reading};
    start_text(scan);
    encodedword_decode(value, &sink);
    end_text(scan);
    return sink;
}

void mailboxes_scan(struct span value, void (*found)(void *context, struct span domain),
                    void *context)
{
    struct scan scan;
    scan.sink.found = found;
    scan.sink.context = context;
    scan.sink.run_len = scan.sink.domain_len = 0;
    start_text(&scan);
    for (size_t i = 0; i < value.len; i++)
        put_byte(&scan, value.ptr[i]);
    end_text(&scan);
    if (!scan_decoded(&scan, value, ENCODEDWORD_AS_IS).found)
        return;
    struct encodedword_sink words = scan_decoded(&scan, value, ENCODEDWORD_JOINED);
    if (words.joined)
        (void)scan_decoded(&scan, value, ENCODEDWORD_SEPARATE);
    if (words.nested)
        (void)scan_decoded(&scan, value, ENCODEDWORD_INNER);
    if (words.touched)
        (void)scan_decoded(&scan, value, ENCODEDWORD_APART);
}
