/* SPDX-License-Identifier: BSD-2-Clause */
/* Authentication-Results fields. */
#include "authresults.h"

#include <stdio.h>

#include "ascii.h"
#include "placeholder.h"

/* --- who speaks in a field: [CFWS] authserv-id [CFWS version] [CFWS ";" ...] --- */

/* RFC 2045 5.1, a character of a token; an id has no others. */
static bool is_token(char c)
{
    return c > ' ' && c <= '~' && !strchr("()<>@,;:\\\"/[]?=", c);
}

/* Where the comment that starts at i ends; len if nowhere. */
static size_t comment_end(struct span s, size_t i)
{
    size_t depth = 0;
    for (; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == '(')
            depth++;
        else if (s.ptr[i] == ')' && --depth == 0)
            return i;
    }
    return s.len;
}

/* What a reader may take no notice of, in an id and around it. */
static bool is_gap(char c)
{
    return c == ' ' || ascii_is_control(c) || c == '"' || c == '\\';
}

/* Readers differ in what ends an id: for some it is whatever is not of a token, others
 * put together again what blanks, comments and quotes took apart. Here it is each of
 * these places. */
bool authresults_claims(struct span value, const char *id)
{
    const char *rest = id;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (is_token(c)) {
            if (ascii_fold(c) != ascii_fold(*rest))
                return false;
            rest++;
        } else if (*rest == '\0') {
            return true;
        } else if (c == '(') {
            i = comment_end(value, i);
            if (i >= value.len)
                return true;
        } else if (!is_gap(c)) {
            return rest == id; /* nobody's */
        }
    }
    return rest == id || *rest == '\0';
}

/* --- our own --- */

/* RFC 5322 atext. */
static bool is_atext(char c)
{
    return ascii_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* RFC 8601 2.2, pvalue: local-part "@" domain-name, or without both a token. */
static bool is_pvalue(const struct address *a)
{
    bool dot = true; /* one may not follow here */
    for (size_t i = 0; i < a->local_len; i++) {
        bool is_dot = a->text[i] == '.';
        if (is_dot ? dot : !is_atext(a->text[i]))
            return false;
        dot = is_dot;
    }
    struct span domain = address_domain(a);
    for (size_t i = 0; i < domain.len; i++)
        if (!ascii_is_alnum(domain.ptr[i]) && !strchr("-.", domain.ptr[i]))
            return false;
    if (domain.ptr)
        return !dot;
    for (size_t i = 0; i < a->len; i++)
        if (!ascii_is_alnum(a->text[i]) && !strchr("-._+", a->text[i]))
            return false;
    return a->len > 0;
}

static int put_pvalue(const struct address *a, char *out, size_t size)
{
    char text[PLACEHOLDER_VALUE], quoted[PLACEHOLDER_VALUE * 2];
    size_t n = 0;
    placeholder_escape(address_text(a), text);
    if (is_pvalue(a) && span_equal(span_of(text), address_text(a)))
        return snprintf(out, size, "%s", text);
    for (const char *c = text; *c; c++) {
        if (*c == '\\')
            quoted[n++] = '\\';
        quoted[n++] = *c;
    }
    quoted[n] = '\0';
    return snprintf(out, size, "\"%s\"", quoted);
}

void authresults_format(const struct policy *p, char out[AUTHRESULTS_MAX])
{
    const char *id = p->snapshot->globals.authserv_id;
    if (!p->authenticated) {
        snprintf(out, AUTHRESULTS_MAX, "%s; auth=none", id);
        return;
    }
    size_t n = (size_t)snprintf(out, AUTHRESULTS_MAX, "%s; auth=pass smtp.auth=", id);
    n += (size_t)put_pvalue(&p->login, out + n, AUTHRESULTS_MAX - n);
    /* A line may have 998 bytes (RFC 5322 2.1.1). */
    n += (size_t)snprintf(out + n, AUTHRESULTS_MAX - n,
                          "%ssmtp.mailfrom=", n > 400 ? "\n\t" : " ");
    put_pvalue(&p->sender, out + n, AUTHRESULTS_MAX - n);
}
