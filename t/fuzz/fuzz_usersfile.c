/* SPDX-License-Identifier: BSD-2-Clause */
/* The users_file of an OU: what it accepts is what a reader of our own finds in it, and
 * what it refuses is told of by its line. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "fuzz.h"
#include "sealkey.h"

static const char key_text[] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
static int fd = -1;
static char path[40], config[400];
static struct seal_key key;

/* The path of the key of the sealed ones. */
static const char *make_key(void)
{
    static char key_path[40];
    const struct span text = span_of(key_text);
    int key_fd = memfd_create("key", MFD_CLOEXEC);
    require(key_fd >= 0 && fchmod(key_fd, 0400) == 0 &&
                write(key_fd, text.ptr, text.len) == (ssize_t)text.len &&
                seal_key_parse(text, &key),
            "a key in memory");
    snprintf(key_path, sizeof key_path, "/proc/self/fd/%d", key_fd);
    return key_path;
}

static void start(void)
{
    unsetenv("CREDENTIALS_DIRECTORY");
    fd = memfd_create("users", MFD_CLOEXEC);
    require(fd >= 0 && fchmod(fd, 0600) == 0, "a file in memory");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    snprintf(config, sizeof config,
             "ou \"acme\" { domains = { \"acme.example\" } users_file = \"%s\""
             " user \"section@acme.example\" { smtp_auth = any_sender } }\n"
             "seal_key_file = \"%s\"\n",
             path, make_key());
}

static void write_file(struct span text)
{
    require(ftruncate(fd, 0) == 0 && pwrite(fd, text.ptr, text.len, 0) >= 0,
            "a file in memory can be written");
}

/* --- a reader of our own --- */

static struct span trim(struct span line)
{
    while (line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t'))
        line = span_cut(line, 1, line.len);
    while (line.len && strchr(" \t\r", line.ptr[line.len - 1]) &&
           line.ptr[line.len - 1])
        line.len--;
    return line;
}

static bool is_user_line(struct span line)
{
    return line.len > 0 && line.ptr[0] != '#';
}

/* A sealed one has two colons. */
static struct span take_hash(struct span *rest)
{
    struct span hash = fuzz_take_until(rest, ':');
    if (!span_equal(hash, span_of("sealed")))
        return hash;
    struct span version = fuzz_take_until(rest, ':');
    struct span base64 = fuzz_take_until(rest, ':');
    require(span_equal(version, span_of("v1")), "of a known version");
    return (struct span){hash.ptr, (size_t)(base64.ptr + base64.len - hash.ptr)};
}

static void check_hash(const struct user *user, struct span field, enum secrets secrets)
{
    const char *hash = user->hash;
    char opened[SEAL_SECRET_MAX + 1];
    if (seal_is_sealed(field))
        require(seal_open(&key, NULL, field, opened, &field), "what could be opened");
    if (field.len == 0 || secrets == SECRETS_FORGET) {
        require(!hash, "no hash where there is none, or none is wanted");
        return;
    }
    require(hash && (*hash == '$' || strcmp(hash, "*") == 0), "a hash, or a lock");
    if (*hash == '$')
        require(span_equal(span_of(hash), field), "the hash of that line");
}

static void check_user(const struct snapshot *s, struct span line, unsigned number,
                       enum secrets secrets)
{
    static const char *const words[] = {"off", "any_sender", "matching_sender"};
    struct address name;
    struct span rest = line, first = fuzz_take_until(&rest, ':');
    struct span hash = take_hash(&rest), word = fuzz_take_until(&rest, ':');
    struct span senders = fuzz_take_until(&rest, ':');
    require(address_parse_login(first, &name), "its name is one");
    const struct user *user = snapshot_user(s, address_text(&name));
    require(user, "who has a line is known");
    require(user->line == number && strcmp(user->file, path) == 0, "by that line");
    require(user->smtp_auth >= 0 && user->smtp_auth <= 2 &&
                span_equal(word, span_of(words[user->smtp_auth])),
            "smtp_auth is what the line says");
    require(senders.len > 0 || !user->senders, "no senders where there are none");
    require(!user->clients == (rest.len == 0), "clients where there are some");
    check_hash(user, hash, secrets);
}

static unsigned check_users(const struct snapshot *s, struct span text,
                            enum secrets secrets)
{
    unsigned number = 0, users = 0;
    while (text.len > 0) {
        struct span line = trim(fuzz_take_until(&text, '\n'));
        number++;
        if (!is_user_line(line))
            continue;
        check_user(s, line, number, secrets);
        users++;
    }
    return users;
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
        if (strcmp(item->file, path) == 0)
            require(item->line >= 1 && item->line <= lines, "a line of the file");
        else
            require(strcmp(item->file, "fuzz.conf") == 0, "one of the two files");
    }
}

/* Returns how many errors there were. */
static size_t try_file(struct span text, enum secrets secrets)
{
    struct diag diag = {0};
    struct snapshot *s =
        config_load_text(config, strlen(config), "fuzz.conf", secrets, &diag);
    size_t errors = diag.errors;
    require((s == NULL) == (errors > 0), "a snapshot or errors");
    check_diag(&diag, lines_of(text));
    if (s)
        require(s->users.used == check_users(s, text, secrets) + 1,
                "as many users as lines");
    snapshot_free(&s);
    diag_clear(&diag);
    return errors;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    if (fd < 0)
        start();
    write_file(text);
    size_t errors = try_file(text, SECRETS_KEEP);
    require(try_file(text, SECRETS_FORGET) == errors,
            "as many errors where secrets are not wanted");
    return 0;
}
