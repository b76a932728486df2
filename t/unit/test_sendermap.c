/* SPDX-License-Identifier: BSD-2-Clause */
/* Sender maps: what a file means, what is said of a bad one, and which entry decides.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "sendermap.h"

enum { TEXT = 4000 };

static char folder[64];

static void path_of(const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", folder, name);
}

static void write_file(const char *name, struct span text, mode_t mode)
{
    char path[128];
    path_of(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/gatepost-unit-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* "LINE message" of each diagnostic, paths without the folder. */
static void say(const struct diag *diag, char out[TEXT])
{
    out[0] = '\0';
    for (size_t i = 0; i < diag->count; i++) {
        const struct diagnostic *d = &diag->items[i];
        char message[1000] = "";
        for (const char *c = d->message; *c; c++)
            if (strncmp(c, folder, strlen(folder)) == 0)
                c += strlen(folder) - 1;
            else
                append(message, sizeof message, "%c", *c);
        append(out, TEXT, "%s%u %s%s", i ? "\n" : "", d->line,
               d->severity == SEVERITY_WARNING ? "warning: " : "", message);
    }
}

static void add_login(void *text, struct span login)
{
    append(text, TEXT, " %.*s", (int)login.len, login.ptr);
}

/* "LINE key login login" of each entry. */
static void list_map(const struct sender_map *map, char out[TEXT])
{
    out[0] = '\0';
    for (const struct sender_entry *e = sender_map_first(map); e; e = e->next) {
        struct span key = sender_entry_key(e);
        append(out, TEXT, "%s%u %.*s", *out ? "\n" : "", e->line, (int)key.len,
               key.ptr);
        sender_entry_each(e, add_login, out);
    }
}

/* Loads a file, or two, as the sender map of the OU acme. */
static struct snapshot *load_map(struct span first, const char *second, char said[TEXT])
{
    struct diag diag = {0};
    char config[400];
    write_file("first", first, 0644);
    write_file("second", span_of(second ? second : ""), 0644);
    snprintf(config, sizeof config,
             "ou 'acme' { domains = { 'acme.example', 'b\xc3\xbc"
             "cher.example' } match_auth_user = owner\n"
             "senders_file = { '%s/first'%s%s%s } }\n"
             "ou 'beta' { domains = { 'beta.example' } }\n",
             folder, second ? ", '" : "", second ? folder : "",
             second ? "/second'" : "");
    struct snapshot *s =
        config_load_text(config, strlen(config), "t", SECRETS_FORGET, &diag);
    say(&diag, said);
    holds((s == NULL) == (diag.errors > 0), "a snapshot or errors");
    diag_clear(&diag);
    return s;
}

static const struct sender_map *map_of(const struct snapshot *s)
{
    const struct ou *ou = strmap_find(&s->ous, span_of("acme"));
    assert_non_null(ou);
    return ou->sender_map;
}

struct row {
    struct span text;
    const char *want, *said;
    const char *second;
};

static bool row_holds(const struct row *row)
{
    char said[TEXT], got[TEXT] = "";
    struct snapshot *s = load_map(row->text, row->second, said);
    if (s)
        list_map(map_of(s), got);
    bool good =
        same_text(row->text, span_of(said), span_of(row->said ? row->said : ""));
    good &= same_text(row->text, span_of(got), span_of(row->want ? row->want : ""));
    snapshot_free(&s);
    return good;
}

static void check_rows(const struct row *rows, size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !row_holds(&rows[i]);
    assert_int_equal(bad, 0);
}

/* Designated, or the rest would have to be written out. */
#define GOOD(bytes, entries)                                                           \
    {                                                                                  \
        .text = BYTES(bytes), .want = entries                                          \
    }
#define WARNED(bytes, entries, words)                                                  \
    {                                                                                  \
        .text = BYTES(bytes), .want = entries, .said = words                           \
    }
#define FAULTY(bytes, words)                                                           \
    {                                                                                  \
        .text = BYTES(bytes), .said = words                                            \
    }

static void test_lines(void **state)
{
    static const struct row rows[] = {
        GOOD("", ""),
        GOOD("\n\n# nothing\n  # nothing\n \t\n", ""),
        GOOD("a@acme.example x\n", "1 a@acme.example x"),
        GOOD("a@acme.example x", "1 a@acme.example x"),
        GOOD("a@acme.example\tx , y,z ,, \n", "1 a@acme.example x y z"),
        GOOD("\n# c\na@acme.example x\n", "3 a@acme.example x"),
        GOOD("a@acme.example x\n y\n\tz\nb@acme.example x\n",
             "1 a@acme.example x y z\n4 b@acme.example x"),
        GOOD("a@acme.example\n x\n", "1 a@acme.example x"),
        GOOD("a@acme.example x\n# c\n\n  # c\n y\n", "1 a@acme.example x y"),
        GOOD("a@acme.example x,\r\n y\r\n\r\nb@acme.example z\r\n",
             "1 a@acme.example x y\n4 b@acme.example z"),
        GOOD("@acme.example x\n", "1 @acme.example x"),
        /* case, quotes, A-labels */
        GOOD("A@ACME.Example X@Beta.EXAMPLE\n", "1 a@acme.example x@beta.example"),
        GOOD("a@acme.example. x@beta.example.\n", "1 a@acme.example x@beta.example"),
        GOOD("\"a b\"@acme.example x\n", "1 a b@acme.example x"),
        GOOD("\"a\\\" b\"@acme.example x\n", "1 a\" b@acme.example x"),
        GOOD("\"a\"@acme.example x\n", "1 a@acme.example x"),
        GOOD("\"x@y\"@acme.example x\n", "1 x@y@acme.example x"),
        GOOD("a@B\xc3\x9c"
             "cher.example x@b\xc3\xbc"
             "cher.example\n",
             "1 a@xn--bcher-kva.example x@xn--bcher-kva.example"),
        GOOD("@b\xc3\xbc"
             "cher.example x\n",
             "1 @xn--bcher-kva.example x"),
        GOOD("a@acme.example DOM\\user\n", "1 a@acme.example dom\\user"),
        GOOD("a+b@acme.example x\n", "1 a+b@acme.example x"),
        GOOD("a@nobody.example x\na@acme.example x\n",
             "1 a@nobody.example x\n2 a@acme.example x"),
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_warnings(void **state)
{
    static const char double_said[] = "3 warning: this address has an entry already, "
                                      "which counts: /first:1 (2 in this file)";
    static const struct row rows[] = {
        WARNED("a@acme.example x\nb@acme.example x\nA@acme.example y\n"
               "\"a\"@ACME.example z\n",
               "1 a@acme.example x\n2 b@acme.example x", double_said),
        {.text = BYTES("a@acme.example x\n"),
         .want = "1 a@acme.example x\n2 b@acme.example z",
         .said = "1 warning: this address has an entry already, which counts: /first:1 "
                 "(1 in this file)",
         .second = "a@acme.example y\nb@acme.example z\n"},
        WARNED(
            "bob x\n\"bob\" y\na@acme.example x\n", "3 a@acme.example x",
            "1 warning: an address without a domain grants nothing (2 in this file)"),
        WARNED("a@acme.example x # c\n", "1 a@acme.example x # c",
               "1 warning: a # behind an address begins no comment, but a login (1 in "
               "this file)"),
        WARNED("a@acme.example x\n\nb@beta.example x\n@beta.example y\n",
               "1 a@acme.example x\n3 b@beta.example x\n4 @beta.example y",
               "3 warning: an address of another ou: ou \"acme\" cannot grant it (2 of "
               "them)"),
        WARNED("*@acme.example x\nb@acme.example x,*@acme.example\n",
               "1 *@acme.example x\n2 b@acme.example x *@acme.example",
               "1 warning: a * is no wildcard here: @ and a domain is all of it (2 in "
               "this file)"),
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

static void test_errors(void **state)
{
#define NO_KEY   "this does not start with an address, nor with @ and a domain"
#define NO_LOGIN "an address, then the logins that may use it, was expected"
#define BAD      "no login name could ever be like one of these"
#define NO_ENTRY "a line that starts with a blank, and none before it"
    static const struct row rows[] = {
        FAULTY("a@b@acme.example x\n", "1 " NO_KEY),
        FAULTY("a@acme..example x\n", "1 " NO_KEY),
        FAULTY("@ x\n", "1 " NO_KEY),
        FAULTY("<a@acme.example> x\n", "1 " NO_KEY),
        FAULTY("<> x\n", "1 " NO_KEY),
        FAULTY("\"\"@acme.example x\n", "1 " NO_KEY),
        FAULTY("\"@acme.example\" x\n", "1 " NO_KEY),
        FAULTY("\"a b@acme.example x\n", "1 " NO_KEY),
        FAULTY(", a@acme.example x\n", "1 " NO_KEY),
        FAULTY("a@acme.example: x\n", "1 " NO_KEY),
        FAULTY("a@acme.example\n", "1 " NO_LOGIN),
        FAULTY("a@acme.example ,\n", "1 " NO_LOGIN),
        FAULTY("a@acme.example\nb@acme.example x\n", "1 " NO_LOGIN),
        FAULTY("a@acme.example x@\n", "1 " BAD),
        FAULTY("a@acme.example x,@acme.example\n", "1 " BAD),
        FAULTY("a@acme.example x@y@z\n", "1 " BAD),
        FAULTY("a@acme.example x\x01\n", "1 " BAD),
        FAULTY("a@acme.example x\xff\n", "1 " BAD),
        FAULTY(" a@acme.example x\n", "1 " NO_ENTRY),
        FAULTY("# c\n\tx\na@acme.example x\n", "2 " NO_ENTRY),
        FAULTY("a@acme.example x\nb@acme.example x\0y\n", "2 a NUL byte"),
        /* each of them, in one run */
        FAULTY("@ x\na@acme.example x\nb@acme.example\n", "1 " NO_KEY "\n3 " NO_LOGIN),
    };
    (void)state;
    check_rows(rows, ROWS(rows));
}

/* A line of `size` bytes, or that many bytes over many lines. */
static struct span long_entry(char *text, size_t size, bool continued)
{
    size_t len = (size_t)sprintf(text, "a@acme.example");
    while (len < size)
        len += (size_t)sprintf(text + len, "%s login@acme.example",
                               continued && len % 7 == 0 ? "\n" : "");
    len += (size_t)sprintf(text + len, "\n");
    return (struct span){text, len};
}

static void test_sizes(void **state)
{
    char said[TEXT], *text = malloc(4 * 1024 * 1024);
    (void)state;
    assert_non_null(text);
    struct snapshot *s = load_map(long_entry(text, 60000, false), NULL, said);
    assert_string_equal(said, "");
    assert_non_null(s);
    assert_int_equal(sender_map_first(map_of(s))->login_count, (60000 - 14) / 19 + 1);
    snapshot_free(&s);
    assert_null(load_map(long_entry(text, 70000, false), NULL, said));
    assert_string_equal(said, "1 a line that is too long");
    s = load_map(long_entry(text, 900000, true), NULL, said);
    assert_string_equal(said, "");
    snapshot_free(&s);
    assert_null(load_map(long_entry(text, 1200000, true), NULL, said));
    assert_memory_equal(said, "1 an entry of more than a megabyte", 34);
    free(text);
}

/* Names of the domain grow when they are written with xn-- labels. */
static void test_growing_logins(void **state)
{
    char said[TEXT], *text = malloc(200000);
    (void)state;
    assert_non_null(text);
    size_t len = (size_t)sprintf(text, "a@acme.example");
    for (size_t i = 0; i < 3000; i++)
        len += (size_t)sprintf(text + len, "\n %zu@\xe3\x8c\x96.\xe3\x8c\x96", i);
    struct snapshot *s = load_map((struct span){text, len}, NULL, said);
    assert_string_equal(said, "");
    assert_non_null(s);
    assert_int_equal(sender_map_first(map_of(s))->login_count, 3000);
    snapshot_free(&s);
    free(text);
}

/* --- which entry decides --- */

static void test_lookup(void **state)
{
    static const char text[] = "a@acme.example x\n"
                               "a+b@acme.example x\n"
                               "@acme.example x\n"
                               "c@acme.example x\n"
                               "d+e@acme.example x\n"
                               "\"q r\"@acme.example x\n"
                               "+x@acme.example x\n"
                               "f@nobody.example x\n";
    static const struct {
        const char *sender, *delimiters;
        unsigned line; /* 0: none */
    } rows[] = {
        {"a@acme.example", "+", 1},       {"A@ACME.example", "+", 1},
        {"a+b@acme.example", "+", 2},     {"a+b@acme.example", "", 2},
        {"a+c@acme.example", "+", 1},     {"a+c+d@acme.example", "+", 1},
        {"a+@acme.example", "+", 1},      {"a-c@acme.example", "+", 3},
        {"a-c@acme.example", "+-", 1},    {"a-c+d@acme.example", "+-", 1},
        {"a+c@acme.example", "", 3},      {"d@acme.example", "+", 3},
        {"d+e@acme.example", "+", 5},     {"d+e+f@acme.example", "+", 3},
        {"+a@acme.example", "+", 3},      {"+x@acme.example", "+", 7},
        {"+x+y@acme.example", "+", 3}, /* never cut to nothing, nor behind it */
        {"\"q r\"@acme.example", "+", 6}, {"\"q r+s\"@acme.example", "+", 6},
        {"\"a\"@acme.example", "+", 1},   {"\"@acme.example\"@acme.example", "+", 3},
        {"other@acme.example", "+", 3},   {"a@sub.acme.example", "+", 0},
        {"a@beta.example", "+", 0},       {"f@nobody.example", "+", 8},
        {"g@nobody.example", "+", 0},     {"a", "+", 0},
    };
    char said[TEXT];
    (void)state;
    struct snapshot *s = load_map(span_of(text), NULL, said);
    assert_non_null(s);
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct address a;
        assert_true(address_parse_mailbox(span_of(rows[i].sender), &a));
        const struct sender_entry *e =
            sender_map_find(map_of(s), &a, rows[i].delimiters);
        bad += !holds((e ? e->line : 0) == rows[i].line,
                      "%s cut at \"%s\": got line %u, want %u", rows[i].sender,
                      rows[i].delimiters, e ? e->line : 0, rows[i].line);
        assert_null(sender_map_find(NULL, &a, "+"));
    }
    assert_null(sender_map_first(NULL));
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

static void test_listed(void **state)
{
    static const struct {
        const char *login;
        bool listed;
    } rows[] = {
        {"x", true},
        {"y@acme.example", true},
        {"zz", true},
        {"z", false},
        {"", false},
        {"y", false},
        {"acme.example", false},
        {"a@acme.example", false},
        {"x y@acme.example", false},
    };
    char said[TEXT];
    (void)state;
    struct snapshot *s =
        load_map(span_of("a@acme.example x, Y@acme.example zz\n"), NULL, said);
    assert_non_null(s);
    const struct sender_entry *e = sender_map_first(map_of(s));
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++)
        bad += !holds(sender_entry_lists(e, span_of(rows[i].login)) == rows[i].listed,
                      "\"%s\"", rows[i].login);
    snapshot_free(&s);
    assert_int_equal(bad, 0);
}

/* --- files --- */

static void check_file(const char *value, mode_t mode, const char *want)
{
    struct diag diag = {0};
    char config[400], said[TEXT];
    write_file("first", span_of("a@acme.example x\n"), mode);
    snprintf(config, sizeof config,
             "ou 'acme' { domains = { 'acme.example' } match_auth_user = owner "
             "senders_file = %s }",
             value);
    struct snapshot *s =
        config_load_text(config, strlen(config), "t", SECRETS_FORGET, &diag);
    say(&diag, said);
    assert_string_equal(said, want);
    assert_true((s == NULL) == (diag.errors > 0));
    snapshot_free(&s);
    diag_clear(&diag);
}

static void test_files(void **state)
{
    char value[200];
    (void)state;
    snprintf(value, sizeof value, "'%s/first'", folder);
    check_file(value, 0644, "");
    check_file(value, 0664, "");
    check_file(value, 0666, "1 /first: this file can be written by others: chmod o-w");
    check_file("'first'", 0644, "1 an absolute path was expected");
    check_file("{ }", 0644, "");
    snprintf(value, sizeof value, "'%s/none'", folder);
    check_file(value, 0644, "1 /none: No such file or directory");
    snprintf(value, sizeof value, "'%s'", folder);
    check_file(value, 0644, "1 : not a regular file");
    snprintf(value, sizeof value, "{ '%s/first', '%s/first' }", folder, folder);
    check_file(value, 0644,
               "1 warning: this address has an entry already, which counts: /first:1 "
               "(1 in this file)");
}

/* A map that nothing asks, or that is another OU's. */
static void test_useless(void **state)
{
    static const struct {
        const char *options, *want;
    } rows[] = {
        {"match_auth_user = owner", ""},
        {"match_auth_user = domain", ""},
        {"match_auth_user = false",
         "1 warning: binds no sender to its logins: match_auth_user is false"},
        {"match_auth_user = false match_header_from = from", ""},
        {"match_auth_user = false refuse_unknown_senders = true", ""},
        {"match_auth_user = exact",
         "1 warning: while match_auth_user is exact, no sender is granted by it"},
        {"match_auth_user = exact refuse_unknown_senders = true", ""},
        {"match_auth_user = owner domains = { 'beta.example' }",
         "1 warning: holds no address of ou \"acme\""},
    };
    (void)state;
    size_t bad = 0;
    write_file("first", span_of("a@acme.example x\n"), 0644);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct diag diag = {0};
        char config[400], said[TEXT];
        snprintf(config, sizeof config, "ou 'acme' { %s %s senders_file = '%s/first' }",
                 strstr(rows[i].options, "domains") ? ""
                                                    : "domains = { 'acme.example' }",
                 rows[i].options, folder);
        struct snapshot *s =
            config_load_text(config, strlen(config), "t", SECRETS_FORGET, &diag);
        say(&diag, said);
        bad +=
            !same_text(span_of(rows[i].options), span_of(said), span_of(rows[i].want));
        snapshot_free(&s);
        diag_clear(&diag);
    }
    assert_int_equal(bad, 0);
}

/* What a tenant's file names must lie below ou_directory, where links lead, too. */
static void test_tenant(void **state)
{
    static const struct {
        const char *name;
        bool good;
    } rows[] = {{"ou.d/map", true}, {"outside", false}, {"ou.d/link", false}};
    char path[128], text[400], said[TEXT], from[128];
    (void)state;
    path_of("ou.d", path);
    assert_int_equal(mkdir(path, 0755), 0);
    write_file("ou.d/map", span_of("a@acme.example x\n"), 0644);
    write_file("outside", span_of("a@acme.example x\n"), 0644);
    path_of("outside", from);
    path_of("ou.d/link", path);
    assert_int_equal(symlink(from, path), 0);
    size_t bad = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct diag diag = {0};
        snprintf(text, sizeof text,
                 "ou 'acme' { domains = { 'acme.example' }\nsenders_file = '%s/%s' }",
                 folder, rows[i].name);
        write_file("ou.d/acme.conf", span_of(text), 0644);
        snprintf(text, sizeof text, "run_as = ''\nou_directory = '%s/ou.d'\n", folder);
        write_file("gatepost.conf", span_of(text), 0644);
        path_of("gatepost.conf", path);
        struct snapshot *s = config_load(path, SECRETS_FORGET, &diag);
        say(&diag, said);
        bad += !holds((s != NULL) == rows[i].good &&
                          !strstr(said, "must lie below") == rows[i].good,
                      "%s: %s", rows[i].name, said);
        snapshot_free(&s);
        diag_clear(&diag);
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),          cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_errors),         cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_growing_logins), cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_listed),         cmocka_unit_test(test_files),
        cmocka_unit_test(test_useless),        cmocka_unit_test(test_tenant),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
