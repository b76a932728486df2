/* SPDX-License-Identifier: BSD-2-Clause */
/* A filter that does nothing, to compare with. noop [-a] [-h] [-r] SOCKET
 *   -a  all callbacks, each with its reply; otherwise the steps that gatepost-milter
 *       asks to be left out or unanswered, and the macros that it asks for
 *   -h  the header, too, unanswered
 *   -r  refuses every recipient */
#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 512 };

static bool all, headers, refuse;

static void ask_for_macros(SMFICTX *ctx)
{
    static char connect[] = "v {daemon_name} {daemon_port} {client_name} "
                            "{client_resolve}";
    static char helo[] = "{tls_version}", eom[] = "i", rcpt[] = "i {rcpt_addr}";
    static char mail[] = "i {auth_type} {auth_authen} {tls_version} {mail_addr}";
    smfi_setsymlist(ctx, SMFIM_CONNECT, connect);
    smfi_setsymlist(ctx, SMFIM_HELO, helo);
    smfi_setsymlist(ctx, SMFIM_ENVFROM, mail);
    smfi_setsymlist(ctx, SMFIM_ENVRCPT, rcpt);
    smfi_setsymlist(ctx, SMFIM_EOM, eom);
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
                             unsigned long f2, unsigned long f3,
                             unsigned long *our_actions, unsigned long *our_steps,
                             unsigned long *our_f2, unsigned long *our_f3)
{
    const unsigned long unneeded = SMFIP_NOBODY | SMFIP_NOEOH | SMFIP_NODATA |
                                   SMFIP_NOUNKNOWN | SMFIP_NR_CONN | SMFIP_NR_HELO |
                                   (headers ? SMFIP_NR_HDR : SMFIP_NOHDRS);
    (void)f2;
    (void)f3;
    *our_actions = actions & SMFIF_SETSYMLIST;
    *our_steps = all ? 0 : steps & unneeded;
    *our_f2 = *our_f3 = 0;
    if (!all && *our_actions)
        ask_for_macros(ctx);
    return SMFIS_CONTINUE;
}

static sfsistat unanswered(void)
{
    return all ? SMFIS_CONTINUE : SMFIS_NOREPLY;
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
    (void)ctx;
    (void)host;
    (void)address;
    return unanswered();
}

static sfsistat on_helo(SMFICTX *ctx, char *name)
{
    (void)ctx;
    (void)name;
    return unanswered();
}

static sfsistat on_mail(SMFICTX *ctx, char **argv)
{
    (void)ctx;
    (void)argv;
    return SMFIS_CONTINUE;
}

static sfsistat on_rcpt(SMFICTX *ctx, char **argv)
{
    static char code[] = "550", status[] = "5.7.1", text[] = "Refused";
    (void)argv;
    if (!refuse)
        return SMFIS_CONTINUE;
    smfi_setreply(ctx, code, status, text);
    return SMFIS_REJECT;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
    (void)ctx;
    (void)name;
    (void)value;
    return all ? SMFIS_CONTINUE : SMFIS_NOREPLY;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
    (void)ctx;
    (void)bytes;
    (void)len;
    return SMFIS_CONTINUE;
}

static sfsistat on_unknown(SMFICTX *ctx, const char *command)
{
    (void)ctx;
    (void)command;
    return SMFIS_CONTINUE;
}

static sfsistat on_step(SMFICTX *ctx)
{
    (void)ctx;
    return SMFIS_CONTINUE;
}

static struct smfiDesc callbacks = {
    .xxfi_name = (char *)(uintptr_t) "noop",
    .xxfi_version = SMFI_VERSION,
    .xxfi_connect = on_connect,
    .xxfi_helo = on_helo,
    .xxfi_envfrom = on_mail,
    .xxfi_envrcpt = on_rcpt,
    .xxfi_eom = on_step,
    .xxfi_abort = on_step,
    .xxfi_close = on_step,
    .xxfi_negotiate = on_negotiate,
};

static void want_everything(void)
{
    callbacks.xxfi_header = on_header;
    callbacks.xxfi_eoh = on_step;
    callbacks.xxfi_body = on_body;
    callbacks.xxfi_data = on_step;
    callbacks.xxfi_unknown = on_unknown;
}

int main(int argc, char **argv)
{
    int c;
    while ((c = getopt(argc, argv, "ahr")) != -1) {
        all = all || c == 'a';
        headers = headers || c == 'h';
        refuse = refuse || c == 'r';
        if (c == '?')
            return 64;
    }
    if (optind + 1 != argc) {
        fputs("usage: noop [-a] [-h] [-r] SOCKET\n", stderr);
        return 64;
    }
    if (headers)
        callbacks.xxfi_header = on_header;
    if (all)
        want_everything();
    umask(0);
    if (smfi_register(callbacks) != MI_SUCCESS ||
        smfi_setconn(argv[optind]) != MI_SUCCESS ||
        smfi_setbacklog(BACKLOG) != MI_SUCCESS || smfi_opensocket(false) != MI_SUCCESS)
        return 69;
    return smfi_main() == MI_SUCCESS ? 0 : 70;
}
