/* SPDX-License-Identifier: BSD-2-Clause */
/* The callbacks as libmilter calls them. The input is a sequence of commands with
 * their macros and arguments, in up to three sessions at a time, with reloads in
 * between; the order of the commands may be one that no MTA would use, and the MTA may
 * refuse to have a message changed. */
#include <arpa/inet.h>
#include <sys/un.h>

#include "callbacks.h"
#include "fuzz.h"
#include "session.h"
#include "stub_logger.h"
#include "stub_milter.h"
#include "wire_configs.h"
#include "wire_input.h"
#include "wire_message.h"

enum { SESSIONS = 3, RELOADS_MAX = 2 };

/* --- the model: what has to be true of a session --- */

struct model {
    SMFICTX context;
    bool accepted;      /* MAIL passed and its transaction goes on */
    bool asked_headers; /* as negotiated */
    bool silent_headers, silent_end;
    bool lost_field;             /* for want of memory */
    struct wire_message message; /* of the transaction that goes on */
};

static const struct session *session_of(const struct model *m)
{
    return m->context.private_data;
}

static void take_macros(struct input *in, struct model *m, enum stage stage)
{
    static const char *const names[] = {"v",
                                        "i",
                                        "{daemon_name}",
                                        "{daemon_port}",
                                        "{auth_type}",
                                        "{auth_authen}",
                                        "{client_resolve}",
                                        "{client_name}",
                                        "{mail_addr}",
                                        "{rcpt_addr}",
                                        "{tls_version}",
                                        "j"};
    char text[WIRE_TEXT];
    unsigned count = take_byte(in) % (MACROS_MAX + 2);
    stub_clear_macros(&m->context, stage + 1);
    if (count == MACROS_MAX + 1) /* no packet at all */
        return;
    stub_start_macros(&m->context, stage);
    for (unsigned i = 0; i < count; i++) {
        const char *name = names[take_byte(in) % (sizeof names / sizeof *names)];
        stub_add_macro(&m->context, stage, name, take_text(in, text));
    }
}

static bool mail_has_login(const struct model *m)
{
    for (int i = 0; i < m->context.macro_count[STAGE_MAIL]; i++) {
        const struct macro *macro = &m->context.macros[STAGE_MAIL][i];
        if (strcmp(macro->name, "{auth_authen}") == 0)
            return *macro->value != '\0';
    }
    return false;
}

/* What MAIL and RCPT may answer. */
static void check_answer(const struct model *m, sfsistat status)
{
    const SMFICTX *c = &m->context;
    require(status == SMFIS_CONTINUE || status == SMFIS_REJECT ||
                status == SMFIS_TEMPFAIL,
            "MAIL and RCPT continue, reject or defer");
    require(c->has_reply == (status != SMFIS_CONTINUE), "a refusal has a reply");
    if (c->has_reply)
        require(c->code[0] == (status == SMFIS_REJECT ? '5' : '4'),
                "the code of a reply fits the status");
}

/* --- the commands --- */

static void do_close(struct model *m)
{
    sfsistat status = callbacks.xxfi_close(&m->context);
    require(status == SMFIS_CONTINUE, "close continues");
    require(!m->context.private_data, "close frees the session");
    stub_clear_macros(&m->context, STAGE_CONNECT);
    wire_message_clear(&m->message);
    *m = (struct model){0};
}

static void do_negotiate(struct input *in, struct model *m)
{
    do_close(m); /* libmilter has one at the start of a connection only */
    unsigned byte = take_byte(in);
    unsigned long actions = byte & 1 ? 0x1ff : 0x3f;
    actions &= byte & 2 ? ~(unsigned long)SMFIF_QUARANTINE : actions;
    unsigned long steps = take_byte(in) & 1 ? 0x1fffff : 0x7f;
    unsigned long ours[4];
    m->context.negotiating = true;
    sfsistat status = callbacks.xxfi_negotiate(&m->context, actions, steps, 0, 0,
                                               &ours[0], &ours[1], &ours[2], &ours[3]);
    m->context.negotiating = false;
    require(status == SMFIS_CONTINUE, "negotiation succeeds");
    require((ours[0] & ~actions) == 0 && (ours[1] & ~steps) == 0,
            "nothing is asked for that was not offered");
    m->context.actions = ours[0];
    m->asked_headers = !(ours[1] & SMFIP_NOHDRS);
    m->silent_headers = ours[1] & SMFIP_NR_HDR;
    m->silent_end = ours[1] & SMFIP_NR_EOH;
}

static _SOCK_ADDR *take_address(struct input *in, struct sockaddr_storage *storage)
{
    struct sockaddr_in *in4 = (struct sockaddr_in *)storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
    memset(storage, 0, sizeof *storage);
    switch (take_byte(in) % 4) {
    case 0:
        return NULL;
    case 1:
        in4->sin_family = AF_INET;
        in4->sin_addr.s_addr = htonl(0xc0000200 | take_byte(in));
        break;
    case 2:
        in6->sin6_family = AF_INET6;
        for (int i = 0; i < 16; i++)
            in6->sin6_addr.s6_addr[i] = (uint8_t)take_byte(in);
        break;
    default:
        storage->ss_family = AF_UNIX;
    }
    return (_SOCK_ADDR *)storage;
}

static void do_connect(struct input *in, struct model *m)
{
    struct sockaddr_storage storage;
    char host[WIRE_TEXT];
    take_macros(in, m, STAGE_CONNECT);
    _SOCK_ADDR *address = take_address(in, &storage);
    sfsistat status = callbacks.xxfi_connect(&m->context, take_text(in, host), address);
    require(status == SMFIS_NOREPLY, "connect has no reply");
}

static void do_helo(struct input *in, struct model *m)
{
    char name[WIRE_TEXT];
    take_macros(in, m, STAGE_HELO);
    sfsistat status = callbacks.xxfi_helo(&m->context, take_text(in, name));
    require(status == SMFIS_NOREPLY, "helo has no reply");
}

/* What the transaction needs was negotiated. */
static void check_needs(const struct model *m)
{
    const struct snapshot *s = session_of(m)->transaction.edition->snapshot;
    require(m->asked_headers || !s->needs_headers, "no MAIL without the headers");
    require(!s->edits_messages || (m->context.actions & EDITS_ACTIONS) == EDITS_ACTIONS,
            "no MAIL without the right to change the message");
}

static void do_mail(struct input *in, struct model *m)
{
    char from[WIRE_TEXT];
    char *argv[] = {from, NULL};
    take_macros(in, m, STAGE_MAIL);
    take_text(in, from);
    bool login_sent = mail_has_login(m);
    m->context.has_reply = false;
    sfsistat status = callbacks.xxfi_envfrom(&m->context, argv);
    check_answer(m, status);
    m->accepted = status == SMFIS_CONTINUE;
    m->lost_field = false;
    wire_message_clear(&m->message);
    const struct session *s = session_of(m);
    require(s && s->transaction.open == m->accepted, "open while accepted");
    require(s->transaction.policy.authenticated == login_sent,
            "authenticated by this MAIL's own login, and by nothing else");
    if (m->accepted)
        check_needs(m);
}

static void do_rcpt(struct input *in, struct model *m)
{
    char to[WIRE_TEXT];
    char *argv[] = {to, NULL};
    take_macros(in, m, STAGE_RCPT);
    take_text(in, to);
    m->context.has_reply = false;
    sfsistat status = callbacks.xxfi_envrcpt(&m->context, argv);
    check_answer(m, status);
    if (!m->accepted)
        require(status == SMFIS_TEMPFAIL, "no recipient without an accepted sender");
    if (status == SMFIS_CONTINUE)
        wire_message_recipient(&m->message, to,
                               &session_of(m)->transaction.policy.handling);
}

static void do_header(struct input *in, struct model *m, bool many)
{
    static char value[WIRE_FIELD];
    char name[WIRE_TEXT];
    unsigned count = many ? take_byte(in) : 1;
    take_field_name(in, name);
    take_field_value(in, value);
    if (strlen(value) > WIRE_TEXT)
        count = 1;
    for (; count > 0; count--) {
        bool failed_before = stub_memory_failed();
        sfsistat status = callbacks.xxfi_header(&m->context, name, value);
        require(status == (m->silent_headers ? SMFIS_NOREPLY : SMFIS_CONTINUE),
                "a field has no reply where that was negotiated");
        if (m->accepted)
            wire_message_field(&m->message, name, value);
        m->lost_field |= m->accepted && stub_memory_failed() && !failed_before;
    }
}

/* Whatever ended it, nothing is kept of a transaction. */
static void check_ended(struct model *m)
{
    const struct session *s = session_of(m);
    require(!s || (!s->transaction.open && !s->transaction.edition),
            "no configuration is held after the end");
    require(!s || (!s->transaction.headers && !s->transaction.edits.diversions),
            "nothing of a message is held after the end");
    m->accepted = false;
    wire_message_clear(&m->message);
}

static void do_abort(struct model *m)
{
    require(callbacks.xxfi_abort(&m->context) == SMFIS_CONTINUE, "abort continues");
    check_ended(m);
}

static void do_data(struct model *m)
{
    SMFICTX *c = &m->context;
    bool was_accepted = m->accepted;
    c->has_reply = false;
    sfsistat status = callbacks.xxfi_data(c);
    require(status == SMFIS_CONTINUE || (status == SMFIS_TEMPFAIL && c->has_reply),
            "DATA goes on, or is deferred with a reply");
    require(was_accepted || status == SMFIS_TEMPFAIL,
            "no DATA without an accepted sender");
    if (status != SMFIS_CONTINUE)
        check_ended(m);
    status = callbacks.xxfi_eoh(c);
    require(!session_of(m) ||
                status == (m->silent_end ? SMFIS_NOREPLY : SMFIS_CONTINUE),
            "the end of a header has no reply where that was negotiated");
}

static void check_message(const struct model *m, const struct policy *p,
                          sfsistat status)
{
    const SMFICTX *c = &m->context;
    const struct snapshot *snapshot = p->snapshot;
    struct verdict verdict = {.kind = VERDICT_PASS};
    if (m->lost_field) {
        require(status == SMFIS_TEMPFAIL && c->edit_count == 0,
                "deferred, where not all of a message could be kept");
        return;
    }
    if (snapshot->needs_headers)
        wire_message_judge(&m->message, p, &verdict);
    if (verdict.kind != VERDICT_PASS) {
        require(status ==
                    (verdict.kind == VERDICT_REFUSE ? SMFIS_REJECT : SMFIS_TEMPFAIL),
                "the answer is what this message's own fields say");
        require(c->edit_count == 0, "what does not pass is not changed");
    } else if (wire_message_is_discarded(&m->message)) {
        require(status == SMFIS_DISCARD && c->edit_count == 0,
                "what nobody is to get is discarded as it is");
    } else if (c->failed || wire_message_is_overdone(&m->message, snapshot)) {
        require(status == SMFIS_TEMPFAIL, "deferred where a change failed");
    } else {
        require(status == SMFIS_CONTINUE, "what passes goes on");
        wire_message_check_edits(&m->message, p, c);
    }
}

static void do_message_end(struct input *in, struct model *m)
{
    SMFICTX *c = &m->context;
    struct policy policy;
    take_macros(in, m, STAGE_EOM);
    if (m->accepted)
        policy = session_of(m)->transaction.policy;
    c->has_reply = false;
    c->at_end = true;
    sfsistat status = callbacks.xxfi_eom(c);
    c->at_end = false;
    require(c->has_reply == (status == SMFIS_REJECT || status == SMFIS_TEMPFAIL),
            "a refusal has a reply");
    if (c->has_reply)
        require(c->code[0] == (status == SMFIS_REJECT ? '5' : '4'),
                "the code of a reply fits the status");
    if (m->accepted && m->message.recipients > 0)
        check_message(m, &policy, status);
    else
        require(status == SMFIS_TEMPFAIL && c->edit_count == 0,
                "no message without an accepted sender and recipient");
    stub_clear_edits(c);
    check_ended(m);
}

static void do_one(struct input *in, struct model *m)
{
    switch (take_byte(in) % 14) {
    case 0:
        do_negotiate(in, m);
        break;
    case 1:
        do_connect(in, m);
        break;
    case 2:
        do_helo(in, m);
        break;
    case 3:
        do_mail(in, m);
        break;
    case 4:
    case 5:
        do_rcpt(in, m);
        break;
    case 6:
        do_message_end(in, m);
        break;
    case 7:
        do_abort(m);
        break;
    case 9:
        do_header(in, m, false);
        break;
    case 10:
        do_header(in, m, true);
        break;
    case 11:
        m->context.failing = take_byte(in);
        break;
    case 12:
        stub_memory_set(take_byte(in));
        break;
    case 13:
        do_data(m);
        break;
    default:
        do_close(m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct model models[SESSIONS];
    struct input in = {data, size};
    unsigned flags = take_byte(&in), current = 0, reloads = 0;
    stub_memory_set(0);
    stub_logger_set(flags & 0x80);
    wire_publish_other(flags);
    while (in.left > 0) {
        if (in.data[0] >= 0xf0 && reloads++ < RELOADS_MAX)
            wire_publish(take_byte(&in));
        else if (in.data[0] >= 0xe0)
            current = take_byte(&in) % SESSIONS; /* on with that session */
        else
            do_one(&in, &models[current]);
    }
    for (int i = 0; i < SESSIONS; i++)
        do_close(&models[i]);
    require(atomic_load(&session_counts.open) == 0, "every session is freed");
    return 0;
}
