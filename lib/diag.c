/* SPDX-License-Identifier: BSD-2-Clause */
/* The errors and warnings of a configuration. */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ascii.h"

/* Beyond this nobody reads on, and a hostile file must not fill the memory. */
enum { KEPT = 1000, MESSAGE_MAX = 600 };

static char *copy(const char *text)
{
    char *p = text ? strdup(text) : NULL;
    if (text && !p)
        abort();
    return p;
}

/* A message may quote the file it is about. */
static void blank_controls(char *text)
{
    for (; *text; text++)
        if (ascii_is_control(*text))
            *text = '?';
}

void diag_add(struct diag *diag, enum severity severity, const char *file,
              unsigned line, const char *option, const char *format, ...)
{
    if (severity == SEVERITY_ERROR)
        diag->errors++;
    else
        diag->warnings++;
    if (diag->count == KEPT)
        return;
    if (diag->count == diag->size) {
        diag->size = diag->size ? diag->size * 2 : 16;
        diag->items = realloc(diag->items, diag->size * sizeof *diag->items);
        if (!diag->items)
            abort();
    }
    char message[MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    blank_controls(message);
    struct diagnostic *item = &diag->items[diag->count++];
    *item = (struct diagnostic){.severity = severity,
                                .file = copy(file),
                                .line = line,
                                .option = copy(option),
                                .message = copy(message),
                                .rank = diag->count};
    blank_controls(item->file);
    if (item->option)
        blank_controls(item->option);
}

static int compare_sizes(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int compare(const void *a, const void *b)
{
    const struct diagnostic *x = a, *y = b;
    if (x->file_rank != y->file_rank)
        return compare_sizes(x->file_rank, y->file_rank);
    if (x->line != y->line)
        return compare_sizes(x->line, y->line);
    return compare_sizes(x->rank, y->rank);
}

/* Few are kept, so that a walk back for the first of a file is cheap. */
void diag_sort(struct diag *diag)
{
    for (size_t i = 0; i < diag->count; i++) {
        size_t first = 0;
        while (strcmp(diag->items[first].file, diag->items[i].file) != 0)
            first++;
        diag->items[i].file_rank = first;
    }
    if (diag->count)
        qsort(diag->items, diag->count, sizeof *diag->items, compare);
}

int diag_format(const struct diagnostic *item, char *out, size_t size)
{
    char line[16] = "";
    if (item->line)
        snprintf(line, sizeof line, "%u:", item->line);
    return snprintf(out, size, "%s:%s %s%s%s%s", item->file, line,
                    item->severity == SEVERITY_WARNING ? "warning: " : "",
                    item->option ? item->option : "", item->option ? ": " : "",
                    item->message);
}

void diag_clear(struct diag *diag)
{
    for (size_t i = 0; i < diag->count; i++) {
        free(diag->items[i].file);
        free(diag->items[i].option);
        free(diag->items[i].message);
    }
    free(diag->items);
    *diag = (struct diag){0};
}
