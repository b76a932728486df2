/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for libmilter. */
#include "stub_milter.h"

#include "fuzz.h"

enum { REPLY_MAX = 980 };

static void forget_stage(SMFICTX *c, enum stage stage)
{
    for (int i = 0; i < c->macro_count[stage]; i++)
        free(c->macros[stage][i].value);
    c->macro_count[stage] = 0;
}

void stub_clear_macros(SMFICTX *c, enum stage from)
{
    for (int stage = (int)from; stage < STAGES; stage++)
        forget_stage(c, (enum stage)stage);
}

void stub_start_macros(SMFICTX *c, enum stage stage)
{
    forget_stage(c, stage);
}

void stub_add_macro(SMFICTX *c, enum stage stage, const char *name, const char *value)
{
    int n = c->macro_count[stage];
    for (int i = 0; i < n; i++)
        if (strcmp(c->macros[stage][i].name, name) == 0)
            return;
    if (n == MACROS_MAX)
        return;
    char *copy = strdup(value);
    if (!copy)
        abort();
    c->macros[stage][n] = (struct macro){name, copy};
    c->macro_count[stage]++;
}

char *smfi_getsymval(SMFICTX *c, char *name)
{
    for (int stage = STAGES - 1; stage >= 0; stage--)
        for (int i = 0; i < c->macro_count[stage]; i++)
            if (strcmp(c->macros[stage][i].name, name) == 0)
                return c->macros[stage][i].value;
    return NULL;
}

int smfi_setpriv(SMFICTX *c, void *data)
{
    c->private_data = data;
    return MI_SUCCESS;
}

void *smfi_getpriv(SMFICTX *c)
{
    return c->private_data;
}

int smfi_setsymlist(SMFICTX *c, int stage, char *macros)
{
    require(c->negotiating, "macros are asked for in negotiation only");
    require(stage >= SMFIM_FIRST && stage <= SMFIM_LAST && macros && *macros,
            "a list of macros for a stage");
    return MI_SUCCESS;
}

/* % stands in pairs; libmilter and some MTAs take a single one badly. */
static void check_percent(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p != '%')
            continue;
        require(p[1] == '%', "a % in a reply is doubled");
        p++;
    }
}

int smfi_setreply(SMFICTX *c, char *code, char *enhanced, char *text)
{
    require(code && strlen(code) == 3 && (code[0] == '4' || code[0] == '5'),
            "the code of a reply");
    require(enhanced && enhanced[0] == code[0] && strlen(enhanced) < sizeof c->enhanced,
            "the enhanced status of a reply fits its code");
    require(text && *text, "a reply has a text");
    require(strlen(text) <= REPLY_MAX, "length of a reply");
    require(fuzz_is_printable(span_of(text)), "a reply is printable ASCII");
    check_percent(text);
    snprintf(c->code, sizeof c->code, "%s", code);
    snprintf(c->enhanced, sizeof c->enhanced, "%s", enhanced);
    snprintf(c->text, sizeof c->text, "%s", text);
    c->has_reply = true;
    return MI_SUCCESS;
}

/* --- changes of a message --- */

void stub_clear_edits(SMFICTX *c)
{
    for (size_t i = 0; i < c->edit_count; i++) {
        free(c->edits[i].name);
        free(c->edits[i].text);
    }
    free(c->edits);
    c->edits = NULL;
    c->edit_count = 0;
    c->failed = false;
}

static char *copy_text(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    require(copy || !text, "memory");
    return copy;
}

/* The array has room for a power of two of them. */
static int keep_edit(SMFICTX *c, enum edit_kind kind, unsigned long action,
                     const struct edit *edit)
{
    size_t n = c->edit_count;
    require(c->at_end, "a message is changed at its end only");
    require(c->actions & action, "only what was negotiated is changed");
    require(!c->failed, "nothing is changed once a change failed");
    if ((n & (n - 1)) == 0) {
        c->edits = realloc(c->edits, (n ? 2 * n : 1) * sizeof *c->edits);
        require(c->edits, "memory");
    }
    c->edits[c->edit_count++] =
        (struct edit){kind, edit->number, copy_text(edit->name), copy_text(edit->text)};
    c->failed = c->failing >> kind & 1;
    return c->failed ? MI_FAILURE : MI_SUCCESS;
}

static void check_field_name(const char *name)
{
    require(name && *name, "a field has a name");
    for (; *name; name++)
        require(*name > ' ' && *name <= '~' && *name != ':', "the name of a field");
}

/* Lines of at most 998 bytes (RFC 5322 2.1.1), folded where that is allowed. */
static void check_field(const char *name, const char *text, bool may_fold)
{
    enum { LINE_MOST = 998 };
    check_field_name(name);
    require(text && *text, "a field has a text");
    size_t line = strlen(name) + 2;
    for (const char *c = text; *c; c++) {
        bool fold = may_fold && *c == '\n';
        require(fold || (*c >= ' ' && *c <= '~') || (*c == '\t' && line == 0),
                "what is added to a message is printable ASCII");
        require(!fold || (c[1] == '\t' && c[2] > ' '), "a fold goes on with a text");
        line = fold ? 0 : line + 1;
        require(line <= LINE_MOST, "the length of a line");
    }
}

int smfi_addheader(SMFICTX *c, char *name, char *text)
{
    check_field(name, text, false);
    return keep_edit(c, EDIT_ADD_FIELD, SMFIF_ADDHDRS,
                     &(struct edit){.name = name, .text = text});
}

int smfi_insheader(SMFICTX *c, int number, char *name, char *text)
{
    check_field(name, text, true);
    return keep_edit(c, EDIT_INSERT_FIELD, SMFIF_ADDHDRS,
                     &(struct edit){.number = number, .name = name, .text = text});
}

int smfi_chgheader(SMFICTX *c, char *name, int number, char *text)
{
    check_field_name(name);
    require(number >= 1, "fields are counted from 1");
    require(!text, "fields are removed, not changed");
    return keep_edit(c, EDIT_REMOVE_FIELD, SMFIF_CHGHDRS,
                     &(struct edit){.number = number, .name = name});
}

int smfi_addrcpt(SMFICTX *c, char *recipient)
{
    require(fuzz_is_printable(span_of(recipient)), "a recipient of a policy");
    return keep_edit(c, EDIT_ADD_RECIPIENT, SMFIF_ADDRCPT,
                     &(struct edit){.text = recipient});
}

int smfi_delrcpt(SMFICTX *c, char *recipient)
{
    return keep_edit(c, EDIT_REMOVE_RECIPIENT, SMFIF_DELRCPT,
                     &(struct edit){.text = recipient});
}

int smfi_quarantine(SMFICTX *c, char *reason)
{
    require(reason && *reason && fuzz_is_printable(span_of(reason)),
            "the reason to hold a message");
    return keep_edit(c, EDIT_QUARANTINE, SMFIF_QUARANTINE,
                     &(struct edit){.text = reason});
}

/* --- want of memory --- */

static unsigned memory_left;
static bool memory_failed;

void stub_memory_set(unsigned number)
{
    memory_left = number;
    memory_failed = false;
}

bool stub_memory_failed(void)
{
    return memory_failed;
}

static bool fails(void)
{
    bool now = memory_left == 1;
    memory_left -= memory_left > 0;
    memory_failed = memory_failed || now;
    return now;
}

void *stub_malloc(size_t size)
{
    return fails() ? NULL : malloc(size);
}

void *stub_realloc(void *old, size_t size)
{
    return fails() ? NULL : realloc(old, size);
}
