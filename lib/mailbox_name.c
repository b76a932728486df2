/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of a mailbox: decoded, and the addresses that a reader sees in it. */
#include "mailbox_name.h"

#include "ascii.h"
#include "encodedword.h"
#include "lookalike.h"
#include "mailbox_domain.h"
#include "utf8.h"

/* Bytes that may stand between a local part and its @. */
enum { LOOK_BACK_MAX = 32 };

/* A name on its way. Its characters are put together from bytes, as those of one may
 * come from two encoded words. */
struct name {
    struct mailbox *box;
    size_t seen; /* bytes of a character that has begun */
    char bytes[4];
    bool cut, at, control, override;
    bool broken; /* it holds bytes that are no text */
};

static void put_text(struct name *n, const char *bytes, size_t len)
{
    if (n->cut || len > MAILBOX_NAME_MAX - n->box->name_len) {
        n->cut = true;
        return;
    }
    memcpy(n->box->name + n->box->name_len, bytes, len);
    n->box->name_len += len;
}

static void put_code(struct name *n, unsigned code, size_t len)
{
    bool control = code < 0x80 ? ascii_is_control((char)code) && code != '\t'
                               : code < 0xa0 || code == 0x2028 || code == 0x2029;
    n->control = n->control || control;
    n->override = n->override || lookalike_is_override(code);
    n->at = n->at || lookalike_is_at(code);
    if (code == '\t')
        put_text(n, " ", 1);
    else
        put_text(n, n->bytes, len);
}

static void put_lost(struct name *n)
{
    put_text(n, "\xef\xbf\xbd", 3);
    n->broken = true;
}

static void put_byte(void *context, char byte)
{
    struct name *n = context;
    n->bytes[n->seen++] = byte;
    while (n->seen > 0) {
        struct span bytes = {n->bytes, n->seen};
        unsigned code;
        size_t len = utf8_sequence(bytes, &code);
        if (len == 0 && utf8_begins(bytes))
            return;
        if (len > 0)
            put_code(n, code, len);
        else
            put_lost(n);
        len += len == 0;
        n->seen -= len;
        memmove(n->bytes, n->bytes + len, n->seen);
    }
}

static void put_end(struct name *n)
{
    for (; n->seen > 0; n->seen--)
        put_lost(n);
}

/* Appends what a reader sees of the character at the start of s: a narrow one, or
 * nothing. Returns its length in s. */
static size_t put_plain(struct span s, unsigned *code, char plain[MAILBOX_NAME_MAX],
                        size_t *n)
{
    size_t len = utf8_sequence(s, code);
    if (len == 0)
        *code = '?';
    len += len == 0;
    unsigned narrow = lookalike_is_blank(*code) ? ' ' : lookalike_narrow(*code);
    if (narrow < 0x80) {
        plain[(*n)++] = (char)narrow;
    } else if (!lookalike_is_invisible(*code)) {
        memcpy(plain + *n, s.ptr, len);
        *n += len;
    }
    return len;
}

static struct span cut_name(struct span name)
{
    return span_cut(name, 0, name.len < MAILBOX_NAME_MAX ? name.len : MAILBOX_NAME_MAX);
}

static struct span plain_text(struct span name, char plain[MAILBOX_NAME_MAX])
{
    struct span s = cut_name(name);
    unsigned code;
    size_t n = 0;
    for (size_t i = 0; i < s.len;)
        i += put_plain(span_cut(s, i, s.len), &code, plain, &n);
    return (struct span){plain, n};
}

static size_t count_of(struct span s, const char *characters)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += s.ptr[i] != '\0' && strchr(characters, s.ptr[i]) != NULL;
    return count;
}

bool mailbox_name_has_at(struct span name)
{
    char plain[MAILBOX_NAME_MAX];
    return count_of(plain_text(name, plain), "@") > 0;
}

static bool is_local_ascii(char c)
{
    return ascii_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

/* The end of s that is a local part. */
static struct span local_before(struct span s)
{
    size_t start = s.len;
    enum script last = SCRIPT_NONE;
    while (start > 0) {
        unsigned code = 0;
        size_t i = start - 1;
        while (i > 0 && ((unsigned char)s.ptr[i] & 0xc0) == 0x80)
            i--;
        (void)utf8_sequence(span_cut(s, i, start), &code);
        enum script script = script_of(code, is_local_ascii);
        if (script == SCRIPT_NONE || (script == SCRIPT_WIDE && last == SCRIPT_NARROW))
            break;
        if (last == SCRIPT_NONE)
            last = script;
        start = i;
    }
    /* Mail programs put names into such quotes. */
    while (start < s.len && strchr("'`", s.ptr[start]))
        start++;
    return span_cut(s, start, s.len);
}

/* Of the local part, which ends before blanks and a quote. Where none stands there,
 * that of whatever stands before. */
static struct span local_of(struct span text, bool *apart)
{
    struct span s = text, local;
    while (s.len > 0 && s.ptr[s.len - 1] == ' ')
        s.len--;
    *apart = s.len < text.len;
    if (s.len > 0 && s.ptr[s.len - 1] == '"')
        s.len--;
    local = local_before(s);
    *apart = *apart || local.len == 0;
    for (int i = 0; local.len == 0 && s.len > 0 && i < LOOK_BACK_MAX; i++) {
        s.len--;
        local = local_before(s);
    }
    return local;
}

/* Reads the addresses of a name, one @ after the other. */
struct reader {
    void (*found)(void *context, const struct address *);
    void *context;
    bool first_only; /* of the readings of each @ */
    /* Of the @ that was last: */
    struct span local;
    bool apart; /* a blank is beside of it */
    bool fresh; /* nothing was behind it yet */
    bool any;   /* a domain was */
    struct domain_watch watch;
    struct domain_sink sink;
};

/* A local part that cannot be one is there all the same. */
static bool make_address(struct span local, struct span domain, struct address *address)
{
    char text[MAILBOX_NAME_MAX + 1 + DOMAIN_MAX];
    memcpy(text, local.ptr, local.len);
    text[local.len] = '@';
    memcpy(text + local.len + 1, domain.ptr, domain.len);
    return address_parse_mailbox((struct span){text, local.len + 1 + domain.len},
                                 address);
}

static void found_domain(void *context, struct span domain)
{
    struct reader *r = context;
    struct address address;
    /* "Sales @ Example" is no address. */
    if (r->local.len == 0 || (r->apart && !memchr(domain.ptr, '.', domain.len)) ||
        (r->first_only && r->any))
        return;
    r->any = true;
    if (make_address(r->local, domain, &address) ||
        make_address(span_of("?"), domain, &address))
        r->found(r->context, &address);
}

static void start_at(struct reader *r, struct span before)
{
    r->local = local_of(before, &r->apart);
    r->fresh = true;
    r->any = false;
    r->sink.run_len = r->sink.domain_len = 0;
}

static void read_code(struct reader *r, unsigned code, struct span bytes,
                      struct span before)
{
    bool at = lookalike_is_at(code);
    if (r->fresh && !lookalike_is_invisible(code)) {
        r->apart = r->apart || lookalike_is_blank(code);
        r->fresh = false;
    }
    if (at)
        domain_watch_end(&r->watch, &r->sink);
    domain_watch_see(&r->watch, &r->sink, code, bytes);
    if (at)
        start_at(r, before);
}

static void read_name(struct span name, struct reader *r)
{
    char plain[MAILBOX_NAME_MAX];
    struct span s = cut_name(name);
    size_t n = 0;
    r->watch.state = WATCH_IDLE;
    r->sink.found = found_domain;
    r->sink.context = r;
    for (size_t i = 0; i < s.len;) {
        unsigned code;
        struct span before = {plain, n};
        size_t len = put_plain(span_cut(s, i, s.len), &code, plain, &n);
        read_code(r, code, span_cut(s, i, i + len), before);
        i += len;
    }
    domain_watch_end(&r->watch, &r->sink);
}

void mailbox_name_addresses(struct span name,
                            void (*found)(void *context, const struct address *),
                            void *context)
{
    struct reader r = {.found = found, .context = context, .first_only = false};
    read_name(name, &r);
}

struct tally {
    const struct address *own;
    size_t same, other;
};

static void compare(void *context, const struct address *address)
{
    struct tally *tally = context;
    if (address_equal(tally->own, address))
        tally->same++;
    else
        tally->other++;
}

/* Is every @ in it one of the mailbox's own address, as it is read first? */
static bool shows_own_only(const struct mailbox *box)
{
    char plain[MAILBOX_NAME_MAX];
    struct tally tally = {&box->address, 0, 0};
    struct reader r = {.found = compare, .context = &tally, .first_only = true};
    read_name(mailbox_name(box), &r);
    return tally.other == 0 &&
           tally.same >= count_of(plain_text(mailbox_name(box), plain), "@");
}

/* Would a program that does not understand quotes, nested comments or encoded words
 * as it should find an address in it? */
static bool is_misread(const struct mailbox *box, bool odd, bool encoded)
{
    char plain[MAILBOX_NAME_MAX];
    struct span name = plain_text(mailbox_name(box), plain);
    if (count_of(name, "@") == 0)
        return false;
    return odd || count_of(name, "<>") > 0 || (encoded && count_of(name, ",;:\"") > 0);
}

/* Decodes both into box. Returns what was found out about their encoded words. */
static struct encodedword_sink decode(struct name *n, struct span words,
                                      struct span comments,
                                      enum encodedword_reading reading)
{
    struct encodedword_sink first = {.put = put_byte, .context = n, .reading = reading};
    struct encodedword_sink second = first;
    n->box->name_len = 0;
    encodedword_decode(words, &first);
    put_end(n);
    if (words.len > 0 && comments.len > 0)
        put_byte(n, ' ');
    encodedword_decode(comments, &second);
    put_end(n);
    n->broken = n->broken || first.broken || second.broken;
    first.found = first.found || second.found;
    first.odd = first.odd || second.odd;
    first.joined = first.joined || second.joined;
    first.nested = first.nested || second.nested;
    first.touched = first.touched || second.touched;
    return first;
}

/* Does it read otherwise where each encoded word is decoded by itself? */
static bool depends_on_joining(struct name *n, struct span words, struct span comments)
{
    struct mailbox separate;
    struct name m = {.box = &separate};
    (void)decode(&m, words, comments, ENCODEDWORD_SEPARATE);
    n->at = n->at || m.at;
    n->control = n->control || m.control;
    return !span_equal(mailbox_name(n->box), mailbox_name(&separate));
}

const char *mailbox_name_decode(struct span words, struct span comments, bool odd,
                                struct mailbox *box)
{
    struct name n = {.box = box};
    struct encodedword_sink found = decode(&n, words, comments, ENCODEDWORD_JOINED);
    if (found.odd)
        return "a name in an unknown character set";
    if (found.nested)
        return "an encoded word inside of another in a name";
    if (found.joined && depends_on_joining(&n, words, comments))
        n.broken = true;
    if (n.control)
        return "a control character in a name";
    if (n.override)
        return "a character in a name that turns the direction of writing";
    if (n.cut && n.at)
        return "a name that is too long and holds an @";
    if (n.broken && n.at)
        return "a name with malformed characters and an @";
    if (is_misread(box, odd || found.touched, found.found) && !shows_own_only(box))
        return "another address in a name, with brackets, quotes or commas";
    return NULL;
}
