/* SPDX-License-Identifier: BSD-2-Clause */
/* The macros of the MTA. */
#include "macros.h"

#include "ascii.h"

/* libmilter takes char * for names and lists that it only reads. */
static char *unconst(const char *text)
{
    return (char *)(uintptr_t)text;
}

void macros_request(SMFICTX *ctx)
{
    smfi_setsymlist(
        ctx, SMFIM_CONNECT,
        unconst("v {daemon_name} {daemon_port} {client_name} {client_resolve}"));
    smfi_setsymlist(ctx, SMFIM_HELO, unconst("{tls_version}"));
    smfi_setsymlist(ctx, SMFIM_ENVFROM,
                    unconst("i {auth_type} {auth_authen} {tls_version} {mail_addr}"));
    smfi_setsymlist(ctx, SMFIM_ENVRCPT, unconst("i {rcpt_addr}"));
    smfi_setsymlist(ctx, SMFIM_DATA, unconst("i"));
    smfi_setsymlist(ctx, SMFIM_EOM, unconst("i"));
}

const char *macro_get(SMFICTX *ctx, const char *name)
{
    const char *value = smfi_getsymval(ctx, unconst(name));
    return value && *value ? value : NULL;
}

/* The value is in a buffer of libmilter's that belongs to this session alone. */
void macro_forget(SMFICTX *ctx, const char *name)
{
    char *value = smfi_getsymval(ctx, unconst(name));
    if (value)
        *value = '\0';
}

/* Postfix sends mail_name and mail_version, and mail_name can be anything; Sendmail
 * sends its version. */
enum mta macros_mta(SMFICTX *ctx)
{
    const char *v = macro_get(ctx, "v");
    if (v && strncmp(v, "Postfix", 7) == 0)
        return MTA_POSTFIX;
    return v && ascii_is_digit(*v) ? MTA_SENDMAIL : MTA_UNKNOWN;
}
