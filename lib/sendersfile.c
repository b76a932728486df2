/* SPDX-License-Identifier: BSD-2-Clause */
/* Sender maps in the form of Postfix's smtpd_sender_login_maps: an address, or "@" and
 * a domain, then logins; a line that starts with a blank goes on with the one before.
 */
#include <stdlib.h>

#include "load.h"
#include "textfile.h"

enum { ENTRY_MAX = 1024 * 1024 };

/* What is only counted, and reported once: an old map may be full of it. */
struct oddity {
    unsigned count, line;             /* the first one's */
    const struct sender_entry *other; /* that it is a double of, or NULL */
};

struct senders_file {
    struct load *load;
    const struct given *given;
    struct sender_map *map;
    const char *path; /* lives in the arena */
    unsigned line;    /* of the entry being read; 0: none */
    char *text;       /* of that entry, comments and line ends left out */
    size_t len, size;
    struct oddity doubles, homeless, hashes, stars;
    char *logins; /* of that entry, each with its NUL */
    size_t logins_len, logins_size;
    unsigned login_count;
};

static void complain(const struct senders_file *f, unsigned line, const char *message)
{
    diag_add(f->load->diag, SEVERITY_ERROR, f->path, line, f->given->spec->name, "%s",
             message);
}

static void notice(struct oddity *oddity, unsigned line,
                   const struct sender_entry *other)
{
    if (oddity->count++ > 0)
        return;
    oddity->line = line;
    oddity->other = other;
}

static void report(const struct senders_file *f, const struct oddity *oddity,
                   const char *what)
{
    char place[SOURCE_TEXT] = "";
    if (oddity->other)
        source_format(sender_entry_source(oddity->other), place);
    if (oddity->count)
        diag_add(f->load->diag, SEVERITY_WARNING, f->path, oddity->line,
                 f->given->spec->name, "%s%s (%u in this file)", what, place,
                 oddity->count);
}

/* Makes room for that many bytes. */
static void reserve(char **buffer, size_t *size, size_t bytes)
{
    if (bytes <= *size)
        return;
    *size = bytes * 2;
    *buffer = realloc(*buffer, *size);
    if (!*buffer)
        abort();
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool separates_logins(char c)
{
    return is_blank(c) || c == ',';
}

/* Elsewhere it is a wildcard. */
static void note_star(struct senders_file *f, struct span text)
{
    if (memchr(text.ptr, '*', text.len))
        notice(&f->stars, f->line, NULL);
}

/* Where the key ends: at the first blank outside of quotes. */
static size_t key_length(struct span text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && quoted)
            i++;
        else if (text.ptr[i] == '"')
            quoted = !quoted;
        else if (!quoted && is_blank(text.ptr[i]))
            return i;
    }
    return text.len;
}

/* Canonical form of a key. False if it is none. */
static bool read_key(struct span text, struct address *key)
{
    if (text.len == 0 || text.ptr[0] != '@')
        return address_parse_mailbox(text, key);
    char domain[DOMAIN_MAX];
    size_t len = domain_canonical(span_cut(text, 1, text.len), domain);
    key->local_len = 0;
    address_set_domain(key, (struct span){domain, len});
    return len > 0;
}

static bool add_login(struct senders_file *f, struct span text)
{
    struct address login;
    if (!address_parse_login(text, &login)) {
        complain(f, f->line, "no login name could ever be like one of these");
        return false;
    }
    /* Postfix takes what it begins for logins, too. */
    if (text.ptr[0] == '#')
        notice(&f->hashes, f->line, NULL);
    note_star(f, text);
    reserve(&f->logins, &f->logins_size, f->logins_len + login.len + 1);
    memcpy(f->logins + f->logins_len, login.text, login.len);
    f->logins_len += login.len;
    f->logins[f->logins_len++] = '\0';
    f->login_count++;
    return true;
}

static bool read_logins(struct senders_file *f, struct span text)
{
    f->logins_len = 0;
    f->login_count = 0;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && !separates_logins(text.ptr[end]))
            end++;
        if (end > at && !add_login(f, span_cut(text, at, end)))
            return false;
        at = end + 1;
    }
    if (f->login_count == 0)
        complain(f, f->line,
                 "an address, then the logins that may use it, was expected");
    return f->login_count > 0;
}

static void keep_entry(struct senders_file *f, const struct address *key)
{
    struct sender_entry *entry =
        arena_alloc(f->load->arena, sizeof *entry + key->len + 1 + f->logins_len);
    entry->file = f->path;
    entry->line = f->line;
    entry->key_len = (uint16_t)key->len;
    entry->login_count = f->login_count;
    memcpy(entry->text, key->text, key->len);
    memcpy(entry->text + key->len + 1, f->logins, f->logins_len);
    note_star(f, address_text(key));
    const struct sender_entry *other = sender_map_add(f->map, entry);
    if (other)
        notice(&f->doubles, f->line, other);
}

static void read_entry(struct senders_file *f)
{
    struct span text = {f->text, f->len};
    struct address key;
    size_t end = key_length(text);
    if (!read_key(span_cut(text, 0, end), &key))
        complain(f, f->line,
                 "this does not start with an address, nor with @ and a domain");
    else if (!read_logins(f, span_cut(text, end, text.len)))
        ; /* said so */
    else if (!address_has_domain(&key))
        notice(&f->homeless, f->line, NULL);
    else
        keep_entry(f, &key);
}

/* What was gathered, if anything, is a whole entry. */
static void end_entry(struct senders_file *f)
{
    if (f->line)
        read_entry(f);
    f->line = 0;
    f->len = 0;
}

static void append(struct senders_file *f, struct span line)
{
    if (f->len + line.len > ENTRY_MAX) {
        complain(f, f->line, "an entry of more than a megabyte");
        f->line = 0;
        return;
    }
    reserve(&f->text, &f->size, f->len + line.len);
    memcpy(f->text + f->len, line.ptr, line.len);
    f->len += line.len;
}

static bool is_comment(struct span line)
{
    size_t i = 0;
    while (i < line.len && (is_blank(line.ptr[i]) || line.ptr[i] == '\r'))
        i++;
    return i == line.len || line.ptr[i] == '#';
}

static void read_line(struct senders_file *f, struct span line, unsigned number)
{
    while (line.len &&
           (is_blank(line.ptr[line.len - 1]) || line.ptr[line.len - 1] == '\r'))
        line.len--;
    if (is_comment(line))
        return;
    if (!is_blank(line.ptr[0])) {
        end_entry(f);
        f->line = number;
    } else if (f->line == 0) {
        complain(f, number, "a line that starts with a blank, and none before it");
        return;
    }
    append(f, line);
}

static void read_file(struct senders_file *f, const char *path, unsigned line)
{
    struct load *ld = f->load;
    struct textreader reader;
    char reason[200];
    const char *option = f->given->spec->name;
    const char *below = ld->in_ou_directory ? ld->ou_root : NULL;
    if (*path != '/') {
        load_error(ld, line, option, "an absolute path was expected");
        return;
    }
    if (!textreader_open(&reader, path, below, reason, sizeof reason)) {
        load_error(ld, line, option, "%.200s: %s", path, reason);
        return;
    }
    if (reader.mode & 02)
        load_error(ld, line, option,
                   "%.200s: this file can be written by others: chmod o-w", path);
    f->path = arena_copy(ld->arena, span_of(path));
    f->doubles = f->homeless = f->hashes = f->stars = (struct oddity){0};
    config_remember_file(ld, f->path);
    struct span text;
    while (textreader_line(&reader, &text))
        read_line(f, text, reader.line);
    end_entry(f);
    if (reader.fault)
        complain(f, reader.line, reader.fault);
    report(f, &f->doubles, "this address has an entry already, which counts: ");
    report(f, &f->homeless, "an address without a domain grants nothing");
    report(f, &f->stars, "a * is no wildcard here: @ and a domain is all of it");
    report(f, &f->hashes, "a # behind an address begins no comment, but a login");
    textreader_close(&reader);
}

void set_senders_file(struct load *ld, const struct given *g, void *section)
{
    struct ou *ou = section;
    struct senders_file f = {.load = ld, .given = g, .map = sender_map_new(ld->arena)};
    for (size_t i = 0; i < g->count; i++)
        read_file(&f, g->values[i], g->lines[i]);
    ou->sender_map = f.map;
    free(f.text);
    free(f.logins);
}
