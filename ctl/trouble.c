/* SPDX-License-Identifier: BSD-2-Clause */
/* What could not be read in a list of files. */
#include "trouble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void troubles_start(struct troubles *t, const char *const *paths)
{
    pthread_mutex_init(&t->lock, NULL);
    t->paths = paths;
    t->count = 0;
    t->used = 0;
}

static void add(struct troubles *t, size_t most, const struct trouble *trouble)
{
    pthread_mutex_lock(&t->lock);
    if (t->used < most)
        t->kept[t->used++] = *trouble;
    t->count++;
    pthread_mutex_unlock(&t->lock);
}

void trouble_add(struct troubles *t, size_t file, unsigned long line, const char *text)
{
    struct trouble trouble = {.file = file, .line = line};
    snprintf(trouble.text, sizeof trouble.text, "%s", text);
    add(t, TROUBLES_LINES, &trouble);
}

void trouble_add_rest(struct troubles *t, size_t file, unsigned long line,
                      const char *text)
{
    struct trouble trouble = {.file = file, .line = line};
    snprintf(trouble.text, sizeof trouble.text, "%s", text);
    add(t, TROUBLES_KEPT, &trouble);
}

static int by_place(const void *a, const void *b)
{
    const struct trouble *left = a, *right = b;
    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    return left->line == right->line ? 0 : left->line < right->line ? -1 : 1;
}

bool troubles_print(struct troubles *t)
{
    qsort(t->kept, t->used, sizeof *t->kept, by_place);
    for (size_t i = 0; i < t->used; i++) {
        const struct trouble *one = &t->kept[i];
        if (one->line)
            fprintf(stderr, "%s:%lu: %s\n", t->paths[one->file], one->line, one->text);
        else
            fprintf(stderr, "%s: %s\n", t->paths[one->file], one->text);
    }
    if (t->count > t->used)
        fprintf(stderr, "... and %lu more\n", t->count - (unsigned long)t->used);
    return t->count > 0;
}
