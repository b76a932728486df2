/* SPDX-License-Identifier: BSD-2-Clause */
/* Regular expressions of the configuration: PCRE2 with bounds. */
#include "regex.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* A hostile pattern costs 131 ms with PCRE2's own limits, 0.14 ms with this. */
enum { MATCH_LIMIT = 10000, HEAP_LIMIT_KIB = 1024, PATTERN_MAX = 4096 };

/* What a match needs beside the pattern. One a thread, since matching writes to
 * it; not state of a session, so it does not matter which thread serves one. */
struct workspace {
    pcre2_match_context *context;
    pcre2_match_data *data;
};

static pthread_key_t workspace_key;
static pthread_once_t workspace_once = PTHREAD_ONCE_INIT;

static void workspace_free(void *object)
{
    struct workspace *w = object;
    pcre2_match_data_free(w->data);
    pcre2_match_context_free(w->context);
    free(w);
}

static void workspace_setup(void)
{
    if (pthread_key_create(&workspace_key, workspace_free) != 0)
        abort();
}

static struct workspace *workspace(void)
{
    pthread_once(&workspace_once, workspace_setup);
    struct workspace *w = pthread_getspecific(workspace_key);
    if (w)
        return w;
    w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->context = pcre2_match_context_create(NULL);
    w->data = pcre2_match_data_create(1, NULL);
    if (!w->context || !w->data || pthread_setspecific(workspace_key, w) != 0) {
        workspace_free(w);
        return NULL;
    }
    pcre2_set_match_limit(w->context, MATCH_LIMIT);
    pcre2_set_heap_limit(w->context, HEAP_LIMIT_KIB);
    return w;
}

struct regex *regex_new(struct span text, bool fold, char *error, size_t error_size)
{
    if (text.len > PATTERN_MAX) {
        snprintf(error, error_size, "longer than %d bytes", PATTERN_MAX);
        return NULL;
    }
    int number;
    PCRE2_SIZE offset;
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
    if (fold)
        options |= PCRE2_CASELESS;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text.ptr, text.len, options, &number, &offset, NULL);
    if (!code) {
        PCRE2_UCHAR message[160];
        pcre2_get_error_message(number, message, sizeof message);
        snprintf(error, error_size, "%s at offset %zu", (char *)message, offset);
    }
    return (struct regex *)code;
}

void regex_free(struct regex **regex)
{
    pcre2_code_free((pcre2_code *)*regex);
    *regex = NULL;
}

enum match regex_match(const struct regex *regex, struct span subject)
{
    const struct workspace *w = workspace();
    if (!w)
        return MATCH_UNKNOWN;
    int rc = pcre2_match((const pcre2_code *)regex, (PCRE2_SPTR)subject.ptr,
                         subject.len, 0, 0, w->data, w->context);
    if (rc >= 0)
        return MATCH_YES;
    return rc == PCRE2_ERROR_NOMATCH ? MATCH_NO : MATCH_UNKNOWN;
}

static bool starts(struct span text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && memcmp(text.ptr, with, len) == 0;
}

static bool ends_in(struct span text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && memcmp(text.ptr + text.len - len, with, len) == 0;
}

/* An alternation outside of groups escapes the anchors: ^a|b$. */
static bool has_open_alternation(struct span text)
{
    int depth = 0;
    bool in_class = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\')
            i++;
        else if (in_class)
            in_class = c != ']';
        else if (c == '[')
            in_class = true;
        else if (c == '(')
            depth++;
        else if (c == ')')
            depth--;
        else if (c == '|' && depth == 0)
            return true;
    }
    return false;
}

bool regex_is_anchored(struct span text)
{
    if (has_open_alternation(text))
        return false;
    bool start = starts(text, "^") || starts(text, "\\A");
    bool end = (ends_in(text, "$") && !ends_in(text, "\\$")) || ends_in(text, "\\z") ||
               ends_in(text, "\\Z");
    return start && end;
}
