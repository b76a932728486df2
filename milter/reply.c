/* SPDX-License-Identifier: BSD-2-Clause */
/* From a verdict to what libmilter sends. */
#include "reply.h"

#include "logger.h"

/* smfi_setreply() takes a single % for no text at all. */
static void double_percent(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (; *text && n + 3 < size; text++) {
        out[n++] = *text;
        if (*text == '%')
            out[n++] = '%';
    }
    out[n] = '\0';
}

sfsistat reply_verdict(SMFICTX *ctx, const struct verdict *v)
{
    if (v->kind == VERDICT_PASS)
        return SMFIS_CONTINUE;
    char text[REPLY_TEXT], doubled[REPLY_TEXT * 2], code[4], enhanced[8];
    double_percent(verdict_text(v, text), doubled, sizeof doubled);
    memcpy(code, v->reply->code, sizeof code);
    memcpy(enhanced, v->reply->enhanced, strlen(v->reply->enhanced) + 1);
    if (smfi_setreply(ctx, code, enhanced, doubled) != MI_SUCCESS)
        logger_message(LOG_LEVEL_ERROR, "libmilter did not take the reply \"%s\"",
                       text);
    return v->kind == VERDICT_REFUSE ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}
