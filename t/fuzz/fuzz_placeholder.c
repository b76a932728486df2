/* SPDX-License-Identifier: BSD-2-Clause */
/* %{login} and the like: the first line of the input is the text of a field, the lines
 * behind it are the values. */
#include "placeholder.h"

#include "fuzz.h"

enum { VALUES = 5, ESCAPED_MOST = 190 };

static const char *const names[VALUES] = {"{login}", "{client}", "{ou}", "{interface}",
                                          "{sender}"};

static const struct span *value_of(const struct placeholder_values *v, int which)
{
    const struct span *const values[VALUES] = {&v->login, &v->client, &v->ou,
                                               &v->interface, &v->sender};
    return values[which];
}

/* Which one stands here, behind the %; VALUES if none. */
static int find_name(const char *text)
{
    int i = 0;
    while (i < VALUES && strncmp(text, names[i], strlen(names[i])) != 0)
        i++;
    return i;
}

/* --- a value --- */

/* The bytes that \xNN, or a byte, stands for; *text goes behind it. */
static int read_byte(const char **text)
{
    unsigned byte;
    int end = 0;
    if (**text != '\\')
        return (unsigned char)*(*text)++;
    require(sscanf(*text, "\\x%2x%n", &byte, &end) == 1 && end == 4, "\\xNN");
    *text += 4;
    return (int)byte;
}

/* What was escaped is the value, or the start of it and <cut>. */
static void check_value(struct span value, const char *escaped)
{
    size_t at = 0;
    require(strlen(escaped) <= ESCAPED_MOST, "the length of a value");
    for (const char *c = escaped; *c; c++)
        require(*c > ' ' && *c <= '~' && !strchr("\"(),;", *c),
                "a value has nothing that means something in a field");
    const char *c = escaped;
    for (; *c && *c != '<'; at++)
        require(at < value.len && read_byte(&c) == (unsigned char)value.ptr[at],
                "a value is what it was");
    if (*c)
        require(strcmp(c, "<cut>") == 0 && at < value.len, "what is cut says so");
    else
        require(at == value.len, "a value is whole");
}

/* --- the text --- */

/* As it must come out, by a reader of our own. */
static void expand(const char *text, const struct placeholder_values *v, char *out)
{
    while (*text) {
        int which = *text == '%' ? find_name(text + 1) : VALUES;
        if (which < VALUES) {
            placeholder_escape(*value_of(v, which), out);
            out += strlen(out);
            text += 1 + strlen(names[which]);
        } else {
            text += *text == '%';
            *out++ = *text++;
        }
    }
    *out = '\0';
}

/* Is every % doubled, or one of at most four placeholders, and all of it printable? */
static bool is_good(const char *text)
{
    int count = 0;
    for (const char *c = text; *c; c++) {
        if (*c < ' ' || *c > '~')
            return false;
        if (*c != '%')
            continue;
        if (*++c == '%')
            continue;
        int which = find_name(c);
        if (which == VALUES)
            return false;
        count++;
        c += strlen(names[which]) - 1;
    }
    return count <= PLACEHOLDER_MOST;
}

static void check_text(const char *text, const struct placeholder_values *v)
{
    /* Of just this size, for the sanitizer to see. */
    char *out = malloc(PLACEHOLDER_OUT), *again = malloc(PLACEHOLDER_OUT * 2);
    require(out && again, "memory");
    placeholder_expand(text, v, out);
    expand(text, v, again);
    require(strcmp(out, again) == 0, "the text as it was, values in their places");
    require(strlen(out) < 998, "a field fits into a line");
    for (const char *c = out; *c; c++)
        require(*c >= ' ' && *c <= '~', "a field is printable ASCII");
    free(out);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[PLACEHOLDER_TEXT_MAX + 1], escaped[PLACEHOLDER_VALUE];
    struct span rest = fuzz_span(data, size), first = fuzz_take_until(&rest, '\n');
    if (first.len > PLACEHOLDER_TEXT_MAX ||
        (first.len && memchr(first.ptr, '\0', first.len)))
        return -1;
    if (first.len)
        memcpy(text, first.ptr, first.len);
    text[first.len] = '\0';
    struct placeholder_values v;
    struct span *const values[VALUES] = {&v.login, &v.client, &v.ou, &v.interface,
                                         &v.sender};
    for (int i = 0; i < VALUES; i++) {
        *values[i] = fuzz_take_until(&rest, '\n');
        placeholder_escape(*values[i], escaped);
        check_value(*values[i], escaped);
    }
    const char *fault = placeholder_fault(text);
    require(!fault == is_good(text), "a text is good, or has a fault");
    require(!fault || *fault, "a fault has words");
    if (!fault)
        check_text(text, &v);
    return 0;
}
