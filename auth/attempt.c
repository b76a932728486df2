/* SPDX-License-Identifier: BSD-2-Clause */
/* One attempt to log in: how it is decided. */
#include "attempt.h"

#include <stdio.h>
#include <time.h>

#include "ascii.h"
#include "login.h"
#include "utf8.h"

/* A server that took so long to fail may be dead; one that fails at once costs
 * nothing. */
enum { SLOW_MS = 500, LEAST_MS = 50 };

static const struct source nowhere = {NULL, 0};

int64_t attempt_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- what was asked --- */

void attempt_malformed(struct attempt *a, const char *reason)
{
    if (!a->malformed)
        a->malformed = reason;
}

static bool keep(char *out, size_t *out_len, size_t size, struct span text)
{
    *out_len = 0;
    if (text.len >= size)
        return false;
    if (text.len)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    *out_len = text.len;
    return true;
}

void attempt_set_service(struct attempt *a, struct span service)
{
    if (!keep(a->service, &a->service_len, sizeof a->service, service))
        attempt_malformed(a, "the service name is too long");
}

void attempt_set_name(struct attempt *a, struct span name)
{
    if (!keep(a->name, &a->name_len, sizeof a->name, name))
        attempt_malformed(a, "the login name is too long");
}

void attempt_set_password(struct attempt *a, struct span password)
{
    if (!keep(a->password, &a->password_len, sizeof a->password, password))
        attempt_malformed(a, "the password is too long");
    else if (password.len == 0)
        attempt_malformed(a, "the password is empty");
    else if (!utf8_is_text(password))
        attempt_malformed(a, "the password is no UTF-8, or holds controls");
}

struct span attempt_login(const struct attempt *a)
{
    static const struct span none = {NULL, 0};
    return a->policy.login_valid ? address_text(&a->policy.login) : none;
}

void attempt_forget(struct attempt *a)
{
    explicit_bzero(a->password, sizeof a->password);
    a->password_len = 0;
}

/* --- the verdict --- */

/* What the client sees is the MTA's, and the same for all of one kind (RFC 4954 6). */
static const struct reply reply_refused = {"535", "5.7.8", "Authentication failed"};
static const struct reply reply_temporary = {"454", "4.7.0",
                                             "Temporary authentication failure"};

void attempt_refuse(struct attempt *a, enum rule_id rule, struct source source,
                    const char *reason)
{
    struct verdict *v = &a->verdict;
    v->kind = VERDICT_REFUSE;
    v->rule = rule;
    v->source = source;
    v->reply = &reply_refused;
    v->help = "";
    v->reason = reason;
}

void attempt_fault(struct attempt *a, const char *reason)
{
    verdict_fault(&a->verdict, nowhere, reason);
    a->verdict.reply = &reply_temporary;
}

/* The MTA will tell the milter this name, which has to find the same login in it. */
static bool reads_the_same(const struct attempt *a)
{
    struct address again;
    bool completed;
    return login_canonical(a->snapshot, a->policy.interface,
                           address_text(&a->policy.login), &again, &completed) &&
           address_equal(&again, &a->policy.login);
}

static const struct target *first_target(const struct attempt *a)
{
    const struct ou *ou = a->policy.login_ou;
    const struct target *t = ou ? ou->targets : NULL;
    while (t && !t->auth)
        t = t->next;
    return t;
}

static bool may_pass(const struct attempt *a)
{
    return a->verdict.kind == VERDICT_PASS;
}

/* Directories and databases take much that is not ASCII for the same: a soft hyphen for
 * nothing, a wide letter for a narrow one. The rules here do not, so that such a name
 * would pass by those for the user it is taken for. */
static bool is_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (ascii_is_high(text.ptr[i]))
            return false;
    return true;
}

static const char *why_unknown(const struct attempt *a)
{
    if (a->policy.user)
        return "the user has no password, its OU no target";
    if (a->policy.login_ou)
        return "nobody has this name";
    return address_has_domain(&a->policy.login)
               ? "no OU has this domain"
               : "no user has this name, which has no domain";
}

/* The rules let it pass: is there anything to check a password by? */
static void check_name(struct attempt *a)
{
    const struct user *user = a->policy.user;
    const char *hash = user ? user->hash : NULL;
    if (user && user->hash_unread) {
        attempt_fault(a, "the password is sealed, and the key may not be read");
        a->verdict.source = user_source(user, USER_PASSWORD);
        return;
    }
    if (!reads_the_same(a))
        attempt_refuse(a, RULE_LOGIN_MALFORMED, nowhere,
                       "the MTA could not pass this name on as it is");
    else if (hash && *hash != '$')
        attempt_refuse(a, RULE_LOGIN_PASSWORD, user_source(user, USER_PASSWORD),
                       "the user is locked, or has no usable hash");
    else if (!hash && !first_target(a))
        attempt_refuse(a, RULE_LOGIN_UNKNOWN, nowhere, why_unknown(a));
    else if (!hash && !is_ascii(attempt_login(a)))
        attempt_refuse(a, RULE_LOGIN_UNKNOWN, nowhere,
                       "a target is asked for names of ASCII only");
}

enum attempt_next attempt_begin(struct attempt *a, const struct trace *trace)
{
    const struct span name = {a->name, a->name_len};
    const struct txn txn = {.client = a->client,
                            .daemon_name = {a->service, a->service_len},
                            .tls = a->tls,
                            .login = name,
                            .login_unreadable = name.len == 0,
                            .unknown = a->unknown};
    policy_login(a->snapshot, &txn, &a->policy, &a->verdict, trace);
    a->verdict.help = "";
    a->verdict.reply = a->verdict.kind == VERDICT_DEFER    ? &reply_temporary
                       : a->verdict.kind == VERDICT_REFUSE ? &reply_refused
                                                           : NULL;
    if (a->verdict.kind == VERDICT_DEFER)
        return ATTEMPT_ANSWER;
    if (a->malformed) { /* no login at all, whatever the rules would say */
        a->verdict.would = RULE_NONE;
        attempt_refuse(a, RULE_LOGIN_MALFORMED, nowhere, a->malformed);
    } else if (may_pass(a)) {
        check_name(a);
    }
    return attempt_plan(a);
}

/* That of the user; NULL: it has none, or is locked. */
static const char *own_hash(const struct attempt *a)
{
    const char *hash = a->policy.user ? a->policy.user->hash : NULL;
    return hash && *hash == '$' ? hash : NULL;
}

/* Where there is none, one that costs as much as that of a user here would. */
static const char *hash_for(const struct attempt *a)
{
    const struct ou *ou = a->policy.login_ou;
    if (own_hash(a))
        return own_hash(a);
    return ou && ou->typical_hash ? ou->typical_hash : a->snapshot->typical_hash;
}

enum attempt_next attempt_plan(const struct attempt *a)
{
    bool has_hash = a->policy.user && a->policy.user->hash;
    if (a->verdict.kind == VERDICT_DEFER)
        return ATTEMPT_ANSWER;
    if (!has_hash && first_target(a))
        return may_pass(a) ? ATTEMPT_ASK : ATTEMPT_ANSWER;
    return hash_for(a) ? ATTEMPT_HASH : ATTEMPT_ANSWER;
}

void attempt_hash(struct attempt *a)
{
    enum password_answer answer = password_check(a->password, hash_for(a));
    bool right = answer == PASSWORD_RIGHT && own_hash(a);
    a->found.check = answer == PASSWORD_UNTOLD ? CHECK_UNTOLD
                     : right                   ? CHECK_RIGHT
                                               : CHECK_WRONG;
}

/* --- targets --- */

static void tell(const struct attempt *a, const struct attempt_trace *trace,
                 enum target_answer answer, int64_t ms)
{
    if (trace)
        trace->server(trace->context,
                      &(struct attempt_reply){a->found.target, a->found.url, answer,
                                              a->found.reply, ms});
}

/* Asks one server, if it may be asked and there is time. */
static enum target_answer ask_server(struct attempt *a,
                                     const struct attempt_trace *trace)
{
    struct target_result result = {.answer = TARGET_UNTOLD};
    const int64_t before = attempt_now();
    int64_t deadline = before + (int64_t)a->found.target->timeout * 1000;
    if (deadline > a->deadline)
        deadline = a->deadline;
    if (deadline - before < LEAST_MS) {
        snprintf(a->found.reply, sizeof a->found.reply, "no time was left to ask it");
    } else if (!servers_may_ask(a->servers, a->found.url, before)) {
        snprintf(a->found.reply, sizeof a->found.reply,
                 "not asked: it did not answer lately");
    } else {
        target_ask(a->found.target, a->found.url,
                   servers_trust(a->servers, a->found.target), &a->policy.login,
                   (struct span){a->password, a->password_len}, deadline, &result);
        memcpy(a->found.reply, result.reply, sizeof a->found.reply);
        const int64_t after = attempt_now();
        bool told = result.answer != TARGET_UNTOLD;
        servers_report(a->servers, a->found.target, a->found.url, told,
                       !told && after - before >= SLOW_MS, after);
    }
    tell(a, trace, result.answer, attempt_now() - before);
    return result.answer;
}

void attempt_ask(struct attempt *a, const struct attempt_trace *trace)
{
    a->found.check = CHECK_UNTOLD;
    for (const struct target *t = first_target(a); t; t = t->next) {
        if (!t->auth)
            continue;
        a->found.target = t;
        for (size_t i = 0; i < t->url_count; i++) {
            a->found.url = &t->urls[i];
            enum target_answer answer = ask_server(a, trace);
            if (answer == TARGET_UNTOLD)
                continue;
            a->found.check = answer == TARGET_ACCEPTED ? CHECK_RIGHT : CHECK_WRONG;
            return;
        }
    }
}

/* --- the end --- */

void attempt_conclude(struct attempt *a)
{
    const struct user *user = a->policy.user;
    if (!may_pass(a))
        return;
    switch (a->found.check) {
    case CHECK_RIGHT:
        if (a->verdict.would == RULE_NONE) {
            a->verdict.reason = "the password is right";
            a->verdict.source = a->found.target ? source_at(a->found.target->file,
                                                            a->found.target->line)
                                                : user_source(user, USER_PASSWORD);
        }
        return;
    case CHECK_WRONG:
        attempt_refuse(
            a, RULE_LOGIN_PASSWORD,
            a->found.target ? source_at(a->found.target->file, a->found.target->line)
                            : user_source(user, USER_PASSWORD),
            a->found.target ? "the target refused" : "the password is wrong");
        return;
    case CHECK_UNTOLD:
        attempt_fault(a, a->found.target ? "no target could tell"
                                         : "no memory to check the password");
        if (a->found.target)
            a->verdict.source = source_at(a->found.target->file, a->found.target->line);
        return;
    case CHECK_NONE:
        break;
    }
    attempt_fault(a, "the password was not looked at");
}
