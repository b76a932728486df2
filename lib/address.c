/* SPDX-License-Identifier: BSD-2-Clause */
/* The one parser of mail addresses and login names. */
#include "address.h"

#include "ascii.h"
#include "utf8.h"

/* RFC 5322 3.2.3 atext, the dot, and (RFC 6531) what is above ASCII. */
static bool is_local_character(char c)
{
    return ascii_is_alnum(c) || ascii_is_high(c) ||
           (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static bool local_append(struct address *a, char c)
{
    if (a->local_len == LOCAL_MAX)
        return false;
    a->text[a->local_len++] = ascii_fold(c);
    return true;
}

/* Reads a quoted string (RFC 5321 4.1.2) to its meaning. Returns the bytes it took
 * with both quotes, 0 if it is not closed or holds what it may not. */
static size_t read_quoted(struct span s, struct address *a)
{
    for (size_t i = 1; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '"')
            return a->local_len > 0 ? i + 1 : 0;
        if (c == '\\' && ++i == s.len)
            return 0;
        if (!local_append(a, s.ptr[i]))
            return 0;
    }
    return 0;
}

static size_t read_unquoted(struct span s, struct address *a, bool (*allowed)(char))
{
    size_t i = 0;
    for (; i < s.len && s.ptr[i] != '@'; i++)
        if (!allowed(s.ptr[i]) || !local_append(a, s.ptr[i]))
            return 0;
    return i;
}

/* local part, then nothing or "@" and a domain. What is above ASCII must be text,
 * in quotes too. */
static bool parse_mailbox(struct span s, struct address *a, bool (*allowed)(char))
{
    a->len = a->local_len = 0;
    if (span_empty(s) || !utf8_is_text(s))
        return false;
    size_t used = s.ptr[0] == '"' ? read_quoted(s, a) : read_unquoted(s, a, allowed);
    if (used == 0)
        return false;
    a->len = a->local_len;
    /* A quoted @ must not be taken for the one before a domain that is not there. */
    if (used == s.len)
        return !memchr(a->text, '@', a->len);
    if (s.ptr[used] != '@')
        return false;
    char domain[DOMAIN_MAX];
    size_t len = domain_canonical(span_cut(s, used + 1, s.len), domain);
    if (len == 0)
        return false;
    address_set_domain(a, (struct span){domain, len});
    return true;
}

void address_set_domain(struct address *a, struct span domain)
{
    a->len = a->local_len;
    if (span_empty(domain))
        return;
    a->text[a->len++] = '@';
    memcpy(a->text + a->len, domain.ptr, domain.len);
    a->len += domain.len;
}

bool address_parse_mailbox(struct span text, struct address *a)
{
    return parse_mailbox(text, a, is_local_character);
}

/* "@one,@two:" before a mailbox (RFC 5321 appendix C). Returns its length, 0 if it
 * is malformed. */
static size_t route_length(struct span s)
{
    size_t i = 0;
    for (;;) {
        if (i == s.len || s.ptr[i] != '@')
            return 0;
        size_t start = ++i;
        while (i < s.len && s.ptr[i] != ',' && s.ptr[i] != ':') {
            /* The colons of an IPv6 literal are not the end of the route. */
            if (s.ptr[i] == '[')
                while (i < s.len && s.ptr[i] != ']')
                    i++;
            else
                i++;
        }
        char domain[DOMAIN_MAX];
        if (i == s.len || domain_canonical(span_cut(s, start, i), domain) == 0)
            return 0;
        if (s.ptr[i++] == ':')
            return i;
    }
}

/* Takes the brackets and a source route away. */
static bool unwrap(struct span *s)
{
    if (s->len && s->ptr[0] == '<') {
        if (s->len < 2 || s->ptr[s->len - 1] != '>')
            return false;
        *s = span_cut(*s, 1, s->len - 1);
    }
    if (s->len && s->ptr[0] == '@') {
        size_t route = route_length(*s);
        if (route == 0)
            return false;
        *s = span_cut(*s, route, s->len);
    }
    return true;
}

bool address_parse(struct span s, struct address *a)
{
    a->len = a->local_len = 0;
    if (span_equal(s, span_of("<>")))
        return true;
    return !span_empty(s) && unwrap(&s) && address_parse_mailbox(s, a);
}

struct span address_behind_route(struct span s)
{
    size_t bracket = s.len && s.ptr[0] == '<';
    struct span mailbox = s;
    bool routed = s.len > bracket && s.ptr[bracket] == '@' && unwrap(&mailbox);
    return routed ? mailbox : (struct span){NULL, 0};
}

static bool is_login_character(char c)
{
    return !ascii_is_control(c) && c != ' ';
}

bool address_parse_login(struct span text, struct address *login)
{
    login->len = login->local_len = 0;
    if (!parse_mailbox(text, login, is_login_character))
        return false;
    return !memchr(login->text, ' ', login->local_len);
}

bool address_without_extension(const struct address *a, const char *delimiters,
                               struct address *cut)
{
    size_t len = 1;
    if (!*delimiters || a->local_len == 0 || strchr(delimiters, a->text[0]))
        return false;
    while (len < a->local_len && !strchr(delimiters, a->text[len]))
        len++;
    if (len == a->local_len)
        return false;
    memcpy(cut->text, a->text, len);
    cut->local_len = len;
    address_set_domain(cut, address_domain(a));
    return true;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return a->local_len == b->local_len && span_equal(address_text(a), address_text(b));
}
