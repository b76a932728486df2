/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of the originator fields of a message. */
#include "mailbox_lexer.h"

#include "utf8.h"

bool mailbox_fail(struct mailbox_lexer *p, const char *fault)
{
    if (!p->fault)
        p->fault = fault;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 5322 3.2.3, RFC 6532 3.2. */
static bool is_atext(char c)
{
    return ascii_is_alnum(c) || ascii_is_high(c) ||
           (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* A folded line that holds blanks only would end the header for some programs. */
static bool check_fold(struct mailbox_lexer *p, size_t newline)
{
    size_t i = newline + 1;
    if (i == p->in.len || (p->in.ptr[i] != ' ' && p->in.ptr[i] != '\t'))
        return mailbox_fail(p, "a line that does not start with a blank");
    while (i < p->in.len && (p->in.ptr[i] == ' ' || p->in.ptr[i] == '\t'))
        i++;
    if (i == p->in.len || p->in.ptr[i] == '\r' || p->in.ptr[i] == '\n')
        return mailbox_fail(p, "a line with nothing but blanks");
    return true;
}

static bool check_control(struct mailbox_lexer *p, size_t i)
{
    char c = p->in.ptr[i];
    if (c == '\t')
        return true;
    if (c == '\r' && i + 1 < p->in.len && p->in.ptr[i + 1] == '\n')
        return true;
    return c == '\n' ? check_fold(p, i) : mailbox_fail(p, "a control character");
}

bool mailbox_check_bytes(struct mailbox_lexer *p)
{
    for (size_t i = 0; i < p->in.len;) {
        unsigned code;
        if (ascii_is_control(p->in.ptr[i]) && !check_control(p, i))
            return false;
        size_t n = utf8_sequence(span_cut(p->in, i, p->in.len), &code);
        if (n == 0)
            return mailbox_fail(p, "text that is not UTF-8");
        if (code >= 0x80 && code < 0xa0)
            return mailbox_fail(p, "a control character");
        i += n;
    }
    return true;
}

static bool text_put(struct mailbox_lexer *p, struct text *text, char c)
{
    if (text->len == TEXT_MAX)
        return mailbox_fail(p, "a name that is too long");
    text->bytes[text->len++] = c;
    return true;
}

static void part_put(struct part *part, char c)
{
    if (part->len == PART_MAX)
        part->broken = true;
    else
        part->bytes[part->len++] = c;
}

/* Reads what stands between quotes or parentheses up to the end of a character; a
 * newline gives nothing, a quoted pair what was quoted. */
static bool next_quoted(struct mailbox_lexer *p, char *c, bool *escaped)
{
    while (!mailbox_at_end(p) && (mailbox_peek(p) == '\r' || mailbox_peek(p) == '\n'))
        p->at++;
    *escaped = mailbox_peek(p) == '\\';
    if (*escaped)
        p->at++;
    if (mailbox_at_end(p))
        return false;
    *c = p->in.ptr[p->at++];
    return *c != '\r' && *c != '\n';
}

/* Could it be taken for a part of the address that it stands in? */
static bool is_risky(char c)
{
    return ascii_is_high(c) || strchr("@<>\",.:;=[", c) != NULL;
}

/* Appends a comment without its outer parentheses. */
static bool read_comment(struct mailbox_lexer *p)
{
    static const char unclosed[] = "a parenthesis that is not closed";
    size_t depth = 1;
    bool risky = false;
    p->at++;
    if (p->comments.len > 0 && !text_put(p, &p->comments, ' '))
        return false;
    for (;;) {
        char c;
        bool escaped;
        if (!next_quoted(p, &c, &escaped))
            return mailbox_fail(p, unclosed);
        if (!escaped && c == '(' && ++depth > DEPTH_MAX)
            return mailbox_fail(p, "too many parentheses");
        if (!escaped && c == ')' && --depth == 0)
            break;
        if (strchr("()<>,;:\"\\", c))
            p->odd = true;
        risky = risky || is_risky(c);
        if (!text_put(p, &p->comments, c))
            return false;
    }
    p->risky += risky;
    return true;
}

bool mailbox_skip_cfws(struct mailbox_lexer *p)
{
    p->gap = false;
    for (;;) {
        if (mailbox_peek(p) == '(') {
            if (!read_comment(p))
                return false;
        } else if (!mailbox_at_end(p) && is_blank(mailbox_peek(p))) {
            p->at++;
        } else {
            return true;
        }
        p->gap = true;
    }
}

static void start_word(struct part *part)
{
    if (part->after_word)
        part->broken = true;
    part->after_word = true;
}

static bool read_quoted(struct mailbox_lexer *p, struct text *name, struct part *part)
{
    p->at++;
    start_word(part);
    part->quoted = true;
    for (;;) {
        char c;
        bool escaped;
        if (!next_quoted(p, &c, &escaped))
            return mailbox_fail(p, "a quote that is not closed");
        if (c == '"' && !escaped)
            return true;
        if (c == '"' || c == '\\')
            p->odd = true;
        part_put(part, c);
        if (name && !text_put(p, name, c))
            return false;
    }
}

static bool read_atom(struct mailbox_lexer *p, struct text *name, struct part *part)
{
    if (mailbox_peek(p) == '.')
        part->after_word = false;
    else
        start_word(part);
    do {
        char c = p->in.ptr[p->at++];
        part_put(part, c);
        if (name && !text_put(p, name, c))
            return false;
        if (c == '.')
            return true;
    } while (is_atext(mailbox_peek(p)));
    return true;
}

/* The risky comments of an address count from its first word. */
bool mailbox_read_words(struct mailbox_lexer *p, struct text *name)
{
    struct part *part = &p->local;
    part->len = 0;
    part->quoted = part->after_word = part->broken = false;
    if (!mailbox_skip_cfws(p))
        return false;
    p->risky_then = p->risky;
    bool was_quoted = false;
    while (mailbox_peek(p) == '"' || mailbox_peek(p) == '.' ||
           is_atext(mailbox_peek(p))) {
        bool is_quoted = mailbox_peek(p) == '"';
        if (name && name->len > 0 && !p->gap && (is_quoted || was_quoted))
            p->odd = true; /* some show a blank between them */
        was_quoted = is_quoted;
        if (name && name->len > 0 && p->gap && !text_put(p, name, ' '))
            return false;
        bool good = mailbox_peek(p) == '"' ? read_quoted(p, name, part)
                                           : read_atom(p, name, part);
        if (!good || !mailbox_skip_cfws(p))
            return false;
    }
    return true;
}

/* Blanks may be within (RFC 5322 3.4.1), quoted pairs not. */
static bool read_literal(struct mailbox_lexer *p)
{
    while (mailbox_peek(p) != ']') {
        if (mailbox_at_end(p))
            return mailbox_fail(p, "a [ that is not closed");
        char c = p->in.ptr[p->at++];
        if (!is_blank(c))
            part_put(&p->domain, c);
    }
    p->at++;
    part_put(&p->domain, ']');
    return true;
}

bool mailbox_read_domain(struct mailbox_lexer *p)
{
    struct part *part = &p->domain;
    part->len = 0;
    part->after_word = part->broken = false;
    if (!mailbox_skip_cfws(p))
        return false;
    p->risky_now = p->risky;
    if (mailbox_peek(p) == '[')
        return read_literal(p) && mailbox_skip_cfws(p);
    while (mailbox_peek(p) == '.' || (is_atext(mailbox_peek(p)) && !part->after_word)) {
        p->risky_now = p->risky;
        if (!read_atom(p, NULL, part) || !mailbox_skip_cfws(p))
            return false;
    }
    return true;
}
