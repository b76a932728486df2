/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for libmilter: the few functions that the callbacks call, over a context
 * that the fuzz target fills. Macros live as long as in libmilter: those of a command
 * until the next packet for it, or until a command of an earlier stage. */
#ifndef GATEPOST_STUB_MILTER_H
#define GATEPOST_STUB_MILTER_H

#include <libmilter/mfapi.h>
#include <stdbool.h>

enum stage { STAGE_CONNECT, STAGE_HELO, STAGE_MAIL, STAGE_RCPT, STAGE_EOM, STAGES };
enum { MACROS_MAX = 8 };

struct macro {
    const char *name;
    char *value; /* owned; the callbacks may write to it */
};

struct smfi_str {
    void *private_data;
    bool negotiating;
    bool has_reply;
    char code[4], enhanced[12], text[1024];
    struct macro macros[STAGES][MACROS_MAX];
    int macro_count[STAGES];
};

void stub_clear_macros(SMFICTX *context, enum stage from);
/* A packet of macros: those of before are forgotten. */
void stub_start_macros(SMFICTX *context, enum stage stage);
void stub_add_macro(SMFICTX *context, enum stage stage, const char *name,
                    const char *value);

#endif
