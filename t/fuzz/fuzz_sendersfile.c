/* SPDX-License-Identifier: BSD-2-Clause */
/* The senders_file of an OU: what it accepts is what a reader of our own finds in it,
 * in the same order, and what it refuses is told of by its line. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "fuzz.h"
#include "sendermap.h"

static int fd = -1;
static char path[40], config[300];

static void start(void)
{
    fd = memfd_create("senders", MFD_CLOEXEC);
    require(fd >= 0 && fchmod(fd, 0644) == 0, "a file in memory");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    snprintf(config, sizeof config,
             "ou \"acme\" { domains = { \"acme.example\" } recipient_delimiter = \"+\""
             " match_auth_user = owner"
             " senders_file = \"%s\" }\n"
             "ou \"beta\" { domains = { \"beta.example\" } }\n",
             path);
}

static void write_file(struct span text)
{
    require(ftruncate(fd, 0) == 0 && pwrite(fd, text.ptr, text.len, 0) >= 0,
            "a file in memory can be written");
}

/* --- a reader of our own --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct span without_end(struct span line)
{
    while (line.len &&
           (is_blank(line.ptr[line.len - 1]) || line.ptr[line.len - 1] == '\r'))
        line.len--;
    return line;
}

/* Neither blank nor a comment. */
static bool says_something(struct span line)
{
    while (line.len && (is_blank(line.ptr[0]) || line.ptr[0] == '\r'))
        line = span_cut(line, 1, line.len);
    return line.len > 0 && line.ptr[0] != '#';
}

/* The lines of the next entry, joined in out. Returns the number of its first line, 0
 * at the end. */
static unsigned next_entry(struct span *text, unsigned *number, char *out, size_t *len)
{
    unsigned first = 0;
    *len = 0;
    while (text->len > 0) {
        struct span rest = *text, line = without_end(fuzz_take_until(&rest, '\n'));
        bool more = line.len > 0 && is_blank(line.ptr[0]);
        if (says_something(line) && first && !more)
            return first;
        *text = rest;
        ++*number;
        if (!says_something(line))
            continue;
        if (!first)
            first = *number;
        memcpy(out + *len, line.ptr, line.len);
        *len += line.len;
    }
    return first;
}

static struct span take_key(struct span *rest)
{
    bool quoted = false;
    size_t i = 0;
    for (; i < rest->len && (quoted || !is_blank(rest->ptr[i])); i++) {
        if (quoted && rest->ptr[i] == '\\')
            i++;
        else if (rest->ptr[i] == '"')
            quoted = !quoted;
    }
    i = i > rest->len ? rest->len : i;
    struct span key = span_cut(*rest, 0, i);
    *rest = span_cut(*rest, i, rest->len);
    return key;
}

/* Canonical, by way of an address: "@domain" has the domain of x@domain. */
static struct span canonical_key(struct span key, struct address *a)
{
    char text[4096];
    bool whole_domain = key.len > 0 && key.ptr[0] == '@';
    require(key.len + 2 < sizeof text, "keys are not longer than the input");
    text[0] = 'x';
    memcpy(text + whole_domain, key.ptr, key.len);
    require(address_parse_mailbox((struct span){text, key.len + whole_domain}, a),
            "its key is one");
    return span_cut(address_text(a), whole_domain, a->len);
}

struct logins {
    const struct sender_entry *entry;
    struct span rest; /* of the line */
    unsigned count;
};

static struct span next_login(struct span *rest)
{
    size_t from = 0;
    while (from < rest->len && (is_blank(rest->ptr[from]) || rest->ptr[from] == ','))
        from++;
    size_t to = from;
    while (to < rest->len && !is_blank(rest->ptr[to]) && rest->ptr[to] != ',')
        to++;
    struct span login = span_cut(*rest, from, to);
    *rest = span_cut(*rest, to, rest->len);
    return login;
}

static void check_login(void *context, struct span login)
{
    struct logins *l = context;
    struct address a;
    require(address_parse_login(next_login(&l->rest), &a), "its login is one");
    require(span_equal(login, address_text(&a)), "and is canonical, in its place");
    require(sender_entry_lists(l->entry, login), "the entry lists it");
    l->count++;
}

static void check_entry(const struct sender_entry *entry, struct span key,
                        struct span logins, unsigned number)
{
    struct logins l = {entry, logins, 0};
    require(entry->line == number && strcmp(entry->file, path) == 0, "by that line");
    require(span_equal(sender_entry_key(entry), key), "with that key");
    sender_entry_each(entry, check_login, &l);
    require(l.count == entry->login_count && l.count > 0, "as many as it counts");
    require(next_login(&l.rest).len == 0, "and no others");
}

/* Looked up as it is, it is found; cut behind a delimiter, or of its domain, something
 * is. */
static void check_lookup(const struct sender_map *map, struct span key,
                         const struct sender_entry *entry)
{
    struct address a = {.len = key.len, .local_len = span_rfind(key, '@')};
    memcpy(a.text, key.ptr, key.len);
    require(sender_map_find(map, &a, "+") == entry, "its key finds it");
    a.local_len = (size_t)snprintf(a.text, LOCAL_MAX, "nobody+of-this-name");
    struct span at = span_cut(key, span_rfind(key, '@'), key.len);
    memcpy(a.text + a.local_len, at.ptr, at.len);
    a.len = a.local_len + at.len;
    const struct sender_entry *other = sender_map_find(map, &a, "+");
    require(key.len > at.len || other, "an entry of a domain is found by any name");
}

static void check_map(const struct sender_map *map, struct span text)
{
    const struct sender_entry *entry = sender_map_first(map);
    unsigned number = 0, line;
    size_t len;
    char *joined = malloc(text.len + 1);
    require(joined, "memory");
    while ((line = next_entry(&text, &number, joined, &len))) {
        struct address a;
        struct span rest = {joined, len}, key = canonical_key(take_key(&rest), &a);
        if (!address_has_domain(&a))
            continue;
        if (entry && entry->line == line) {
            check_entry(entry, key, rest, line);
            check_lookup(map, key, entry);
            entry = entry->next;
            continue;
        }
        struct address double_key = {.len = key.len, .local_len = span_rfind(key, '@')};
        memcpy(double_key.text, key.ptr, key.len);
        const struct sender_entry *first = sender_map_find(map, &double_key, "");
        require(first && first->line < line && span_equal(sender_entry_key(first), key),
                "what is left out stands further up");
    }
    require(!entry, "no entry that nobody wrote");
    free(joined);
}

static unsigned lines_of(struct span text)
{
    unsigned lines = 0;
    for (; text.len > 0; lines++)
        fuzz_take_until(&text, '\n');
    return lines;
}

static void check_diag(const struct diag *diag, unsigned lines)
{
    char line[2048];
    for (size_t i = 0; i < diag->count; i++) {
        const struct diagnostic *item = &diag->items[i];
        require(diag_format(item, line, sizeof line) > 0, "it can be shown");
        for (const char *c = line; *c; c++)
            require(!ascii_is_control(*c), "without control characters");
        if (strcmp(item->file, path) != 0) {
            require(strstr(line, "holds no address of ou"), "of the file as a whole");
            continue;
        }
        require(item->line >= 1 && item->line <= lines, "a line of the file");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    struct diag diag = {0};
    if (fd < 0)
        start();
    write_file(text);
    struct snapshot *s =
        config_load_text(config, strlen(config), "fuzz.conf", SECRETS_FORGET, &diag);
    require((s == NULL) == (diag.errors > 0), "a snapshot or errors");
    check_diag(&diag, lines_of(text));
    if (s) {
        const struct ou *ou = strmap_find(&s->ous, span_of("acme"));
        require(ou && ou->sender_map, "an ou and its map");
        check_map(ou->sender_map, text);
    }
    snapshot_free(&s);
    diag_clear(&diag);
    return 0;
}
