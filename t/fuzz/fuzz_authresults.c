/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose Authentication-Results a field is: the first line of the input is an id, the
 * rest the value of a field. What any lenient reader takes for ours must be removed. */
#include <strings.h>

#include "authresults.h"
#include "fuzz.h"

enum { ID_MAX = 64, VALUE_MAX = 1000 };

/* How a reader finds the id. Each of them reads what RFC 8601 allows, and some of what
 * it does not. */
enum leniency {
    STRICT,      /* a token or a quoted string, up to what may follow */
    JOINS_DOTS,  /* blanks and comments around a dot are no end of it */
    JOINS_WORDS, /* nor are they or quotes anywhere, up to a ";" */
    LENIENCIES
};

struct reader {
    struct span value;
    size_t at;
    bool unclosed; /* a comment or quotes without an end */
    char id[VALUE_MAX + 1];
    size_t len;
};

static char peek(const struct reader *r)
{
    return r->at < r->value.len ? r->value.ptr[r->at] : '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_comment(struct reader *r)
{
    int depth = 0;
    do {
        if (peek(r) == '\\')
            r->at++;
        else if (peek(r) == '(')
            depth++;
        else if (peek(r) == ')')
            depth--;
        r->at++;
    } while (depth > 0 && r->at < r->value.len);
    r->unclosed = r->unclosed || depth > 0;
}

/* Returns whether there was any. */
static bool skip_blanks(struct reader *r)
{
    size_t start = r->at;
    while (is_blank(peek(r)) || peek(r) == '(') {
        if (peek(r) == '(')
            skip_comment(r);
        else
            r->at++;
    }
    return r->at > start;
}

static void put(struct reader *r, char c)
{
    if (r->len < VALUE_MAX)
        r->id[r->len++] = ascii_fold(c);
}

static void read_quoted(struct reader *r)
{
    for (r->at++; r->at < r->value.len && peek(r) != '"'; r->at++) {
        if (peek(r) == '\\' && r->at + 1 < r->value.len)
            r->at++;
        put(r, peek(r));
    }
    r->unclosed = r->unclosed || r->at >= r->value.len;
    r->at++;
}

/* RFC 2045 5.1, token. */
static bool is_token(char c)
{
    return c > ' ' && c <= '~' && !strchr("()<>@,;:\\\"/[]?=", c);
}

static void read_token(struct reader *r)
{
    for (; is_token(peek(r)); r->at++)
        put(r, peek(r));
}

/* One token or quoted string. Returns false where there is none. */
static bool read_word(struct reader *r)
{
    if (peek(r) == '"')
        read_quoted(r);
    else if (is_token(peek(r)))
        read_token(r);
    else
        return false;
    return true;
}

static void read_id(struct reader *r, enum leniency leniency)
{
    skip_blanks(r);
    while (read_word(r)) {
        bool gap = skip_blanks(r);
        bool dot = peek(r) == '.' || (r->len > 0 && r->id[r->len - 1] == '.');
        if (leniency == STRICT || (leniency == JOINS_DOTS && gap && !dot))
            break;
    }
    r->id[r->len] = '\0';
}

static bool reads_as(struct span value, const char *id, enum leniency leniency)
{
    static struct reader r;
    r = (struct reader){.value = value};
    read_id(&r, leniency);
    return !r.unclosed && r.len == strlen(id) && strncasecmp(r.id, id, r.len) == 0;
}

/* A value that nobody can take for another's than this reader's. */
static void check_plain(const char *id, struct span tail)
{
    static const char *const forms[] = {"%s;%.*s", " %s ;%.*s", "(x)%s(;)%.*s",
                                        "\"%s\" 1;%.*s", "\r\n\t%s\r\n ;%.*s"};
    char value[VALUE_MAX + 128];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(value, sizeof value, forms[i], id, (int)tail.len, tail.ptr);
        require(authresults_claims(span_of(value), id), "ours in any plain form");
    }
    snprintf(value, sizeof value, "not.%s; auth=none", id);
    require(!authresults_claims(span_of(value), id), "another's is left alone");
    snprintf(value, sizeof value, "%s.not; auth=none", id);
    require(!authresults_claims(span_of(value), id), "one that goes on is another's");
}

static bool is_id(struct span id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!ascii_is_alnum(id.ptr[i]) && !strchr("-._", id.ptr[i]))
            return false;
    return id.len > 0 && id.len <= ID_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char id[ID_MAX + 1], *copy;
    struct span rest = fuzz_span(data, size), first = fuzz_take_until(&rest, '\n');
    if (memchr(data, '\0', size) || rest.len > VALUE_MAX || !is_id(first))
        return -1;
    memcpy(id, first.ptr, first.len);
    id[first.len] = '\0';
    copy = malloc(rest.len); /* to notice a reader that goes on behind the end */
    require(copy || rest.len == 0, "memory");
    if (rest.len)
        memcpy(copy, rest.ptr, rest.len);
    bool claims = authresults_claims((struct span){copy, rest.len}, id);
    for (int i = 0; i < LENIENCIES; i++)
        require(claims || !reads_as(rest, id, (enum leniency)i),
                "what a lenient reader takes for ours is ours");
    free(copy);
    check_plain(id, rest);
    return 0;
}
