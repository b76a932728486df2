/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server must not be heard to say of a login. */
#include "ascii.h"
#include "base64.h"
#include "dialogue.h"

/* RFC 4616: no authorization identity, NUL, name, NUL, password. */
void dialogue_encode(struct dialogue *d)
{
    char plain[DIALOGUE_PLAIN] = "";
    size_t name = strlen(d->user), password = d->password.len;
    memcpy(plain + 1, d->user, name + 1);
    memcpy(plain + name + 2, d->password.ptr, password);
    base64_encode((struct span){plain, name + password + 2}, d->plain);
    base64_encode((struct span){plain + 1, name}, d->user_base64);
    base64_encode(d->password, d->password_base64);
    explicit_bzero(plain, sizeof plain);
}

static bool begins_with(const char *text, const char *start, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (ascii_fold(text[i]) != ascii_fold(start[i]))
            return false;
    return true;
}

/* So many bytes of a password would help who reads them. */
enum { TELLING = 6 };

static bool contains(struct span text, struct span part)
{
    for (size_t i = 0; part.len > 0 && i + part.len <= text.len; i++)
        if (begins_with(text.ptr + i, part.ptr, part.len))
            return true;
    return false;
}

/* What encodes that many bytes, or all, without padding. */
static struct span opening(const char *base64, size_t bytes)
{
    size_t all = strcspn(base64, "="), some = bytes * 4 / 3;
    return (struct span){base64, all < some ? all : some};
}

/* A server may quote what it was sent, and may cut it. */
static bool holds_secret(const struct dialogue *d, struct span text)
{
    size_t before = strlen(d->user) + 2; /* the password, in PLAIN */
    return contains(text, d->password) ||
           contains(text, opening(d->plain, before + TELLING)) ||
           contains(text, opening(d->password_base64, TELLING));
}

/* As in a quoted string of IMAP. */
static size_t drop_backslashes(struct span text, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && i + 1 < text.len)
            i++;
        out[len++] = text.ptr[i];
    }
    return len;
}

static bool quotes_secret(const struct dialogue *d, struct span text)
{
    char plain[CHANNEL_LINE];
    if (text.len > sizeof plain || holds_secret(d, text))
        return true;
    bool found = holds_secret(d, (struct span){plain, drop_backslashes(text, plain)});
    explicit_bzero(plain, sizeof plain);
    return found;
}

struct span dialogue_shown(const struct dialogue *d, struct span words)
{
    return quotes_secret(d, words) ? span_of("(a reply that quotes a secret)") : words;
}
