/* SPDX-License-Identifier: BSD-2-Clause */
/* The originator fields: whatever parses gives canonical addresses, whose domains a
 * scan finds, too, and gives the same ones in other spellings. */
#include "encodedword.h"
#include "fuzz.h"
#include "mailbox.h"
#include "utf8.h"

enum { INPUT_MAX = 2048, TEXT_MAX = 2 * INPUT_MAX + 16, NAME_SHORT = 400 };

static struct mailboxes list, other;

/* The input in another spelling. */
struct spelling {
    size_t len;
    char bytes[TEXT_MAX];
};

static void add(struct spelling *s, struct span text)
{
    require(text.len <= TEXT_MAX - s->len, "a spelling fits");
    if (text.len > 0)
        memcpy(s->bytes + s->len, text.ptr, text.len);
    s->len += text.len;
}

/* Behind it is nothing that could be read by mistake. */
static const char *parse(struct span text, struct mailboxes *into)
{
    char *exact = malloc(text.len ? text.len : 1);
    if (!exact)
        abort();
    if (text.len > 0)
        memcpy(exact, text.ptr, text.len);
    const char *fault = mailboxes_parse((struct span){exact, text.len}, into);
    free(exact);
    return fault;
}

static void check_address(const struct address *a)
{
    char text[2 * LOCAL_MAX + 3 + DOMAIN_MAX];
    struct address again;
    size_t n = 0;
    require(address_has_domain(a), "a mailbox has a domain");
    require(a->local_len > 0 && a->local_len <= LOCAL_MAX && a->len <= ADDRESS_MAX,
            "lengths of an address");
    text[n++] = '"';
    for (size_t i = 0; i < a->local_len; i++) {
        if (a->text[i] == '"' || a->text[i] == '\\')
            text[n++] = '\\';
        text[n++] = a->text[i];
    }
    text[n++] = '"';
    memcpy(text + n, a->text + a->local_len, a->len - a->local_len);
    n += a->len - a->local_len;
    require(address_parse_mailbox((struct span){text, n}, &again),
            "an address parses again");
    require(address_equal(a, &again), "an address parsed again is the same");
}

static void check_found(void *context, const struct address *address)
{
    (void)context;
    check_address(address);
}

static void check_name(struct span name)
{
    require(name.len <= MAILBOX_NAME_MAX, "length of a name");
    for (size_t i = 0; i < name.len;) {
        unsigned code;
        size_t n = utf8_sequence(span_cut(name, i, name.len), &code);
        require(n > 0, "a name is UTF-8");
        require(code >= 0x20 && (code < 0x7f || code >= 0xa0), "no controls in a name");
        i += n;
    }
    mailbox_name_addresses(name, check_found, NULL);
}

struct search {
    struct span domain;
    bool found;
};

static void compare_domain(void *context, struct span domain)
{
    struct search *search = context;
    char again[DOMAIN_MAX];
    size_t len = domain_canonical(domain, again);
    require(span_equal(domain, (struct span){again, len}), "a scan finds domains");
    if (span_equal(search->domain, domain))
        search->found = true;
}

static void check_boxes(struct span value)
{
    require(list.count <= MAILBOXES_MAX, "number of mailboxes");
    for (size_t i = 0; i < list.count; i++) {
        const struct mailbox *box = &list.boxes[i];
        struct search search = {address_domain(&box->address), false};
        check_address(&box->address);
        check_name(mailbox_name(box));
        mailboxes_scan(value, compare_domain, &search);
        require(search.found, "a scan finds the domain of a mailbox");
    }
}

/* Parses to the same addresses as the input, times over. */
static void check_same(struct spelling *s, size_t times)
{
    other.count = 0;
    const char *fault = parse((struct span){s->bytes, s->len}, &other);
    if (fault)
        fprintf(stderr, "%s: %.*s\n", fault, (int)s->len, s->bytes);
    require(!fault, "another spelling parses");
    require(other.count == list.count * times, "it has as many mailboxes");
    for (size_t i = 0; i < other.count; i++)
        require(
            address_equal(&list.boxes[i % list.count].address, &other.boxes[i].address),
            "it has the same mailboxes");
}

/* Comments and folds around it, it twice, it in a group. */
static void check_around(struct span value)
{
    static const struct {
        const char *before, *behind;
    } around[] = {
        {"(x)", ""},
        {"(x)(y) ", " (z)"},
        {"\r\n (x)", "(x)\n (y)"},
        {",", " ,"},
    };
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        struct spelling s = {.len = 0};
        add(&s, span_of(around[i].before));
        add(&s, value);
        add(&s, span_of(around[i].behind));
        check_same(&s, 1);
    }
    struct spelling twice = {.len = 0}, group = {.len = 0};
    if (2 * list.count <= MAILBOXES_MAX) {
        add(&twice, value);
        add(&twice, span_of(","));
        add(&twice, value);
        check_same(&twice, 2);
    }
    if (!memchr(value.ptr, ':', value.len)) {
        add(&group, span_of("x y:"));
        add(&group, value);
        add(&group, span_of(";"));
        check_same(&group, 1);
    }
}

/* Folds may be CRLF, LF, or undone. */
static void check_folds(struct span value)
{
    struct spelling crlf = {.len = 0}, unfolded = {.len = 0};
    for (size_t i = 0; i < value.len; i++) {
        struct span c = span_cut(value, i, i + 1);
        if (*c.ptr == '\r')
            continue;
        add(&crlf, *c.ptr == '\n' ? span_of("\r\n") : c);
        if (*c.ptr != '\n')
            add(&unfolded, c);
    }
    check_same(&crlf, 1);
    check_same(&unfolded, 1);
}

static bool is_plain(char c)
{
    return ascii_is_alnum(c) || c == '.';
}

/* Whoever takes what stands in angle brackets for the author sees one of ours. */
static void check_brackets(struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        struct address a;
        size_t at = i + 1, end;
        while (at < value.len && is_plain(value.ptr[at]))
            at++;
        for (end = at + 1; end < value.len && is_plain(value.ptr[end]); end++)
            ;
        if (value.ptr[i] != '<' || end >= value.len || value.ptr[at] != '@' ||
            value.ptr[end] != '>' ||
            !address_parse_mailbox(span_cut(value, i + 1, end), &a))
            continue;
        bool known = false;
        for (size_t k = 0; k < list.count; k++)
            known = known || address_equal(&a, &list.boxes[k].address);
        require(known, "every address in brackets is one of the mailboxes");
    }
}

static bool holds_encoded(struct span value)
{
    for (size_t i = 1; i < value.len; i++)
        if (value.ptr[i - 1] == '=' && value.ptr[i] == '?')
            return true;
    return false;
}

static void count_byte(void *context, char byte)
{
    (void)byte;
    ++*(size_t *)context;
}

static void check_decoder(struct span value)
{
    static const enum encodedword_reading readings[] = {
        ENCODEDWORD_JOINED, ENCODEDWORD_SEPARATE, ENCODEDWORD_INNER, ENCODEDWORD_AS_IS};
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        size_t bytes = 0;
        struct encodedword_sink sink = {
            .put = count_byte, .context = &bytes, .reading = readings[i]};
        encodedword_decode(value, &sink);
        require(bytes <= 3 * value.len, "decoded text is hardly longer");
        require(sink.found || bytes == value.len, "text without encoded words stays");
        require(!sink.found || encodedword_is_in(value) ||
                    sink.reading == ENCODEDWORD_AS_IS,
                "what is decoded was seen to be encoded");
    }
}

/* A name that shows an address, whatever is around it and within. */
struct wanted {
    struct span domain;
    bool found;
};

static void look_for(void *context, const struct address *address)
{
    struct wanted *wanted = context;
    if (span_equal(address_domain(address), wanted->domain))
        wanted->found = true;
}

static bool shows(struct span name, const char *domain)
{
    struct wanted wanted = {span_of(domain), false};
    mailbox_name_addresses(name, look_for, &wanted);
    return wanted.found;
}

/* Before an address may stand anything, behind it what is no part of a domain. Each
 * input has its form. */
static void check_hidden(struct span value)
{
    static const char *const forms[] = {
        "ceo@acme.example",
        "ceo@acme\xe2\x80\xa4"
        "example!",
        "ceo@acme..example_",
        "ceo@-acme .example",
        "ceo@acme\xc2\xa0.example",
        "ceo@\xe2\x80\x8b"
        "acme.ex\xcc\xb2"
        "ample",
        "ceo@acme.example\xcd\xbe",
        "ceo\xef\xbc\xa0"
        "acme\xe3\x80\x82"
        "example",
    };
    struct span before = span_cut(value, 0, value.len < 200 ? value.len : 200);
    struct span behind = span_cut(value, before.len, value.len);
    struct spelling s = {.len = 0};
    add(&s, before);
    add(&s, span_of(" x"));
    add(&s, span_of(forms[value.len % (sizeof forms / sizeof *forms)]));
    add(&s, span_of(" ,"));
    add(&s, behind);
    require(shows((struct span){s.bytes, s.len}, "acme.example"),
            "an address in a name is found");
}

/* The same address in a character set, touching other words. */
static void check_charset(struct span value)
{
    static const char *const forms[] = {
        "=?utf-8?q?_ceo=40acme.example?=",
        "=?shift_jis?q?_ceo=81=97acme.example?=",
        "=?gbk?q?_ceo=A3=C0acme.example?=",
        "=?iso-2022-jp?b?Y2VvGyRCIXcbKEJhY21lLmV4YW1wbGU=?=",
        "=?utf-7?q?_ceo+AEA-acme.example?=",
        "=?x?q?_ceo=40acme.example?=",
    };
    struct spelling s = {.len = 0};
    struct search search = {span_of("acme.example"), false};
    add(&s, span_of("\""));
    add(&s, value);
    add(&s, span_of("\" \"."));
    add(&s, span_of(forms[value.len % (sizeof forms / sizeof *forms)]));
    add(&s, span_of("\" <a@b.c>"));
    other.count = 0;
    struct span field = {s.bytes, s.len};
    if (parse(field, &other))
        mailboxes_scan(field, compare_domain, &search);
    else
        for (size_t i = 0; i < other.count; i++)
            search.found =
                search.found || shows(mailbox_name(&other.boxes[i]), "acme.example");
    require(search.found || memchr(value.ptr, '?', value.len),
            "an address in an encoded word is found");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span value = fuzz_span(data, size);
    struct search search = {{NULL, 0}, false};
    if (size > INPUT_MAX)
        return -1;
    check_decoder(value);
    check_hidden(value);
    check_charset(value);
    mailbox_name_addresses(value, check_found, NULL);
    mailboxes_scan(value, compare_domain, &search);
    list.count = 0;
    if (parse(value, &list))
        return 0;
    check_boxes(value);
    check_folds(value);
    if (!holds_encoded(value))
        check_brackets(value);
    for (size_t i = 0; i < list.count; i++)
        if (list.boxes[i].name_len > NAME_SHORT)
            return 0;
    if (strchr(" \t\r\n", value.ptr[0]) == NULL)
        check_around(value);
    return 0;
}
