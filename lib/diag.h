/* SPDX-License-Identifier: BSD-2-Clause */
/* The errors and warnings of a configuration, gathered until someone shows them. */
#ifndef GATEPOST_DIAG_H
#define GATEPOST_DIAG_H

#include <stdbool.h>
#include <stddef.h>

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct diagnostic {
    enum severity severity;
    char *file;    /* never NULL */
    unsigned line; /* 0: the file as a whole */
    char *option;  /* NULL: none in particular */
    char *message;
    size_t file_rank, rank; /* in the order seen */
};

/* Starts all zero; ended with diag_clear(). Owns its texts. */
struct diag {
    struct diagnostic *items;
    size_t count, size;
    size_t errors, warnings; /* counted beyond what is kept, too */
};

void diag_add(struct diag *diag, enum severity severity, const char *file,
              unsigned line, const char *option, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Puts errors and warnings into the order of files (as first seen) and lines. */
void diag_sort(struct diag *diag);

/* "FILE:LINE: OPTION: message" or "FILE:LINE: warning: OPTION: message", control
 * characters escaped. Returns the length it has or would need, as snprintf does. */
int diag_format(const struct diagnostic *item, char *out, size_t size);

void diag_clear(struct diag *diag);

#endif
