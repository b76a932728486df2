/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for libmilter: the few functions that the callbacks call, over a context
 * that the fuzz target fills. Macros live as long as in libmilter: those of a command
 * until the next packet for it, or until a command of an earlier stage. Changes of a
 * message are written down, and fail where the target says so. */
#ifndef GATEPOST_STUB_MILTER_H
#define GATEPOST_STUB_MILTER_H

#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stddef.h>

enum stage { STAGE_CONNECT, STAGE_HELO, STAGE_MAIL, STAGE_RCPT, STAGE_EOM, STAGES };
enum { MACROS_MAX = 8 };

struct macro {
    const char *name;
    char *value; /* owned; the callbacks may write to it */
};

enum edit_kind {
    EDIT_ADD_FIELD,
    EDIT_INSERT_FIELD,
    EDIT_REMOVE_FIELD,
    EDIT_ADD_RECIPIENT,
    EDIT_REMOVE_RECIPIENT,
    EDIT_QUARANTINE,
    EDIT_KINDS
};

struct edit {
    enum edit_kind kind;
    int number;        /* of a field: the one to remove, or where to insert */
    char *name, *text; /* owned; a field, or NULL and what else it is about */
};

struct smfi_str {
    void *private_data;
    bool negotiating;
    bool has_reply;
    char code[4], enhanced[12], text[1024];
    struct macro macros[STAGES][MACROS_MAX];
    int macro_count[STAGES];
    unsigned long actions; /* that were negotiated */
    bool at_end;           /* of the message: it may be changed */
    unsigned failing;      /* a bit for each kind of edit that is to fail */
    bool failed;
    struct edit *edits;
    size_t edit_count;
};

void stub_clear_macros(SMFICTX *context, enum stage from);
/* A packet of macros: those of before are forgotten. */
void stub_start_macros(SMFICTX *context, enum stage stage);
void stub_add_macro(SMFICTX *context, enum stage stage, const char *name,
                    const char *value);

/* Before the end of a message, and behind it. */
void stub_clear_edits(SMFICTX *context);

/* The allocation of that number from now on, by what keeps messages, is to fail; 0:
 * none is. */
void stub_memory_set(unsigned number);
/* Has it failed since then? */
bool stub_memory_failed(void);
void *stub_malloc(size_t size);
void *stub_realloc(void *old, size_t size);

#endif
