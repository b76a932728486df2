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
