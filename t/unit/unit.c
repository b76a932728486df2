/* SPDX-License-Identifier: BSD-2-Clause */
/* What the unit tests have in common. */
#include "unit.h"

#include <stdio.h>

#include "ascii.h"
#include "config.h"

bool holds(bool condition, const char *format, ...)
{
    char message[2048];
    if (condition)
        return true;
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    print_error("# %s\n", message);
    return false;
}

const char *shown(struct span text, char out[SHOWN])
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + 5 < SHOWN; i++) {
        char c = text.ptr[i];
        if (ascii_is_control(c) || ascii_is_high(c))
            n += (size_t)snprintf(out + n, SHOWN - n, "\\x%02x", (unsigned char)c);
        else
            out[n++] = c;
    }
    out[n] = '\0';
    return out;
}

bool same_text(struct span row, struct span got, struct span want)
{
    char r[SHOWN], g[SHOWN], w[SHOWN];
    return holds(span_equal(got, want), "%s: got \"%s\", want \"%s\"", shown(row, r),
                 shown(got, g), shown(want, w));
}

uint32_t random_below(struct random *random, uint32_t limit)
{
    uint64_t x = random->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    random->state = x;
    return (uint32_t)((x * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % limit;
}

void append(char *out, size_t size, const char *format, ...)
{
    size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, size - used, format, args);
    va_end(args);
}

const char *diag_text(const struct diag *diag, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < diag->count; i++) {
        char line[1024];
        diag_format(&diag->items[i], line, sizeof line);
        append(out, size, "%s\n", line);
    }
    return out;
}

struct snapshot *load(const char *text)
{
    struct diag diag = {0};
    char errors[2048];
    struct snapshot *s =
        config_load_text(text, strlen(text), "t", SECRETS_FORGET, &diag);
    holds(s != NULL, "%s\n%s", text, diag_text(&diag, errors, sizeof errors));
    diag_clear(&diag);
    return s;
}

enum { COMPLAINT_TEXT = 4000 };

static bool complaint_holds(const struct complaint *row)
{
    struct diag diag = {0};
    char got[COMPLAINT_TEXT] = "";
    struct snapshot *s =
        config_load_text(row->text, strlen(row->text), "t", SECRETS_FORGET, &diag);
    for (size_t i = 0; i < diag.count; i++) {
        char line[1000];
        diag_format(&diag.items[i], line, sizeof line);
        append(got, sizeof got, "%s%s", i ? "\n" : "", line + 2);
    }
    bool good = same_text(span_of(row->text), span_of(got), span_of(row->want));
    good &= holds((s == NULL) == (diag.errors > 0), "%s: a snapshot?", row->text);
    snapshot_free(&s);
    diag_clear(&diag);
    return good;
}

void check_complaints(const struct complaint *rows, size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !complaint_holds(&rows[i]);
    assert_int_equal(bad, 0);
}
