/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of a configuration file, with their lines. */
#include "lexer.h"

#include "ascii.h"

static void complain(struct lexer *lx, unsigned line, const char *message)
{
    diag_add(lx->diag, SEVERITY_ERROR, lx->file, line, lx->option, "%s", message);
}

static bool looking_at(const struct lexer *lx, const char *text)
{
    size_t len = strlen(text);
    return lx->len - lx->at >= len && memcmp(lx->text + lx->at, text, len) == 0;
}

static void blank(struct lexer *lx)
{
    if (lx->text[lx->at] == '\n')
        lx->line++;
    else
        lx->text[lx->at] = ' ';
    lx->at++;
}

static void skip_line_comment(struct lexer *lx)
{
    while (lx->at < lx->len && lx->text[lx->at] != '\n')
        blank(lx);
}

static void skip_block_comment(struct lexer *lx)
{
    unsigned start = lx->line;
    blank(lx);
    blank(lx);
    while (lx->at < lx->len && !looking_at(lx, "*/"))
        blank(lx);
    if (lx->at == lx->len) {
        complain(lx, start, "the comment that starts here is not closed");
        return;
    }
    blank(lx);
    blank(lx);
}

static void skip_blanks(struct lexer *lx)
{
    while (lx->at < lx->len) {
        char c = lx->text[lx->at];
        if (c == '#' || looking_at(lx, "//"))
            skip_line_comment(lx);
        else if (looking_at(lx, "/*"))
            skip_block_comment(lx);
        else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            blank(lx);
        else
            return;
    }
}

static const char *quoted_fault(struct span inner, char quote)
{
    for (size_t i = 0; i < inner.len; i++) {
        char c = inner.ptr[i];
        if (ascii_is_control(c))
            return "a control character in a value";
        if (c == '$' && i + 1 < inner.len && inner.ptr[i + 1] == '{')
            return "${...} is not expanded here: write the value itself";
        if (c != '\\')
            continue;
        char next = inner.ptr[++i];
        if (quote == '"' && next != '\\' && next != '"')
            return "in double quotes a backslash stands only before \\ or \": put the "
                   "value in single quotes";
    }
    return NULL;
}

static struct token read_string(struct lexer *lx)
{
    size_t start = lx->at;
    char quote = lx->text[start];
    struct token token = {TOKEN_STRING, {NULL, 0}, lx->line};
    size_t i = start + 1;
    for (; i < lx->len && lx->text[i] != quote && lx->text[i] != '\n'; i++)
        if (lx->text[i] == '\\' && i + 1 < lx->len && lx->text[i + 1] != '\n')
            i++;
    if (i >= lx->len || lx->text[i] != quote) {
        complain(lx, lx->line, "the quote that starts here is not closed on its line");
        lx->at = i < lx->len ? i : lx->len;
        token.kind = TOKEN_BAD;
        return token;
    }
    lx->at = i + 1;
    token.raw = (struct span){lx->text + start, lx->at - start};
    const char *fault = quoted_fault(span_cut(token.raw, 1, token.raw.len - 1), quote);
    if (fault) {
        complain(lx, lx->line, fault);
        token.kind = TOKEN_BAD;
    }
    return token;
}

static bool ends_word(char c)
{
    return c == '\0' || strchr(" \t\r\n{}()=,\"'#", c) != NULL;
}

static bool is_word_character(char c)
{
    return ascii_is_alnum(c) || (c != '\0' && strchr("_.:@/-", c) != NULL);
}

/* libconfuse would drop or cut at some of the other characters. */
static struct token read_word(struct lexer *lx)
{
    size_t start = lx->at;
    bool clean = true;
    while (lx->at < lx->len && !ends_word(lx->text[lx->at])) {
        if (looking_at(lx, "//") || looking_at(lx, "/*"))
            clean = false;
        clean = clean && is_word_character(lx->text[lx->at]);
        lx->at++;
    }
    if (lx->at == start)
        lx->at++;
    struct span raw = {lx->text + start, lx->at - start};
    if (lx->at < lx->len && strchr("\"'#", lx->text[lx->at]))
        clean = false;
    if (!clean || ends_word(raw.ptr[0])) {
        diag_add(lx->diag, SEVERITY_ERROR, lx->file, lx->line, lx->option,
                 "put this value in quotes (\" or '): %.*s",
                 raw.len > 60 ? 60 : (int)raw.len, raw.ptr);
        return (struct token){TOKEN_BAD, raw, lx->line};
    }
    return (struct token){TOKEN_WORD, raw, lx->line};
}

struct token lexer_next(struct lexer *lx)
{
    skip_blanks(lx);
    if (lx->at == lx->len)
        return (struct token){TOKEN_END, {NULL, 0}, lx->line};
    char c = lx->text[lx->at];
    if (c == '"' || c == '\'')
        return read_string(lx);
    size_t mark = looking_at(lx, "+=") ? 2 : strchr("{}()=,", c) && c ? 1 : 0;
    if (mark == 0)
        return read_word(lx);
    lx->at += mark;
    return (struct token){TOKEN_MARK, {lx->text + lx->at - mark, mark}, lx->line};
}

size_t token_meaning(struct token token, char *out)
{
    size_t n = 0;
    if (token.kind != TOKEN_STRING) {
        memcpy(out, token.raw.ptr, token.raw.len);
        return token.raw.len;
    }
    char quote = token.raw.ptr[0];
    for (size_t i = 1; i + 1 < token.raw.len; i++) {
        char c = token.raw.ptr[i];
        char next = token.raw.ptr[i + 1];
        if (c == '\\' && (next == '\\' || next == quote))
            c = token.raw.ptr[++i];
        out[n++] = c;
    }
    return n;
}
