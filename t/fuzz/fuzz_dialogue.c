/* SPDX-License-Identifier: BSD-2-Clause */
/* Hostile SMTP, IMAP and POP3 servers: the dialogues with them must not say yes without
 * the one reply that says it, tell nobody a password in clear text that should have
 * TLS, and not quote it.
 *
 * The first byte of an input chooses protocol and TLS, the second one the login and its
 * password; the others are the script of stub_server.h. The words <PLAIN>, <NAME>,
 * <PASS> and <QUOTED> in it stand for what the client says. */
#include <openssl/evp.h>
#include <strings.h>

#include "address.h"
#include "dialogue.h"
#include "fuzz.h"
#include "reference.h"
#include "stub_server.h"
#include "target.h"

enum { TIMEOUT_MS = 3000, SECRET = 2048, SLACK = 16 * 1024 };

static void no_ldap(struct dialogue *d)
{
    (void)d;
    require(false, "no LDAP here");
}

const struct target_protocol target_protocol_ldap = {.run = no_ldap};

/* --- who logs in --- */

static const struct who {
    const char *name, *template, *user, *password;
} people[] = {
    {"alice@acme.example", "%u", "alice@acme.example", "se cret7"},
    {"bob", "%n", "bob", "q\"uo\\te"},
    {"o'neil+x@acme.example", "%n", "o'neil+x", "s\xc3\xa9same"},
    {"jos\xc3\xa9@acme.example", "%d\\%n", "acme.example\\jos\xc3\xa9", "{25}abc"},
    {"carol@acme.example", "%u", "carol@acme.example",
     "a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-"
     "a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-"
     "a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-"
     "a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-"
     "a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one-a-long-one"},
};
enum { PEOPLE = sizeof people / sizeof *people };

/* What is said of somebody in a dialogue. */
static struct secrets {
    const struct who *who;
    char plain[SECRET], name[SECRET], pass[SECRET], quoted[SECRET], quoted_name[SECRET];
} secrets[PEOPLE];

static void quote(const char *text, char *out)
{
    *out++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *out++ = '\\';
        *out++ = *text;
    }
    memcpy(out, "\"", 2);
}

static const struct secrets *secrets_of(unsigned number)
{
    struct secrets *s = &secrets[number % PEOPLE];
    char plain[SECRET] = "";
    if (s->who)
        return s;
    s->who = &people[number % PEOPLE];
    size_t user = strlen(s->who->user), password = strlen(s->who->password);
    memcpy(plain + 1, s->who->user, user);
    memcpy(plain + user + 2, s->who->password, password);
    reference_to_base64((struct span){plain, user + password + 2}, s->plain);
    reference_to_base64(span_of(s->who->user), s->name);
    reference_to_base64(span_of(s->who->password), s->pass);
    quote(s->who->password, s->quoted);
    quote(s->who->user, s->quoted_name);
    return s;
}

/* --- the script --- */

static const char *replaces(struct span rest, const struct secrets *s, size_t *len)
{
    const struct {
        const char *word, *with;
    } words[] = {{"<PLAIN>", s->plain},
                 {"<NAME>", s->name},
                 {"<PASS>", s->pass},
                 {"<QUOTED>", s->quoted},
                 {"<RAW>", s->who->password}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        *len = strlen(words[i].word);
        if (rest.len >= *len && memcmp(rest.ptr, words[i].word, *len) == 0)
            return words[i].with;
    }
    return NULL;
}

/* The words in it replaced; to be freed. */
static struct span write_script(struct span input, const struct secrets *s)
{
    size_t size = (input.len / 5 + 1) * SECRET, len = 0;
    char *out = malloc(size);
    if (!out)
        abort();
    for (size_t i = 0; i < input.len;) {
        size_t word;
        const char *with = replaces(span_cut(input, i, input.len), s, &word);
        if (!with) {
            out[len++] = input.ptr[i++];
            continue;
        }
        memcpy(out + len, with, strlen(with));
        len += strlen(with);
        i += word;
    }
    char *exact = malloc(len + 1);
    if (!exact)
        abort();
    memcpy(exact, out, len);
    free(out);
    return (struct span){exact, len};
}

/* --- the end of a dialogue, read by ourselves --- */

static bool begins(struct span text, const char *word)
{
    return text.len >= strlen(word) && strncasecmp(text.ptr, word, strlen(word)) == 0;
}

/* A word, and behind it a space or nothing. */
static bool begins_word(struct span text, const char *word)
{
    size_t len = strlen(word);
    return begins(text, word) && (text.len == len || text.ptr[len] == ' ');
}

static struct span take_line(struct span *rest)
{
    struct span line = fuzz_take_until(rest, '\n');
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool holds(const char *text, size_t len, const char *part)
{
    return memmem(text, len, part, strlen(part)) != NULL;
}

static bool holds_secret(const struct secrets *s, const char *text, size_t len)
{
    return holds(text, len, s->who->password) || holds(text, len, s->quoted) ||
           holds(text, len, s->plain) || holds(text, len, s->pass);
}

static const struct stub_command *last_command(const struct stub_record *r)
{
    const struct stub_command *c = r->count ? &r->commands[r->count - 1] : NULL;
    if (c && (strcmp(c->text, "QUIT\r\n") == 0 || strcmp(c->text, "z LOGOUT\r\n") == 0))
        return r->count > 1 ? c - 1 : NULL;
    return c;
}

/* The letter and the number of our last IMAP command that has them. */
static struct span last_tag(const struct stub_record *r)
{
    for (size_t i = r->count; i > 0; i--) {
        const struct stub_command *c = &r->commands[i - 1];
        size_t digits = c->text[0] == 'a' ? strspn(c->text + 1, "0123456789") : 0;
        if (digits && c->text[digits + 1] == ' ')
            return (struct span){c->text, digits + 1};
    }
    return (struct span){NULL, 0};
}

/* 'y', 'n' or '?': what the server's whole reply to the last command is. */
static char smtp_reply(struct span heard)
{
    struct span first = take_line(&heard), line = first;
    while (line.len > 3 && line.ptr[3] == '-' && heard.len > 0) {
        line = take_line(&heard);
        if (line.len < 3 || memcmp(line.ptr, first.ptr, 3) != 0)
            return '?';
    }
    if (!begins_word(line, "235"))
        return begins_word(line, "535") || begins_word(line, "534") ||
                       begins_word(line, "525")
                   ? 'n'
                   : '?';
    return 'y';
}

static char imap_reply(const struct stub_record *r, struct span heard)
{
    struct span tag = last_tag(r), line;
    do {
        line = take_line(&heard);
        if (begins_word(line, "* BYE"))
            return '?';
    } while (begins(line, "* ") && heard.len > 0);
    if (!tag.ptr || line.len <= tag.len || memcmp(line.ptr, tag.ptr, tag.len) != 0)
        return '?';
    struct span rest = span_cut(line, tag.len, line.len);
    while (rest.len && rest.ptr[0] == ' ')
        rest = span_cut(rest, 1, rest.len);
    if (rest.len == line.len - tag.len)
        return '?';
    return begins_word(rest, "OK") ? 'y' : begins_word(rest, "NO") ? 'n' : '?';
}

static char pop3_reply(struct span heard)
{
    struct span line = take_line(&heard);
    return begins_word(line, "+OK") ? 'y' : begins_word(line, "-ERR") ? 'n' : '?';
}

/* The last command gave the password away, whole, as the protocol wants it. */
static bool gave_password(const struct secrets *s, const struct stub_command *c)
{
    size_t password = strlen(s->who->password);
    if (c->len < 2 || memcmp(c->text + c->len - 2, "\r\n", 2) != 0)
        return false;
    struct span text = {c->text, c->len - 2};
    const char *const ends[] = {s->plain, s->pass, s->quoted};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t len = strlen(ends[i]);
        if (text.len >= len && memcmp(text.ptr + text.len - len, ends[i], len) == 0)
            return true;
    }
    return text.len >= password &&
           memcmp(text.ptr + text.len - password, s->who->password, password) == 0;
}

/* --- the promises --- */

static void check_secrecy(const struct stub_record *r, const struct secrets *s,
                          const struct target_url *url)
{
    for (size_t i = 0; i < r->count; i++)
        require(url->tls == TLS_NONE || r->commands[i].tls ||
                    !holds_secret(s, r->commands[i].text, r->commands[i].len),
                "no secret in clear text");
}

static void check_result(const struct target_result *result, const struct secrets *s)
{
    size_t len = strnlen(result->reply, sizeof result->reply);
    require(len < sizeof result->reply, "a reply has an end");
    require(fuzz_is_printable((struct span){result->reply, len}),
            "a reply is printable ASCII");
    require(!holds_secret(s, result->reply, len), "a reply has no secret in it");
}

static void check_answer(const struct stub_record *r, const struct secrets *s,
                         const struct target_url *url, enum target_answer answer)
{
    const struct stub_command *c = last_command(r);
    require(answer >= TARGET_UNTOLD && answer <= TARGET_ACCEPTED, "one of three");
    if (answer == TARGET_UNTOLD)
        return;
    require(c, "no answer without a command");
    struct span heard = {r->heard + c->heard, r->heard_len - c->heard};
    char reply = url->kind == TARGET_SMTP   ? smtp_reply(heard)
                 : url->kind == TARGET_IMAP ? imap_reply(r, heard)
                                            : pop3_reply(heard);
    require(url->tls == TLS_NONE || c->tls, "TLS where it is to be");
    require(reply == (answer == TARGET_ACCEPTED ? 'y' : 'n'),
            "yes and no are the server's own, to the last command");
    require(answer == TARGET_REFUSED || gave_password(s, c),
            "yes is said to the password");
}

static void check(const struct stub_record *r, const struct secrets *s,
                  const struct target_url *url, const struct target_result *result,
                  int64_t deadline)
{
    require(stub_server_is_closed(), "the connection is closed in the end");
    require(stub_server_now() <= deadline, "it ends when its time is over");
    require(r->heard_len <= CHANNEL_TOTAL + SLACK, "it listens to so much only");
    check_secrecy(r, s, url);
    check_result(result, s);
    check_answer(r, s, url, result->answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int kinds[] = {TARGET_SMTP, TARGET_IMAP, TARGET_POP3};
    static const int modes[] = {TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT};
    struct target_url url = {.text = "x://localhost", .host = "localhost", .port = 99};
    struct target target = {.urls = &url, .url_count = 1, .auth = true, .timeout = 3};
    struct target_result result = {0};
    struct address login;
    if (size < 2)
        return -1;
    const struct secrets *s = secrets_of(data[1]);
    url.kind = kinds[data[0] % 3];
    url.tls = modes[data[0] / 3 % 3];
    target.kind = url.kind;
    target.username = s->who->template;
    require(address_parse_login(span_of(s->who->name), &login), "a login");
    struct span script = write_script(fuzz_span(data + 2, size - 2), s);
    struct stub_record *record = stub_server_start(script);
    int64_t deadline = stub_server_now() + TIMEOUT_MS;
    target_ask(&target, &url, NULL, &login, span_of(s->who->password), deadline,
               &result);
    check(record, s, &url, &result, deadline);
    free((char *)(uintptr_t)script.ptr);
    return 0;
}
