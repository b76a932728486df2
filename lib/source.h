/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a setting stands. */
#ifndef GATEPOST_SOURCE_H
#define GATEPOST_SOURCE_H

/* file NULL: nowhere, its default applies. */
struct source {
    const char *file;
    unsigned line;
};

enum { SOURCE_TEXT = 4096 + 16 };

/* "file:line" or "default" with a NUL. */
void source_format(struct source source, char out[SOURCE_TEXT]);

#endif
