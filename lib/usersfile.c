/* SPDX-License-Identifier: BSD-2-Clause */
/* Users by the line: name:hash:smtp_auth[:senders[:clients]]. */
#include "load.h"
#include "pattern.h"
#include "seal.h"
#include "textfile.h"
#include "users.h"

enum { HASH = 1, FIELDS = 5 };

struct users_file {
    struct load *load;
    struct ou *ou;
    unsigned line;
    size_t clear, sealed; /* hashes */
};

static void complain(const struct users_file *f, const char *message)
{
    load_error(f->load, f->line, "users_file", "%s", message);
}

static size_t find_colon(struct span line, size_t from)
{
    const char *colon =
        from < line.len ? memchr(line.ptr + from, ':', line.len - from) : NULL;
    return colon ? (size_t)(colon - line.ptr) : line.len;
}

/* The last field may hold colons itself, and a sealed hash has two. */
static size_t field_end(struct span line, size_t number)
{
    if (number == FIELDS - 1)
        return line.len;
    size_t end = find_colon(line, 0);
    for (int more = 0; number == HASH && more < 2 && seal_is_sealed(line); more++)
        end = find_colon(line, end + 1);
    return end;
}

/* Returns how many there are. */
static size_t split_fields(struct span line, struct span fields[FIELDS])
{
    size_t count = 0;
    while (count < FIELDS) {
        size_t end = field_end(line, count);
        fields[count++] = span_cut(line, 0, end);
        if (end == line.len)
            break;
        line = span_cut(line, end + 1, line.len);
    }
    return count;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool ends_pattern(char c)
{
    return is_blank(c) || c == ',';
}

/* Patterns are separated by commas or blanks, which a regex may hold itself: it ends at
 * a slash that such a one, or the end, follows. */
static struct span next_pattern(struct span *rest)
{
    size_t begin = 0;
    while (begin < rest->len && ends_pattern(rest->ptr[begin]))
        begin++;
    size_t end = begin;
    bool regex = end < rest->len && rest->ptr[end] == '/';
    for (; end < rest->len; end++) {
        if (!ends_pattern(rest->ptr[end]))
            continue;
        struct span body;
        bool fold;
        if (!regex || pattern_regex_body(span_cut(*rest, begin, end), &body, &fold))
            break;
    }
    struct span pattern = span_cut(*rest, begin, end);
    *rest = span_cut(*rest, end, rest->len);
    return pattern;
}

/* The pattern itself is not shown: after a colon too many it is the hash. */
static void complain_of_pattern(const struct users_file *f, const char *fault,
                                const char *field, unsigned number)
{
    load_error(f->load, f->line, "users_file", "%s: pattern %u of the %s", fault,
               number, field);
}

static void add_senders(const struct users_file *f, struct user *user, struct span text)
{
    struct name_list *list = name_list_new(f->load->arena, NAME_SENDER);
    unsigned number = 0;
    for (struct span p = next_pattern(&text); p.len; p = next_pattern(&text)) {
        const char *fault = name_list_add(list, p);
        number++;
        if (fault)
            complain_of_pattern(f, fault, "senders", number);
        else if (pattern_is_unanchored(p))
            load_warning(f->load, f->line, "users_file",
                         "a regex without ^ and $ lets in whatever contains it: "
                         "pattern %u of the senders",
                         number);
        user->senders = list;
    }
    if (user->senders)
        user->lines[USER_SENDERS] = f->line;
}

static void add_clients(const struct users_file *f, struct user *user, struct span text)
{
    struct client_list *list = client_list_new(f->load->arena, false);
    unsigned number = 0;
    for (struct span p = next_pattern(&text); p.len; p = next_pattern(&text)) {
        const char *fault = client_list_add(list, p);
        number++;
        if (fault)
            complain_of_pattern(f, fault, "clients", number);
    }
    client_list_finish(list);
    user->clients = list;
    user->lines[USER_CLIENTS] = f->line;
}

static bool read_smtp_auth(struct user *user, struct span word)
{
    const char *const *words = schema_user.options[USER_SMTP_AUTH].words;
    for (int i = 0; words[i]; i++) {
        if (!span_equal(word, span_of(words[i])))
            continue;
        user->smtp_auth = i;
        return true;
    }
    return false;
}

static void read_hash(struct users_file *f, struct user *user, struct span hash)
{
    const struct secret secret = {user_take_hash, user, "users_file", f->line};
    if (hash.len == 0)
        return;
    if (seal_is_sealed(hash))
        f->sealed++;
    else
        f->clear++;
    user->lines[USER_PASSWORD] = f->line;
    secret_given(f->load, &secret, hash);
}

static void read_user(struct users_file *f, struct span line)
{
    struct span fields[FIELDS];
    size_t count = split_fields(line, fields);
    if (count < 3) {
        complain(f, "name:hash:smtp_auth[:senders[:clients]] was expected");
        return;
    }
    struct user *user = user_new(f->load, f->ou, fields[0], f->line);
    if (!user) {
        complain(f, "no login name could ever be like the first field");
        return;
    }
    if (!read_smtp_auth(user, fields[2]))
        complain(f, "smtp_auth (the third field) is none of: off, any_sender, "
                    "matching_sender");
    user->lines[USER_SMTP_AUTH] = f->line;
    read_hash(f, user, fields[HASH]);
    if (count > 3 && fields[3].len)
        add_senders(f, user, fields[3]);
    if (count > 4 && fields[4].len)
        add_clients(f, user, fields[4]);
    const struct user *other = user_add(f->load, user);
    if (other)
        load_error(f->load, f->line, "users_file",
                   "there are two of the name \"%.80s\": see %s:%u", user->name,
                   other->file, other->line);
}

/* Others may read it only if that helps nobody. */
static void check_mode(struct load *ld, const struct given *g,
                       const struct users_file *f, mode_t mode)
{
    bool all_sealed = f->sealed > 0 && f->clear == 0;
    if ((mode & 02) || ((mode & 04) && !all_sealed))
        load_error(ld, g->line, g->spec->name,
                   "%.200s: this file can be %s by others: chmod o-rw", g->values[0],
                   (mode & 04) && !all_sealed ? "read" : "written");
}

static struct span trim(struct span line)
{
    while (line.len && is_blank(line.ptr[0]))
        line = span_cut(line, 1, line.len);
    while (line.len &&
           (is_blank(line.ptr[line.len - 1]) || line.ptr[line.len - 1] == '\r'))
        line.len--;
    return line;
}

void set_users_file(struct load *ld, const struct given *g, void *section)
{
    struct textreader reader;
    struct users_file f = {.load = ld, .ou = section};
    char reason[200];
    const char *path = g->values[0], *outer = ld->file;
    const char *below = ld->in_ou_directory ? ld->ou_root : NULL;
    if (*path != '/') {
        load_error(ld, g->line, g->spec->name, "an absolute path was expected");
        return;
    }
    if (!textreader_open(&reader, path, below, reason, sizeof reason)) {
        load_error(ld, g->line, g->spec->name, "%.200s: %s", path, reason);
        return;
    }
    ld->file = arena_copy(ld->arena, span_of(path));
    config_remember_file(ld, ld->file);
    struct span line;
    while (textreader_line(&reader, &line)) {
        f.line = reader.line;
        line = trim(line);
        if (line.len && line.ptr[0] != '#')
            read_user(&f, line);
    }
    if (reader.fault)
        load_error(ld, reader.line, g->spec->name, "%s", reader.fault);
    ld->file = outer;
    check_mode(ld, g, &f, reader.mode);
    textreader_close(&reader);
}
