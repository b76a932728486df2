/* SPDX-License-Identifier: BSD-2-Clause */
/* Users who can do nothing, or who are taken for others: legal, and likely not meant.
 * There may be a million of them: each is looked at once. */
#include "load.h"
#include "reach.h"

/* What the users of an OU may do together. */
struct tally {
    size_t users, on, admitted;
    const struct user *any_sender; /* the first one */
};

/* Of many of a kind the first is shown. */
struct finds {
    const struct user *first;
    const struct interface *interface;
    size_t count;
};

struct users_check {
    struct load *load;
    const struct reach *reach;
    bool open;            /* an interface takes any login */
    struct tally *of_ous; /* by index of OU */
    struct strmap lost;   /* domains that no interface leaves in a login */
    struct finds *hidden; /* for each default_domain */
    size_t hidden_count;
    struct finds stripped;
};

/* --- domains that logins lose, or get --- */

/* A realm that becomes default_domain again is none. */
static bool loses(const struct interface *i, struct span domain)
{
    return strmap_find(&i->realms, domain) &&
           !span_equal(domain, span_of(i->default_domain));
}

static void find_lost_domains(struct users_check *c)
{
    const struct snapshot *s = c->load->snapshot;
    const struct interface *first = NULL;
    for (size_t n = 0; n < c->reach->count && !first; n++)
        if (!reach_refuses_logins(s, c->reach->all[n]))
            first = c->reach->all[n];
    for (size_t w = 0; first && w < first->strip_realms.count; w++) {
        struct span domain = span_of(first->strip_realms.words[w]);
        bool lost = true;
        for (size_t n = 0; n < c->reach->count && lost; n++)
            lost = reach_refuses_logins(s, c->reach->all[n]) ||
                   loses(c->reach->all[n], domain);
        if (lost)
            strmap_add(&c->lost, domain, (void *)(uintptr_t)first);
    }
    c->stripped.interface = first;
}

static bool completes_first(const struct users_check *c, size_t index)
{
    const struct interface *i = c->reach->all[index];
    if (!*i->default_domain || reach_refuses_logins(c->load->snapshot, i))
        return false;
    for (size_t n = 0; n < index; n++)
        if (strcmp(c->reach->all[n]->default_domain, i->default_domain) == 0 &&
            !reach_refuses_logins(c->load->snapshot, c->reach->all[n]))
            return false;
    return true;
}

static void note(struct finds *finds, const struct user *user)
{
    if (!finds->first)
        finds->first = user;
    finds->count++;
}

/* The interfaces whose default_domain none before them has: those to be looked at. */
static void find_completions(struct users_check *c)
{
    c->hidden = arena_alloc(c->load->arena, (c->reach->count + 1) * sizeof *c->hidden);
    for (size_t n = 0; n < c->reach->count; n++)
        if (completes_first(c, n))
            c->hidden[c->hidden_count++].interface = c->reach->all[n];
}

/* "bob" is never completed to bob@here while there is a user "bob". */
static void look_for_hidden(struct users_check *c, const struct user *user)
{
    for (size_t n = 0; n < c->hidden_count; n++) {
        struct address full;
        if (!address_parse_login(user_name(user), &full))
            continue;
        address_set_domain(&full, span_of(c->hidden[n].interface->default_domain));
        const struct user *other =
            snapshot_user(c->load->snapshot, address_text(&full));
        if (other && other->smtp_auth != SMTP_AUTH_OFF)
            note(&c->hidden[n], user);
    }
}

static void look_for_stripped(struct users_check *c, const struct user *user)
{
    struct span name = user_name(user);
    size_t at = span_rfind(name, '@');
    if (user->smtp_auth != SMTP_AUTH_OFF &&
        strmap_find(&c->lost, span_cut(name, at + 1, name.len)))
        note(&c->stripped, user);
}

static void tell(struct users_check *c)
{
    for (size_t n = 0; n < c->hidden_count; n++) {
        const struct finds *f = &c->hidden[n];
        if (f->first)
            diag_add(c->load->diag, SEVERITY_WARNING, f->first->file, f->first->line,
                     "user",
                     "hides \"%.80s@%.80s\" from who logs in by the bare name, which "
                     "default_domain of interface \"%.80s\" completes (%zu such users)",
                     f->first->name, f->interface->default_domain, f->interface->name,
                     f->count);
    }
    if (c->stripped.first)
        diag_add(c->load->diag, SEVERITY_WARNING, c->stripped.first->file,
                 c->stripped.first->line, "user",
                 "\"%.80s\" can never log in: strip_realms takes the domain from the "
                 "name (%zu such users)",
                 c->stripped.first->name, c->stripped.count);
}

/* --- lists of logins --- */

static bool is_admitted(int restriction, const struct name_list *list, struct span name)
{
    if (restriction == RESTRICTION_DISABLED)
        return true;
    enum match match = name_list_match(list, name);
    return restriction == RESTRICTION_ALLOW ? match != MATCH_NO : match != MATCH_YES;
}

static bool some_interface_admits(const struct users_check *c, const struct user *user)
{
    const struct snapshot *s = c->load->snapshot;
    for (size_t n = 0; n < c->reach->count && !c->open; n++) {
        const struct interface *i = c->reach->all[n];
        if (reach_is_monitored(s, i) ||
            (i->authentication != AUTH_DISABLED &&
             is_admitted(i->auth_username_restriction, i->auth_username_filter,
                         user_name(user))))
            return true;
    }
    return c->open;
}

static bool ou_admits(const struct user *user)
{
    return !user->has_domain || user->ou->mode == MODE_MONITOR ||
           is_admitted(user->ou->auth_username_restriction,
                       user->ou->auth_username_filter, user_name(user));
}

static void look_at_admission(struct users_check *c, const struct user *user)
{
    struct tally *t = &c->of_ous[user->ou->index];
    t->users++;
    if (user->smtp_auth == SMTP_AUTH_OFF)
        return;
    t->on++;
    if (user->smtp_auth == SMTP_AUTH_ANY_SENDER && !t->any_sender)
        t->any_sender = user;
    if (t->admitted == 0 && ou_admits(user) && some_interface_admits(c, user))
        t->admitted++;
}

static bool has_auth_target(const struct ou *ou)
{
    const struct target *t = ou->targets;
    while (t && !t->auth)
        t = t->next;
    return t != NULL;
}

/* They may log in, but use no sender of any other OU, nor of none. */
static void tell_of_senders(struct users_check *c, const struct ou *ou)
{
    const struct user *user = c->of_ous[ou->index].any_sender;
    if (!user || ou->domains.count || ou->mode == MODE_MONITOR ||
        c->load->snapshot->globals.mode == MODE_MONITOR)
        return;
    diag_add(c->load->diag, SEVERITY_WARNING, user->file, user->line, "user",
             "\"%.80s\" can send nothing: its ou, \"%.80s\", has no domains",
             user->name, ou->name);
}

/* Users that are off may be there to be known as senders. */
static void tell_of_ou(struct users_check *c, const struct ou *ou)
{
    const struct tally *t = &c->of_ous[ou->index];
    const struct globals *g = &c->load->snapshot->globals;
    const char *reason = NULL;
    if (t->users == 0 || has_auth_target(ou) || ou->mode == MODE_MONITOR ||
        g->mode == MODE_MONITOR)
        return;
    if (t->on && !c->reach->takes_logins)
        reason = "authentication is disabled on every interface";
    else if (t->on == 0 && !ou->refuse_unknown_senders &&
             (*g->auth_socket || *g->saslauthd_socket))
        reason = "smtp_auth of each of them is off, and there is no target";
    else if (t->on && t->admitted == 0)
        reason = "auth_username_filter lets none of them in";
    if (reason)
        diag_add(c->load->diag, SEVERITY_WARNING, ou->file, ou->line, "ou",
                 "none of the users of \"%.80s\" can log in: %s", ou->name, reason);
}

static void check_sockets(struct load *ld, const struct reach *reach)
{
    const struct globals *g = &ld->snapshot->globals;
    const struct {
        const char *path;
        enum global_option option;
    } sockets[] = {{g->auth_socket, GLOBAL_AUTH_SOCKET},
                   {g->saslauthd_socket, GLOBAL_SASLAUTHD_SOCKET}};
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets && !reach->takes_logins;
         i++)
        if (*sockets[i].path)
            diag_add(ld->diag, SEVERITY_WARNING, g->file, g->lines[sockets[i].option],
                     schema_main.options[sockets[i].option].name,
                     "nobody can log in: authentication is disabled on every "
                     "interface");
}

void check_users(struct load *ld, const struct reach *reach)
{
    const struct snapshot *s = ld->snapshot;
    struct users_check c = {.load = ld, .reach = reach};
    c.of_ous = arena_alloc(ld->arena, (s->ou_count + 1) * sizeof *c.of_ous);
    for (size_t n = 0; n < reach->count; n++)
        c.open |= reach_is_monitored(s, reach->all[n]) ||
                  (reach->all[n]->authentication != AUTH_DISABLED &&
                   reach->all[n]->auth_username_restriction == RESTRICTION_DISABLED);
    find_lost_domains(&c);
    find_completions(&c);
    for (size_t i = 0; i < ld->user_count; i++) {
        const struct user *user = ld->users[i];
        look_at_admission(&c, user);
        if (!user->has_domain)
            look_for_hidden(&c, user);
        else if (c.lost.used)
            look_for_stripped(&c, user);
    }
    tell(&c);
    check_sockets(ld, reach);
    for (size_t i = 0; i < s->ou_count; i++) {
        tell_of_senders(&c, s->ou_list[i]);
        tell_of_ou(&c, s->ou_list[i]);
    }
    strmap_clear(&c.lost);
}
